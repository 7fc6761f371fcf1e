// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "core/result.h"
#include "core/verifierkey.h"

#include <QUrl>

#include <optional>

namespace holdfast {

/// Where a gate is and which key it must prove: `<url>#<gate vkey>`.
struct GateAddress final
{
    QUrl url; ///< ws://127.0.0.1:7420/v1; wss:// off loopback
    VerifierKey key;

    [[nodiscard]] QString toString() const;
    [[nodiscard]] static std::optional<GateAddress> parse(QStringView text);
};

/// True where protocol 3.1 lets a client speak to it: path /v1, no user, query or fragment, ws only on loopback.
[[nodiscard]] bool isGateUrl(const QUrl &url);

/// Written beside its store by a running gate, for all who look for it: {"url", "key", "ledger_key", "perform_key", "pid",
/// "awaits_owner"}, mode 0600. Removed at a clean end; a gate that crashed leaves it behind.
struct GateFile final
{
    GateAddress address;
    VerifierKey ledgerKey, performKey;
    std::int64_t pid = 0;
    bool awaitsOwner = false; ///< only `actor.enrol` with the first owner's secret is answered

    /// The file of the gate of this user's desktop: `$XDG_DATA_HOME/holdfast/gate/gate.json`, whatever the session.
    [[nodiscard]] static QString defaultPath();
    [[nodiscard]] static QString beside(const QString &store);
    /// False: the gate that wrote it has ended, and the file means nothing.
    [[nodiscard]] bool isOfRunning() const;
    /// The reason names the file. Absent file, a file of another user, one that others can read or write, anything malformed.
    [[nodiscard]] static Result<GateFile, QString> read(const QString &path);
    /// Replaces the file, 0600; makes the directory, 0700, where there is none.
    [[nodiscard]] bool write(const QString &path) const;
};

} // namespace holdfast
