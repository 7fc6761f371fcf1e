// SPDX-License-Identifier: Apache-2.0
// ALTER TABLE as far as it can be known without a clone: columns and constraints that go, and what is only catalog. Else unknown.
#include "kinds/sql/bystanders.h"
#include "kinds/sql/dropclosure.h"
#include "kinds/sql/latin.h"
#include "kinds/sql/measurestatement.h"
#include "kinds/sql/samples.h"
#include "kinds/sql/schematext.h"

namespace holdfast::sql {

namespace {

/// The number of an attribute, or the oid of a constraint of the table; 0 when there is none.
std::int64_t lookUp(const Catalog &catalog, const QString &query, const Relation &relation, const QString &name)
{
    const auto rows = catalog.db().guarded(query, {QString::number(relation.oid), name});
    return rows && rows->count() == 1 ? rows->number(0, 0) : 0;
}

void listLost(const Measuring &measuring, const Address &root, bool cascade, Effects &effects)
{
    const auto objects = dropClosure(measuring.catalog, {root}, cascade);
    if (!objects) {
        unknownRows(effects, objects.error());
        return;
    }
    const auto all = cascade ? objects : dropClosure(measuring.catalog, {root}, true);
    if (all && all->size() > objects->size())
        effects.refusals += QStringLiteral("without CASCADE it is refused: %1 depends on it").arg(all->back().name);
    for (const LostObject &object : *objects) {
        effects.objects.push_back(object);
        effects.dependents.push_back({object.name, object.type, QStringLiteral("dropped"), std::nullopt, effects.dependents.empty() ? -1 : 0});
    }
}

void dropColumn(const Measuring &measuring, const Relation &relation, const QJsonObject &command, Effects &effects)
{
    const QString name = text(command, l("name"));
    const std::int64_t number =
        lookUp(measuring.catalog,
               QStringLiteral("SELECT attnum FROM pg_attribute WHERE attrelid = $1::oid AND attname = $2 AND attnum > 0 AND NOT attisdropped"),
               relation, name);
    if (number == 0) {
        if (!command.contains(l("missing_ok")))
            unknownRows(effects, QStringLiteral("%1 is not a column of %2").arg(displayIdent(name), relation.display()));
        return;
    }
    effects.detail = QStringLiteral("column %1").arg(displayIdent(name));
    effects.columnsChanged += name;
    effects.destroys = true;
    listLost(measuring, {1259, relation.oid, static_cast<int>(number)}, text(command, l("behavior")) == l("DROP_CASCADE"), effects);
    const auto rows = measuring.catalog.db().guarded(QStringLiteral("SELECT count(%1) FROM %2").arg(quoteIdent(name), relation.sqlName()));
    const Count values = rows ? Count::of(rows->number(0, 0)) : Count::unknown(rows.error().toString());
    effects.extra.push_back({QStringLiteral("destroyed.values"), QStringLiteral("values destroyed in column %1").arg(displayIdent(name)),
                             values.number ? plain(*values.number) : QStringLiteral("unknown"), values.number, QStringLiteral("values"),
                             values.number ? Quality::Measured : Quality::Unknown,
                             values.number ? QStringLiteral("rows in which it is not null") : values.why, measuring.catalog.session().at,
                             values.number == 0 ? Severity::Info : Severity::Danger});
}

void dropConstraint(const Measuring &measuring, const Relation &relation, const QJsonObject &command, Effects &effects)
{
    const QString name = text(command, l("name"));
    const std::int64_t oid =
        lookUp(measuring.catalog, QStringLiteral("SELECT oid FROM pg_constraint WHERE conrelid = $1::oid AND conname = $2"), relation, name);
    if (oid == 0) {
        if (!command.contains(l("missing_ok")))
            unknownRows(effects, QStringLiteral("%1 is not a constraint of %2").arg(displayIdent(name), relation.display()));
        return;
    }
    effects.detail = QStringLiteral("constraint %1").arg(displayIdent(name));
    listLost(measuring, {2606, static_cast<Oid>(oid), 0}, text(command, l("behavior")) == l("DROP_CASCADE"), effects);
}

void alter(const Measuring &measuring, const Relation &relation, const QJsonObject &command, Effects &effects)
{
    static const QStringList harmless{QStringLiteral("AT_ColumnDefault"), QStringLiteral("AT_DropNotNull"),     QStringLiteral("AT_SetStatistics"),
                                      QStringLiteral("AT_SetRelOptions"), QStringLiteral("AT_ResetRelOptions"), QStringLiteral("AT_SetStorage")};
    const QString kind = text(command, l("subtype"));
    if (kind == l("AT_DropColumn")) {
        dropColumn(measuring, relation, command, effects);
    } else if (kind == l("AT_DropConstraint")) {
        dropConstraint(measuring, relation, command, effects);
    } else if (!harmless.contains(kind)) {
        effects.changes = true;
        unknownRows(
            effects,
            QStringLiteral("ALTER TABLE %1: what it rewrites or checks is not known without a copy to try it on (%2)").arg(relation.display(), kind));
    }
    effects.columnsChanged.removeDuplicates();
}

} // namespace

Effects measureAlterTable(const Measuring &measuring, const Statement &statement)
{
    Effects effects;
    effects.operation = QStringLiteral("database.alter-table");
    const QJsonObject &fields = statement.node.fields;
    const auto relation = measuring.catalog.resolve(relationName(fields.value(l("relation")).toObject()));
    if (!relation) {
        unknownRows(effects, relation.error());
        return effects;
    }
    effects.targets.push_back(*relation);
    for (const Oid leaf : measuring.keys.leaves(relation->oid, true)) {
        effects.touched.insert(leaf);
        effects.lockTable(leaf, Lock::AccessExclusive);
    }
    effects.dependents.push_back({relation->display(), relation->kindName(), QStringLiteral("altered"), std::nullopt, -1});
    for (const Node &command : children(fields, l("cmds")))
        alter(measuring, *relation, command.fields, effects);
    noteEventTriggers(measuring.catalog, effects);
    if (!effects.columnsChanged.isEmpty())
        addColumnsDiff(measuring.catalog, *relation, effects.columnsChanged, effects);
    return effects;
}

} // namespace holdfast::sql
