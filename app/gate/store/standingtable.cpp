// SPDX-License-Identifier: Apache-2.0
#include "gate/store/standingtable.h"

#include "core/documents/wholelists.h"

namespace holdfast {

namespace {

QByteArray raw(const PublicKeyBytes &key)
{
    return QByteArray(reinterpret_cast<const char *>(key.data()), static_cast<qsizetype>(key.size()));
}

Decision::Scope scopeOf(const QString &text)
{
    if (text == toString(Decision::Scope::Resource))
        return Decision::Scope::Resource;
    return text == toString(Decision::Scope::Class) ? Decision::Scope::Class : Decision::Scope::This;
}

StandingDenial denialOf(const Query &query)
{
    StandingDenial denial;
    denial.document = query.digest(0);
    denial.hold = HoldId::parse(query.text(1)).value_or(HoldId{});
    denial.person = query.text(2);
    denial.target = query.text(3);
    denial.kind = query.text(4);
    denial.scope = scopeOf(query.text(5));
    denial.action = query.digest(6);
    denial.operation = query.text(7);
    if (const auto list = parseJson(query.text(8).toUtf8(), {2 * largestWholeList, 4}); list && list->asArray())
        for (const Json &item : *list->asArray())
            denial.resources.append(item.asString() ? *item.asString() : QString());
    denial.standing = query.integer(9) != 0;
    return denial;
}

Freeze freezeOf(const Query &query)
{
    Freeze freeze;
    freeze.document = query.digest(0);
    if (!query.isNull(1))
        freeze.actor = query.text(1);
    if (!query.isNull(2))
        freeze.target = query.text(2);
    freeze.standing = query.integer(3) != 0;
    return freeze;
}

} // namespace

void StandingTable::addDenial(const StandingDenial &denial)
{
    JsonArray resources;
    for (const QString &resource : denial.resources)
        resources.emplace_back(resource);
    Query(m_database, "INSERT INTO denials (document, hold, person, target, kind, scope, action, operation, resources, standing) "
                      "VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, 1)")
        .bind(denial.document).bind(denial.hold.toString()).bind(denial.person).bind(denial.target).bind(denial.kind).bind(toString(denial.scope))
        .bind(denial.action).bind(denial.operation).bind(QString::fromUtf8(Json(std::move(resources)).toBytes())).run();
}

std::vector<StandingDenial> StandingTable::denialsOf(const QString &person) const
{
    std::vector<StandingDenial> found;
    Query query(m_database, "SELECT document, hold, person, target, kind, scope, action, operation, resources, standing FROM denials "
                            "WHERE standing = 1 AND person = ?");
    query.bind(person);
    while (query.step())
        found.push_back(denialOf(query));
    return found;
}

std::optional<StandingDenial> StandingTable::denial(const Digest &document) const
{
    Query query(m_database, "SELECT document, hold, person, target, kind, scope, action, operation, resources, standing FROM denials WHERE document = ?");
    query.bind(document);
    return query.step() ? std::optional(denialOf(query)) : std::nullopt;
}

void StandingTable::liftDenial(const Digest &document)
{
    Query(m_database, "UPDATE denials SET standing = 0 WHERE document = ?").bind(document).run();
}

void StandingTable::addFreeze(const Freeze &freeze)
{
    Query(m_database, "INSERT INTO freezes (document, actor, target, standing) VALUES (?, ?, ?, 1)")
        .bind(freeze.document).bind(freeze.actor).bind(freeze.target).run();
}

std::vector<Freeze> StandingTable::freezes() const
{
    std::vector<Freeze> found;
    Query query(m_database, "SELECT document, actor, target, standing FROM freezes WHERE standing = 1");
    while (query.step())
        found.push_back(freezeOf(query));
    return found;
}

std::optional<Freeze> StandingTable::freeze(const Digest &document) const
{
    Query query(m_database, "SELECT document, actor, target, standing FROM freezes WHERE document = ?");
    query.bind(document);
    return query.step() ? std::optional(freezeOf(query)) : std::nullopt;
}

void StandingTable::unfreeze(const Digest &document)
{
    Query(m_database, "UPDATE freezes SET standing = 0 WHERE document = ?").bind(document).run();
}

std::optional<Digest> StandingTable::nonceUser(const PublicKeyBytes &key, const QByteArray &nonce) const
{
    Query query(m_database, "SELECT document FROM nonces WHERE key = ? AND nonce = ?");
    query.bind(raw(key)).bind(nonce);
    return query.step() ? query.optionalDigest(0) : std::nullopt;
}

void StandingTable::useNonce(const PublicKeyBytes &key, const QByteArray &nonce, const Digest &document)
{
    Query(m_database, "INSERT INTO nonces (key, nonce, document) VALUES (?, ?, ?)").bind(raw(key)).bind(nonce).bind(document).run();
}

void StandingTable::revokeKey(const VerifierKey &key, Instant at)
{
    Query(m_database, "INSERT OR IGNORE INTO revoked_keys (key, hint, at) VALUES (?, ?, ?)").bind(raw(key.bytes)).bind(key.hint()).bind(at).run();
}

bool StandingTable::isRevokedHint(const QString &hint) const
{
    Query query(m_database, "SELECT 1 FROM revoked_keys WHERE hint = ?");
    query.bind(hint);
    return query.step();
}

bool StandingTable::isRevoked(const PublicKeyBytes &key) const
{
    Query query(m_database, "SELECT 1 FROM revoked_keys WHERE key = ?");
    query.bind(raw(key));
    return query.step();
}

void StandingTable::addInvite(const QString &mark, const QByteArray &secret, Instant at, bool machinesOnly)
{
    Query(m_database, "INSERT INTO invites (mark, secret, failures, at, machines_only) VALUES (?, ?, 0, ?, ?)")
        .bind(mark).bind(secret).bind(at).bind(std::int64_t{machinesOnly ? 1 : 0}).run();
}

std::optional<StoredInvite> StandingTable::invite(const QString &mark) const
{
    Query query(m_database, "SELECT secret, failures, machines_only FROM invites WHERE mark = ?");
    query.bind(mark);
    return query.step() ? std::optional(StoredInvite{query.bytes(0), static_cast<int>(query.integer(1)), query.integer(2) != 0}) : std::nullopt;
}

void StandingTable::countInviteFailure(const QString &mark)
{
    Query(m_database, "UPDATE invites SET failures = failures + 1 WHERE mark = ?").bind(mark).run();
}

void StandingTable::removeInvite(const QString &mark)
{
    Query(m_database, "DELETE FROM invites WHERE mark = ?").bind(mark).run();
}

std::optional<QByteArray> StandingTable::meta(const QString &name) const
{
    Query query(m_database, "SELECT value FROM meta WHERE name = ?");
    query.bind(name);
    return query.step() ? std::optional(query.bytes(0)) : std::nullopt;
}

void StandingTable::setMeta(const QString &name, const QByteArray &value)
{
    Query(m_database, "INSERT OR REPLACE INTO meta (name, value) VALUES (?, ?)").bind(name).bind(value).run();
}

} // namespace holdfast
