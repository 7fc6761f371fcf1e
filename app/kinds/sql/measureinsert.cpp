// SPDX-License-Identifier: Apache-2.0
#include "kinds/sql/bystanders.h"
#include "kinds/sql/latin.h"
#include "kinds/sql/measurestatement.h"

namespace holdfast::sql {

namespace {

/// How many rows VALUES or a SELECT would give; nullopt with the reason in the composer.
std::optional<Count> rowsGiven(const Measuring &measuring, const Node &source, Composer &composer, Effects &effects)
{
    if (!source)
        return Count::of(1); // DEFAULT VALUES
    const std::vector<Node> lists = children(source.fields, l("valuesLists"));
    if (lists.empty()) {
        const auto query = composer.select(source.fields);
        if (!query || !whyNotBuiltin(measuring.catalog, composer.used()).isEmpty())
            return std::nullopt;
        effects.touched.insert(composer.tables().begin(), composer.tables().end());
        effects.reads = composer.tables();
        const auto counted = measuring.catalog.db().guarded(QStringLiteral("SELECT count(*) FROM (%1) q").arg(*query));
        return counted ? Count::of(counted->number(0, 0)) : Count::unknown(counted.error().toString());
    }
    composer.beginScope();
    for (const Node &list : lists) {
        for (const Node &value : children(list.fields, l("items"))) {
            if (!value.is(l("SetToDefault")) && !composer.expression(value))
                return std::nullopt;
        }
    }
    composer.endScope();
    return Count::of(static_cast<std::int64_t>(lists.size()));
}

void onConflict(const Measuring &measuring, const Relation &relation, const QJsonObject &conflict, const Count &given, Effects &effects)
{
    if (text(conflict, l("action")) == l("ONCONFLICT_UPDATE")) {
        effects.changes = true;
        unknownRows(effects, QStringLiteral("which rows ON CONFLICT DO UPDATE changes is not known before"));
        noteCode(measuring.catalog, {relation, measuring.keys.covered(relation.oid), RowEvent::Update, {}}, 0, effects);
    } else if (!conflict.isEmpty()) {
        effects.changed += Count::unknown(QStringLiteral("rows in conflict are left out; at most %1")
                                              .arg(given.number ? plain(*given.number) : QStringLiteral("unknown")));
    }
}

} // namespace

Effects measureInsert(const Measuring &measuring, const Statement &statement)
{
    Effects effects;
    effects.operation = QStringLiteral("database.insert");
    effects.adds = true;
    const QJsonObject &fields = statement.node.fields;
    const auto relation = measuring.catalog.resolve(relationName(fields.value(l("relation")).toObject()));
    if (!relation) {
        unknownRows(effects, relation.error());
        return effects;
    }
    effects.targets.push_back(*relation);
    effects.touched.insert(relation->oid);
    effects.lockTable(relation->oid, Lock::RowExclusive);
    effects.dependents.push_back({relation->display(), relation->kindName(), QStringLiteral("added"), std::nullopt, -1});
    if (!relation->isTable() || fields.contains(l("withClause"))) {
        unknownRows(effects, relation->isTable() ? QStringLiteral("WITH is not inspected") : whyNotPlain(*relation));
        return effects;
    }
    Composer composer(measuring.catalog, statement.source);
    const auto given = rowsGiven(measuring, child(fields, l("selectStmt")), composer, effects);
    QString why = composer.why();
    if (given && why.isEmpty())
        why = whyNotBuiltin(measuring.catalog, composer.used());
    if (!given || !why.isEmpty()) {
        unknownRows(effects, QStringLiteral("what is inserted is not evaluated: %1").arg(why));
    } else {
        effects.changed += *given;
        if (!given->number)
            effects.note(QStringLiteral("the rows to insert could not be counted: %1").arg(given->why));
    }
    noteCode(measuring.catalog, {*relation, measuring.keys.covered(relation->oid), RowEvent::Insert, {}}, 0, effects);
    onConflict(measuring, *relation, fields.value(l("onConflictClause")).toObject(), given.value_or(Count::unknown(why)), effects);
    effects.dependents.front().count = effects.changed.number;
    composer.beginScope();
    composer.addSource(fields.value(l("relation")).toObject(), *relation);
    checkReturning(fields, composer, effects);
    return effects;
}

} // namespace holdfast::sql
