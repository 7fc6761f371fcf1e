// SPDX-License-Identifier: Apache-2.0
// ALTER TABLE as far as it can be known without a clone: columns and constraints that go, and what is only catalog. Else unknown.
#include "kinds/sql/bystanders.h"
#include "kinds/sql/dropclosure.h"
#include "kinds/sql/latin.h"
#include "kinds/sql/losses.h"
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

/// One after another, `column name, column price`.
void addDetail(const QString &detail, Effects &effects) { effects.detail += (effects.detail.isEmpty() ? QString() : QStringLiteral(", ")) + detail; }

using Roots = Result<std::vector<Address>, QString>;

/// The part of the table, and of each child that has it from nobody else, where `query` gives for each table that inherits ($1, and the name $2):
/// its parent, itself, the part's number or oid, from how many parents it has it, whether it would keep it.
Roots withInherited(const Catalog &catalog, const Relation &relation, const Address &own, const QString &query, const QString &name)
{
    const auto rows = catalog.db().guarded(QStringLiteral("WITH RECURSIVE d(parent, oid) AS (SELECT inhparent, inhrelid FROM pg_inherits WHERE inhparent = $1::oid"
                                                          " UNION SELECT i.inhparent, i.inhrelid FROM d JOIN pg_inherits i ON i.inhparent = d.oid) ") + query,
                                           {QString::number(relation.oid), name});
    if (!rows)
        return Failure{rows.error().toString()};
    std::vector<Address> found{own};
    std::set<Oid> gone{relation.oid};
    for (bool more = true; more;) {
        more = false;
        std::map<Oid, std::int64_t> parents;
        for (int row = 0; row < rows->count(); ++row) {
            const Oid child = rows->oid(row, 1);
            const bool last = gone.contains(rows->oid(row, 0)) && ++parents[child] == rows->number(row, 3);
            if (!last || rows->flag(row, 4) || !gone.insert(child).second)
                continue;
            found.push_back(own.column > 0 ? Address{own.catalog, child, static_cast<int>(rows->number(row, 2))} : Address{own.catalog, rows->oid(row, 2), 0});
            more = true;
        }
    }
    return found;
}

void listLost(const Measuring &measuring, const Roots &roots, bool cascade, Effects &effects)
{
    auto objects = roots ? dropClosure(measuring.catalog, *roots, cascade) : roots.failure();
    if (!objects) {
        unknownRows(effects, objects.error());
        return;
    }
    const auto all = cascade ? objects : dropClosure(measuring.catalog, *roots, true);
    if (all && all->size() > objects->size())
        effects.refusals += QStringLiteral("without CASCADE it is refused: %1 depends on it").arg(all->back().name);
    std::erase_if(*objects, [&](const LostObject &object) {
        return std::any_of(effects.objects.begin(), effects.objects.end(), [&](const LostObject &known) { // of another command
            return known.catalog == object.catalog && known.oid == object.oid && known.column == object.column;
        });
    });
    const Address &named = roots->front();
    for (LostObject &object : *objects) {
        object.cascade = Address{object.catalog, object.oid, object.column} != named; // a child's part is not named
        effects.objects.push_back(object);
    }
    tellLosses(measuring, *objects, effects);
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
    addDetail(l("column ") + displayIdent(name), effects);
    effects.columnsChanged += name;
    effects.destroys = true;
    const Address own{1259, relation.oid, static_cast<int>(number)};
    const auto roots = only ? Roots(std::vector<Address>{own})
                            : withInherited(measuring.catalog, relation, own,
                                            QStringLiteral("SELECT d.parent, d.oid, a.attnum, a.attinhcount, a.attislocal FROM d JOIN pg_attribute a ON a.attrelid = d.oid"
                                                           " AND a.attname = $2 AND a.attnum > 0 AND NOT a.attisdropped"), name);
    listLost(measuring, roots, cascade, effects);
}

void dropConstraint(const Measuring &measuring, const Relation &relation, bool only, const Fields &command, Effects &effects)
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
    addDetail(l("constraint ") + displayIdent(name), effects);
    const Address own{2606, static_cast<Oid>(oid), 0};
    const auto roots = only ? Roots(std::vector<Address>{own})
                            : withInherited(measuring.catalog, relation, own,
                                            QStringLiteral("SELECT d.parent, d.oid, c.oid, c.coninhcount, c.conislocal FROM d JOIN pg_constraint c ON c.conrelid = d.oid"
                                                           " AND c.conname = $2 AND c.contype = 'c'"), name);
    listLost(measuring, roots, cascade, effects);
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

/// Said as a fact, and in the sentence.
void addSetting(const QString &setting, const QString &kind, Instant at, Effects &effects)
{
    effects.besides += setting;
    effects.extra.push_back({QStringLiteral("catalog.setting"), QStringLiteral("changed in the catalog only"), setting, std::nullopt, {}, Quality::Measured,
                             QStringLiteral("read from the statement (%1)").arg(kind.mid(3)), at, Severity::Info});
}

QString defaultOf(const Catalog &catalog, const Relation &relation, const QString &column)
{
    const auto rows = catalog.db().guarded(QStringLiteral("SELECT pg_get_expr(d.adbin, d.adrelid) FROM pg_attrdef d JOIN pg_attribute a ON a.attrelid = d.adrelid AND a.attnum = d.adnum"
                                                          " WHERE d.adrelid = $1::oid AND a.attname = $2"), {QString::number(relation.oid), column});
    return !rows ? QStringLiteral("unknown") : rows->count() == 0 ? QStringLiteral("none") : rows->text(0, 0);
}

/// A default is not evaluated here, but the server converts its literals to the column's type at once.
void changeDefault(const Measuring &measuring, const Statement &statement, const Relation &relation, const Fields &command, Effects &effects)
{
    const QString name = text(command, l("name"));
    const Column *column = relation.column(name);
    const Node value = child(command, l("def"));
    effects.columnsChanged += name;
    QString becomes = QStringLiteral("none");
    if (value) {
        Composer composer(measuring.catalog, statement);
        if (column != nullptr)
            composer.assign(*column);
        const auto composed = composer.expression(value);
        becomes = composed.value_or(QStringLiteral("not inspected"));
        if (composed) {
            static_cast<void>(areBuiltin(measuring, composer, effects));
        } else {
            unknownRows(effects, QStringLiteral("the new default is not inspected: %1").arg(composer.why()));
            explained(command, l("def"));
        }
    }
    addSetting(QStringList{l("column "), displayIdent(name), l(": default "), becomes, l(", was "), defaultOf(measuring.catalog, relation, name)}.join(QString()),
               QStringLiteral("AT_ColumnDefault"), measuring.catalog.session().at, effects);
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
    const QString what = kind == l("AT_SetStatistics") ? QStringLiteral("statistics ") : kind == l("AT_SetStorage") ? QStringLiteral("storage ") : QString();
    if (value.is(l("Integer")))
        settings += what + QString::number(integer(value.fields, l("ival")));
    else if (value.is(l("String")))
        settings += what + text(value.fields, l("sval"));
    if (kind == l("AT_ResetRelOptions"))
        settings = {l("reset ") + settings.join(l(", "))};
    static_cast<void>(integer(command, l("num"))); // a column of an index by its number
    const QString column = name.isEmpty() ? QString() : QStringLiteral("column %1 ").arg(displayIdent(name));
    addSetting((column + (kind == l("AT_DropNotNull") ? QStringLiteral("may be null") : settings.join(l(", ")))).trimmed(), kind, at, effects);
    return true;
}

void alter(const Measuring &measuring, const Statement &statement, const Relation &relation, bool only, const Fields &command, Effects &effects)
{
    const QString kind = text(command, l("subtype"));
    if (kind == l("AT_DropColumn")) {
        dropColumn(measuring, relation, only, command, effects);
    } else if (kind == l("AT_DropConstraint")) {
        dropConstraint(measuring, relation, only, command, effects);
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

/// As the server takes it for the strongest of the commands.
Lock lockOf(const std::vector<Node> &commands)
{
    static const QStringList light{QStringLiteral("fillfactor"), QStringLiteral("parallel_workers"), QStringLiteral("toast_tuple_target"),
                                   QStringLiteral("vacuum_index_cleanup"), QStringLiteral("vacuum_truncate"), QStringLiteral("deduplicate_items")};
    const auto isLight = [&](const Node &element) {
        const QString name = element.is(l("DefElem")) ? text(element.fields, l("defname")) : QString();
        return light.contains(name) || name.startsWith(l("autovacuum_")) || name.startsWith(l("log_autovacuum_"));
    };
    const bool all = std::all_of(commands.begin(), commands.end(), [&](const Node &command) {
        const QString kind = command.is(l("AlterTableCmd")) ? text(command.fields, l("subtype")) : QString();
        if (kind != l("AT_SetRelOptions") && kind != l("AT_ResetRelOptions"))
            return kind == l("AT_SetStatistics");
        const std::vector<Node> options = children(child(command.fields, l("def")).fields, l("items"));
        return std::all_of(options.begin(), options.end(), isLight);
    });
    return all ? Lock::ShareUpdateExclusive : Lock::AccessExclusive;
}

/// The tables that inherit are altered alike. Settings are those of the one table; a part that goes is the children's own from now on under ONLY.
void nameChildren(const Measuring &measuring, const Relation &relation, bool only, const std::vector<Node> &commands, Effects &effects)
{
    const bool goOn = std::any_of(commands.begin(), commands.end(), [&](const Node &command) {
        const QString kind = command.is(l("AlterTableCmd")) ? text(command.fields, l("subtype")) : QString();
        return only ? kind.startsWith(l("AT_Drop")) : kind != l("AT_SetRelOptions") && kind != l("AT_ResetRelOptions");
    });
    if (!goOn)
        return;
    for (const Oid leaf : measuring.keys.leaves(relation.oid, true)) {
        const auto child = leaf == relation.oid ? Result<Relation, QString>(Failure{QString()}) : measuring.catalog.relation(leaf);
        if (child)
            effects.dependents.push_back({child->display(), child->kindName(), QStringLiteral("altered"), std::nullopt, 0});
        effects.touched.insert(leaf);
        effects.lockTable(leaf, lockOf(commands));
    }
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
    effects.touched.insert(relation->oid);
    effects.lockTable(relation->oid, lockOf(children(fields, l("cmds"))));
    effects.dependents.push_back({relation->display(), relation->kindName(), QStringLiteral("altered"), std::nullopt, -1});
    nameChildren(measuring, *relation, only, children(fields, l("cmds")), effects);
    for (const Node &command : children(fields, l("cmds"))) {
        if (command.is(l("AlterTableCmd")))
            alter(measuring, statement, *relation, only, command.fields, effects);
    }
    noteEventTriggers(measuring.catalog, effects);
    QStringList dropped;
    for (const LostObject &object : effects.objects) {
        if (object.relation == relation->oid && object.column > 0)
            dropped += object.columnName;
    }
    if (!dropped.isEmpty())
        addColumnsDiff(measuring.catalog, *relation, dropped, effects);
    return effects;
}

} // namespace holdfast::sql
