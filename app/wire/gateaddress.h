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

/// Whether protocol 3.1 lets a client speak to it: path /v1, no user, query or fragment, ws only on loopback.
[[nodiscard]] bool isGateUrl(const QUrl &url);

/// What a gate that serves its user's desktop writes for `hold`: {"url", "key", "ledger_key", "perform_key"}, mode 0600.
struct GateFile final
{
    GateAddress address;
    VerifierKey ledgerKey, performKey;

    /// `$XDG_RUNTIME_DIR/holdfast/gate.json`; without that variable `~/.local/state/holdfast/gate.json`.
    [[nodiscard]] static QString defaultPath();
    /// The reason names the file. Absent file, a file of another user, one that others can read or write, anything malformed.
    [[nodiscard]] static Result<GateFile, QString> read(const QString &path);
    /// Makes the directory 0700 and replaces the file, 0600.
    [[nodiscard]] bool write(const QString &path) const;
};

} // namespace holdfast
