// SPDX-License-Identifier: Apache-2.0
#include "gate/store/blobtable.h"

#include <algorithm>
#include <limits>

namespace holdfast {

namespace {

/// Blobs up to this size lie in `blobs`, larger ones in pieces of it beside: the migration to version 3 cuts them the same way.
constexpr std::int64_t pieceSize = 64LL * 1024;

} // namespace

void BlobTable::add(const Digest &digest, const QByteArray &bytes)
{
    if (has(digest))
        return;
    const bool inPieces = bytes.size() > pieceSize;
    Query(m_database, "INSERT INTO blobs (digest, size, bytes) VALUES (?, ?, ?)")
        .bind(digest).bind(std::int64_t{bytes.size()}).bind(inPieces ? QByteArray("") : bytes).run();
    for (std::int64_t at = 0; inPieces && at < bytes.size(); at += pieceSize)
        Query(m_database, "INSERT INTO blob_pieces (digest, at, bytes) VALUES (?, ?, ?)").bind(digest).bind(at).bind(bytes.mid(at, pieceSize)).run();
}

std::optional<QByteArray> BlobTable::read(const Digest &digest) const
{
    return part(digest, 0, std::numeric_limits<std::int64_t>::max());
}

std::optional<QByteArray> BlobTable::part(const Digest &digest, std::int64_t offset, std::int64_t length) const
{
    Query query(m_database, "SELECT size, bytes FROM blobs WHERE digest = ?");
    query.bind(digest);
    if (!query.step() || offset < 0 || offset > query.integer(0))
        return std::nullopt;
    const std::int64_t size = query.integer(0), wanted = std::min(length, size - offset);
    if (size <= pieceSize)
        return query.bytes(1).mid(offset, wanted);
    QByteArray bytes;
    bytes.reserve(wanted);
    Query pieces(m_database, "SELECT at, bytes FROM blob_pieces WHERE digest = ? AND at > ? AND at < ? ORDER BY at");
    pieces.bind(digest).bind(offset - pieceSize).bind(offset + wanted);
    while (pieces.step()) {
        const std::int64_t from = std::max<std::int64_t>(offset - pieces.integer(0), 0);
        bytes += pieces.bytes(1).mid(from, wanted - bytes.size());
    }
    return bytes.size() == wanted ? std::optional(std::move(bytes)) : std::nullopt;
}

bool BlobTable::has(const Digest &digest) const
{
    Query query(m_database, "SELECT 1 FROM blobs WHERE digest = ?");
    query.bind(digest);
    return query.step();
}

std::optional<std::int64_t> BlobTable::size(const Digest &digest) const
{
    Query query(m_database, "SELECT size FROM blobs WHERE digest = ?");
    query.bind(digest);
    return query.step() ? std::optional(query.integer(0)) : std::nullopt;
}

void BlobTable::own(const Digest &digest, const QString &actor, std::int64_t size, Instant at)
{
    Query(m_database, "INSERT OR REPLACE INTO blob_owners (digest, actor, at, size, named) VALUES (?1, ?2, ?3, ?4, EXISTS (SELECT 1 FROM blob_references WHERE digest = ?1))")
        .bind(digest).bind(actor).bind(at).bind(size).run();
}

bool BlobTable::owns(const Digest &digest, const QString &actor) const
{
    Query query(m_database, "SELECT 1 FROM blob_owners WHERE digest = ? AND actor = ?");
    query.bind(digest).bind(actor);
    return query.step();
}

std::int64_t BlobTable::idleBytes(const QString &actor) const
{
    Query query(m_database, "SELECT coalesce(sum(max(size, ?)), 0) FROM blob_owners WHERE actor = ? AND named = 0");
    query.bind(leastCharged).bind(actor);
    return query.step() ? query.integer(0) : 0;
}

void BlobTable::purgeIdle(Instant before)
{
    Query(m_database, "DELETE FROM blobs WHERE digest IN (SELECT digest FROM blob_owners WHERE at < ?) AND NOT EXISTS "
                      "(SELECT 1 FROM blob_references AS r WHERE r.digest = blobs.digest) AND NOT EXISTS "
                      "(SELECT 1 FROM blob_owners AS o WHERE o.digest = blobs.digest AND o.at >= ?)")
        .bind(before).bind(before).run();
    Query(m_database, "DELETE FROM blob_owners WHERE at < ?").bind(before).run();
}

void BlobTable::forget(const Digest &digest, const QString &actor)
{
    Query(m_database, "DELETE FROM blob_owners WHERE digest = ? AND actor = ?").bind(digest).bind(actor).run();
    Query(m_database, "DELETE FROM blobs WHERE digest = ? AND NOT EXISTS (SELECT 1 FROM blob_references AS r WHERE r.digest = blobs.digest) "
                      "AND NOT EXISTS (SELECT 1 FROM blob_owners AS o WHERE o.digest = blobs.digest)")
        .bind(digest).run();
}

void BlobTable::refer(const Digest &digest, std::int64_t index, EntryKind kind, const std::optional<HoldId> &hold)
{
    Query query(m_database, "INSERT OR IGNORE INTO blob_references (digest, idx, kind, hold) VALUES (?, ?, ?, ?)");
    query.bind(digest).bind(index).bind(toString(kind));
    hold ? query.bind(hold->toString()) : query.bindNull();
    query.run();
    Query(m_database, "UPDATE blob_owners SET named = 1 WHERE digest = ? AND named = 0").bind(digest).run();
}

bool BlobTable::isNamed(const Digest &digest) const
{
    Query query(m_database, "SELECT 1 FROM blob_references WHERE digest = ? LIMIT 1");
    query.bind(digest);
    return query.step();
}

bool BlobTable::isNamedFor(const Digest &digest, const QString &actor) const
{
    Query query(m_database, "SELECT 1 FROM blob_references AS r LEFT JOIN holds AS h ON h.id = r.hold WHERE r.digest = ? AND "
                            "(r.kind = 'registry' OR (h.actor = ? AND r.kind IN ('request', 'receipt')) OR (r.kind = 'receipt' AND EXISTS "
                            "(SELECT 1 FROM holds AS o WHERE o.action = h.action AND o.actor = ? AND o.person = h.person AND o.kind = h.kind "
                            "AND o.target = h.target))) LIMIT 1");
    query.bind(digest).bind(actor).bind(actor);
    return query.step();
}

bool BlobTable::isNamedInHold(const Digest &digest, const QString &actor, const QString &target) const
{
    Query query(m_database, "SELECT 1 FROM blob_references AS r JOIN holds AS h ON h.id = r.hold WHERE r.digest = ? AND r.kind = 'hold' "
                            "AND h.actor = ? AND h.target = ? LIMIT 1");
    query.bind(digest).bind(actor).bind(target);
    return query.step();
}

} // namespace holdfast
