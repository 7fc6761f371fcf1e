// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "core/documents/request.h"

#include <map>
#include <vector>

namespace holdfast {

enum class ActorKind { Human, Machine };
[[nodiscard]] QString toString(ActorKind value);
[[nodiscard]] std::optional<ActorKind> actorKindFrom(QStringView text);

/// Purposes of keys (protocol 1.3).
namespace purpose {
inline constexpr QStringView Request = u"request";
inline constexpr QStringView Session = u"session";
inline constexpr QStringView Decide = u"decide";
inline constexpr QStringView Cosign = u"cosign";
}
namespace role {
inline constexpr QStringView Requester = u"requester";
inline constexpr QStringView Approver = u"approver";
inline constexpr QStringView Lead = u"lead";
inline constexpr QStringView Admin = u"admin";
}

/// A person or a machine, with keys and roles.
struct Actor final
{
    QString name;
    ActorKind kind = ActorKind::Machine;
    QString person; ///< separates duties; a machine's sponsor
    QStringList roles;
    std::optional<QStringList> groups, targets, kinds;
    std::map<QString, VerifierKey> keys; ///< by purpose; empty while invited
    std::optional<QString> mark; ///< of the invite, until enrolled
    std::optional<Instant> expires;

    [[nodiscard]] bool has(QStringView wantedRole) const;
    [[nodiscard]] const VerifierKey *key(QStringView purposeName) const;
    /// Not expired at `at`.
    [[nodiscard]] bool isActive(Instant at) const;
    friend bool operator==(const Actor &, const Actor &) = default;
};

struct GateKeys final
{
    VerifierKey key, ledgerKey, performKey;
    friend bool operator==(const GateKeys &, const GateKeys &) = default;
};

struct RegistryCause final
{
    std::optional<HoldId> hold; ///< exactly one of the two
    std::optional<Digest> document; ///< id digest
};

/// Actors, keys and policy at one point of the ledger; its own chain (protocol 1.4, registry).
struct Registry final
{
    QString gate;
    std::int64_t serial = 0;
    std::optional<Digest> previous; ///< payload digest; absent in the first
    BlobRef policy; ///< the exact TOML
    GateKeys gateKeys;
    std::vector<Actor> actors;
    std::optional<RegistryCause> cause; ///< absent only in the first

    [[nodiscard]] const Actor *actor(QStringView name) const;
    /// The actor whose key for `purposeName` has these bytes, or nullptr.
    [[nodiscard]] const Actor *actorByKey(const PublicKeyBytes &key, QStringView purposeName) const;
    /// Human actors with role approver, a decide key, active at `at`: distinct persons.
    [[nodiscard]] QStringList approverPersons(Instant at) const;

    [[nodiscard]] QByteArray toPayload() const;
    /// Also refuses the same 32 key bytes twice and duplicate actor names.
    [[nodiscard]] static Parsed<Registry> parse(QByteArrayView payload);
};

} // namespace holdfast
