// SPDX-License-Identifier: Apache-2.0
// CREATE TABLE … AS and SELECT … INTO: a table comes into being with the rows of a query.
#include "kinds/sql/bystanders.h"
#include "kinds/sql/latin.h"
#include "kinds/sql/measurestatement.h"
#include "kinds/sql/notices.h"

#include <algorithm>

namespace holdfast::sql {

namespace {

/// Where a table without a schema's name would be made: the first that the path names.
QString schemaToMakeIn(const Login &login)
{
    const auto found = std::find_if(login.searchPath.begin(), login.searchPath.end(), [](const QString &schema) { return schema != l("pg_catalog"); });
    return found == login.searchPath.end() ? QString() : *found;
}

Count countOf(const Measuring &measuring, const Query &query, const Composer &composer, Effects &effects)
{
    if (composer.isOpen())
        noticeOpen(measuring.catalog, composer.isOpenInside() ? Choice::OfNumber : Choice::OfRows, effects);
    const auto counted = measuring.catalog.db().guarded(QStringLiteral("SELECT count(*) FROM (%1) q").arg(query.text));
    if (counted)
        return Count::of(counted->number(0, 0));
    effects.note(QStringLiteral("the rows of the new table could not be counted: %1").arg(counted.error().toString()));
    return Count::unknown(counted.error().toString());
}

/// Any other persistence stays unread.
void sayUnlogged(const Fields &made, Instant at, Effects &effects)
{
    expect(made, l("relpersistence"), l("u"));
    const Json *persistence = made.find(l("relpersistence"));
    if (persistence == nullptr || persistence->asString() == nullptr || *persistence->asString() != l("u"))
        return;
    const QString what = QStringLiteral("unlogged: a crash empties it");
    effects.besides += what;
    effects.extra.push_back({QStringLiteral("created.unlogged"), QStringLiteral("not kept in the write-ahead log"), QStringLiteral("a crash empties it, and no replica has its rows"),
                             std::nullopt, {}, Quality::Measured, QStringLiteral("read from the statement"), at, Severity::Notice});
}

} // namespace

Effects makeTable(const Measuring &measuring, const Fields &into, bool unlessThere, Composer &composer, const std::optional<Query> &query)
{
    Effects effects;
    effects.operation = QStringLiteral("database.create-table");
    effects.adds = true;
    RelationName name = relationName(object(into, l("rel")));
    static_cast<void>(flag(object(into, l("rel")), l("inh"))); // nothing inherits from a new table
    sayUnlogged(object(into, l("rel")), measuring.catalog.session().at, effects);
    expect(into, l("onCommit"), l("ONCOMMIT_NOOP"));
    static_cast<void>(names(into, l("colNames")));
    const bool empty = flag(into, l("skipData"));
    if (name.schema.isEmpty())
        name.schema = schemaToMakeIn(measuring.catalog.session().login);
    effects.detail = name.schema == l("public") ? displayIdent(name.name) : name.display();
    effects.makes = {name.name};
    if (name.schema.startsWith(l("pg_temp")))
        unknownRows(effects, QStringLiteral("temporary tables are not inspected"));
    const auto there = measuring.catalog.resolve(name);
    if (there && !unlessThere)
        effects.refusals += QStringLiteral("%1 exists already").arg(there->display());
    for (const Oid oid : composer.tables())
        effects.lockTable(oid, Lock::AccessShare);
    effects.touched = composer.tables();
    effects.reads = composer.allTables();
    effects.follows = composer.followed();
    const QString unread = composer.why().isEmpty() ? QStringLiteral("it is no query") : composer.why();
    const QString why = query ? whyNotBuiltin(measuring.catalog, composer.used()) : unread;
    if (!why.isEmpty())
        unknownRows(effects, QStringLiteral("what the new table holds is not evaluated: %1").arg(why));
    else if (!empty && !(there && unlessThere))
        effects.changed += countOf(measuring, *query, composer, effects);
    effects.dependents.push_back({effects.detail, QStringLiteral("table"), QStringLiteral("created"), effects.changed.number, -1});
    noteEventTriggers(measuring.catalog, effects);
    return effects;
}

Effects measureCreateAs(const Measuring &measuring, const Statement &statement)
{
    const Fields &fields = statement.node.fields;
    Composer composer = composerFor(measuring, statement);
    const Node inner = child(fields, l("query"));
    expect(fields, l("objtype"), l("OBJECT_TABLE"));
    const auto query = inner.is(l("SelectStmt")) ? composer.query(inner.fields) : std::nullopt;
    if (inner.type == l("SelectStmt") && !query)
        explained(fields, l("query"));
    Effects effects = makeTable(measuring, object(fields, l("into")), flag(fields, l("if_not_exists")), composer, query);
    if (!effects.uninspectable.isEmpty() && !query)
        effects.unread = true;
    return effects;
}

} // namespace holdfast::sql
