// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "kinds/command/commandplan.h"
#include "kinds/command/gitaddress.h"
#include "kinds/filesystem/safegit.h"

#include <QTemporaryDir>

#include <map>

namespace holdfast {

/// One reference that a push would set or delete.
struct RefUpdate final
{
    QString ref; ///< full name on the remote
    QString old; ///< 40 hex; empty: does not exist there
    QString next; ///< 40 hex; empty: deleted
    bool forced = false;
    bool fastForward = false;
};

/// Commits that no reference of the remote would reach any more.
struct LostCommits final
{
    std::int64_t commits = 0;
    std::int64_t bytes = 0;
    QStringList authors;
    QString newest; ///< RFC 3339 with offset, as git writes it
    QStringList listed; ///< a line each: short id, author, date, subject; bounded
};

/// A remote as the gate itself sees it: asked anew, and fetched into a repository of the gate's that is thrown away. The requester's
/// tracking references are never believed, and nothing of his configuration is in force there. A push is performed from here, too.
class GitRemote final
{
public:
    GitRemote(const CommandPlan &plan, GitAddress address);

    /// References by full name; nullopt and why() when the remote cannot be asked.
    [[nodiscard]] std::optional<std::map<QString, QString>> references() const;
    /// Fetches everything that the remote has; false and why() when that failed.
    [[nodiscard]] bool fetch();
    /// Fetches these very commits from a repository on this machine (its common directory), checking what it hands over.
    [[nodiscard]] bool fetchFrom(const QByteArray &repository, const QStringList &commits);
    [[nodiscard]] bool isFastForward(const QString &old, const QString &next) const;
    [[nodiscard]] std::optional<LostCommits> lostBy(const std::vector<RefUpdate> &updates);
    [[nodiscard]] QString why() const { return m_why; }

    [[nodiscard]] const GitAddress &address() const { return m_address; }
    /// git in the repository that holds it all, able to reach the remote and nothing else.
    [[nodiscard]] SafeGit git() const { return at(true, m_address.protocol); }
    /// For a repository on this machine: `--<option>=<command>` that keeps its hooks and its configured programs from running.
    [[nodiscard]] static QByteArray served(const char *option, const char *command);

private:
    [[nodiscard]] SafeGit at(bool bare, const QByteArray &protocols) const;
    [[nodiscard]] QList<QByteArray> asking(QList<QByteArray> command) const;

    GitAddress m_address;
    QTemporaryDir m_quarantine;
    UniqueFd m_directory;
    std::optional<ProcessUser> m_user;
    std::vector<QByteArray> m_environment;
    mutable QString m_why; ///< of the last question
};

} // namespace holdfast
