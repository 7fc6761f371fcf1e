// SPDX-License-Identifier: Apache-2.0
#include "kinds/sql/bystanders.h"

namespace holdfast::sql {

namespace {

struct EventWords final
{
    int triggerBit; ///< of pg_trigger.tgtype
    QLatin1StringView ruleType; ///< of pg_rewrite.ev_type
};

EventWords wordsOf(RowEvent event)
{
    switch (event) {
    case RowEvent::Insert: return {4, QLatin1StringView("3")};
    case RowEvent::Update: return {16, QLatin1StringView("2")};
    case RowEvent::Delete: return {8, QLatin1StringView("4")};
    case RowEvent::Truncate: break;
    }
    return {32, QLatin1StringView("-")};
}

void add(Effects &effects, const QString &name, const QString &type, const QString &effect, int parent)
{
    effects.dependents.push_back({name, type, effect, std::nullopt, parent});
}

void noteTriggers(const Catalog &catalog, const Relation &relation, RowEvent event, int parent, Effects &effects, const QStringList &columns)
{
    // A trigger on an inheritance child or a partition fires there; one on a partitioned table is copied to its partitions.
    const auto rows = catalog.db().guarded(
        QStringLiteral(
            "WITH RECURSIVE d(oid) AS (SELECT $1::oid UNION SELECT i.inhrelid FROM d JOIN pg_inherits i ON i.inhparent = d.oid)"
            " SELECT DISTINCT t.tgname, p.oid::regprocedure::text, md5(p.prosrc) FROM d JOIN pg_trigger t ON t.tgrelid = d.oid JOIN pg_proc p ON p.oid = t.tgfoid"
            " WHERE NOT t.tgisinternal AND t.tgenabled IN ('O', 'A') AND (t.tgtype::int & $2::int) <> 0"
            " AND (t.tgattr = '' OR $3::text[] = '{}' OR EXISTS (SELECT FROM pg_attribute a WHERE a.attrelid = t.tgrelid AND a.attnum = ANY(t.tgattr)"
            "  AND a.attname = ANY($3::text[]))) ORDER BY 1, 2"),
        {QString::number(relation.oid), QString::number(wordsOf(event).triggerBit), arrayParameter(columns)});
    if (!rows) {
        effects.note(QStringLiteral("the triggers of %1 could not be listed: %2").arg(relation.display(), rows.error().toString()));
        return;
    }
    for (int row = 0; row < rows->count(); ++row) {
        add(effects, displayIdent(rows->text(row, 0)), QStringLiteral("trigger"), QStringLiteral("fires"), parent);
        effects.note(QStringLiteral("trigger %1 on %2 runs code that is not inspected (%3, md5 %4)")
                         .arg(displayIdent(rows->text(row, 0)), relation.display(), rows->text(row, 1), rows->text(row, 2)));
    }
}

void noteRules(const Catalog &catalog, const Relation &relation, RowEvent event, int parent, Effects &effects)
{
    const auto rows =
        catalog.db().guarded(QStringLiteral("SELECT rulename FROM pg_rewrite WHERE ev_class = $1::oid AND ev_type = $2 AND rulename <> '_RETURN'"
                                            " AND ev_enabled IN ('O', 'A') ORDER BY 1"),
                             {QString::number(relation.oid), wordsOf(event).ruleType});
    for (int row = 0; rows && row < rows->count(); ++row) {
        add(effects, displayIdent(rows->text(row, 0)), QStringLiteral("rule"), QStringLiteral("rewrites"), parent);
        const QString why = QStringLiteral("rule %1 on %2 turns the statement into another").arg(displayIdent(rows->text(row, 0)), relation.display());
        effects.note(why);
        for (Count Effects::*count : {&Effects::destroyed, &Effects::cascaded, &Effects::changed})
            (effects.*count) += Count::unknown(why);
    }
}

void noteFunctions(const Catalog &catalog, const Relation &relation, Effects &effects)
{
    const auto rows = catalog.db().guarded(QStringLiteral(
        "SELECT DISTINCT d.refobjid::regprocedure::text FROM pg_depend d"
        " LEFT JOIN pg_constraint c ON d.classid = 'pg_constraint'::regclass AND c.oid = d.objid"
        " LEFT JOIN pg_attrdef a ON d.classid = 'pg_attrdef'::regclass AND a.oid = d.objid"
        " LEFT JOIN pg_index i ON d.classid = 'pg_class'::regclass AND i.indexrelid = d.objid"
        " LEFT JOIN pg_policy p ON d.classid = 'pg_policy'::regclass AND p.oid = d.objid"
        " WHERE d.refclassid = 'pg_proc'::regclass AND d.refobjid >= 16384 AND $1::oid IN (c.conrelid, a.adrelid, i.indrelid, p.polrelid) ORDER BY 1"),
        {QString::number(relation.oid)});
    for (int row = 0; rows && row < rows->count(); ++row)
        effects.note(QStringLiteral("a constraint, default or index of %1 calls %2, which is not inspected").arg(relation.display(), rows->text(row, 0)));
}

} // namespace

void noteCode(const Catalog &catalog, const Relation &relation, RowEvent event, int parent, Effects &effects, const QStringList &columns)
{
    noteTriggers(catalog, relation, event, parent, effects, columns);
    noteRules(catalog, relation, event, parent, effects);
    if (event == RowEvent::Insert || event == RowEvent::Update)
        noteFunctions(catalog, relation, effects);
}

void noteEventTriggers(const Catalog &catalog, Effects &effects)
{
    const auto rows = catalog.db().guarded(QStringLiteral("SELECT e.evtname, e.evtfoid::regprocedure::text FROM pg_event_trigger e"
                                                          " WHERE e.evtenabled IN ('O', 'A') AND e.evtevent <> 'table_rewrite' ORDER BY 1"));
    for (int row = 0; rows && row < rows->count(); ++row) {
        add(effects, displayIdent(rows->text(row, 0)), QStringLiteral("event trigger"), QStringLiteral("fires"), -1);
        effects.note(QStringLiteral("event trigger %1 runs code that is not inspected (%2)").arg(displayIdent(rows->text(row, 0)), rows->text(row, 1)));
    }
}

QString whyNotPlain(const Relation &relation)
{
    if (!relation.isTable())
        return QStringLiteral("%1 is a %2, not a plain table").arg(relation.display(), relation.kindName());
    if (relation.rowSecurity)
        return QStringLiteral("row security policies decide which rows of %1 the performing login hits").arg(relation.display());
    return {};
}

} // namespace holdfast::sql
