// SPDX-License-Identifier: Apache-2.0
#include "kinds/sql/bystanders.h"
#include "kinds/sql/latin.h"
#include "kinds/sql/measurestatement.h"

namespace holdfast::sql {

namespace {

/// What is inserted: so many rows, or those of a query.
struct Given final
{
    Count count = Count::of(1); ///< DEFAULT VALUES
    QString query;
};

/// Columns that take values: those listed, else all.
void assignColumns(const Relation &relation, const Fields &insert, Composer &composer)
{
    const std::vector<Node> listed = children(insert, l("cols"));
    for (const Node &node : listed) {
        const Column *column = node.is(l("ResTarget")) ? relation.column(text(node.fields, l("name"))) : nullptr;
        if (column != nullptr)
            composer.assign(*column);
    }
    for (std::size_t i = 0; listed.empty() && i < relation.columns.size(); ++i)
        composer.assign(relation.columns[i]);
}

/// What VALUES or a SELECT would give; nullopt with the reason in the composer.
std::optional<Given> given(const Node &source, Composer &composer)
{
    if (!source)
        return Given();
    const std::vector<Node> lists = source.is(l("SelectStmt")) ? children(source.fields, l("valuesLists")) : std::vector<Node>();
    if (lists.empty()) {
        const auto query = composer.select(source.fields);
        return query ? std::optional(Given{{}, *query}) : std::nullopt;
    }
    expect(source.fields, l("op"), l("SETOP_NONE"));
    expect(source.fields, l("limitOption"), l("LIMIT_OPTION_DEFAULT"));
    composer.beginScope();
    for (const Node &list : lists) {
        for (const Node &value : list.is(l("List")) ? children(list.fields, l("items")) : std::vector<Node>()) {
            if (!value.is(l("SetToDefault")) && !composer.expression(value))
                return std::nullopt;
        }
    }
    composer.endScope();
    return Given{Count::of(static_cast<std::int64_t>(lists.size())), {}};
}

bool readArbiter(const Fields &infer, Composer &composer)
{
    static_cast<void>(text(infer, l("conname"))); // a constraint of the table, by name
    for (const Node &element : children(infer, l("indexElems"))) {
        const Node expression = element.is(l("IndexElem")) ? child(element.fields, l("expr")) : Node();
        static_cast<void>(text(element.fields, l("name")));
        expect(element.fields, l("ordering"), l("SORTBY_DEFAULT"));
        expect(element.fields, l("nulls_ordering"), l("SORTBY_NULLS_DEFAULT"));
        if (expression && !composer.expression(expression))
            return false;
    }
    const Node where = child(infer, l("whereClause"));
    return !where || composer.expression(where);
}

/// Composes ON CONFLICT: the row that is there has the table's name, the one proposed is `excluded`.
bool readConflict(const Relation &relation, const Fields &conflict, Composer &composer)
{
    if (!readArbiter(object(conflict, l("infer")), composer))
        return false;
    composer.addExcluded(relation);
    for (const Node &target : children(conflict, l("targetList"))) {
        const Node value = target.is(l("ResTarget")) ? child(target.fields, l("val")) : Node();
        if (const Column *column = relation.column(text(target.fields, l("name"))))
            composer.assign(*column);
        if (!value.is(l("SetToDefault")) && !composer.expression(value))
            return false;
    }
    const Node where = child(conflict, l("whereClause"));
    return !where || composer.expression(where);
}

void onConflict(const Measuring &measuring, const Relation &relation, const QString &action, const Count &proposed, Effects &effects)
{
    if (action == l("ONCONFLICT_UPDATE")) {
        effects.changes = true;
        unknownRows(effects, QStringLiteral("which rows ON CONFLICT DO UPDATE changes is not known before"));
        noteCode(measuring.catalog, {relation, measuring.keys.covered(relation.oid), RowEvent::Update, {}}, 0, effects);
    } else if (action == l("ONCONFLICT_NOTHING")) {
        effects.changed += Count::unknown(QStringLiteral("rows in conflict are left out; at most %1")
                                              .arg(proposed.number ? plain(*proposed.number) : QStringLiteral("unknown")));
    }
}

/// All expressions of the statement; nullopt, noted, when one is not evaluated or a name is not the server's own.
std::optional<Given> readInsert(const Measuring &measuring, const Relation &relation, const Fields &fields, Composer &composer, Effects &effects)
{
    assignColumns(relation, fields, composer);
    for (const char *word : {"OVERRIDING_NOT_SET", "OVERRIDING_USER_VALUE", "OVERRIDING_SYSTEM_VALUE"})
        expect(fields, l("override"), l(word)); // which value an identity column takes; how many rows it does not change
    auto rows = given(child(fields, l("selectStmt")), composer);
    if (!rows) {
        unknownRows(effects, QStringLiteral("what is inserted is not evaluated: %1").arg(composer.why()));
        for (const char *member : {"selectStmt", "onConflictClause", "returningList"})
            explained(fields, l(member));
        return std::nullopt;
    }
    composer.beginScope();
    composer.addSource(object(fields, l("relation")), relation);
    readReturning(fields, composer, effects);
    if (!readConflict(relation, object(fields, l("onConflictClause")), composer)) {
        unknownRows(effects, QStringLiteral("what it does in a conflict is not evaluated: %1").arg(composer.why()));
        explained(fields, l("onConflictClause"));
        return std::nullopt;
    }
    return areBuiltin(measuring, composer, effects) ? rows : std::nullopt;
}

Count countGiven(const Measuring &measuring, const Given &rows, const Composer &composer, Effects &effects)
{
    if (rows.query.isEmpty())
        return rows.count;
    effects.touched.insert(composer.tables().begin(), composer.tables().end());
    effects.reads = composer.tables();
    const auto counted = measuring.catalog.db().guarded(QStringLiteral("SELECT count(*) FROM (%1) q").arg(rows.query));
    if (counted)
        return Count::of(counted->number(0, 0));
    effects.note(QStringLiteral("the rows to insert could not be counted: %1").arg(counted.error().toString()));
    return Count::unknown(counted.error().toString());
}

} // namespace

Effects measureInsert(const Measuring &measuring, const Statement &statement)
{
    Effects effects;
    effects.operation = QStringLiteral("database.insert");
    effects.adds = true;
    const Fields &fields = statement.node.fields;
    const auto relation = measuring.catalog.resolve(relationName(object(fields, l("relation"))));
    if (!relation) {
        unknownRows(effects, relation.error());
        fields.explained();
        return effects;
    }
    effects.targets.push_back(*relation);
    effects.touched.insert(relation->oid);
    effects.lockTable(relation->oid, Lock::RowExclusive);
    effects.lockedAlone.insert(relation->oid);
    effects.dependents.push_back({relation->display(), relation->kindName(), QStringLiteral("added"), std::nullopt, -1});
    if (!relation->isTable() || relation->isSystem()) {
        unknownRows(effects, whyNotPlain(*relation));
        fields.explained();
        return effects;
    }
    static_cast<void>(flag(object(fields, l("relation")), l("inh"))); // rows go into the table itself, or its partitions
    Composer composer(measuring.catalog, statement.source);
    const auto rows = readInsert(measuring, *relation, fields, composer, effects);
    const Count proposed = rows ? countGiven(measuring, *rows, composer, effects) : effects.changed;
    if (rows)
        effects.changed += proposed;
    noteCode(measuring.catalog, {*relation, measuring.keys.covered(relation->oid), RowEvent::Insert, {}}, 0, effects);
    onConflict(measuring, *relation, text(object(fields, l("onConflictClause")), l("action")), proposed, effects);
    effects.dependents.front().count = effects.changed.number;
    return effects;
}

} // namespace holdfast::sql
