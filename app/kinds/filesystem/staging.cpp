// SPDX-License-Identifier: Apache-2.0
#include "kinds/filesystem/staging.h"

#include "core/signer.h"

#include <fcntl.h>
#include <linux/fs.h>
#include <sys/stat.h>
#include <stdio.h>

#include <cerrno>
#include <cstring>
#include <map>
#include <set>

namespace holdfast {

namespace {

QString reason(const HeldPath &top, const char *step)
{
    return QStringLiteral("%1 could not be moved aside (%2): %3").arg(top.path, QString::fromUtf8(step), QString::fromUtf8(::strerrorname_np(errno)));
}

void removeStage(const StagedPath &staged)
{
    const int error = errno;
    ::unlinkat(staged.original.parent.get(), staged.stageName.constData(), AT_REMOVEDIR);
    errno = error;
}

/// errno tells why when this fails; the empty private directory is gone again.
bool makeStage(StagedPath &staged)
{
    const int parent = staged.original.parent.get();
    if (::mkdirat(parent, staged.stageName.constData(), 0700) != 0)
        return false;
    staged.stage = SharedFd(UniqueFd(::openat(parent, staged.stageName.constData(), O_RDONLY | O_DIRECTORY | O_NOFOLLOW | O_CLOEXEC)));
    struct stat made{};
    if (staged.stage && ::fstat(staged.stage.get(), &made) == 0 && made.st_uid == ::geteuid() && (made.st_mode & 077) == 0)
        return true;
    removeStage(staged);
    return false;
}

bool moveAside(const StagedPath &staged)
{
    const auto &name = staged.original.name;
    return ::renameat2(staged.original.parent.get(), name.constData(), staged.stage.get(), name.constData(), RENAME_NOREPLACE) == 0;
}

bool moveBack(const StagedPath &staged)
{
    const auto &name = staged.original.name;
    struct stat entry{};
    const bool there = ::fstatat(staged.stage.get(), name.constData(), &entry, AT_SYMLINK_NOFOLLOW) == 0;
    return !there || ::renameat2(staged.stage.get(), name.constData(), staged.original.parent.get(), name.constData(), RENAME_NOREPLACE) == 0;
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
    std::map<int, std::pair<QByteArray, SharedFd>> stages; ///< by the parent's descriptor, which paths of one directory share
    for (auto &top : tops) {
        StagedPath next{std::move(top), {}, {}};
        auto &[name, stage] = stages[next.original.parent.get()];
        next.stageName = stage ? name : ".holdfast-" + hold.toUtf8() + '-' + randomBytes(8).toHex();
        next.stage = stage;
        const bool madeNow = !stage;
        if ((madeNow && !makeStage(next)) || !moveAside(next)) {
            const QString what = reason(next.original, "rename");
            if (madeNow && next.stage)
                removeStage(next);
            return Failure{StagingFailure{what, unstage(done)}};
        }
        name = next.stageName;
        stage = next.stage;
        done.push_back(std::move(next));
    }
    return done;
}

QStringList unstage(std::vector<StagedPath> &staged)
{
    for (const auto &one : staged)
        (void)moveBack(one);
    QStringList stranded;
    std::set<QByteArray> seen;
    for (const auto &one : staged) {
        if (!seen.insert(one.stageName).second)
            continue;
        if (::unlinkat(one.original.parent.get(), one.stageName.constData(), AT_REMOVEDIR) != 0 && errno != ENOENT)
            stranded.append(one.stagePath());
    }
    return stranded;
}

} // namespace holdfast
