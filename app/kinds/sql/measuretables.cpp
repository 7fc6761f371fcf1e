// SPDX-License-Identifier: Apache-2.0
// TRUNCATE, and what it shares with DROP: tables that lose every row.
#include "kinds/sql/bystanders.h"
#include "kinds/sql/latin.h"
#include "kinds/sql/measurestatement.h"
#include "kinds/sql/samples.h"

namespace holdfast::sql {

namespace {

constexpr int MaxSamples = 8;

/// The tables named, with their children unless ONLY; false when one cannot be resolved.
bool namedTables(const Measuring &measuring, const Fields &fields, std::vector<Oid> &named, Effects &effects)
{
    for (const Node &node : children(fields, l("relations"))) {
        const auto relation = node.is(l("RangeVar")) ? measuring.catalog.resolve(relationName(node.fields))
                                                     : Result<Relation, QString>(Failure{QStringLiteral("it names what is no table")});
        if (!relation) {
            unknownRows(effects, relation.error());
            return false;
        }
        effects.targets.push_back(*relation);
        for (const Oid leaf : measuring.keys.leaves(relation->oid, flag(node.fields, l("inh")))) {
            if (std::find(named.begin(), named.end(), leaf) == named.end())
                named.push_back(leaf);
        }
    }
    return true;
}

void lose(const Measuring &measuring, const std::vector<Oid> &tables, bool cascade, Effects &effects)
{
    for (const Oid oid : tables) {
        const auto relation = measuring.catalog.relation(oid);
        if (!relation) {
            unknownRows(effects, relation.error());
            continue;
        }
        loseWhole(measuring, *relation, cascade, cascade ? QStringLiteral("cascade") : QStringLiteral("emptied"), cascade ? 0 : -1, effects);
        noteCode(measuring.catalog, {*relation, {oid}, RowEvent::Truncate, {}}, static_cast<int>(effects.dependents.size()) - 1, effects, cascade);
    }
}

/// RESTART IDENTITY: sequences that the tables' columns own begin anew.
void restartSequences(const Measuring &measuring, const std::vector<Oid> &tables, Effects &effects)
{
    const auto rows = measuring.catalog.db().guarded(
        QStringLiteral("SELECT DISTINCT n.nspname, c.relname, c.oid FROM pg_depend d JOIN pg_class c ON c.oid = d.objid JOIN pg_namespace n ON n.oid = c.relnamespace"
                       " WHERE d.classid = 'pg_class'::regclass AND d.refclassid = 'pg_class'::regclass AND d.refobjid = ANY($1::oid[]) AND d.refobjsubid > 0"
                       " AND d.deptype IN ('a', 'i') AND c.relkind = 'S' ORDER BY 1, 2"),
        {oidParameter(tables)});
    if (!rows)
        effects.note(QStringLiteral("the sequences that begin anew could not be listed: %1").arg(rows.error().toString()));
    for (int row = 0; rows && row < rows->count(); ++row) {
        const QString schema = rows->text(row, 0), name = displayIdent(rows->text(row, 1));
        effects.lockTable(rows->oid(row, 2), Lock::AccessExclusive);
        effects.dependents.push_back({schema == l("public") ? name : displayIdent(schema) + u'.' + name, QStringLiteral("sequence"),
                                      QStringLiteral("restarted"), std::nullopt, effects.dependents.empty() ? -1 : 0});
    }
}

} // namespace

Count countWhole(const Catalog &catalog, const Relation &relation)
{
    if (relation.kind == u'p')
        return Count::of(0);
    if (relation.kind != u'r')
        return Count::unknown(QStringLiteral("%1 is a %2").arg(relation.display(), relation.kindName()));
    const auto &from = catalog.from(relation, false);
    if (!from)
        return Count::unknown(from.error());
    const auto rows = catalog.db().guarded(QStringLiteral("SELECT count(*) FROM ") + *from);
    if (rows)
        return Count::of(rows->number(0, 0));
    const auto estimate = rows.error().sqlstate == l("57014")
        ? catalog.db().guarded(QStringLiteral("SELECT reltuples::bigint FROM pg_class WHERE oid = $1::oid AND reltuples >= 0"),
                               {QString::number(relation.oid)})
        : Result<PgRows, PgError>(Failure{PgError{}});
    if (estimate && estimate->count() == 1)
        return {estimate->number(0, 0), true, QStringLiteral("counting %1 took too long; from the planner's statistics").arg(relation.display())};
    return Count::unknown(QStringLiteral("%1: %2").arg(relation.display(), rows.error().toString()));
}

Count sizeOf(const Catalog &catalog, const std::vector<Oid> &tables)
{
    // Free-space and visibility maps are left out: vacuum makes them at any time, and that would look like a change.
    const auto rows = catalog.db().guarded(
        QStringLiteral(
            "WITH t AS (SELECT unnest($1::oid[]) AS oid), h AS (SELECT oid FROM t UNION SELECT c.reltoastrelid FROM pg_class c JOIN t ON t.oid = c.oid WHERE c.reltoastrelid <> 0)"
            " SELECT coalesce(sum(pg_relation_size(x.oid, 'main')), 0)::bigint FROM (SELECT oid FROM h UNION SELECT i.indexrelid FROM pg_index i JOIN h ON h.oid = i.indrelid) x"),
        {oidParameter(tables)});
    return rows ? Count::of(rows->number(0, 0)) : Count::unknown(rows.error().toString());
}

void loseWhole(const Measuring &measuring, const Relation &relation, bool cascade, const QString &effect, int parent, Effects &effects)
{
    effects.destroys = true;
    effects.touched.insert(relation.oid);
    effects.lockTable(relation.oid, Lock::AccessExclusive);
    const Count count = countWhole(measuring.catalog, relation);
    effects.destroyed += count;
    if (cascade) {
        effects.cascaded += count;
        effects.dependentTables.push_back(relation.oid);
    }
    if (!count.number)
        effects.note(QStringLiteral("the rows of %1").arg(count.why));
    else
        effects.wholeTables[relation.oid] = *count.number;
    effects.bytes += sizeOf(measuring.catalog, {relation.oid});
    effects.dependents.push_back({relation.display(), relation.kindName(), effect, count.number, parent});
    if (effects.diffs.size() < MaxSamples && count.number.value_or(0) > 0) {
        if (const auto &from = measuring.catalog.from(relation, false))
            addRowSample(measuring.catalog, relation, *from + l(" AS a0"), QStringLiteral("a0"), {}, {}, count, effects);
    }
}

Effects measureTruncate(const Measuring &measuring, const Statement &statement)
{
    Effects effects;
    effects.operation = QStringLiteral("database.truncate");
    effects.destroys = true;
    const Fields &fields = statement.node.fields;
    std::vector<Oid> named;
    if (!namedTables(measuring, fields, named, effects)) {
        fields.explained();
        return effects;
    }
    lose(measuring, named, false, effects);
    std::vector<Oid> emptied = named;
    const bool cascade = text(fields, l("behavior")) == l("DROP_CASCADE");
    if (cascade) {
        const std::vector<Oid> more = measuring.keys.truncateClosure(named);
        lose(measuring, more, true, effects);
        emptied.insert(emptied.end(), more.begin(), more.end());
    }
    if (flag(fields, l("restart_seqs")))
        restartSequences(measuring, emptied, effects);
    if (cascade)
        return effects;
    for (const ForeignKey *key : measuring.keys.referringFromOutside(std::set<Oid>(named.begin(), named.end()))) {
        const auto child = measuring.catalog.relation(key->child);
        effects.refusals += QStringLiteral("%1 refers to it (%2)").arg(child ? child->display() : QString::number(key->child), displayIdent(key->name));
    }
    return effects;
}

} // namespace holdfast::sql
