// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "kinds/command/commandplan.h"
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

/// A remote as the gate itself sees it: asked anew, and fetched into a repository that is thrown away. The requester's
/// tracking references are never believed.
class GitRemote final
{
public:
    /// `local`: a descriptor inside the requester's clone, whose objects are lent.
    GitRemote(const CommandPlan &plan, int local, QString url);

    /// References by full name; nullopt and why() when the remote cannot be asked.
    [[nodiscard]] std::optional<std::map<QString, QString>> references();
    /// Fetches everything; false and why() when that failed.
    [[nodiscard]] bool fetch();
    [[nodiscard]] bool isFastForward(const QString &old, const QString &next) const;
    [[nodiscard]] std::optional<LostCommits> lostBy(const std::vector<RefUpdate> &updates);
    [[nodiscard]] QString why() const { return m_why; }

private:
    [[nodiscard]] SafeGit git(bool bare) const;

    QString m_url;
    QTemporaryDir m_quarantine;
    UniqueFd m_directory;
    std::optional<ProcessUser> m_user;
    std::vector<QByteArray> m_environment;
    QString m_why;
};

} // namespace holdfast
