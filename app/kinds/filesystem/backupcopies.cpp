// SPDX-License-Identifier: Apache-2.0
#include "kinds/filesystem/backupcopies.h"

#include "kinds/copies/copysearch.h"

#include <fcntl.h>
#include <sys/stat.h>

#include <algorithm>

namespace holdfast {

namespace {

std::optional<bool> sharesDevice(const std::optional<QString> &path, const std::vector<HeldPath> &tops)
{
    struct stat backup{}, top{};
    if (!path || tops.empty() || ::stat(path->toUtf8().constData(), &backup) != 0 || ::fstat(tops.front().parent.get(), &top) != 0)
        return std::nullopt;
    return backup.st_dev == top.st_dev;
}

} // namespace

std::vector<BackupCopy> backupCopiesOf(const Target &target, const std::vector<HeldPath> &tops)
{
    std::vector<BackupCopy> copies;
    for (const auto &source : target.backups) {
        const FoundCopies found = findCopies(source, {});
        BackupCopy copy{source.domain, {}, source.restoreTested, sharesDevice(source.path, tops), false, found.notCounted, found.problem};
        if (found.newest) {
            copy.newest = found.newest->at;
            copy.read = found.newest->reading.worth == CopyReading::Worth::Readable;
            copy.how = found.newest->path.isEmpty() ? found.newest->reading.how : QStringLiteral("%1: %2").arg(found.newest->path, found.newest->reading.how);
        }
        copies.push_back(std::move(copy));
    }
    std::sort(copies.begin(), copies.end(), [](const BackupCopy &a, const BackupCopy &b) { return a.newest > b.newest; });
    return copies;
}

} // namespace holdfast
