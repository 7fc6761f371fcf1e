// SPDX-License-Identifier: Apache-2.0
#include "kinds/sql/bystanders.h"
#include "kinds/sql/latin.h"
#include "kinds/sql/measurestatement.h"
#include "kinds/sql/notices.h"

#include <algorithm>

namespace holdfast::sql {

namespace {

/// What is inserted: so many rows, or those of a query.
struct Given final
{
    Count count = Count::of(1); ///< DEFAULT VALUES
    std::optional<Query> query;
    std::vector<std::vector<std::optional<QString>>> rows; ///< of VALUES; nullopt: DEFAULT
};

/// Columns that take values: those listed, else all. Nullopt where one is not a column of the table.
std::vector<Column> assignedColumns(const Relation &relation, const std::vector<Node> &listed)
{
    if (listed.empty())
        return relation.columns;
    std::vector<Column> columns;
    for (const Node &node : listed) {
        if (const Column *column = node.is(l("ResTarget")) ? relation.column(text(node.fields, l("name"))) : nullptr)
            columns.push_back(*column);
    }
    return columns;
}

bool hasDefault(const std::vector<Node> &lists)
{
    return std::any_of(lists.begin(), lists.end(), [](const Node &list) {
        const std::vector<Node> items = children(list.fields, l("items"));
        return std::any_of(items.begin(), items.end(), [](const Node &item) { return item.type == l("SetToDefault"); });
    });
}

/// VALUES of which some are DEFAULT, which stands only in an INSERT.
std::optional<Given> givenValues(const Fields &values, const std::vector<Node> &lists, Composer &composer)
{
    Given given{Count::of(static_cast<std::int64_t>(lists.size())), {}, {}};
    expect(values, l("op"), l("SETOP_NONE"));
    expect(values, l("limitOption"), l("LIMIT_OPTION_DEFAULT"));
    composer.beginScope();
    for (const Node &list : lists) {
        given.rows.emplace_back();
        for (const Node &value : list.is(l("List")) ? children(list.fields, l("items")) : std::vector<Node>()) {
            given.rows.back().push_back(value.is(l("SetToDefault")) ? std::nullopt : composer.expression(value));
            if (!given.rows.back().back() && !value.is(l("SetToDefault")))
                return std::nullopt;
        }
    }
    composer.endScope();
    return given;
}

/// What VALUES or a SELECT would give; nullopt with the reason in the composer.
std::optional<Given> given(const Node &source, Composer &composer)
{
    if (!composer.why().isEmpty()) // WITH was not composed
        return std::nullopt;
    if (!source)
        return Given();
    const std::vector<Node> lists = source.is(l("SelectStmt")) ? children(source.fields, l("valuesLists")) : std::vector<Node>();
    const bool plain = !lists.empty() && !source.fields.has(l("withClause")) && !source.fields.has(l("sortClause")) && !source.fields.has(l("limitCount"))
        && !source.fields.has(l("limitOffset"));
    if (plain || hasDefault(lists))
        return givenValues(source.fields, lists, composer);
    auto query = composer.query(source.fields);
    return query ? std::optional(Given{{}, std::move(query), {}}) : std::nullopt;
}

constexpr std::size_t mostRows = 1000; ///< of VALUES whose rows are looked at again

/// The values of one row as they will stand in the table, and in its order, for the columns that `known` names.
QStringList asStored(const Relation &relation, const std::vector<Column> &columns, const std::vector<QString> &values, const QStringList &known)
{
    QStringList stored;
    for (const Column &column : relation.columns) {
        const auto at = std::find_if(columns.begin(), columns.end(), [&](const Column &given) { return given.name == column.name; }) - columns.begin();
        if (known.contains(column.name))
            stored += column.castFrom(values[static_cast<std::size_t>(at)]);
    }
    return stored;
}

/// The rows as they will stand in the table, with those columns whose values are known. `computed`: columns that the server computes in some
/// partition, whatever is given.
std::optional<Query> addedRows(const Relation &relation, const std::vector<Column> &columns, const QStringList &computed, const Given &given)
{
    std::size_t width = given.query ? static_cast<std::size_t>(given.query->columns.size()) : given.rows.empty() ? 0 : given.rows.front().size();
    width = std::min(width, columns.size());
    Query rows;
    QStringList names, selects;
    for (const Column &column : relation.columns) {
        const auto at = std::find_if(columns.begin(), columns.end(), [&](const Column &one) { return one.name == column.name; }) - columns.begin();
        if (static_cast<std::size_t>(at) < width && !column.castName.isEmpty() && !computed.contains(column.name))
            rows.columns += column.name;
    }
    if (rows.columns.isEmpty() || given.rows.size() > mostRows)
        return std::nullopt;
    if (given.query) {
        std::vector<QString> values;
        for (qsizetype i = 0; i < given.query->columns.size(); ++i) {
            names += QStringLiteral("c%1").arg(i);
            values.push_back(QStringLiteral("q.c%1").arg(i));
        }
        rows.text = QStringLiteral("SELECT %1 FROM (%2) AS q(%3)")
                        .arg(asStored(relation, columns, values, rows.columns).join(l(", ")), given.query->text, names.join(l(", ")));
        return rows;
    }
    for (const auto &row : given.rows) {
        if (row.size() < width || !std::all_of(row.begin(), row.end(), [](const auto &value) { return value.has_value(); }))
            return std::nullopt;
        std::vector<QString> values;
        std::transform(row.begin(), row.end(), std::back_inserter(values), [](const auto &value) { return *value; });
        selects += QStringLiteral("SELECT ") + asStored(relation, columns, values, rows.columns).join(l(", "));
    }
    rows.text = selects.join(l(" UNION ALL "));
    return rows;
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

/// A row in conflict is left out, or changed instead, so that there are no more than proposed. One that is changed counts like one that is added.
void onConflict(const Measuring &measuring, const Relation &relation, const Fields &conflict, Effects &effects)
{
    const QString action = text(conflict, l("action"));
    if (action != l("ONCONFLICT_UPDATE") && action != l("ONCONFLICT_NOTHING"))
        return;
    const bool changes = action == l("ONCONFLICT_UPDATE");
    effects.added.reset();
    if (!changes || conflict.has(l("whereClause")))
        effects.changed = Count::between(0, effects.changed.atMost(), QStringLiteral("which rows are in conflict with those that are there is not known before"));
    if (!changes)
        return;
    effects.changes = true;
    QStringList columns;
    for (const Node &target : children(conflict, l("targetList"))) {
        columns += text(target.fields, l("name"));
        if (child(target.fields, l("val")).is(l("SetToDefault")))
            effects.defaulted += columns.back();
    }
    effects.columnsChanged += columns;
    effects.operation = QStringLiteral("database.update"); // whoever lets rows be added has not let those that are there be overwritten
    effects.dependents.front().effect = QStringLiteral("added or changed");
    setColumns(measuring.keys, relation.oid, columns, effects);
    noteCode(measuring.catalog, {relation, measuring.keys.covered(relation.oid), RowEvent::Update, columns}, 0, effects);
    noteFollowers(measuring.catalog, measuring.keys, measuring.keys.covered(relation.oid), columns, QStringLiteral("which rows follow the keys that ON CONFLICT changes is not known before"),
                  effects);
}

/// All expressions of the statement; nullopt, noted, when one is not evaluated or a name is not the server's own.
std::optional<Given> readInsert(const Measuring &measuring, const Relation &relation, const Fields &fields, Composer &composer, Effects &effects)
{
    for (const Column &column : assignedColumns(relation, children(fields, l("cols"))))
        composer.assign(column);
    for (const char *word : {"OVERRIDING_NOT_SET", "OVERRIDING_USER_VALUE", "OVERRIDING_SYSTEM_VALUE"})
        expect(fields, l("override"), l(word)); // which value an identity column takes; how many rows it does not change
    auto rows = given(child(fields, l("selectStmt")), composer);
    if (!rows) {
        unknownRows(effects, QStringLiteral("what is inserted is not evaluated: %1").arg(composer.why()));
        for (const char *member : {"withClause", "selectStmt", "onConflictClause", "returningList"})
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
    effects.touched.insert(composer.tables().begin(), composer.tables().end());
    effects.reads = composer.allTables();
    effects.follows = composer.followed();
    if (composer.isOpen())
        noticeOpen(measuring.catalog, rows.query && composer.isOpenInside() ? Choice::OfNumber : Choice::OfRows, effects);
    if (!rows.query)
        return rows.count;
    for (const Oid oid : composer.tables())
        effects.lockTable(oid, Lock::AccessShare);
    const auto counted = measuring.catalog.db().guarded(QStringLiteral("SELECT count(*) FROM (%1) q").arg(rows.query->text));
    if (counted)
        return Count::of(counted->number(0, 0));
    effects.note(QStringLiteral("the rows to insert could not be counted: %1").arg(counted.error().toString()));
    return Count::unknown(counted.error().toString());
}

/// What is known of the rows themselves, for the rest of the statement and for the statements behind it.
void noteRows(const Measuring &measuring, const Fields &fields, const Relation &relation, const Given &rows, Composer &composer, Effects &effects)
{
    const Fields conflict = object(fields, l("onConflictClause"));
    const bool asGiven = fields.has(l("override")) && text(fields, l("override")) == l("OVERRIDING_NOT_SET") && conflict.isEmpty() && !effects.code.runs
        && effects.choice == Choice::Settled && !composer.isOpen() && !composer.isOpenInside();
    if (asGiven)
        effects.added = addedRows(relation, assignedColumns(relation, children(fields, l("cols"))), measuring.keys.generated(relation.oid), rows);
    const bool whole = effects.added && static_cast<std::size_t>(effects.added->columns.size()) == relation.columns.size();
    giveResult(fields, composer, {relation, true, {}, {}, {}, {}}, whole ? effects.added : std::nullopt, effects);
}

} // namespace

Effects measureInsert(const Measuring &measuring, const Statement &statement)
{
    Effects effects;
    effects.operation = QStringLiteral("database.insert");
    effects.adds = true;
    const Fields &fields = statement.node.fields;
    Composer composer = composerFor(measuring, statement);
    static_cast<void>(composer.with(fields));
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
    const auto rows = readInsert(measuring, *relation, fields, composer, effects);
    if (rows)
        effects.changed += countGiven(measuring, *rows, composer, effects);
    noteCode(measuring.catalog, {*relation, measuring.keys.covered(relation->oid), RowEvent::Insert, {}}, 0, effects);
    if (rows)
        noteRows(measuring, fields, *relation, *rows, composer, effects);
    onConflict(measuring, *relation, object(fields, l("onConflictClause")), effects);
    Dependent &added = effects.dependents.front();
    added.count = effects.changed.number;
    added.least = effects.changed.least;
    added.most = effects.changed.most;
    if (effects.changed.isBounded())
        added.quality = Quality::Bounded;
    return effects;
}

} // namespace holdfast::sql
