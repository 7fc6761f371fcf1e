// SPDX-License-Identifier: Apache-2.0
// What goes with a DROP or an ALTER besides rows: objects by name, parts of relations that stay, and the values of columns.
#include "kinds/sql/losses.h"

#include "kinds/sql/conclude.h"
#include "kinds/sql/latin.h"

#include <algorithm>

namespace holdfast::sql {

namespace {

constexpr Oid pgClassOid = 1259, pgConstraintOid = 2606;

std::set<Oid> goneWhole(const std::vector<LostObject> &objects)
{
    std::set<Oid> gone;
    for (const LostObject &object : objects) {
        if (object.catalog == pgClassOid && object.column == 0)
            gone.insert(object.oid);
    }
    return gone;
}

/// A part that nobody looks for beside the relation that goes.
bool goesUnnamed(const LostObject &object, const std::set<Oid> &gone)
{
    static const QStringList parts{QStringLiteral("index"), QStringLiteral("table constraint"), QStringLiteral("default value"),
                                   QStringLiteral("rule"), QStringLiteral("table column")};
    return object.cascade && gone.contains(object.relation) && parts.contains(object.type);
}

/// References of tables that stay are told as orphaned, with how many rows.
bool isToldAsOrphaned(const Measuring &measuring, const LostObject &object, const Effects &effects)
{
    const auto &keys = measuring.keys.all();
    return object.catalog == pgConstraintOid && effects.operation.startsWith(l("database.drop"))
        && std::any_of(keys.begin(), keys.end(), [&](const ForeignKey &key) { return key.oid == object.oid; });
}

void nameObjects(const Measuring &measuring, const std::vector<LostObject> &objects, const std::set<Oid> &gone, Effects &effects)
{
    for (const LostObject &object : objects) {
        if (object.type == l("table") || goesUnnamed(object, gone) || isToldAsOrphaned(measuring, object, effects))
            continue;
        const QString name = object.type == l("default value") && object.name.startsWith(l("for ")) ? object.name.mid(4) : object.name;
        const bool below = !effects.dependents.empty() && (object.cascade || effects.operation == l("database.alter-table"));
        effects.dependents.push_back({name, object.type, QStringLiteral("dropped"), std::nullopt, below ? 0 : -1});
    }
}

/// `column m`, `a default`, `an index`
QString inWords(const LostObject &part)
{
    static const std::map<QString, QString> words{{QStringLiteral("table constraint"), QStringLiteral("a constraint")},
                                                  {QStringLiteral("default value"), QStringLiteral("a default")},
                                                  {QStringLiteral("index"), QStringLiteral("an index")},
                                                  {QStringLiteral("statistics object"), QStringLiteral("statistics")}};
    if (part.column > 0)
        return QStringLiteral("column ") + displayIdent(part.columnName);
    const auto found = words.find(part.type);
    return found == words.end() ? l("a ") + part.type : found->second;
}

/// For the sentence: `feel loses column m`, `2 tables lose 5 parts`.
QString inOneClause(const Catalog &catalog, const std::map<Oid, std::vector<LostObject>> &losers)
{
    std::size_t parts = 0;
    for (const auto &[oid, lost] : losers)
        parts += lost.size();
    if (losers.size() > 1)
        return QStringLiteral("%1 tables lose %2 parts").arg(QString::number(losers.size()), QString::number(parts));
    const auto relation = catalog.relation(losers.begin()->first);
    const QString what = parts == 1 ? inWords(losers.begin()->second.front()) : QStringLiteral("%1 parts").arg(parts);
    return (relation ? relation->display() : QStringLiteral("a table")) + l(" loses ") + what;
}

bool isNamed(const Effects &effects, const Relation &relation)
{
    return std::any_of(effects.dependents.begin(), effects.dependents.end(),
                       [&](const Dependent &known) { return known.name == relation.display() && known.type == relation.kindName(); });
}

/// Relations that stay: a rule that protects one of them has to see it.
void nameLosers(const Measuring &measuring, const std::vector<LostObject> &objects, const std::set<Oid> &gone, Effects &effects)
{
    static const QStringList ofItsOwn{QStringLiteral("sequence"), QStringLiteral("publication relation")};
    std::map<Oid, std::vector<LostObject>> losers;
    for (const LostObject &object : objects) {
        if (object.relation == 0 || gone.contains(object.relation) || ofItsOwn.contains(object.type))
            continue;
        effects.altered.insert(object.relation);
        effects.touched.insert(object.relation);
        effects.lockTable(object.relation, object.type == l("statistics object") ? Lock::ShareUpdateExclusive : Lock::AccessExclusive);
        if (object.catalog == pgClassOid && object.column == 0) // an index
            effects.lockTable(object.oid, Lock::AccessExclusive);
        const bool named = std::any_of(effects.targets.begin(), effects.targets.end(), [&](const Relation &target) { return target.oid == object.relation; });
        const auto relation = measuring.catalog.relation(object.relation);
        if (relation && !isNamed(effects, *relation))
            effects.dependents.push_back({relation->display(), relation->kindName(), QStringLiteral("altered"), std::nullopt, effects.dependents.empty() ? -1 : 0});
        if (object.cascade && !named && !isToldAsOrphaned(measuring, object, effects))
            losers[object.relation].push_back(object);
    }
    if (!losers.empty())
        effects.besides += inOneClause(measuring.catalog, losers);
}

/// A reference that goes takes its triggers along, on either side.
void lockReferences(const ForeignKeys &keys, const std::vector<LostObject> &objects, Effects &effects)
{
    for (const ForeignKey &key : keys.all()) {
        if (std::none_of(objects.begin(), objects.end(), [&](const LostObject &object) { return object.catalog == pgConstraintOid && object.oid == key.oid; }))
            continue;
        for (const Oid side : {key.parent, key.child}) {
            for (const Oid table : keys.covered(side))
                effects.lockTable(table, Lock::AccessExclusive);
        }
    }
}

/// The values of one column, in the rows of its own table only.
Count valuesIn(const Catalog &catalog, const LostObject &column)
{
    const auto relation = catalog.relation(column.relation);
    if (!relation)
        return Count::unknown(relation.error());
    if (relation->kind == u'p' || relation->kind == u'v')
        return Count::of(0);
    if (relation->kind != u'r')
        return Count::unknown(QStringLiteral("%1 is a %2").arg(relation->display(), relation->kindName()));
    const auto &from = catalog.from(*relation, false);
    if (!from)
        return Count::unknown(from.error());
    const auto rows = catalog.db().guarded(QStringLiteral("SELECT count(%1) FROM %2").arg(quoteIdent(column.columnName), *from));
    return rows ? Count::of(rows->number(0, 0)) : Count::unknown(rows.error().toString());
}

void countValues(const Measuring &measuring, const std::vector<LostObject> &objects, const std::set<Oid> &gone, Effects &effects)
{
    Count values = Count::of(0);
    QStringList names;
    for (const LostObject &object : objects) {
        if (object.catalog != pgClassOid || object.column == 0 || gone.contains(object.oid))
            continue;
        const Count here = valuesIn(measuring.catalog, object);
        if (!here.number)
            effects.note(QStringLiteral("the values that are lost with %1 are not counted: %2").arg(object.name, here.why));
        values += here;
        names += names.contains(displayIdent(object.columnName)) ? QStringList() : QStringList{displayIdent(object.columnName)};
    }
    if (names.isEmpty())
        return;
    const QString label = names.size() == 1 ? l("values destroyed in column ") + names.front() : QStringLiteral("values destroyed in %1 columns").arg(names.size());
    effects.extra.push_back(countFact(u"destroyed.values", label, values, QStringLiteral("values"), QStringLiteral("rows in which it is not null"),
                                      measuring.catalog.session().at, Severity::Danger));
}

} // namespace

void tellLosses(const Measuring &measuring, const std::vector<LostObject> &objects, Effects &effects)
{
    const std::set<Oid> gone = goneWhole(objects);
    nameObjects(measuring, objects, gone, effects);
    nameLosers(measuring, objects, gone, effects);
    lockReferences(measuring.keys, objects, effects);
    countValues(measuring, objects, gone, effects);
}

} // namespace holdfast::sql
