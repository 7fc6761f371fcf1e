// SPDX-License-Identifier: Apache-2.0
#include "kinds/filesystem/gitwork.h"

#include "kinds/posix/process.h"
#include "kinds/posix/uniquefd.h"

#include <QList>

#include <fcntl.h>
#include <sys/stat.h>

namespace holdfast {

namespace {

constexpr std::chrono::seconds Deadline{20};
constexpr qsizetype OutputLimit = 32 * 1024 * 1024;

std::vector<QByteArray> safeEnvironment(bool bare)
{
    std::vector<QByteArray> names{"PATH=/usr/bin:/bin", "HOME=/nonexistent", "LC_ALL=C", bare ? "GIT_DIR=." : "GIT_DIR=.git",
            "GIT_CONFIG_NOSYSTEM=1", "GIT_CONFIG_GLOBAL=/dev/null", "GIT_CONFIG_SYSTEM=/dev/null", "GIT_ATTR_NOSYSTEM=1", "GIT_OPTIONAL_LOCKS=0",
            "GIT_TERMINAL_PROMPT=0", "GIT_ALLOW_PROTOCOL=none", "GIT_PAGER=cat", "GIT_LITERAL_PATHSPECS=1", "GIT_NO_REPLACE_OBJECTS=1"};
    if (!bare)
        names.push_back("GIT_WORK_TREE=.");
    return names;
}

std::optional<ProcessUser> ownerOf(int directory)
{
    struct stat entry{};
    if (::geteuid() != 0 || ::fstat(directory, &entry) != 0 || entry.st_uid == 0)
        return std::nullopt;
    return ProcessUser{entry.st_uid, entry.st_gid};
}

class Git final
{
public:
    Git(int directory, bool bare) : m_program(::open("/usr/bin/git", O_PATH | O_CLOEXEC)), m_directory(directory), m_bare(bare) {}

    /// Standard output, or nullopt; `why` then says what went wrong.
    std::optional<QByteArray> ask(const QList<QByteArray> &arguments, QString &why) const
    {
        if (!m_program) {
            why = QStringLiteral("git is not installed where the gate runs");
            return std::nullopt;
        }
        ProcessSpec spec;
        spec.program = m_program.get();
        spec.argv = {"git", "-c", "core.fsmonitor=false", "-c", "core.hooksPath=/dev/null", "-c", "core.pager=cat", "-c", "core.untrackedCache=false",
                     "-c", "core.alternateRefsCommand=", "-c", "safe.directory=*"};
        spec.argv.insert(spec.argv.end(), arguments.begin(), arguments.end());
        spec.environment = safeEnvironment(m_bare);
        spec.directory = m_directory;
        spec.deadline = Deadline;
        spec.outputLimit = OutputLimit;
        spec.mergeErrors = false;
        spec.runAs = ownerOf(m_directory);
        ProcessEnd end = runProcess(spec);
        if (end.succeeded() && end.outputTotal <= OutputLimit)
            return std::move(end.output);
        const QString command = QString::fromUtf8(arguments.first());
        why = end.timedOut ? QStringLiteral("git %1 took longer than %2 s").arg(command).arg(Deadline.count())
                           : QStringLiteral("git %1 failed (%2)").arg(command).arg(end.exitCode.value_or(-1));
        return std::nullopt;
    }

private:
    UniqueFd m_program;
    int m_directory;
    bool m_bare;
};

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

bool countFiles(const Git &git, const QByteArray &within, GitWork &work)
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

bool countHistory(const Git &git, GitWork &work)
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

} // namespace

GitWork inspectRepository(int directory, const QString &path, bool bare, const QByteArray &within)
{
    GitWork work;
    work.path = path;
    work.metadataLost = within.isEmpty();
    const Git git(directory, bare);
    const auto configuration = git.ask({"config", "--list", "-z", "--name-only"}, work.unknown);
    if (!configuration)
        return work;
    if (!bare && namesPrograms(*configuration)) {
        work.unknown = QStringLiteral("its configuration names filter programs, which git would run");
        return work;
    }
    if (!bare && !countFiles(git, within, work))
        return work;
    if (work.metadataLost)
        static_cast<void>(countHistory(git, work));
    return work;
}

} // namespace holdfast
