// SPDX-License-Identifier: Apache-2.0
#include "kinds/filesystem/backupcopies.h"

#include "kinds/posix/process.h"

#include <QProcess>

#include <fcntl.h>
#include <sys/stat.h>

#include <algorithm>

namespace holdfast {

namespace {

std::optional<Instant> timeOf(const QString &path, QString &how)
{
    struct stat entry{};
    if (::stat(path.toUtf8().constData(), &entry) != 0) {
        how = QStringLiteral("%1 cannot be looked at").arg(path);
        return std::nullopt;
    }
    how = QStringLiteral("modification time of %1").arg(path);
    return Instant{std::chrono::seconds(entry.st_mtim.tv_sec)};
}

/// The owner's own command line, split but not given to a shell.
std::optional<Instant> printedBy(const QString &command, QString &how)
{
    how = QStringLiteral("what %1 printed").arg(command);
    const QStringList words = QProcess::splitCommand(command);
    ProcessSpec spec;
    for (const auto &word : words)
        spec.argv.push_back(word.toUtf8());
    if (spec.argv.empty())
        return std::nullopt;
    spec.path = spec.argv.front();
    spec.environment = {"PATH=/usr/local/bin:/usr/bin:/bin", "LC_ALL=C"};
    spec.outputLimit = 4096;
    spec.mergeErrors = false;
    const auto end = runProcess(spec);
    const auto instant = end.succeeded() ? parseInstant(QString::fromUtf8(end.output.trimmed())) : std::nullopt;
    if (!instant)
        how = QStringLiteral("%1 did not print an instant").arg(command);
    return instant;
}

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
        BackupCopy copy{source.domain, std::nullopt, source.restoreTested, sharesDevice(source.path, tops), {}};
        if (source.newest.startsWith(u"file:"))
            copy.newest = timeOf(source.newest.mid(5), copy.how);
        else if (source.newest.startsWith(u"command:"))
            copy.newest = printedBy(source.newest.mid(8), copy.how);
        else if ((copy.newest = parseInstant(source.newest)))
            copy.how = QStringLiteral("as the owner wrote it");
        else
            copy.how = QStringLiteral("its age is not told");
        copies.push_back(std::move(copy));
    }
    std::sort(copies.begin(), copies.end(), [](const BackupCopy &a, const BackupCopy &b) { return a.newest > b.newest; });
    return copies;
}

} // namespace holdfast
