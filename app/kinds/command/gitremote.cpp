// SPDX-License-Identifier: Apache-2.0
#include "kinds/command/gitremote.h"

#include <QSet>

#include <fcntl.h>

namespace holdfast {

namespace {

constexpr std::chrono::seconds Deadline{120};
constexpr qsizetype MaxListed = 500;

/// What ssh and https need of the environment, where the target passes it on.
std::vector<QByteArray> transportEnvironment(const CommandPlan &plan)
{
    std::vector<QByteArray> result{"GIT_SSH_COMMAND=ssh -oBatchMode=yes"};
    for (const auto &entry : plan.environment) {
        if (entry.startsWith("HOME=") || entry.startsWith("SSH_AUTH_SOCK="))
            result.push_back(entry);
    }
    return result;
}

} // namespace

GitRemote::GitRemote(const CommandPlan &plan, GitAddress address) : m_address(std::move(address)), m_user(plan.runAs), m_environment(transportEnvironment(plan))
{
    if (!m_quarantine.isValid()) {
        m_why = QStringLiteral("no temporary directory can be made");
        return;
    }
    m_directory = UniqueFd(::open(m_quarantine.path().toUtf8().constData(), O_RDONLY | O_DIRECTORY | O_CLOEXEC));
    if (m_user && ::fchown(m_directory.get(), m_user->uid, m_user->gid) != 0)
        m_why = QStringLiteral("the quarantine cannot be given to its user");
}

SafeGit GitRemote::at(bool bare, const QByteArray &protocols) const
{
    return {m_directory.get(), {bare, !bare, m_user, protocols, m_environment, Deadline}};
}

QByteArray GitRemote::served(const char *option, const char *command)
{
    return QByteArray("--") + option + "=git -c safe.directory=* -c core.hooksPath=/dev/null -c core.fsmonitor=false -c core.alternateRefsCommand= -c receive.autogc=false"
        + " -c receive.denyCurrentBranch=refuse -c uploadpack.allowAnySHA1InWant=true " + command;
}

/// The command with what a repository on this machine needs, placed behind its name.
QList<QByteArray> GitRemote::asking(QList<QByteArray> command) const
{
    if (m_address.isHere())
        command.insert(1, served("upload-pack", "upload-pack"));
    return command;
}

std::optional<std::map<QString, QString>> GitRemote::references() const
{
    if (!m_directory)
        return std::nullopt;
    const auto listing = at(false, m_address.protocol).ask(asking({"ls-remote", "--refs", "--", m_address.url.toUtf8()}), m_why);
    if (!listing)
        return std::nullopt;
    std::map<QString, QString> references;
    for (const auto &line : QString::fromUtf8(*listing).split(u'\n', Qt::SkipEmptyParts)) {
        const auto tab = line.indexOf(u'\t');
        references[line.mid(tab + 1)] = line.first(std::max<qsizetype>(tab, 0));
    }
    return references;
}

bool GitRemote::fetch()
{
    // Hidden behind refs/remote, so that names of the remote cannot become names of the quarantine.
    return at(false, "none").ask({"init", "--quiet", "--bare", "--template=", "."}, m_why)
        && git().ask(asking({"fetch", "--quiet", "--no-tags", "--no-write-fetch-head", "--no-auto-maintenance", "--no-recurse-submodules", "--", m_address.url.toUtf8(), "+refs/*:refs/remote/*"}), m_why);
}

bool GitRemote::fetchFrom(const QByteArray &repository, const QStringList &commits)
{
    QList<QByteArray> command{"fetch", served("upload-pack", "upload-pack"), "--quiet", "--no-tags", "--no-write-fetch-head", "--no-auto-maintenance", "--no-recurse-submodules", "--", repository};
    for (const auto &commit : commits)
        command.append(commit.toUtf8() + ":refs/next/" + commit.toUtf8());
    return commits.isEmpty() || (git().ask({"config", "fetch.fsckObjects", "true"}, m_why) && at(true, "file").ask(command, m_why));
}

bool GitRemote::isFastForward(const QString &old, const QString &next) const
{
    QString ignored;
    return git().ask({"merge-base", "--is-ancestor", old.toUtf8(), next.toUtf8()}, ignored).has_value();
}

std::optional<LostCommits> GitRemote::lostBy(const std::vector<RefUpdate> &updates)
{
    // Reachable before, and neither from the new values nor from any reference that stays: --exclude goes before --all.
    QList<QByteArray> range;
    QList<QByteArray> kept{"--not"};
    QList<QByteArray> excluded;
    for (const auto &update : updates) {
        if (!update.old.isEmpty())
            range.append(update.old.toUtf8());
        if (!update.next.isEmpty())
            kept.append(update.next.toUtf8());
        excluded.append("--exclude=refs/remote/" + update.ref.mid(5).toUtf8());
    }
    LostCommits lost;
    if (range.isEmpty())
        return lost;
    const QList<QByteArray> what = range + kept + excluded + QList<QByteArray>{"--all"};
    const auto count = git().ask(QList<QByteArray>{"rev-list", "--count"} + what, m_why);
    const auto bytes = count ? git().ask(QList<QByteArray>{"rev-list", "--objects", "--disk-usage"} + what, m_why) : std::nullopt;
    const auto log = bytes ? git().ask(QList<QByteArray>{"log", "--format=%h%x09%an <%ae>%x09%cI%x09%s"} + what, m_why) : std::nullopt;
    if (!log)
        return std::nullopt;
    lost.commits = count->trimmed().toLongLong();
    lost.bytes = bytes->trimmed().toLongLong();
    QSet<QString> authors;
    qsizetype listed = 0;
    for (const auto &line : log->split('\n')) {
        const auto fields = QString::fromUtf8(line).split(u'\t');
        if (fields.size() < 4)
            continue;
        authors.insert(fields[1]);
        lost.newest = std::max(lost.newest, fields[2]);
        if (listed++ < MaxListed)
            lost.listed += fields.join(QLatin1StringView("  "));
    }
    lost.authors = QStringList(authors.begin(), authors.end());
    lost.authors.sort();
    return lost;
}

} // namespace holdfast
