// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <QString>

#include <optional>

namespace holdfast {

/// Where a remote lies, by an address that says all of it: nothing on this machine rewrites it, and no helper program is named in it.
struct GitAddress final
{
    QString url; ///< as git is given it
    QByteArray protocol; ///< the only one that git may speak then: file, ssh, http, https or git
    QString directory; ///< of a repository on this machine; empty: elsewhere
    [[nodiscard]] bool isHere() const { return !directory.isEmpty(); }

    /// As git 2.39 tells addresses apart; nullopt for a relative path, `ext::…` and other helpers, and what is no address at all.
    [[nodiscard]] static std::optional<GitAddress> parse(const QString &text);
};

} // namespace holdfast
