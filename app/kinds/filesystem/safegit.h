// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "kinds/posix/process.h"
#include "kinds/posix/uniquefd.h"

#include <QList>

namespace holdfast {

/// Asks git about a repository that somebody else wrote, without letting that repository's configuration run anything:
/// hooks, pagers, monitors, the machine's and any user's configuration, prompts, lazy fetches and replace objects are off.
class SafeGit final
{
public:
    struct Options final
    {
        bool bare = false; ///< the directory is itself the repository
        bool discover = false; ///< look for the repository upwards, as git does when started there
        std::optional<ProcessUser> runAs;
        QByteArray protocols = "none"; ///< colon-separated, as GIT_ALLOW_PROTOCOL
        std::vector<QByteArray> environment; ///< further `NAME=value`
        std::chrono::seconds deadline{20};
    };
    SafeGit(int directory, Options options);

    /// Standard output of one command, or nullopt; `why` then says what went wrong. At most 32 MiB.
    [[nodiscard]] std::optional<QByteArray> ask(const QList<QByteArray> &arguments, QString &why) const;
    /// One command to its end, whatever comes of it. `errors`: what it says there belongs to the output.
    [[nodiscard]] ProcessEnd run(const QList<QByteArray> &arguments, bool errors) const;

private:
    UniqueFd m_program;
    int m_directory;
    Options m_options;
};

/// The owner of an open directory, to run as, where the gate is root and the owner is not.
[[nodiscard]] std::optional<ProcessUser> ownerOf(int directory);

} // namespace holdfast
