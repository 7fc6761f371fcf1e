// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "kinds/filesystem/safegit.h"

#include <QStringList>

namespace holdfast {

/// A repository's own configuration file, read without letting it run, include or rewrite anything. Whatever a push would heed and is not
/// mirrored here makes the push not understood, by name: there is no list of what is dangerous, only of what is known not to matter.
class GitConfiguration final
{
public:
    /// Reads `<directory>/config`, the common directory of a repository; nullopt and `why` when it cannot be read.
    [[nodiscard]] static std::optional<GitConfiguration> read(const SafeGit &git, const QByteArray &directory, QString &why);

    /// The one url of a remote; nullopt when there is none or several.
    [[nodiscard]] std::optional<QString> urlOf(const QString &remote) const;
    /// Whether the remote's tracking references lie where they lie by default.
    [[nodiscard]] bool tracksAsUsual(const QString &remote) const;
    /// What of it would change a push to `remote` (empty: to an explicit url), by key.
    [[nodiscard]] QStringList decidingPushTo(const QString &remote) const;
    /// What of it would change how this repository receives a push.
    [[nodiscard]] QStringList decidingReceive() const;

private:
    struct Entry final
    {
        QString key; ///< section and last part in lower case, as git lists them
        QString value;
    };
    std::vector<Entry> m_entries;
};

} // namespace holdfast
