// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "core/documents/decision.h"
#include "core/verifierkey.h"
#include "gate/store/sqlite.h"

#include <vector>

namespace holdfast {

/// A denial that sticks (protocol 4).
struct StandingDenial final
{
    Digest document; ///< id digest of the decision
    HoldId hold;
    QString person, target, kind;
    Decision::Scope scope = Decision::Scope::This;
    Digest action; ///< of the exact action bytes
    QString operation;
    QStringList resources;
    bool standing = true;
};

struct Freeze final
{
    Digest document; ///< id digest of the command
    std::optional<QString> actor, target;
    bool standing = true;
};

struct StoredInvite final
{
    QByteArray secret;
    int failures = 0;
    bool machinesOnly = true; ///< a machine asked for it
};

/// Everything that stands until it is undone: denials, freezes, spent nonces, revoked keys, invites.
class StandingTable final
{
public:
    explicit StandingTable(Database &database) : m_database(database) {}

    void addDenial(const StandingDenial &denial);
    [[nodiscard]] std::vector<StandingDenial> denialsOf(const QString &person) const; ///< standing ones
    [[nodiscard]] std::optional<StandingDenial> denial(const Digest &document) const;
    void liftDenial(const Digest &document);

    void addFreeze(const Freeze &freeze);
    [[nodiscard]] std::vector<Freeze> freezes() const; ///< standing ones
    [[nodiscard]] std::optional<Freeze> freeze(const Digest &document) const;
    void unfreeze(const Digest &document);

    /// The document that used this key's nonce first, or nullopt.
    [[nodiscard]] std::optional<Digest> nonceUser(const PublicKeyBytes &key, const QByteArray &nonce) const;
    void useNonce(const PublicKeyBytes &key, const QByteArray &nonce, const Digest &document);

    void revokeKey(const VerifierKey &key, Instant at);
    [[nodiscard]] bool isRevoked(const PublicKeyBytes &key) const;
    /// For a clear sentence only: a hint proves nothing.
    [[nodiscard]] bool isRevokedHint(const QString &hint) const;

    void addInvite(const QString &mark, const QByteArray &secret, Instant at, bool machinesOnly);
    [[nodiscard]] std::optional<StoredInvite> invite(const QString &mark) const;
    void countInviteFailure(const QString &mark);
    void removeInvite(const QString &mark);

    [[nodiscard]] std::optional<QByteArray> meta(const QString &name) const;
    void setMeta(const QString &name, const QByteArray &value);

private:
    Database &m_database;
};

} // namespace holdfast
