// SPDX-License-Identifier: Apache-2.0
// MERGE: a part for each of its actions. A pair of source row and target row does the first action whose condition holds; a target row
// that two pairs would change makes the server refuse the whole.
#include "kinds/sql/bystanders.h"
#include "kinds/sql/latin.h"
#include "kinds/sql/measurestatement.h"
#include "kinds/sql/notices.h"

#include <algorithm>

namespace holdfast::sql {

namespace {

/// One WHEN, composed.
struct Action final
{
    QString command; ///< CMD_DELETE, CMD_UPDATE, CMD_INSERT, CMD_NOTHING
    bool matched = false;
    QString condition; ///< that it is this one's turn; empty: always
    QStringList columns; ///< that it sets
    QStringList defaulted{}; ///< of these, to their default
};

struct Merge final
{
    Relation relation;
    QString target, alias, source; ///< `"s"."t" AS a0`, `a0`, and the source likewise
    QString on;
    bool withChildren = true;
    std::vector<Action> actions;
};

/// The values and columns of an UPDATE or INSERT; false where one is not evaluated.
bool readValues(const Relation &relation, const Fields &when, Composer &composer, Action &action)
{
    for (const char *word : {"OVERRIDING_NOT_SET", "OVERRIDING_USER_VALUE", "OVERRIDING_SYSTEM_VALUE"})
        expect(when, l("override"), l(word)); // which value an identity column takes; how many rows it does not change
    const std::vector<Node> targets = children(when, l("targetList"));
    for (const Node &target : targets) {
        const QString name = target.is(l("ResTarget")) ? text(target.fields, l("name")) : QString();
        const Node value = child(target.fields, l("val"));
        action.columns += name;
        if (value.is(l("SetToDefault")))
            action.defaulted += name;
        if (const Column *column = relation.column(name))
            composer.assign(*column);
        if (value && !value.is(l("SetToDefault")) && !composer.expression(value))
            return false;
    }
    for (const Column &column : action.command == l("CMD_INSERT") && targets.empty() ? relation.columns : std::vector<Column>())
        composer.assign(column);
    const std::vector<Node> values = children(when, l("values"));
    return std::all_of(values.begin(), values.end(), [&](const Node &value) { return value.is(l("SetToDefault")) || composer.expression(value); });
}

/// In order; the condition of each includes that none before it holds.
bool readActions(const Fields &fields, Composer &composer, Merge &merge)
{
    std::map<bool, QStringList> before;
    for (const Node &when : children(fields, l("mergeWhenClauses"))) {
        Action action{when.is(l("MergeWhenClause")) ? text(when.fields, l("commandType")) : QString(), flag(when.fields, l("matched")), {}, {}};
        const Node node = child(when.fields, l("condition"));
        const auto condition = node ? composer.expression(node) : std::optional(QStringLiteral("TRUE"));
        if (!condition || !readValues(merge.relation, when.fields, composer, action))
            return false;
        QStringList &earlier = before[action.matched];
        QStringList all = earlier;
        all += *condition;
        action.condition = all.join(l(" AND "));
        earlier += QStringLiteral("(%1) IS NOT TRUE").arg(*condition);
        merge.actions.push_back(action);
    }
    return true;
}

/// Everything of the statement; nullopt, and why is noted, when a part is not evaluated.
std::optional<Merge> readMerge(const Measuring &measuring, const Fields &fields, const HitTable &hit, Composer &composer, Effects &effects)
{
    Merge merge{hit.relation, {}, {}, {}, {}, hit.withChildren, {}};
    const bool with = composer.with(fields);
    composer.beginScope();
    const auto source = with ? composer.fromItems({child(fields, l("sourceRelation"))}) : std::nullopt;
    if (source) {
        const Source &target = composer.addSource(object(fields, l("relation")), hit.relation);
        merge.source = *source;
        merge.alias = target.alias;
        merge.target = hit.from + l(" AS ") + target.alias;
    }
    const auto on = source ? composer.expression(child(fields, l("joinCondition"))) : std::nullopt;
    if (!on || !readActions(fields, composer, merge)) {
        unknownRows(effects, QStringLiteral("what MERGE does is not evaluated: %1").arg(composer.why()));
        fields.explained();
        return std::nullopt;
    }
    merge.on = *on;
    if (!areBuiltin(measuring, composer, effects))
        return std::nullopt;
    return merge;
}

/// Whether some target row has two partners by which it would be changed: the server refuses that.
void noteTwice(const Measuring &measuring, const Merge &merge, Effects &effects)
{
    QStringList changing;
    for (const Action &action : merge.actions) {
        if (action.matched && action.command != l("CMD_NOTHING"))
            changing += u'(' + action.condition + u')';
    }
    if (changing.isEmpty())
        return;
    const auto rows = measuring.catalog.db().guarded(QStringLiteral("SELECT count(*), count(DISTINCT (%1.tableoid, %1.ctid)) FROM %2 JOIN %3 ON %4 WHERE %5")
                                                         .arg(merge.alias, merge.target, merge.source, merge.on, changing.join(l(" OR "))));
    if (rows && rows->number(0, 0) != rows->number(0, 1))
        effects.refusals += QStringLiteral("MERGE would change some row of %1 more than once").arg(merge.relation.display());
}

RowSet rowsOf(const Merge &merge, const Action &action)
{
    return {merge.relation, merge.withChildren, merge.target, merge.alias,
            QStringLiteral("EXISTS (SELECT 1 FROM %1 WHERE (%2) AND %3)").arg(merge.source, merge.on, action.condition), {}};
}

void mergeDelete(const Measuring &measuring, const Merge &merge, const Action &action, Effects &effects)
{
    const RowSet rows = rowsOf(merge, action);
    effects.operation = QStringLiteral("database.delete");
    measureCascade(measuring.catalog, measuring.keys, rows, effects);
    const Count direct = effects.destroyed.number ? Count::of(*effects.destroyed.number - effects.cascaded.number.value_or(0)) : effects.destroyed;
    countWholeTable(measuring.catalog, rows, direct, effects);
    addRowSample(measuring.catalog, rows.relation, rows.from, rows.alias, rows.where, {}, direct, effects);
}

void mergeUpdate(const Measuring &measuring, const Merge &merge, const Action &action, Effects &effects)
{
    effects.operation = QStringLiteral("database.update");
    effects.changes = true;
    effects.columnsChanged = action.columns;
    effects.defaulted = action.defaulted;
    effects.dependents.push_back({merge.relation.display(), merge.relation.kindName(), QStringLiteral("updated"), std::nullopt, -1});
    changeRows(measuring, rowsOf(merge, action), action.columns, {}, effects);
}

void mergeInsert(const Measuring &measuring, const Merge &merge, const Action &action, Effects &effects)
{
    effects.operation = QStringLiteral("database.insert");
    effects.adds = true;
    effects.lockedAlone.insert(merge.relation.oid);
    const auto counted = measuring.catalog.db().guarded(
        QStringLiteral("SELECT count(*) FROM %1 WHERE NOT EXISTS (SELECT 1 FROM %2 WHERE %3) AND %4").arg(merge.source, merge.target, merge.on, action.condition));
    if (counted)
        effects.changed += Count::of(counted->number(0, 0));
    else
        unknownRows(effects, QStringLiteral("the rows to add could not be counted: %1").arg(counted.error().toString()));
    effects.dependents.push_back({merge.relation.display(), merge.relation.kindName(), QStringLiteral("added"), effects.changed.number, -1});
    noteCode(measuring.catalog, {merge.relation, measuring.keys.covered(merge.relation.oid), RowEvent::Insert, {}}, 0, effects);
}

} // namespace

Effects measureMerge(const Measuring &measuring, const Statement &statement)
{
    Effects common;
    common.operation = QStringLiteral("database.update");
    common.destroys = common.changes = true;
    const Fields &fields = statement.node.fields;
    Composer composer = composerFor(measuring, statement);
    const auto hit = hitTable(measuring, object(fields, l("relation")), common);
    const auto merge = hit ? readMerge(measuring, fields, *hit, composer, common) : std::nullopt;
    if (!merge) {
        fields.explained();
        for (const RowEvent event : {RowEvent::Insert, RowEvent::Update, RowEvent::Delete}) {
            if (!common.targets.empty())
                noteCode(measuring.catalog, {common.targets.front(), measuring.keys.leaves(common.targets.front().oid, true), event, {}}, -1, common);
        }
        return common;
    }
    common.destroys = common.changes = false;
    common.touched.insert(composer.tables().begin(), composer.tables().end());
    for (const Oid oid : composer.tables())
        common.lockTable(oid, Lock::AccessShare);
    common.reads = composer.allTables();
    common.reads.insert(hit->relation.oid); // what is there decides what is added
    common.follows = composer.followed();
    common.decidedBy.emplace(); // of what another action sets, nothing but keys
    common.apart = true;
    if (composer.isOpen())
        common.choice = Choice::OfNumber;
    std::vector<Effects> done;
    for (const Action &action : merge->actions) {
        if (action.command == l("CMD_NOTHING"))
            continue;
        Effects effects = common;
        const auto measure = action.command == l("CMD_DELETE") ? mergeDelete : action.command == l("CMD_UPDATE") ? mergeUpdate : mergeInsert;
        measure(measuring, *merge, action, effects);
        done.push_back(std::move(effects));
    }
    if (done.empty()) { // every action is to do nothing
        common.operation = QStringLiteral("database.update");
        common.changes = true;
        return common;
    }
    noteTwice(measuring, *merge, done.front());
    for (std::size_t i = 0; i + 1 < done.size(); ++i) {
        done[i].part = measuring.parts->size();
        measuring.parts->push_back(std::move(done[i]));
    }
    return std::move(done.back());
}

} // namespace holdfast::sql
