// SPDX-License-Identifier: Apache-2.0
#include "kinds/sql/bystanders.h"

#include "kinds/sql/latin.h"
#include "kinds/sql/measurestatement.h"

#include <algorithm>

namespace holdfast::sql {

namespace {

QString nameOf(const Catalog &catalog, const Write &write, Oid oid)
{
    const auto relation = oid == write.relation.oid ? Result<Relation, QString>(write.relation) : catalog.relation(oid);
    return relation ? relation->display() : QString::number(oid);
}

QString withArticle(const QString &noun)
{
    return (QStringLiteral("aeio").contains(noun.at(0)) ? l("an ") : l("a ")) + noun;
}

QString reasonOf(const RunCode &code, const QString &table)
{
    if (code.kind == l("rule"))
        return QStringLiteral("rule %1 on %2 turns the statement into another (md5 %3)").arg(code.name, table, code.version);
    if (code.kind == l("trigger"))
        return QStringLiteral("trigger %1 on %2 runs code that is not inspected (%3, md5 %4)").arg(code.name, table, code.function, code.version);
    return QStringLiteral("%1 of %2 calls %3, which is not inspected (md5 %4)").arg(withArticle(code.kind), table, code.function, code.version);
}

/// For the `how` of a count: `trigger note on c`, `g(), called by a default of d`.
QString shortly(const RunCode &code, const QString &table)
{
    if (code.kind == l("rule") || code.kind == l("trigger"))
        return QStringLiteral("%1 %2 on %3").arg(code.kind, code.name, table);
    return QStringLiteral("%1, called by %2 of %3,").arg(code.function, withArticle(code.kind), table);
}

void run(CodeRun &all, const RunCode &code, bool cascaded, const QString &name)
{
    all.runs = true;
    all.rewrites = all.rewrites || code.power == RunCode::Power::Rewrites;
    all.suppresses = all.suppresses || (code.power == RunCode::Power::Suppresses && !cascaded);
    if (all.why.isEmpty())
        all.why = name;
}

} // namespace

void noteCode(const Catalog &catalog, const Write &write, int parent, Effects &effects, bool cascaded)
{
    Write known = write;
    if (write.event == RowEvent::Update && !cascaded)
        known.defaulted += effects.defaulted;
    const auto found = codeRunBy(catalog, known);
    if (!found) {
        const QString why = QStringLiteral("the code that %1 runs could not be listed: %2").arg(write.relation.display(), found.error());
        effects.note(why);
        effects.code = {true, true, true, why, 0};
        return;
    }
    const qsizetype before = effects.uninspectable.size();
    for (const RunCode &code : *found) {
        const QString table = nameOf(catalog, write, code.relation);
        if (code.kind == l("sequence")) {
            const Dependent advances{code.name, code.kind, QStringLiteral("advances"), std::nullopt, parent};
            if (std::find(effects.dependents.begin(), effects.dependents.end(), advances) == effects.dependents.end())
                effects.dependents.push_back(advances);
            continue;
        }
        if (code.kind == l("trigger") || code.kind == l("rule"))
            effects.dependents.push_back(
                {code.name, code.kind, code.kind == l("rule") ? QStringLiteral("rewrites") : QStringLiteral("fires"), std::nullopt, parent});
        effects.note(reasonOf(code, table));
        run(effects.code, code, cascaded, shortly(code, table));
    }
    effects.code.reasons += effects.uninspectable.size() - before;
}

void noteSecrets(const Catalog &catalog, Effects &effects)
{
    const auto rows = catalog.db().guarded(QStringLiteral("SELECT c.relname FROM pg_class c WHERE c.oid = ANY($1::oid[]) AND c.relnamespace = 'pg_catalog'::regnamespace"
                                                          " AND NOT has_table_privilege('public', c.oid, 'SELECT') ORDER BY 1"), {oidParameter(effects.touched)});
    if (!rows)
        effects.note(QStringLiteral("whether it reads what the server keeps from everybody could not be asked: %1").arg(rows.error().toString()));
    for (int row = 0; rows && row < rows->count(); ++row)
        effects.note(QStringLiteral("it reads pg_catalog.%1, which the server keeps from everybody: passwords and the like may be given away").arg(rows->text(row, 0)));
}

void setColumns(const ForeignKeys &keys, Oid table, const QStringList &columns, Effects &effects)
{
    effects.sets = effects.sets.value_or(QStringList()) + columns + keys.generated(table);
}

void noteRowMovement(const Catalog &catalog, const Relation &relation, const QStringList &columns, Effects &effects)
{
    const auto rows = catalog.db().guarded(QStringLiteral(
        "WITH RECURSIVE d(oid) AS (SELECT $1::oid UNION SELECT i.inhrelid FROM d JOIN pg_inherits i ON i.inhparent = d.oid)"
        " SELECT 1 FROM d JOIN pg_partitioned_table p ON p.partrelid = d.oid WHERE 0 = ANY(p.partattrs)"
        " OR EXISTS (SELECT FROM pg_attribute a WHERE a.attrelid = d.oid AND a.attnum = ANY(p.partattrs) AND a.attname = ANY($2::text[]))"),
        {QString::number(relation.oid), arrayParameter(columns)});
    if (rows && rows->count() == 0)
        return;
    unknownRows(effects, QStringLiteral("rows of %1 may move between partitions").arg(relation.display()));
    const auto parts = catalog.descendants(relation.oid);
    const std::set<Oid> holds = parts ? std::set<Oid>(parts->begin(), parts->end()) : std::set<Oid>{relation.oid};
    for (const RowEvent event : {RowEvent::Delete, RowEvent::Insert})
        noteCode(catalog, {relation, holds, event, {}}, effects.dependents.empty() ? -1 : 0, effects, true);
}

bool noteFollowers(const Catalog &catalog, const ForeignKeys &keys, const std::set<Oid> &tables, const QStringList &columns, const QString &why, Effects &effects)
{
    const std::vector<const ForeignKey *> followers = keys.followers(tables, columns);
    for (const ForeignKey *key : followers) {
        for (const Oid leaf : keys.covered(key->child)) {
            effects.touched.insert(leaf);
            effects.lockTable(leaf, Lock::RowExclusive);
        }
        if (const auto child = catalog.relation(key->child))
            noteCode(catalog, {*child, keys.covered(key->child), RowEvent::Update, key->childColumns}, effects.dependents.empty() ? -1 : 0, effects, true);
    }
    if (!followers.empty())
        unknownRows(effects, why);
    return !followers.empty();
}

void noteEventTriggers(const Catalog &catalog, Effects &effects)
{
    const auto found = codeRunByDdl(catalog);
    if (!found) {
        effects.note(QStringLiteral("the event triggers could not be listed: %1").arg(found.error()));
        effects.code = {true, true, true, QStringLiteral("an event trigger"), 0};
        return;
    }
    for (const RunCode &code : *found) {
        effects.dependents.push_back({code.name, code.kind, QStringLiteral("fires"), std::nullopt, -1});
        effects.note(QStringLiteral("event trigger %1 runs code that is not inspected (%2, md5 %3)").arg(code.name, code.function, code.version));
        run(effects.code, code, false, QStringLiteral("event trigger ") + code.name);
        ++effects.code.reasons;
    }
}

QString whyNotPlain(const Relation &relation)
{
    if (relation.isSystem())
        return QStringLiteral("%1 is a system catalog").arg(relation.display());
    if (!relation.isTable())
        return QStringLiteral("%1 is a %2, not a plain table").arg(relation.display(), relation.kindName());
    if (relation.rowSecurity)
        return QStringLiteral("row security policies decide which rows of %1 the performing login hits").arg(relation.display());
    return {};
}

} // namespace holdfast::sql
