// SPDX-License-Identifier: Apache-2.0
#include "kinds/filesystem/staging.h"

#include "core/signer.h"

#include <fcntl.h>
#include <linux/fs.h>
#include <sys/stat.h>
#include <stdio.h>

#include <cerrno>
#include <cstring>

namespace holdfast {

namespace {

QString reason(const HeldPath &top, const char *step)
{
    return QStringLiteral("%1 could not be moved aside (%2): %3").arg(top.path, QString::fromUtf8(step), QString::fromUtf8(::strerrorname_np(errno)));
}

/// errno tells why when this fails; the empty private directory is gone again.
bool moveAside(StagedPath &staged)
{
    const int parent = staged.original.parent.get();
    if (::mkdirat(parent, staged.stageName.constData(), 0700) != 0)
        return false;
    staged.stage = SharedFd(UniqueFd(::openat(parent, staged.stageName.constData(), O_RDONLY | O_DIRECTORY | O_NOFOLLOW | O_CLOEXEC)));
    struct stat made{};
    const bool ours = staged.stage && ::fstat(staged.stage.get(), &made) == 0 && made.st_uid == ::geteuid() && (made.st_mode & 077) == 0;
    if (ours && ::renameat2(parent, staged.original.name.constData(), staged.stage.get(), staged.original.name.constData(), RENAME_NOREPLACE) == 0)
        return true;
    const int error = errno;
    ::unlinkat(parent, staged.stageName.constData(), AT_REMOVEDIR);
    errno = error;
    return false;
}

bool moveBack(StagedPath &staged)
{
    const auto &name = staged.original.name;
    const int parent = staged.original.parent.get();
    struct stat entry{};
    const bool there = ::fstatat(staged.stage.get(), name.constData(), &entry, AT_SYMLINK_NOFOLLOW) == 0;
    if (there && ::renameat2(staged.stage.get(), name.constData(), parent, name.constData(), RENAME_NOREPLACE) != 0)
        return false;
    return ::unlinkat(parent, staged.stageName.constData(), AT_REMOVEDIR) == 0 || errno == ENOENT;
}

} // namespace

HeldPath StagedPath::held() const
{
    return {original.path, original.name, stage};
}

QString StagedPath::stagePath() const
{
    return pathOf(original.parent.get()) + u'/' + textOfPath(stageName);
}

Result<std::vector<StagedPath>, StagingFailure> stage(std::vector<HeldPath> tops, const QString &hold)
{
    std::vector<StagedPath> done;
    for (auto &top : tops) {
        StagedPath next{std::move(top), ".holdfast-" + hold.toUtf8() + '-' + randomBytes(8).toHex(), {}};
        if (!moveAside(next)) {
            const QString what = reason(next.original, "rename");
            return Failure{StagingFailure{what, unstage(done)}};
        }
        done.push_back(std::move(next));
    }
    return done;
}

QStringList unstage(std::vector<StagedPath> &staged)
{
    QStringList stranded;
    for (auto &one : staged) {
        if (!moveBack(one))
            stranded.append(one.stagePath());
    }
    return stranded;
}

} // namespace holdfast
