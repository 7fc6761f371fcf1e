// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "core/documents/registry.h"

namespace holdfast {

/// First call of a client (protocol 3.2).
struct SessionOpen final
{
    QString gate;
    VerifierKey gateKey;
    QByteArray nonce; ///< the gate's challenge
    QByteArray clientNonce;
    VerifierKey key;
    QString clientName, clientVersion;
    std::optional<Digest> channel; ///< absent on loopback
    Instant at{};
    [[nodiscard]] QByteArray toPayload() const;
    [[nodiscard]] static Parsed<SessionOpen> parse(QByteArrayView payload);
};

/// The gate's signed answer.
struct Session final
{
    QString gate;
    QByteArray nonce, clientNonce;
    VerifierKey key;
    QString session;
    QString actorName;
    ActorKind actorKind = ActorKind::Machine;
    QString actorPerson;
    QStringList actorRoles;
    QString checkpoint; ///< signed note as text
    Digest registry; ///< payload digest
    Instant time{};
    [[nodiscard]] QByteArray toPayload() const;
    [[nodiscard]] static Parsed<Session> parse(QByteArrayView payload);
};

/// Keys of an invited actor, proving that their holder knows the invite's secret.
struct Enrol final
{
    QString gate;
    VerifierKey gateKey;
    QByteArray nonce;
    std::map<QString, VerifierKey> keys;
    QString mark;
    QString mac; ///< hex HMAC-SHA-256(secret, nonce ‖ vkeys joined by LF, sorted)
    [[nodiscard]] QByteArray toPayload() const;
    [[nodiscard]] static Parsed<Enrol> parse(QByteArrayView payload);
};

/// An invite handed over out of band: `<gate vkey>#<base64 of 16 secret bytes>`; `mark` = first 16 hex digits of SHA-256(secret).
struct Invite final
{
    VerifierKey gateKey;
    QByteArray secret; ///< 16 bytes
    [[nodiscard]] QString toString() const;
    [[nodiscard]] QString mark() const;
    [[nodiscard]] static std::optional<Invite> parse(QStringView text);
};
[[nodiscard]] QString enrolMac(QByteArrayView secret, QByteArrayView nonce, const std::map<QString, VerifierKey> &keys);

} // namespace holdfast
