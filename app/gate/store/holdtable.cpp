// SPDX-License-Identifier: Apache-2.0
#include "gate/store/holdtable.h"

#include "gate/store/holdcolumns.h"

#include <algorithm>
#include <limits>

namespace holdfast {

namespace {

// Lists are stored as JSON: a resource's name may hold any character.
QString listText(const QStringList &list)
{
    JsonArray array;
    for (const QString &item : list)
        array.emplace_back(item);
    return QString::fromUtf8(Json(std::move(array)).toBytes());
}

QStringList listOf(const QString &text)
{
    QStringList list;
    const auto json = parseJson(text.toUtf8(), {8LL * 1024 * 1024, 4});
    if (json && json->asArray())
        for (const Json &item : *json->asArray())
            list.append(item.asString() ? *item.asString() : QString());
    return list;
}

std::vector<HoldRow> rowsOf(Query &query)
{
    std::vector<HoldRow> rows;
    while (query.step())
        rows.push_back(holdRowOf(query));
    return rows;
}

std::vector<StoredDecision> decisionsOf(Query &query)
{
    std::vector<StoredDecision> found;
    while (query.step())
        found.push_back({query.digest(0), query.text(1) == QStringLiteral("approve"), query.text(2), query.integer(3)});
    return found;
}

void bindRow(Query &query, const HoldRow &hold)
{
    query.bind(hold.id.toString()).bind(hold.actor).bind(hold.person).bind(hold.kind).bind(hold.target).bind(toString(hold.state))
        .bind(hold.sequence).bind(hold.revision).bind(hold.requestDocument).bind(hold.requestDigest).bind(hold.action)
        .bind(hold.holdDocument).bind(hold.holdDigest).bind(hold.receiptDocument).bind(hold.openedAt).bind(hold.changedAt)
        .bind(hold.deadline).bind(hold.executeBy);
    hold.tier ? query.bind(toString(*hold.tier)) : query.bindNull();
    query.bind(hold.operation).bind(hold.environment).bind(hold.summary).bind(listText(hold.resources)).bind(listText(hold.approvals));
    hold.outcome ? query.bind(toString(*hold.outcome)) : query.bindNull();
    query.bind(hold.decidedMs).bind(hold.reason).bind(hold.counter).bind(!isFinal(hold.state));
}

} // namespace

HoldRow holdRowOf(const Query &query)
{
    HoldRow hold;
    hold.row = query.integer(0);
    hold.id = HoldId::parse(query.text(1)).value_or(HoldId{});
    hold.actor = query.text(2);
    hold.person = query.text(3);
    hold.kind = query.text(4);
    hold.target = query.text(5);
    hold.state = stateFrom(query.text(6)).value_or(State::Refused);
    hold.sequence = query.integer(7);
    hold.revision = static_cast<int>(query.integer(8));
    hold.requestDocument = query.digest(9);
    hold.requestDigest = query.digest(10);
    hold.action = query.digest(11);
    hold.holdDocument = query.optionalDigest(12);
    hold.holdDigest = query.optionalDigest(13);
    hold.receiptDocument = query.optionalDigest(14);
    hold.openedAt = query.instant(15);
    hold.changedAt = query.instant(16);
    hold.deadline = query.optionalInstant(17);
    hold.executeBy = query.optionalInstant(18);
    hold.tier = query.isNull(19) ? std::nullopt : tierFrom(query.text(19));
    hold.operation = query.text(20);
    hold.environment = query.text(21);
    hold.summary = query.text(22);
    hold.resources = listOf(query.text(23));
    hold.approvals = listOf(query.text(24));
    hold.outcome = query.isNull(25) ? std::nullopt : outcomeFrom(query.text(25));
    hold.decidedMs = query.isNull(26) ? std::nullopt : std::optional(query.integer(26));
    hold.reason = query.text(27);
    hold.counter = query.isNull(28) ? std::nullopt : std::optional(query.bytes(28));
    return hold;
}

std::optional<HoldRow> HoldTable::find(const HoldId &id) const
{
    Query query(m_database, "SELECT " HOLD_COLUMNS " FROM holds WHERE id = ?");
    query.bind(id.toString());
    return query.step() ? std::optional(holdRowOf(query)) : std::nullopt;
}

std::optional<HoldRow> HoldTable::openLike(const HoldRow &itself) const
{
    Query query(m_database, "SELECT " HOLD_COLUMNS " FROM holds WHERE action = ? AND open = 1 AND person = ? AND kind = ? AND target = ? AND id <> ? "
                            "ORDER BY row LIMIT 1");
    query.bind(itself.action).bind(itself.person).bind(itself.kind).bind(itself.target).bind(itself.id.toString());
    return query.step() ? std::optional(holdRowOf(query)) : std::nullopt;
}

bool HoldTable::hasAskedLike(const QString &actor, const HoldRow &other) const
{
    Query query(m_database, "SELECT 1 FROM holds WHERE action = ? AND actor = ? AND kind = ? AND target = ? LIMIT 1");
    query.bind(other.action).bind(actor).bind(other.kind).bind(other.target);
    return query.step();
}

void HoldTable::save(HoldRow &hold)
{
    if (hold.row == 0) {
        Query query(m_database, "INSERT INTO holds (id, actor, person, kind, target, state, sequence, revision, request_document, request_digest, "
                                "action, hold_document, hold_digest, receipt_document, opened_at, changed_at, deadline, execute_by, tier, operation, "
                                "environment, summary, resources, approvals, outcome, decided_ms, reason, counter, open) "
                                "VALUES (?,?,?,?,?,?,?,?,?,?,?,?,?,?,?,?,?,?,?,?,?,?,?,?,?,?,?,?,?)");
        bindRow(query, hold);
        query.run();
        hold.row = m_database.lastRow();
        return;
    }
    Query query(m_database, "UPDATE holds SET id=?, actor=?, person=?, kind=?, target=?, state=?, sequence=?, revision=?, request_document=?, "
                            "request_digest=?, action=?, hold_document=?, hold_digest=?, receipt_document=?, opened_at=?, changed_at=?, deadline=?, "
                            "execute_by=?, tier=?, operation=?, environment=?, summary=?, resources=?, approvals=?, outcome=?, decided_ms=?, reason=?, "
                            "counter=?, open=? WHERE row=?");
    bindRow(query, hold);
    query.bind(hold.row).run();
}

std::vector<HoldRow> HoldTable::open(std::int64_t after, int limit) const
{
    Query query(m_database, "SELECT " HOLD_COLUMNS " FROM holds WHERE open = 1 AND row > ? ORDER BY row LIMIT ?");
    query.bind(after).bind(limit);
    return rowsOf(query);
}

std::vector<HoldRow> HoldTable::endedSince(std::int64_t cursor, std::int64_t after, int limit) const
{
    Query query(m_database, "SELECT " HOLD_COLUMNS " FROM holds WHERE open = 0 AND sequence > ? AND sequence > ? ORDER BY sequence LIMIT ?");
    query.bind(cursor).bind(after).bind(limit);
    return rowsOf(query);
}

std::vector<HoldRow> HoldTable::measuredSince(Instant since, std::int64_t below, int limit) const
{
    Query query(m_database, "SELECT " HOLD_COLUMNS " FROM holds WHERE row < ? AND opened_at >= ? AND hold_document IS NOT NULL ORDER BY row DESC LIMIT ?");
    query.bind(below).bind(since).bind(limit);
    return rowsOf(query);
}

std::vector<HoldRow> HoldTable::inState(State state) const
{
    // The list names the states of the partial index, so that an idle gate's start does not read every hold.
    Query query(m_database, "SELECT " HOLD_COLUMNS " FROM holds WHERE state = ? AND state IN "
                            "('measuring', 'approved', 'released', 'executing', 'drifted') ORDER BY row");
    query.bind(toString(state));
    return rowsOf(query);
}

std::vector<HoldRow> HoldTable::due(Instant now, int limit) const
{
    Query query(m_database, "SELECT " HOLD_COLUMNS " FROM holds WHERE deadline IS NOT NULL AND deadline <= ? ORDER BY deadline LIMIT ?");
    query.bind(now).bind(limit);
    return rowsOf(query);
}

std::optional<Instant> HoldTable::nextDeadline() const
{
    Query query(m_database, "SELECT min(deadline) FROM holds WHERE deadline IS NOT NULL");
    return query.step() ? query.optionalInstant(0) : std::nullopt;
}

std::int64_t HoldTable::countOpen() const
{
    Query query(m_database, "SELECT coalesce(sum(n), 0) FROM open_counts");
    return query.step() ? query.integer(0) : 0;
}

std::int64_t HoldTable::countOpenOf(const QString &actor) const
{
    Query query(m_database, "SELECT n FROM open_counts WHERE actor = ?");
    query.bind(actor);
    return query.step() ? query.integer(0) : 0;
}

std::optional<Instant> HoldTable::oldestOpen() const
{
    Query query(m_database, "SELECT opened_at FROM holds WHERE open = 1 ORDER BY row LIMIT 1");
    return query.step() ? query.optionalInstant(0) : std::nullopt;
}

std::int64_t HoldTable::keptSince(const QString &actor, Instant since, std::int64_t least) const
{
    std::int64_t bytes = 0, first = std::numeric_limits<std::int64_t>::max();
    {
        // A document too large for its entry is a blob.
        Query requests(m_database, "SELECT h.opened_at, d.idx, max(length(e.bytes), coalesce((SELECT size FROM blobs WHERE digest = h.request_digest), 0)) "
                                   "FROM holds AS h JOIN documents AS d ON d.id = h.request_document JOIN entries AS e ON e.idx = d.idx "
                                   "WHERE h.actor = ? ORDER BY h.row DESC");
        requests.bind(actor);
        while (requests.step() && requests.instant(0) > since) {
            first = std::min(first, requests.integer(1));
            bytes += std::max(requests.integer(2), least);
        }
    }
    Query blobs(m_database, "SELECT coalesce(sum(o.size), 0) FROM blob_owners AS o WHERE o.actor = ?1 AND o.named = 1 "
                            "AND EXISTS (SELECT 1 FROM blob_references AS r WHERE r.digest = o.digest AND r.idx >= ?2) "
                            "AND NOT EXISTS (SELECT 1 FROM blob_references AS r WHERE r.digest = o.digest AND r.idx < ?2)");
    blobs.bind(actor).bind(first);
    return blobs.step() ? bytes + blobs.integer(0) : bytes;
}

void HoldTable::addDecision(const HoldId &hold, int revision, const StoredDecision &decision)
{
    Query(m_database, "INSERT INTO decisions (hold, revision, document, verdict, person, idx) VALUES (?, ?, ?, ?, ?, ?)")
        .bind(hold.toString()).bind(revision).bind(decision.document)
        .bind(decision.approves ? QStringLiteral("approve") : QStringLiteral("deny")).bind(decision.person).bind(decision.index).run();
}

std::vector<StoredDecision> HoldTable::decisions(const HoldId &hold, int revision) const
{
    Query query(m_database, "SELECT document, verdict, person, idx FROM decisions WHERE hold = ? AND revision = ? ORDER BY idx");
    query.bind(hold.toString()).bind(revision);
    return decisionsOf(query);
}

std::vector<StoredDecision> HoldTable::allDecisions(const HoldId &hold) const
{
    Query query(m_database, "SELECT document, verdict, person, idx FROM decisions WHERE hold = ? ORDER BY idx");
    query.bind(hold.toString());
    return decisionsOf(query);
}

} // namespace holdfast
