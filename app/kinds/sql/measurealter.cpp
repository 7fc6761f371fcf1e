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

void dropColumn(const Measuring &measuring, const Relation &relation, bool only, const Fields &command, Effects &effects)
{
    const QString name = text(command, l("name"));
    const bool missingOk = flag(command, l("missing_ok"));
    const bool cascade = text(command, l("behavior")) == l("DROP_CASCADE");
    const std::int64_t number =
        lookUp(measuring.catalog,
               QStringLiteral("SELECT attnum FROM pg_attribute WHERE attrelid = $1::oid AND attname = $2 AND attnum > 0 AND NOT attisdropped"),
               relation, name);
    if (number == 0) {
        if (!missingOk)
            unknownRows(effects, QStringLiteral("%1 is not a column of %2").arg(displayIdent(name), relation.display()));
        return;
    }
    effects.detail = QStringLiteral("column %1").arg(displayIdent(name));
    effects.columnsChanged += name;
    effects.destroys = true;
    listLost(measuring, {1259, relation.oid, static_cast<int>(number)}, cascade, effects);
    const auto rows = measuring.catalog.db().guarded(
        QStringLiteral("SELECT count(%1) FROM %2%3").arg(quoteIdent(name), only ? QStringLiteral("ONLY ") : QString(), relation.sqlName()));
    const Count values = rows ? Count::of(rows->number(0, 0)) : Count::unknown(rows.error().toString());
    effects.extra.push_back({QStringLiteral("destroyed.values"), QStringLiteral("values destroyed in column %1").arg(displayIdent(name)),
                             values.number ? plain(*values.number) : QStringLiteral("unknown"), values.number, QStringLiteral("values"),
                             values.number ? Quality::Measured : Quality::Unknown,
                             values.number ? QStringLiteral("rows in which it is not null") : values.why, measuring.catalog.session().at,
                             values.number == 0 ? Severity::Info : Severity::Danger});
}

void dropConstraint(const Measuring &measuring, const Relation &relation, const Fields &command, Effects &effects)
{
    const QString name = text(command, l("name"));
    const bool missingOk = flag(command, l("missing_ok"));
    const bool cascade = text(command, l("behavior")) == l("DROP_CASCADE");
    const std::int64_t oid =
        lookUp(measuring.catalog, QStringLiteral("SELECT oid FROM pg_constraint WHERE conrelid = $1::oid AND conname = $2"), relation, name);
    if (oid == 0) {
        if (!missingOk)
            unknownRows(effects, QStringLiteral("%1 is not a constraint of %2").arg(displayIdent(name), relation.display()));
        return;
    }
    effects.detail = QStringLiteral("constraint %1").arg(displayIdent(name));
    listLost(measuring, {2606, static_cast<Oid>(oid), 0}, cascade, effects);
}

/// `fillfactor = 70`: a setting of the table, in words.
QString settingOf(const Node &element)
{
    const Node value = element.is(l("DefElem")) ? child(element.fields, l("arg")) : Node();
    expect(element.fields, l("defaction"), l("DEFELEM_UNSPEC"));
    QString shown = value.is(l("Integer")) ? QString::number(integer(value.fields, l("ival")))
        : value.is(l("Float"))             ? text(value.fields, l("fval"))
        : value.is(l("String"))            ? text(value.fields, l("sval"))
                                           : QString();
    if (value.is(l("TypeName")) && integer(value.fields, l("typemod")) == -1)
        shown = names(value.fields, l("names")).join(u'.');
    return QStringLiteral("%1 %2").arg(text(element.fields, l("defname")), shown).trimmed();
}

/// A default is not evaluated here, but the server converts its literals to the column's type at once.
void changeDefault(const Measuring &measuring, const Statement &statement, const Relation &relation, const Fields &command, Effects &effects)
{
    const Column *column = relation.column(text(command, l("name")));
    const Node value = child(command, l("def"));
    if (!value)
        return;
    Composer composer(measuring.catalog, statement);
    if (column != nullptr)
        composer.assign(*column);
    if (composer.expression(value)) {
        static_cast<void>(areBuiltin(measuring, composer, effects));
        return;
    }
    unknownRows(effects, QStringLiteral("the new default is not inspected: %1").arg(composer.why()));
    explained(command, l("def"));
}

/// What changes the catalog only; false when it is something else.
bool isCatalogOnly(const QString &kind, const Fields &command, Instant at, Effects &effects)
{
    static const QStringList named{QStringLiteral("AT_DropNotNull"), QStringLiteral("AT_SetStatistics"), QStringLiteral("AT_SetStorage")};
    if (kind != l("AT_SetRelOptions") && kind != l("AT_ResetRelOptions") && !named.contains(kind))
        return false;
    expect(command, l("behavior"), l("DROP_RESTRICT"));
    const QString name = text(command, l("name"));
    const Node value = child(command, l("def"));
    QStringList settings;
    for (const Node &element : value.is(l("List")) ? children(value.fields, l("items")) : std::vector<Node>())
        settings += settingOf(element);
    if (value.is(l("Integer")))
        settings += QString::number(integer(value.fields, l("ival")));
    else if (value.is(l("String")))
        settings += text(value.fields, l("sval"));
    static_cast<void>(integer(command, l("num"))); // a column of an index by its number
    const QString column = name.isEmpty() ? QString() : QStringLiteral("column %1 ").arg(displayIdent(name));
    effects.extra.push_back({QStringLiteral("catalog.setting"), QStringLiteral("changed in the catalog only"),
                             (column + (kind == l("AT_DropNotNull") ? QStringLiteral("may be null") : settings.join(l(", ")))).trimmed(), std::nullopt, {},
                             Quality::Measured, QStringLiteral("read from the statement (%1)").arg(kind.mid(3)), at, Severity::Info});
    return true;
}

void alter(const Measuring &measuring, const Statement &statement, const Relation &relation, bool only, const Fields &command, Effects &effects)
{
    const QString kind = text(command, l("subtype"));
    if (kind == l("AT_DropColumn")) {
        dropColumn(measuring, relation, only, command, effects);
    } else if (kind == l("AT_DropConstraint")) {
        dropConstraint(measuring, relation, command, effects);
    } else if (kind == l("AT_ColumnDefault")) {
        expect(command, l("behavior"), l("DROP_RESTRICT"));
        changeDefault(measuring, statement, relation, command, effects);
    } else if (!isCatalogOnly(kind, command, measuring.catalog.session().at, effects)) {
        effects.changes = true;
        command.explained();
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
    const Fields &fields = statement.node.fields;
    const Fields rangeVar = object(fields, l("relation"));
    const bool only = !flag(rangeVar, l("inh"));
    const auto relation = measuring.catalog.resolve(relationName(rangeVar));
    if (!relation) {
        unknownRows(effects, relation.error());
        fields.explained();
        return effects;
    }
    effects.targets.push_back(*relation);
    for (const Oid leaf : measuring.keys.leaves(relation->oid, true)) {
        effects.touched.insert(leaf);
        effects.lockTable(leaf, Lock::AccessExclusive);
    }
    effects.dependents.push_back({relation->display(), relation->kindName(), QStringLiteral("altered"), std::nullopt, -1});
    for (const Node &command : children(fields, l("cmds"))) {
        if (command.is(l("AlterTableCmd")))
            alter(measuring, statement, *relation, only, command.fields, effects);
    }
    noteEventTriggers(measuring.catalog, effects);
    if (!effects.columnsChanged.isEmpty())
        addColumnsDiff(measuring.catalog, *relation, effects.columnsChanged, effects);
    return effects;
}

} // namespace holdfast::sql
