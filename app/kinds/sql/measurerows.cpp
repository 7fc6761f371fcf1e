// SPDX-License-Identifier: Apache-2.0
// DELETE and SELECT, and what DELETE and UPDATE share: which rows a statement names.
#include "kinds/sql/bystanders.h"
#include "kinds/sql/latin.h"
#include "kinds/sql/measurestatement.h"
#include "kinds/sql/notices.h"
#include "kinds/sql/samples.h"

namespace holdfast::sql {

namespace {

/// Rows of foreign tables live elsewhere, and counting them would run there.
QString whyLeavesUnplain(const Measuring &measuring, const Leaves &leaves)
{
    for (const Oid leaf : leaves) {
        const auto relation = measuring.catalog.relation(leaf);
        if (!relation)
            return relation.error();
        if (relation->kind == u'f')
            return QStringLiteral("%1 is a foreign table").arg(relation->display());
    }
    return {};
}

} // namespace

std::optional<HitTable> hitTable(const Measuring &measuring, const Fields &rangeVar, Effects &effects)
{
    const auto relation = measuring.catalog.resolve(relationName(rangeVar));
    if (!relation) {
        unknownRows(effects, relation.error());
        return std::nullopt;
    }
    effects.targets.push_back(*relation);
    effects.lockTable(relation->oid, Lock::RowExclusive);
    const Leaves leaves = measuring.keys.leaves(relation->oid, flag(rangeVar, l("inh")));
    effects.touched.insert(leaves.begin(), leaves.end());
    for (const Oid leaf : leaves)
        effects.lockTable(leaf, Lock::RowExclusive);
    QString why = whyNotPlain(*relation);
    if (why.isEmpty())
        why = whyLeavesUnplain(measuring, leaves);
    const bool withChildren = flag(rangeVar, l("inh"));
    const auto from = why.isEmpty() ? measuring.catalog.from(*relation, withChildren) : Result<QString, QString>(Failure{why});
    if (from)
        return HitTable{*relation, withChildren, *from};
    unknownRows(effects, from.error());
    return std::nullopt;
}

void unknownRows(Effects &effects, const QString &reason)
{
    for (Count Effects::*count : {&Effects::destroyed, &Effects::cascaded, &Effects::changed})
        (effects.*count) += Count::unknown(reason);
    effects.note(reason);
}

void runsUnread(const QString &what, const QString &why, Effects &effects)
{
    effects.note(QStringLiteral("%1 is not inspected: %2").arg(what, why));
    effects.code.runs = true;
    if (effects.code.why.isEmpty())
        effects.code.why = what;
}

void readReturning(const Fields &fields, Composer &composer, Effects &effects)
{
    for (const Node &target : children(fields, l("returningList"))) {
        const Node value = target.is(l("ResTarget")) ? child(target.fields, l("val")) : Node();
        static_cast<void>(text(target.fields, l("name"))); // what the result is called
        const auto parts = children(value.fields, l("fields"));
        const bool star = value.is(l("ColumnRef")) && !parts.empty() && parts.back().is(l("A_Star"));
        if (star)
            static_cast<void>(names(value.fields, l("fields"))); // `t.*`: of which table
        else if (!composer.expression(value)) {
            runsUnread(QStringLiteral("what it returns"), composer.why(), effects);
            explained(fields, l("returningList"));
            return;
        }
    }
}

void giveResult(const Fields &fields, Composer &composer, const RowSet &as, const std::optional<Query> &rows, Effects &effects)
{
    effects.result.emplace();
    effects.result->open = composer.isOpen();
    effects.result->tables = composer.allTables();
    effects.result->tables.insert(as.relation.oid);
    for (const Column &column : as.relation.columns)
        effects.result->types.insert(column.type);
    effects.result->types.insert(composer.used().types.begin(), composer.used().types.end());
    const std::vector<Node> targets = children(fields, l("returningList"));
    // Code may keep rows from being written, or write others.
    if (!rows || targets.empty() || effects.code.runs)
        return;
    const QString alias = text(object(object(fields, l("relation")), l("alias")), l("aliasname"));
    effects.result->rows = composer.returned(
        targets, {{}, alias.isEmpty() ? as.relation.name : alias, alias.isEmpty() ? as.relation.schema : QString(), as.relation}, *rows);
}

std::optional<Query> rowsAsTheyAre(const RowSet &rows, const std::map<QString, QString> &instead)
{
    Query query;
    QStringList outputs;
    for (const Column &column : rows.relation.columns) {
        if (!column.builtin)
            return std::nullopt; // its values are read by code that is not looked at
        const auto value = instead.find(column.name);
        outputs += value != instead.end() ? value->second : rows.alias + u'.' + quoteIdent(column.name);
        query.columns += column.name;
    }
    query.text = QStringLiteral("SELECT %1 FROM %2%3").arg(outputs.join(l(", ")), rows.from, rows.where.isEmpty() ? QString() : QStringLiteral(" WHERE ") + rows.where);
    return query;
}

bool areBuiltin(const Measuring &measuring, const Composer &composer, Effects &effects)
{
    const QString why = whyNotBuiltin(measuring.catalog, composer.used());
    if (!why.isEmpty())
        unknownRows(effects, QStringLiteral("what it evaluates is not evaluated here: %1").arg(why));
    return why.isEmpty();
}

std::optional<RowSet> namedRows(const Measuring &measuring, const Fields &fields, QLatin1StringView fromMember, Composer &composer, Effects &effects)
{
    const Fields rangeVar = object(fields, l("relation"));
    const auto hit = hitTable(measuring, rangeVar, effects);
    if (!hit) {
        fields.explained();
        return std::nullopt;
    }
    const Source &source = composer.addSource(rangeVar, hit->relation);
    RowSet rows{hit->relation, hit->withChildren, hit->from + l(" AS ") + source.alias, source.alias, {}};
    const std::vector<Node> others = children(fields, fromMember);
    const auto from = composer.why().isEmpty() ? composer.fromItems(others) : std::nullopt; // else WITH was not composed
    const Node where = child(fields, l("whereClause"));
    const auto condition = from && where ? composer.expression(where) : from ? std::optional(QString()) : std::nullopt;
    if (!condition) {
        unknownRows(effects, QStringLiteral("the condition is not evaluated: %1").arg(composer.why()));
        explained(fields, fromMember);
        explained(fields, l("whereClause"));
        explained(fields, l("withClause"));
        return std::nullopt;
    }
    effects.follows = composer.followed();
    effects.touched.insert(composer.tables().begin(), composer.tables().end());
    effects.reads = composer.allTables();
    effects.decidedBy = composer.columns();
    noticeCondition(measuring.catalog, composer, hit->relation, where, others.empty(), effects);
    rows.where = others.empty() ? *condition
                                : QStringLiteral("EXISTS (SELECT 1 FROM %1%2)").arg(*from, where ? l(" WHERE ") + *condition : QString());
    rows.columns = composer.columns();
    if (effects.reads.empty() && others.empty())
        effects.named = rows;
    return rows;
}

Effects measureDelete(const Measuring &measuring, const Statement &statement)
{
    Effects effects;
    effects.operation = QStringLiteral("database.delete");
    effects.destroys = true;
    Composer composer = composerFor(measuring, statement);
    static_cast<void>(composer.with(statement.node.fields));
    composer.beginScope();
    const auto rows = namedRows(measuring, statement.node.fields, l("usingClause"), composer, effects);
    if (rows)
        readReturning(statement.node.fields, composer, effects);
    if (!rows || !areBuiltin(measuring, composer, effects)) {
        explained(statement.node.fields, l("returningList"));
        if (!effects.targets.empty()) {
            effects.dependents.push_back(
                {effects.targets.front().display(), effects.targets.front().kindName(), QStringLiteral("deleted"), std::nullopt, -1});
            noteCode(measuring.catalog, {effects.targets.front(), measuring.keys.leaves(effects.targets.front().oid, true), RowEvent::Delete, {}}, 0, effects);
        }
        return effects;
    }
    measureCascade(measuring.catalog, measuring.keys, *rows, effects);
    const Count direct = effects.destroyed.number ? Count::of(*effects.destroyed.number - effects.cascaded.number.value_or(0)) : effects.destroyed;
    countWholeTable(measuring.catalog, *rows, direct, effects);
    addRowSample(measuring.catalog, rows->relation, rows->from, rows->alias, rows->where, {}, direct, effects);
    const bool joins = !children(statement.node.fields, l("usingClause")).empty(); // which of the joined rows it returns is the server's choice
    giveResult(statement.node.fields, composer, *rows, joins ? std::nullopt : rowsAsTheyAre(*rows, {}), effects);
    return effects;
}

namespace {

/// The tables that a query reads, and how it holds them.
void noteReading(const Composer &composer, Effects &effects)
{
    for (const Oid oid : composer.tables()) {
        effects.touched.insert(oid);
        effects.lockTable(oid, Lock::AccessShare);
    }
}

void becomeOpaque(const QString &why, Effects &effects)
{
    effects.operation = QStringLiteral("database.opaque");
    effects.detail = QStringLiteral("query");
    effects.destroys = effects.changes = effects.unread = true;
    unknownRows(effects, QStringLiteral("SELECT is not inspected, and what it calls may change anything: %1").arg(why));
}

} // namespace

Effects measureSelect(const Measuring &measuring, const Statement &statement)
{
    Effects effects;
    effects.operation = QStringLiteral("database.read");
    Composer composer = composerFor(measuring, statement);
    const auto query = composer.query(statement.node.fields);
    const Fields into = object(statement.node.fields, l("intoClause"));
    if (!into.isEmpty() && query)
        return makeTable(measuring, into, false, composer, query);
    const QString why = query ? whyNotBuiltin(measuring.catalog, composer.used()) : composer.why();
    noteReading(composer, effects);
    effects.follows = composer.followed();
    effects.reads = composer.allTables();
    for (const Oid oid : composer.tables()) {
        if (const auto relation = measuring.catalog.relation(oid))
            effects.targets.push_back(*relation);
    }
    if (!query)
        statement.node.explained();
    if (!why.isEmpty())
        becomeOpaque(why, effects);
    return effects;
}

} // namespace holdfast::sql
