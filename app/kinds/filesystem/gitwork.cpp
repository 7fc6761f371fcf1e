// SPDX-License-Identifier: Apache-2.0
#include "kinds/filesystem/gitwork.h"

#include "kinds/filesystem/safegit.h"

#include <QFileInfo>

namespace holdfast {

namespace {

/// A clean or process filter is run by `git status` on any file whose time moved.
bool namesPrograms(const QByteArray &configuration)
{
    for (const auto &line : configuration.split('\0')) {
        const QByteArray key = line.toLower();
        if (key.startsWith("filter.") && (key.endsWith(".clean") || key.endsWith(".process") || key.endsWith(".smudge")))
            return true;
    }
    return false;
}

void countStatus(const QByteArray &status, GitWork &work)
{
    for (const auto &record : status.split('\0')) {
        if (record.startsWith("1 ") || record.startsWith("2 ") || record.startsWith("u "))
            ++work.uncommitted;
        else if (record.startsWith("? "))
            ++work.untracked;
        else if (record.startsWith("! "))
            ++work.ignored;
    }
}

/// `git ls-files -v`: a lower-case tag is assume-unchanged, `S` skip-worktree: git status is blind to those.
std::int64_t countTracked(const QByteArray &listing, GitWork &work)
{
    std::int64_t hidden = 0;
    for (const auto &record : listing.split('\0')) {
        if (record.size() < 2)
            continue;
        ++work.tracked;
        hidden += (record[0] >= 'a' && record[0] <= 'z') || record[0] == 'S' ? 1 : 0;
    }
    return hidden;
}

bool countFiles(const SafeGit &git, const QByteArray &within, GitWork &work)
{
    QList<QByteArray> listed{"ls-files", "-v", "-z"};
    QList<QByteArray> status{"status", "--porcelain=v2", "-z", "--untracked-files=all", "--ignored=traditional", "--ignore-submodules=all", "--no-renames"};
    if (!within.isEmpty()) {
        listed += {"--", within};
        status += {"--", within};
    }
    const auto index = git.ask(listed, work.unknown);
    const auto changes = index ? git.ask(status, work.unknown) : std::nullopt;
    if (!changes)
        return false;
    countStatus(*changes, work);
    if (const auto hidden = countTracked(*index, work); hidden > 0) {
        work.unknown = QStringLiteral("%1 files are marked so that git does not look at them").arg(hidden);
        return false;
    }
    return true;
}

bool countHistory(const SafeGit &git, GitWork &work)
{
    const auto remotes = git.ask({"for-each-ref", "--count=1", "--format=%(refname)", "refs/remotes"}, work.unknown);
    // A stash is counted as such, not as commits.
    const auto commits = remotes ? git.ask({"rev-list", "--count", "--exclude=refs/stash", "--all", "--not", "--remotes"}, work.unknown) : std::nullopt;
    const auto stash = commits ? git.ask({"for-each-ref", "--format=%(refname)", "refs/stash"}, work.unknown) : std::nullopt;
    if (!stash)
        return false;
    work.hasRemote = !remotes->trimmed().isEmpty();
    work.unpushed = commits->trimmed().toLongLong();
    if (stash->trimmed().isEmpty())
        return true;
    const auto entries = git.ask({"rev-list", "--walk-reflogs", "--count", "refs/stash"}, work.unknown);
    work.stashes = entries ? std::max<std::int64_t>(1, entries->trimmed().toLongLong()) : 0;
    return entries.has_value();
}

/// `worktree <path>` records, the main one first: only where that goes do the others lose anything. Those inside of what goes are counted as
/// repositories of their own.
void nameWorktrees(const SafeGit &git, GitWork &work)
{
    const auto list = git.ask({"worktree", "list", "--porcelain", "-z"}, work.unknown);
    if (!list)
        return;
    const QByteArray main = "worktree " + work.path.toUtf8();
    if (list->first(std::max<qsizetype>(0, list->indexOf('\0'))) != main)
        return;
    for (const QByteArray &record : list->split('\0')) {
        const QString path = record.startsWith("worktree ") ? QString::fromUtf8(record.sliced(9)) : QString();
        if (!path.isEmpty() && path != work.path && !path.startsWith(work.path + u'/') && QFileInfo::exists(path))
            work.worktrees.append(path);
    }
}

} // namespace

GitWork inspectRepository(int directory, const QString &path, bool bare, const QByteArray &within)
{
    GitWork work;
    work.path = path;
    work.metadataLost = within.isEmpty();
    const SafeGit git(directory, {bare, false, ownerOf(directory), "none", {}, std::chrono::seconds(20)});
    const auto configuration = git.ask({"config", "--list", "-z", "--name-only"}, work.unknown);
    if (!configuration)
        return work;
    if (!bare && namesPrograms(*configuration)) {
        work.unknown = QStringLiteral("its configuration names filter programs, which git would run");
        return work;
    }
    if (!bare && !countFiles(git, within, work))
        return work;
    if (work.metadataLost && countHistory(git, work))
        nameWorktrees(git, work);
    return work;
}

} // namespace holdfast
