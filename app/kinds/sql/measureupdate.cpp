// SPDX-License-Identifier: Apache-2.0
#include "kinds/sql/bystanders.h"
#include "kinds/sql/latin.h"
#include "kinds/sql/measurestatement.h"
#include "kinds/sql/notices.h"
#include "kinds/sql/samples.h"

#include <algorithm>

namespace holdfast::sql {

namespace {

/// The SET list: names of the columns, and for those whose new value can be evaluated the composed expression.
struct Assignments final
{
    QStringList columns;
    std::vector<NewValue> values;
    QString whatPartly; ///< `the new value of x`
    QString whyPartly; ///< not empty: some new value is not evaluated
};

Assignments assignmentsOf(const Relation &relation, const Fields &fields, Composer &composer)
{
    Assignments set;
    for (const Node &target : children(fields, l("targetList"))) {
        const Node value = target.is(l("ResTarget")) ? child(target.fields, l("val")) : Node();
        const QString name = text(target.fields, l("name"));
        set.columns += name;
        const Column *column = relation.column(name);
        if (column)
            composer.assign(*column);
        if (value.is(l("SetToDefault")))
            continue;
        if (!column || column->castName.isEmpty()) {
            set.whatPartly = QStringLiteral("the new value of %1").arg(displayIdent(name));
            set.whyPartly = QStringLiteral("its type is not built in");
            continue;
        }
        const auto composed = composer.expression(value);
        if (!composed) {
            set.whatPartly = QStringLiteral("the new value of %1").arg(displayIdent(name));
            set.whyPartly = composer.why();
            return set;
        }
        set.values.push_back({name, column->castFrom(*composed)});
    }
    return set;
}

bool shares(const QStringList &a, const QStringList &b)
{
    return std::any_of(a.begin(), a.end(), [&](const QString &name) { return b.contains(name); });
}

/// Rows x of the key's child that refer to the old value of a key that changes, for what the statement makes of it.
struct Referring final
{
    QString changed; ///< the key becomes another one, as the server compares: by image, 1.0 is not 1.00. Empty: not known
    QString joined; ///< of x and the named rows
    QString leftAlone; ///< none of the named rows takes the old value again; only where `changed` is known
};

Referring referring(const Measuring &measuring, const RowSet &rows, const ForeignKey &key, const Assignments &set)
{
    QStringList changed, joined, taken;
    bool known = true;
    for (qsizetype i = 0; i < key.parentColumns.size(); ++i) {
        const QString old = rows.alias + u'.' + quoteIdent(key.parentColumns[i]), refers = QStringLiteral("x.") + quoteIdent(key.childColumns[i]);
        joined += key.equal(i, old, refers);
        const auto value = std::find_if(set.values.begin(), set.values.end(), [&](const NewValue &one) { return one.column == key.parentColumns[i]; });
        if (value != set.values.end())
            changed += QStringLiteral("pg_catalog.record_image_ne(ROW(%1), ROW(%2))").arg(old, value->expression);
        else
            known = known && !set.columns.contains(key.parentColumns[i]) && !measuring.keys.generated(key.parent).contains(key.parentColumns[i]);
        taken += value == set.values.end() ? joined.last() : key.equal(i, u'(' + value->expression + u')', refers);
    }
    QStringList parents;
    for (const Oid oid : measuring.keys.covered(key.parent))
        parents += QString::number(oid);
    const QString ofParent = QStringLiteral("%1.tableoid IN (%2)").arg(rows.alias, parents.join(u','));
    taken += ofParent;
    if (!rows.where.isEmpty())
        taken += u'(' + rows.where + u')';
    joined += ofParent;
    return {known ? changed.join(l(" OR ")) : QString(), joined.join(l(" AND ")), QStringLiteral("NOT EXISTS (SELECT FROM %1 WHERE %2)").arg(rows.from, taken.join(l(" AND ")))};
}

/// Counts such rows where the key changes and `further` holds.
Result<PgRows, PgError> countReferring(const Measuring &measuring, const RowSet &rows, const ForeignKey &key, const Relation &child, const Referring &how,
                                       const QString &further)
{
    const auto &from = measuring.catalog.from(child, measuring.keys.isPartitioned(key.child));
    if (!from)
        return Failure{PgError{{}, from.error()}};
    QString query = QStringLiteral("SELECT count(*) FROM %1 AS x, %2 WHERE %3 AND (%4)").arg(*from, rows.from, how.joined, how.changed);
    for (const QString &one : {rows.where, further})
        query += one.isEmpty() ? QString() : QStringLiteral(" AND (%1)").arg(one);
    return measuring.catalog.db().guarded(query);
}

bool meetThemselves(const Measuring &measuring, const RowSet &rows, const ForeignKey &key)
{
    const Leaves covered = measuring.keys.covered(key.child), leaves = measuring.keys.leaves(rows.relation.oid, rows.withChildren);
    return std::any_of(leaves.begin(), leaves.end(), [&](Oid oid) { return covered.contains(oid); });
}

void decidedByKey(const ForeignKey &key, Effects &effects)
{
    if (effects.decidedBy)
        *effects.decidedBy += key.parentColumns + key.childColumns;
}

/// Rows that ON UPDATE CASCADE, SET NULL or SET DEFAULT would change when a key that others refer to changes.
void followKey(const Measuring &measuring, const RowSet &rows, const ForeignKey &key, const Assignments &set, Effects &effects)
{
    const auto child = measuring.catalog.relation(key.child);
    decidedByKey(key, effects);
    effects.reaches = true;
    ++effects.changesThere;
    setColumns(measuring.keys, key.child, key.childColumns, effects);
    const QString name = child ? child->display() : key.name;
    const QString goesOn = QStringLiteral("the keys of %1 that change go on through several keys").arg(name);
    const bool single = !noteFollowers(measuring.catalog, measuring.keys, measuring.keys.covered(key.child), key.childColumns, goesOn, effects)
        && !meetThemselves(measuring, rows, key);
    const Referring how = referring(measuring, rows, key, set);
    const bool known = child && single && !how.changed.isEmpty() && key.notCounted.isEmpty();
    const auto counted = known ? countReferring(measuring, rows, key, *child, how, {})
                               : Result<PgRows, PgError>(Failure{PgError{{}, QStringLiteral("the change goes on through several keys")}});
    const Count count = counted ? Count::of(counted->number(0, 0))
                                : Count::unknown(QStringLiteral("rows of %1 that follow a changed key: %2").arg(name, counted.error().toString()));
    if (child) {
        effects.lockTable(child->oid, Lock::RowExclusive);
        noteRowMovement(measuring.catalog, *child, key.childColumns, effects);
    }
    if (count.number == 0)
        return;
    effects.changed += count;
    if (!count.number)
        effects.note(count.why);
    effects.dependents.push_back({name, QStringLiteral("table"),
                                  key.onUpdate == u'c'       ? QStringLiteral("key-updated")
                                      : key.onUpdate == u'n' ? QStringLiteral("set-null")
                                                             : QStringLiteral("set-default"),
                                  count.number, 0});
    effects.touched.insert(key.child);
    if (child)
        noteCode(measuring.catalog, {*child, measuring.keys.covered(key.child), RowEvent::Update, key.childColumns, key.onUpdate == u'd' ? key.childColumns : QStringList()},
                 static_cast<int>(effects.dependents.size()) - 1, effects, true);
}

/// Rows that would go on referring to a key that is no more: the server refuses that, or, where the key is not enforced, leaves them so.
void leaveBehind(const Measuring &measuring, const RowSet &rows, const ForeignKey &key, const Assignments &set, Effects &effects)
{
    const auto child = measuring.catalog.relation(key.child);
    const QString name = child ? child->display() : key.name;
    const bool enforced = key.firesOnUpdate && !key.partly;
    decidedByKey(key, effects);
    for (const Oid leaf : measuring.keys.covered(key.child))
        effects.touched.insert(leaf);
    const Referring how = referring(measuring, rows, key, set);
    // Rows of the same table may get other values by the same statement, whose old ones are read here.
    const bool known = child && !how.changed.isEmpty() && key.notCounted.isEmpty() && !meetThemselves(measuring, rows, key);
    const auto counted = known ? countReferring(measuring, rows, key, *child, how, enforced && key.onUpdate == u'r' ? QString() : how.leftAlone)
                               : Result<PgRows, PgError>(Failure{PgError{}});
    const std::optional<std::int64_t> count = counted ? std::optional(counted->number(0, 0)) : std::nullopt;
    effects.reaches = effects.reaches || !enforced;
    if (count == 0 || (enforced && !count))
        return;
    effects.reaches = true;
    if (enforced) {
        effects.refusedLast = effects.refusedLast || (key.onUpdate == u'a' && key.deferrable);
        effects.refusals += QStringLiteral("%1 rows of %2 refer to what would get another key (%3)").arg(plain(*count), name, displayIdent(key.name));
    }
    effects.dependents.push_back({name, QStringLiteral("table"), enforced ? QStringLiteral("refuses") : QStringLiteral("orphaned"), count, 0});
}

void followKeys(const Measuring &measuring, const RowSet &rows, const Assignments &set, Effects &effects)
{
    const Leaves leaves = measuring.keys.leaves(rows.relation.oid, rows.withChildren);
    const QStringList columns = set.columns + measuring.keys.generated(rows.relation.oid);
    for (const ForeignKey &key : measuring.keys.all()) {
        const Leaves covered = measuring.keys.covered(key.parent);
        const bool hit = std::any_of(covered.begin(), covered.end(), [&](Oid oid) { return leaves.contains(oid); });
        if (!hit || !shares(key.parentColumns, columns))
            continue;
        const bool follows = key.firesOnUpdate && key.onUpdate != u'a' && key.onUpdate != u'r';
        (follows ? followKey : leaveBehind)(measuring, rows, key, set, effects);
    }
}

/// How many rows, and how many of them already are what they would become.
void countRows(const Measuring &measuring, const RowSet &rows, const Assignments &set, Effects &effects)
{
    const QString from = rows.from + (rows.where.isEmpty() ? QString() : QStringLiteral(" WHERE ") + rows.where);
    QStringList same;
    for (const NewValue &value : set.values)
        same += QStringLiteral("pg_catalog.record_image_eq(ROW(%1.%2), ROW(%3))").arg(rows.alias, quoteIdent(value.column), value.expression);
    const bool comparable = set.values.size() == static_cast<std::size_t>(set.columns.size()) && !same.isEmpty();
    const auto both = comparable
        ? measuring.catalog.db().guarded(QStringLiteral("SELECT count(*), count(*) FILTER (WHERE %1) FROM %2").arg(same.join(l(" AND ")), from))
        : Result<PgRows, PgError>(Failure{PgError{}});
    const auto counted = both ? both : measuring.catalog.db().guarded(QStringLiteral("SELECT count(*) FROM ") + from);
    if (!counted) {
        unknownRows(effects, QStringLiteral("the rows of %1 could not be counted: %2").arg(rows.relation.display(), counted.error().toString()));
        return;
    }
    effects.changed += Count::of(counted->number(0, 0));
    if (both) {
        effects.extra.push_back({QStringLiteral("unchanged.rows"), QStringLiteral("rows that already have the new values"), plain(both->number(0, 1)),
                                 both->number(0, 1), QStringLiteral("rows"), Quality::Measured, QStringLiteral("old and new values compared as they are stored"),
                                 measuring.catalog.session().at, Severity::Info});
    }
}

/// The rows with their new values, where all of these are known.
std::optional<Query> updated(const Measuring &measuring, const RowSet &rows, const Assignments &set)
{
    if (!measuring.keys.generated(rows.relation.oid).isEmpty() || set.values.size() != static_cast<std::size_t>(set.columns.size()))
        return std::nullopt;
    std::map<QString, QString> values;
    for (const NewValue &value : set.values)
        values[value.column] = value.expression;
    return rowsAsTheyAre(rows, values);
}

} // namespace

void changeRows(const Measuring &measuring, const RowSet &rows, const QStringList &columns, const std::vector<NewValue> &values, Effects &effects)
{
    const Assignments set{columns, values, {}, {}};
    countRows(measuring, rows, set, effects);
    effects.dependents.front().count = effects.changed.number;
    noteCode(measuring.catalog, {rows.relation, measuring.keys.leaves(rows.relation.oid, rows.withChildren), RowEvent::Update, columns}, 0, effects);
    noteRowMovement(measuring.catalog, rows.relation, columns, effects);
    setColumns(measuring.keys, rows.relation.oid, columns, effects);
    followKeys(measuring, rows, set, effects);
}

Effects measureUpdate(const Measuring &measuring, const Statement &statement)
{
    Effects effects;
    effects.operation = QStringLiteral("database.update");
    effects.changes = true;
    const Fields &fields = statement.node.fields;
    Composer composer = composerFor(measuring, statement);
    static_cast<void>(composer.with(fields));
    composer.beginScope();
    const auto rows = namedRows(measuring, fields, l("fromClause"), composer, effects);
    Assignments set;
    if (rows)
        set = assignmentsOf(rows->relation, fields, composer);
    for (const Node &target : children(fields, l("targetList"))) {
        effects.columnsChanged += text(target.fields, l("name"));
        if (child(target.fields, l("val")).is(l("SetToDefault")))
            effects.defaulted += effects.columnsChanged.back();
    }
    if (!set.whyPartly.isEmpty()) {
        runsUnread(set.whatPartly, set.whyPartly, effects);
        set.values.clear();
    }
    if (!rows || !set.whyPartly.isEmpty())
        explained(fields, l("targetList"));
    if (rows)
        readReturning(fields, composer, effects);
    const bool read = rows && areBuiltin(measuring, composer, effects);
    if (!effects.targets.empty())
        effects.dependents.push_back({effects.targets.front().display(), effects.targets.front().kindName(), QStringLiteral("updated"), std::nullopt, -1});
    if (!read) {
        explained(fields, l("returningList"));
        if (!effects.targets.empty())
            noteCode(measuring.catalog, {effects.targets.front(), measuring.keys.leaves(effects.targets.front().oid, true), RowEvent::Update, effects.columnsChanged},
                     0, effects);
        return effects;
    }
    const bool joins = !children(fields, l("fromClause")).empty();
    if (composer.isOpen())
        noticeOpen(measuring.catalog, Choice::OfRows, effects);
    if (joins || composer.isOpen())
        set.values.clear(); // which row gives the value, or takes it, is the server's choice
    changeRows(measuring, *rows, set.columns, set.values, effects);
    if (effects.reaches) { // whether a key becomes another one is for its new value to say
        effects.reads = composer.allTables();
        effects.follows = composer.followed();
        if (effects.decidedBy)
            *effects.decidedBy += composer.columns();
    }
    const Count direct = effects.dependents.front().count ? Count::of(*effects.dependents.front().count) : effects.changed;
    giveResult(fields, composer, *rows, joins ? std::nullopt : updated(measuring, *rows, set), effects);
    if (!set.values.empty())
        addRowSample(measuring.catalog, rows->relation, rows->from, rows->alias, rows->where, set.values, direct, effects);
    return effects;
}

} // namespace holdfast::sql
