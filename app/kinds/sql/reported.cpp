// SPDX-License-Identifier: Apache-2.0
#include "kinds/sql/reported.h"

#include "kinds/sql/conclude.h"
#include "kinds/sql/latin.h"

namespace holdfast::sql {

namespace {

bool holdsRows(QChar kind) { return kind == u'r'; }

bool isIndex(QChar kind) { return kind == u'i' || kind == u'I'; }

bool isCounted(const Fact *fact) { return fact && (fact->number || fact->quality == Quality::Bounded); }

void replace(Measurement &measurement, QStringView id, const Count &count)
{
    for (Fact &fact : measurement.facts) {
        // What was unknown before was approved as unknown: the receipt says what it came to. A bound holds for the total.
        const bool counted = fact.number && fact.quality == Quality::Measured && fact.number != count.number;
        if (fact.id != id || (!counted && fact.quality != Quality::Bounded))
            continue;
        fact = countFact(id, fact.label, count, fact.unit, ReportedHow, fact.at, Severity::Danger);
    }
}

} // namespace

Result<Ledger, PgError> takeLedger(const PgConnection &db)
{
    const auto tracked = db.query(QStringLiteral("SELECT pg_catalog.current_setting('track_counts')::pg_catalog.bool"));
    if (!tracked)
        return tracked.failure();
    if (!tracked->flag(0, 0))
        return Failure{PgError{{}, QStringLiteral("track_counts is off: the server would not report what it does")}};
    const auto relations = db.query(QStringLiteral(
        "SELECT c.oid, pg_catalog.pg_stat_get_xact_tuples_inserted(c.oid), pg_catalog.pg_stat_get_xact_tuples_updated(c.oid),"
        " pg_catalog.pg_stat_get_xact_tuples_deleted(c.oid), coalesce(pg_catalog.pg_relation_filenode(c.oid), 0), c.relkind,"
        " pg_catalog.quote_ident(n.nspname) || '.' || pg_catalog.quote_ident(c.relname),"
        " CASE WHEN c.relkind = 'r' THEN coalesce(pg_catalog.pg_relation_size(c.oid, 'main'), 0) ELSE 0 END"
        " FROM pg_catalog.pg_class c JOIN pg_catalog.pg_namespace n ON n.oid OPERATOR(pg_catalog.=) c.relnamespace"
        " WHERE c.relkind IN ('r', 'p', 'v', 'm', 'f', 'S', 'i', 'I') AND n.nspname NOT IN ('pg_catalog', 'information_schema', 'pg_toast')"));
    if (!relations)
        return relations.failure();
    const auto objects = db.query(QStringLiteral(
        "SELECT tableoid, oid FROM pg_catalog.pg_constraint UNION ALL SELECT tableoid, oid FROM pg_catalog.pg_trigger WHERE NOT tgisinternal"
        " UNION ALL SELECT tableoid, oid FROM pg_catalog.pg_proc WHERE oid >= 16384::pg_catalog.oid UNION ALL SELECT tableoid, oid FROM pg_catalog.pg_namespace"
        " UNION ALL SELECT tableoid, oid FROM pg_catalog.pg_policy UNION ALL SELECT tableoid, oid FROM pg_catalog.pg_extension"));
    if (!objects)
        return objects.failure();
    Ledger ledger;
    for (int row = 0; row < relations->count(); ++row) {
        ledger.relations[relations->oid(row, 0)] = {relations->number(row, 1), relations->number(row, 2),     relations->number(row, 3),
                                                    relations->oid(row, 4),    relations->text(row, 5).at(0), relations->text(row, 6),
                                                    relations->number(row, 7)};
    }
    for (int row = 0; row < objects->count(); ++row)
        ledger.objects.emplace(objects->oid(row, 0), objects->oid(row, 1));
    return ledger;
}

Reported compareLedgers(const Ledger &before, const Ledger &after, const Expected &expected)
{
    Reported reported;
    const auto loseAll = [&](Oid oid, const QString &name) {
        const auto rows = expected.whole.find(oid);
        reported.destroyed += rows == expected.whole.end() ? Count::unknown(QStringLiteral("%1 lost its rows, and nobody counted them").arg(name))
                                                           : Count::of(rows->second);
    };
    for (const auto &[oid, was] : before.relations) {
        const auto is = after.relations.find(oid);
        if (is == after.relations.end()) {
            reported.vanished += isIndex(was.kind) ? 0 : 1;
            reported.unexpected += isIndex(was.kind) || expected.vanishing.contains(oid) ? 0 : 1;
            if (holdsRows(was.kind))
                loseAll(oid, was.name);
        } else if (holdsRows(was.kind) && is->second.file != was.file && is->second.bytes == 0) {
            ++reported.emptied;
            loseAll(oid, was.name);
        }
    }
    for (const auto &[oid, is] : after.relations) {
        const auto was = before.relations.find(oid);
        const Ledger::Entry base = was == before.relations.end() ? Ledger::Entry() : was->second;
        reported.inserted += is.inserted - base.inserted;
        reported.updated += is.updated - base.updated;
        reported.deleted += is.deleted - base.deleted;
    }
    reported.destroyed += Count::of(reported.deleted);
    for (const Oid oid : expected.vanishing)
        reported.unexpected += after.relations.contains(oid) ? 1 : 0;
    for (const auto &object : before.objects)
        reported.lostObjects += after.objects.contains(object) ? 0 : 1;
    return reported;
}

Measurement asReported(const Measurement &measured, const Reported &reported)
{
    Measurement made = measured;
    const Fact *destroyed = made.fact(fact::DestroyedRows);
    const Fact *changed = made.fact(fact::ChangedRows);
    const Fact *objects = made.fact(fact::DestroyedObjects);
    // Where nothing could be counted, the hold said so and was approved so; where something was, an effect that it does not show is drift.
    const bool counted = made.uninspectable.isEmpty() || isCounted(destroyed) || isCounted(changed);
    const bool showsDestroyed = destroyed, showsChanged = changed, showsObjects = objects;
    const Instant at = made.facts.empty() ? Instant{} : made.facts.front().at;
    const Count written = Count::of(reported.inserted + reported.updated);
    const auto report = [&](bool shown, QStringView id, const QString &label, const Count &count, const QString &unit) {
        if (shown)
            replace(made, id, count);
        else if (counted && count.number != 0)
            made.facts.push_back(countFact(id, label, count, unit, ReportedHow, at, Severity::Danger));
    };
    report(showsDestroyed, fact::DestroyedRows, QStringLiteral("rows destroyed"), reported.destroyed, QStringLiteral("rows"));
    report(showsChanged, fact::ChangedRows, QStringLiteral("rows changed or added"), written, QStringLiteral("rows"));
    if (reported.unexpected > 0)
        report(showsObjects, fact::DestroyedObjects, QStringLiteral("relations destroyed"), Count::of(reported.vanished), QStringLiteral("objects"));
    return made;
}

std::vector<Fact> effectsOf(const Reported &reported, const QStringList &tags, Instant at)
{
    const QString how = QStringLiteral("reported by the server inside the transaction");
    std::vector<Fact> facts{
        countFact(fact::DestroyedRows, QStringLiteral("rows destroyed"), reported.destroyed, QStringLiteral("rows"), how, at, Severity::Danger),
        countFact(fact::ChangedRows, QStringLiteral("rows changed or added"), Count::of(reported.inserted + reported.updated), QStringLiteral("rows"),
                  how, at, Severity::Warning)};
    if (reported.vanished > 0)
        facts.push_back(countFact(fact::DestroyedObjects, QStringLiteral("relations destroyed"), Count::of(reported.vanished),
                                  QStringLiteral("objects"), how, at, Severity::Danger));
    if (reported.lostObjects > 0)
        facts.push_back(countFact(u"destroyed.constraints", QStringLiteral("constraints, triggers, functions destroyed"),
                                  Count::of(reported.lostObjects), QStringLiteral("objects"), how, at, Severity::Notice));
    if (reported.emptied > 0)
        facts.push_back(countFact(u"emptied.tables", QStringLiteral("tables emptied"), Count::of(reported.emptied), QStringLiteral("tables"), how, at,
                                  Severity::Danger));
    facts.push_back({QStringLiteral("server.answer"), QStringLiteral("server's answer"), tags.join(l("; ")).left(500), std::nullopt, QString(),
                     Quality::Measured, how, at, Severity::Info});
    return facts;
}

} // namespace holdfast::sql
