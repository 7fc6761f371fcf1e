// SPDX-License-Identifier: Apache-2.0
#include "gate/store/ledgertable.h"

namespace holdfast {

namespace {

DocumentPlace placeOf(const Query &query)
{
    return {query.digest(0), query.integer(1), entryKindFrom(query.text(2)).value_or(EntryKind::Event),
            query.isNull(3) ? std::nullopt : HoldId::parse(query.text(3))};
}

std::vector<DocumentPlace> placesOf(Query &query)
{
    std::vector<DocumentPlace> places;
    while (query.step())
        places.push_back(placeOf(query));
    return places;
}

} // namespace

std::int64_t LedgerTable::size() const
{
    Query query(m_database, "SELECT max(idx) + 1 FROM entries");
    return query.step() && !query.isNull(0) ? query.integer(0) : 0;
}

std::optional<QByteArray> LedgerTable::entry(std::int64_t index) const
{
    Query query(m_database, "SELECT bytes FROM entries WHERE idx = ?");
    query.bind(index);
    return query.step() ? std::optional(query.bytes(0)) : std::nullopt;
}

std::vector<QByteArray> LedgerTable::entries(std::int64_t from, std::int64_t to, int count, qsizetype bytes) const
{
    std::vector<QByteArray> found;
    Query query(m_database, "SELECT bytes FROM entries WHERE idx >= ? AND idx < ? ORDER BY idx LIMIT ?");
    query.bind(from).bind(to).bind(count);
    qsizetype total = 0;
    while (query.step()) {
        QByteArray entry = query.bytes(0);
        total += entry.size();
        if (total > bytes && !found.empty())
            break;
        found.push_back(std::move(entry));
    }
    return found;
}

NodeReader LedgerTable::nodes() const
{
    return [this](int level, std::int64_t index) -> std::optional<Digest> {
        Query query(m_database, "SELECT hash FROM nodes WHERE level = ? AND idx = ?");
        query.bind(level).bind(index);
        return query.step() ? query.optionalDigest(0) : std::nullopt;
    };
}

void LedgerTable::append(std::int64_t index, const QByteArray &bytes, const std::vector<MerkleNode> &nodes)
{
    Query(m_database, "INSERT INTO entries (idx, bytes) VALUES (?, ?)").bind(index).bind(bytes).run();
    for (const MerkleNode &node : nodes)
        Query(m_database, "INSERT INTO nodes (level, idx, hash) VALUES (?, ?, ?)").bind(node.level).bind(node.index).bind(node.hash).run();
}

void LedgerTable::place(const DocumentPlace &document)
{
    Query query(m_database, "INSERT INTO documents (id, idx, kind, hold) VALUES (?, ?, ?, ?)");
    query.bind(document.id).bind(document.index).bind(toString(document.kind));
    document.hold ? query.bind(document.hold->toString()) : query.bindNull();
    query.run();
}

std::optional<DocumentPlace> LedgerTable::document(const Digest &id) const
{
    Query query(m_database, "SELECT id, idx, kind, hold FROM documents WHERE id = ?");
    query.bind(id);
    return query.step() ? std::optional(placeOf(query)) : std::nullopt;
}

std::vector<DocumentPlace> LedgerTable::documentsOf(const HoldId &hold) const
{
    Query query(m_database, "SELECT id, idx, kind, hold FROM documents WHERE hold = ? ORDER BY idx");
    query.bind(hold.toString());
    return placesOf(query);
}

std::vector<DocumentPlace> LedgerTable::documentsSince(EntryKind kind, std::int64_t index) const
{
    Query query(m_database, "SELECT id, idx, kind, hold FROM documents WHERE kind = ? AND idx >= ? ORDER BY idx");
    query.bind(toString(kind)).bind(index);
    return placesOf(query);
}

void LedgerTable::addCosignature(std::int64_t size, const QString &name, const QString &line)
{
    Query(m_database, "INSERT OR REPLACE INTO cosignatures (size, name, line) VALUES (?, ?, ?)").bind(size).bind(name).bind(line).run();
}

} // namespace holdfast
