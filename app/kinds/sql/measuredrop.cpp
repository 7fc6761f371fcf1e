// SPDX-License-Identifier: Apache-2.0
#include "kinds/sql/bystanders.h"
#include "kinds/sql/dropclosure.h"
#include "kinds/sql/latin.h"
#include "kinds/sql/losses.h"
#include "kinds/sql/measurestatement.h"
#include "kinds/sql/schematext.h"

#include <algorithm>

namespace holdfast::sql {

namespace {

constexpr Oid PgClass = 1259;
constexpr qsizetype MaxNamed = 5;


/// How many rows of the referring table have a reference that will no longer be checked.
std::optional<std::int64_t> referring(const Measuring &measuring, const ForeignKey &key, const Relation &child)
{
    const auto &from = measuring.catalog.from(child, measuring.keys.isPartitioned(key.child)); // else a key covers no table that inherits
    if (!from)
        return std::nullopt;
    QStringList columns;
    for (const QString &column : key.childColumns)
        columns += quoteIdent(column);
    // A row is not null to IS NOT NULL only if none of its fields is.
    const auto rows = measuring.catalog.db().guarded(QStringLiteral("SELECT count(*) FROM %1 WHERE pg_catalog.num_nulls(%2) = 0").arg(*from, columns.join(l(", "))));
    return rows ? std::optional(rows->number(0, 0)) : std::nullopt;
}

/// A partition that goes leaves the table that it is a part of, and its default partition, with other bounds.
void lockWhole(const Catalog &catalog, const std::set<Oid> &gone, Effects &effects)
{
    const auto rows = catalog.db().guarded(QStringLiteral("SELECT i.inhparent, p.partdefid FROM pg_inherits i JOIN pg_partitioned_table p ON p.partrelid = i.inhparent"
                                                          " WHERE i.inhrelid = ANY($1::oid[])"), {oidParameter(gone)});
    if (!rows)
        effects.note(QStringLiteral("the tables of which the partitions are parts could not be listed: %1").arg(rows.error().toString()));
    for (int row = 0; rows && row < rows->count(); ++row) {
        for (const int column : {0, 1}) {
            if (rows->oid(row, column) != 0)
                effects.lockTable(rows->oid(row, column), Lock::AccessExclusive);
        }
    }
}

/// Foreign keys of tables that stay: their rows keep values that refer to nothing.
void orphan(const Measuring &measuring, const std::vector<LostObject> &objects, const std::set<Oid> &gone, Effects &effects)
{
    for (const ForeignKey &key : measuring.keys.all()) {
        const bool lost =
            std::any_of(objects.begin(), objects.end(), [&](const LostObject &object) { return object.oid == key.oid && object.catalog == 2606; });
        if (gone.contains(key.child) && !gone.contains(key.parent))
            continue;
        const auto child = lost && !gone.contains(key.child) ? measuring.catalog.relation(key.child) : Result<Relation, QString>(Failure{QString()});
        if (!child)
            continue;
        effects.dependents.push_back({QStringLiteral("%1.%2").arg(child->display(), displayIdent(key.childColumns.value(0))),
                                      QStringLiteral("foreign key"), QStringLiteral("orphaned"), referring(measuring, key, *child), 0});
        effects.dependentTables.push_back(child->oid);
        effects.touched.insert(child->oid);
    }
}

/// Relations first, so that the named one is dependents[0].
void loseRelations(const Measuring &measuring, const std::vector<LostObject> &objects, std::set<Oid> &gone, std::vector<Oid> &defined, Effects &effects)
{
    for (const LostObject &object : objects) {
        if (object.catalog == PgClass)
            effects.touched.insert(object.oid); // one that only loses a column means something else to later statements
        if (object.catalog != PgClass || object.column != 0)
            continue;
        gone.insert(object.oid);
        effects.lockTable(object.oid, Lock::AccessExclusive);
        const auto relation = measuring.catalog.relation(object.oid);
        if (!relation)
            continue;
        effects.makes += relation->name;
        if (!object.cascade)
            effects.targets.push_back(*relation);
        if (object.major || !object.cascade)
            defined.push_back(object.oid);
        if (relation->isTable()) {
            loseWhole(measuring, *relation, object.cascade, object.cascade ? QStringLiteral("cascade") : QStringLiteral("dropped"),
                      object.cascade && !effects.dependents.empty() ? 0 : -1, effects);
            effects.dropped.insert(relation->oid);
        } else if (relation->kind == u'm' || relation->kind == u'i') {
            effects.bytes += sizeOf(measuring.catalog, relation->kind == u'm' || !object.cascade ? std::vector<Oid>{relation->oid} : std::vector<Oid>());
        } else if (relation->kind == u'f') {
            unknownRows(effects, QStringLiteral("%1 is a foreign table").arg(relation->display()));
        }
    }
}

void refuse(const Measuring &measuring, const std::vector<Address> &roots, const std::vector<LostObject> &objects, Effects &effects)
{
    const auto all = dropClosure(measuring.catalog, roots, true);
    QStringList names;
    for (std::size_t i = 0; all && i < all->size(); ++i) {
        const LostObject &object = (*all)[i];
        if (std::none_of(objects.begin(), objects.end(), [&](const LostObject &known) {
                return known.catalog == object.catalog && known.oid == object.oid && (known.column == object.column || known.column == 0);
            }))
            names += QStringLiteral("%1 %2").arg(object.type, object.name);
    }
    if (names.isEmpty())
        return;
    const qsizetype more = names.size() - MaxNamed;
    effects.refusals += QStringLiteral("without CASCADE it is refused: %1%2 depend on it")
                            .arg(names.mid(0, MaxNamed).join(l(", ")), more > 0 ? QStringLiteral(" and %1 more").arg(more) : QString());
}

QString operationOf(const QString &type)
{
    if (type == l("OBJECT_TABLE"))
        return QStringLiteral("database.drop-table");
    return type == l("OBJECT_SCHEMA") ? QStringLiteral("database.drop-schema") : QStringLiteral("database.drop-object");
}

} // namespace

Effects measureDrop(const Measuring &measuring, const Statement &statement)
{
    Effects effects;
    const Fields &fields = statement.node.fields;
    effects.operation = operationOf(text(fields, l("removeType")));
    effects.destroys = true;
    const auto roots = droppedAddresses(measuring.catalog, fields);
    const bool cascade = text(fields, l("behavior")) == l("DROP_CASCADE");
    const auto objects = roots ? dropClosure(measuring.catalog, *roots, cascade) : Result<std::vector<LostObject>, QString>(roots.failure());
    if (!objects) {
        unknownRows(effects, objects.error());
        fields.explained();
        return effects;
    }
    std::set<Oid> gone;
    std::vector<Oid> defined;
    loseRelations(measuring, *objects, gone, defined, effects);
    tellLosses(measuring, *objects, effects);
    orphan(measuring, *objects, gone, effects);
    lockWhole(measuring.catalog, gone, effects);
    effects.objects = *objects;
    for (const LostObject &object : *objects) {
        if (effects.detail.isEmpty() && !object.cascade)
            effects.detail = QStringLiteral("%1 %2").arg(object.type, object.name);
    }
    if (!cascade)
        refuse(measuring, *roots, *objects, effects);
    if (flag(fields, l("concurrent")))
        effects.note(QStringLiteral("DROP INDEX CONCURRENTLY cannot run in a transaction, and is not performed"));
    noteEventTriggers(measuring.catalog, effects);
    addSchemaDiff(measuring.catalog, defined, effects);
    return effects;
}

} // namespace holdfast::sql
