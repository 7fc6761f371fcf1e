// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "config/gateconfig.h"
#include "core/signer.h"
#include "gate/lifecycle/identity.h"

namespace holdfast::bench {

/// The cast: one gate, its owner, one agent of another person. Made once into a directory, so that every store that was
/// made there verifies under the same keys.
struct Cast final
{
    SeedSigner session, decide; ///< the owner's
    SeedSigner request; ///< the agent's
    SeedSigner hostile; ///< another machine's, of another person

    [[nodiscard]] static Cast of(const QString &directory);
};

inline const QString OwnerName = QStringLiteral("owner");
inline const QString AgentName = QStringLiteral("bench-agent");
/// Requests for `asked` are held at tier high, those for `backlog` at tier low: in the order of the inbox one that is asked anew
/// stands above everything that waits already.
inline const QString AskedTarget = QStringLiteral("asked");
inline const QString BacklogTarget = QStringLiteral("backlog");
/// Targets of a server that takes connections and never answers.
inline const QStringList SlowTargets{QStringLiteral("slow-one"), QStringLiteral("slow-two")};
/// Both run this program: it is resolved, opened and hashed for each request, before it is approved and again before it runs.
inline const QString Program = QStringLiteral("/usr/bin/true");

/// gate.toml of a gate directory; its policy names the cast.
[[nodiscard]] QByteArray gateToml(const Cast &cast);
/// The same with the hostile machine, and the slow targets, which lead to `port`.
[[nodiscard]] QByteArray hostileToml(const Cast &cast, const QByteArray &port);

/// A request of `size` bytes of payload, as the agent would sign it.
[[nodiscard]] QByteArray requestPayload(const QString &gate, const VerifierKey &gateKey, const QString &target, Instant at, qsizetype size);
/// Params that withdraw what the agent asked for.
[[nodiscard]] Json withdrawal(const VerifierKey &gateKey, const Signer &key, const HoldId &hold);

} // namespace holdfast::bench
