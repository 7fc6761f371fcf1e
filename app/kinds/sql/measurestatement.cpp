// SPDX-License-Identifier: Apache-2.0
#include "kinds/sql/measurestatement.h"

#include "kinds/sql/latin.h"

namespace holdfast::sql {

namespace {

/// `CreateTableAsStmt` → `CREATE TABLE AS`, for people.
QString words(const QString &type)
{
    QString made;
    for (const QChar c : type.endsWith(l("Stmt")) ? type.chopped(4) : type) {
        if (c.isUpper() && !made.isEmpty() && made.back() != u' ')
            made += u' ';
        made += c.toUpper();
    }
    return made;
}

Effects dropDatabase(const Measuring &measuring, const Statement &statement)
{
    Effects effects;
    effects.operation = QStringLiteral("database.drop-database");
    effects.destroys = true;
    effects.lock = Lock::AccessExclusive;
    const QString name = text(statement.node.fields, l("dbname"));
    effects.detail = displayIdent(name);
    effects.databases = {name};
    const auto size = measuring.catalog.db().guarded(QStringLiteral("SELECT pg_database_size(oid) FROM pg_database WHERE datname = $1"), {name});
    effects.bytes = size && size->count() == 1 ? Count::of(size->number(0, 0)) : Count::unknown(QStringLiteral("the database could not be measured"));
    unknownRows(effects, QStringLiteral("DROP DATABASE cannot run in a transaction, and is not performed"));
    return effects;
}

Effects other(const Statement &statement)
{
    Effects effects;
    static const QStringList runsCode{QStringLiteral("DoStmt"), QStringLiteral("CallStmt"), QStringLiteral("ExecuteStmt"), QStringLiteral("CopyStmt"),
                                      QStringLiteral("LoadStmt"), QStringLiteral("ExplainStmt"), QStringLiteral("RefreshMatViewStmt")};
    const QString type = statement.node.type;
    effects.operation = runsCode.contains(type) ? QStringLiteral("database.opaque") : QStringLiteral("database.other");
    effects.destroys = effects.changes = effects.unread = true;
    effects.detail = type == l("DoStmt") ? QStringLiteral("DO block") : words(type) + l(" statement");
    unknownRows(effects, type == l("TransactionStmt") ? QStringLiteral("transaction control is not inspected, and is not performed")
                                                      : QStringLiteral("%1 is not inspected").arg(words(type)));
    return effects;
}

Effects measureRecorded(const Measuring &measuring, const Statement &statement)
{
    const Node &node = statement.node;
    if (node.is(l("DeleteStmt")))
        return measureDelete(measuring, statement);
    if (node.is(l("UpdateStmt")))
        return measureUpdate(measuring, statement);
    if (node.is(l("InsertStmt")))
        return measureInsert(measuring, statement);
    if (node.is(l("SelectStmt")))
        return measureSelect(measuring, statement);
    if (node.is(l("MergeStmt")))
        return measureMerge(measuring, statement);
    if (node.is(l("CreateTableAsStmt")) && text(node.fields, l("objtype")) == l("OBJECT_TABLE"))
        return measureCreateAs(measuring, statement);
    if (node.is(l("TruncateStmt")))
        return measureTruncate(measuring, statement);
    if (node.is(l("DropStmt")))
        return measureDrop(measuring, statement);
    if (node.is(l("AlterTableStmt")) && text(node.fields, l("objtype")) == l("OBJECT_TABLE"))
        return measureAlterTable(measuring, statement);
    if (node.is(l("DropdbStmt"))) {
        node.explained();
        return dropDatabase(measuring, statement);
    }
    node.explained();
    return other(statement);
}

} // namespace

void takeBack(const QString &reason, Effects &effects)
{
    effects.note(reason);
    for (Count Effects::*count : {&Effects::destroyed, &Effects::cascaded, &Effects::changed, &Effects::bytes})
        effects.*count = Count::unknown(reason);
    effects.destroys = effects.changes = effects.unread = true;
    for (Dependent &dependent : effects.dependents) {
        dependent.count = dependent.least = dependent.most = std::nullopt;
        dependent.quality.reset();
    }
    effects.diffs.clear();
    effects.samples.clear();
    effects.partOf.reset();
    effects.blobs.clear();
    effects.extra.clear();
    effects.wholeTables.clear();
    effects.named.reset();
    effects.added.reset();
}

Composer composerFor(const Measuring &measuring, const Statement &statement)
{
    const auto modifying = [measuring, statement](const Node &node, const std::vector<std::shared_ptr<Cte>> &before) {
        Statement part = statement;
        part.node = node;
        Effects effects = measureRecorded({measuring.catalog, measuring.keys, before, measuring.parts}, part);
        Cte cte = effects.result.value_or(Cte());
        cte.part = effects.part = measuring.parts->size();
        measuring.parts->push_back(std::move(effects));
        return cte;
    };
    return {measuring.catalog, statement, measuring.ctes, measuring.parts != nullptr ? Composer::Modifying(modifying) : Composer::Modifying()};
}

namespace {

/// Of a statement with parts that change rows, a rest that only reads what these return is none.
bool isRest(const Effects &effects) { return effects.operation == l("database.read") && effects.targets.empty(); }

void makeOpaque(const QString &type, Effects &effects)
{
    static const QStringList mild{QStringLiteral("database.read"), QStringLiteral("database.insert"), QStringLiteral("database.update"),
                                  QStringLiteral("database.create-table")};
    if (!mild.contains(effects.operation))
        return;
    effects.operation = QStringLiteral("database.opaque");
    effects.detail = words(type) + l(" statement");
}

} // namespace

std::vector<Effects> measureStatement(const Measuring &measuring, const Statement &statement)
{
    ReadRecord record(statement.reading.overlooked);
    Statement recorded = statement;
    recorded.node = statement.node.recordedIn(record);
    std::vector<Effects> parts;
    Effects last = measureRecorded({measuring.catalog, measuring.keys, {}, &parts}, recorded);
    if (parts.empty() || !isRest(last)) {
        last.part = parts.size();
        parts.push_back(std::move(last));
    }
    const QStringList leftOver = recorded.node.leftOver();
    if (leftOver.isEmpty() || !statement.reading.strict)
        return parts;
    for (Effects &part : parts) {
        takeBack(QStringLiteral("parts of the statement are not read: %1").arg(leftOver.join(l(", "))), part);
        makeOpaque(statement.node.type, part);
    }
    return parts;
}

} // namespace holdfast::sql
