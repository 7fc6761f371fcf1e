// SPDX-License-Identifier: Apache-2.0
#include "kinds/sql/serverledger.h"

#include "kinds/sql/latin.h"

#include <algorithm>
#include <functional>

namespace holdfast::sql {

namespace {

/// Runs `ask` as the login itself, with the server's own names, and leaves the session as the text left it.
Result<Done, PgError> aside(const PgConnection &db, const std::function<Result<Done, PgError>()> &ask)
{
    return withNamesOfTheServer(db, [&]() -> Result<Done, PgError> {
        for (const auto *text : {"RESET SESSION AUTHORIZATION", "RESET ROLE", "SET LOCAL client_encoding TO 'UTF8'", "SET LOCAL statement_timeout TO '30s'",
                                 "SET LOCAL lock_timeout TO '5s'", "SET LOCAL quote_all_identifiers TO off"}) {
            if (const auto done = db.run(QString::fromLatin1(text)); !done)
                return done;
        }
        return ask();
    });
}

Result<Done, PgError> readSettings(const PgConnection &db, Ledger &ledger)
{
    const auto settings = db.query(QStringLiteral("SELECT name, setting, source FROM pg_catalog.pg_settings"));
    if (!settings)
        return settings.failure();
    for (int row = 0; row < settings->count(); ++row)
        ledger.settings[settings->text(row, 0)] = QStringLiteral("%1 (%2)").arg(settings->text(row, 1), settings->text(row, 2));
    ledger.tracked = ledger.settings[QStringLiteral("track_counts")].startsWith(l("on "));
    return Done{};
}

Result<Done, PgError> readRelations(const PgConnection &db, Ledger &ledger)
{
    const auto rows = db.query(QStringLiteral(
        "SELECT c.oid, pg_stat_get_xact_tuples_inserted(c.oid), pg_stat_get_xact_tuples_updated(c.oid), pg_stat_get_xact_tuples_deleted(c.oid),"
        " coalesce(pg_relation_filenode(c.oid), 0), c.relkind, quote_ident(n.nspname) || '.' || quote_ident(c.relname),"
        " CASE WHEN c.relkind = 'r' AND c.oid >= 16384 THEN coalesce(pg_relation_size(c.oid, 'main'), 0) ELSE 0 END,"
        " n.nspname IN ('pg_catalog', 'information_schema'), coalesce(o.oid, 0), c.relowner::pg_catalog.text || coalesce(c.relacl::pg_catalog.text, '')"
        " FROM pg_catalog.pg_class c JOIN pg_catalog.pg_namespace n ON n.oid = c.relnamespace"
        " LEFT JOIN pg_catalog.pg_class o ON o.reltoastrelid = c.oid AND c.relkind = 't'"
        " WHERE c.relpersistence <> 't' OR c.relnamespace = pg_my_temp_schema()"));
    if (!rows)
        return rows.failure();
    for (int row = 0; row < rows->count(); ++row) {
        ledger.relations[rows->oid(row, 0)] = {rows->number(row, 1),      rows->number(row, 2), rows->number(row, 3),
                                               rows->oid(row, 4),         rows->text(row, 5).at(0), rows->text(row, 6),
                                               rows->number(row, 7),      rows->flag(row, 8),   rows->oid(row, 9),
                                               rows->text(row, 10)};
    }
    return Done{};
}

Result<Done, PgError> readObjects(const PgConnection &db, Ledger &ledger)
{
    const auto objects = db.query(QStringLiteral(
        "SELECT tableoid, oid FROM pg_catalog.pg_constraint UNION ALL SELECT tableoid, oid FROM pg_catalog.pg_trigger WHERE NOT tgisinternal"
        " UNION ALL SELECT tableoid, oid FROM pg_catalog.pg_proc WHERE oid >= 16384 UNION ALL SELECT tableoid, oid FROM pg_catalog.pg_namespace"
        " UNION ALL SELECT tableoid, oid FROM pg_catalog.pg_policy UNION ALL SELECT tableoid, oid FROM pg_catalog.pg_extension"));
    if (!objects)
        return objects.failure();
    for (int row = 0; row < objects->count(); ++row)
        ledger.objects.emplace(objects->oid(row, 0), objects->oid(row, 1));
    const auto children = db.query(QStringLiteral("SELECT inhparent, inhrelid FROM pg_catalog.pg_inherits"));
    if (!children)
        return children.failure();
    for (int row = 0; row < children->count(); ++row)
        ledger.children.emplace(children->oid(row, 0), children->oid(row, 1));
    return Done{};
}

/// The lock of a moved sequence belongs to the whole transaction: it survives the exception block that hid the call.
Result<Done, PgError> readLocks(const PgConnection &db, Ledger &ledger)
{
    const auto locks = db.query(QStringLiteral(
        "SELECT l.relation, f.relid FROM pg_catalog.pg_locks l JOIN pg_catalog.pg_class c ON c.oid = l.relation"
        " LEFT JOIN LATERAL (SELECT d.refobjid AS relid FROM pg_catalog.pg_depend d WHERE c.relkind = 'S' AND d.classid = 1259 AND d.objid = c.oid"
        "  AND d.refclassid = 1259 AND d.deptype IN ('a', 'i') UNION SELECT a.adrelid FROM pg_catalog.pg_depend d JOIN pg_catalog.pg_attrdef a ON a.oid = d.objid"
        "  WHERE c.relkind = 'S' AND d.classid = 2604 AND d.refclassid = 1259 AND d.refobjid = c.oid) f ON true"
        " WHERE l.pid = pg_backend_pid() AND l.locktype = 'relation' AND l.database = (SELECT oid FROM pg_catalog.pg_database WHERE datname = current_database())"
        " AND c.relkind IN ('r', 'p', 'm', 'f', 'S') AND l.granted"
        " AND l.mode IN ('RowExclusiveLock', 'ShareRowExclusiveLock', 'ExclusiveLock', 'AccessExclusiveLock')"));
    if (!locks)
        return locks.failure();
    for (int row = 0; row < locks->count(); ++row) {
        ledger.writeLocked.insert(locks->oid(row, 0));
        if (!locks->isNull(row, 1))
            ledger.feeds.emplace(locks->oid(row, 0), locks->oid(row, 1));
    }
    const auto id = db.query(QStringLiteral("SELECT pg_current_xact_id_if_assigned() IS NOT NULL"));
    if (!id)
        return id.failure();
    ledger.wrote = id->flag(0, 0);
    return Done{};
}

} // namespace

Result<Ledger, PgError> takeLedger(const PgConnection &db)
{
    Ledger ledger;
    // As the text left them: the view calls nothing by name.
    if (const auto read = readSettings(db, ledger); !read)
        return read.failure();
    const auto taken = aside(db, [&]() -> Result<Done, PgError> {
        for (const auto &read : {readRelations, readObjects, readLocks}) {
            if (const auto done = read(db, ledger); !done)
                return done;
        }
        return Done{};
    });
    if (!taken)
        return taken.failure();
    return ledger;
}

bool Ledger::Entry::sameRows(const Entry &other) const
{
    return inserted == other.inserted && updated == other.updated && deleted == other.deleted && file == other.file;
}

bool sameRows(const Ledger &one, const Ledger &other)
{
    return std::equal(one.relations.begin(), one.relations.end(), other.relations.begin(), other.relations.end(),
                      [](const auto &a, const auto &b) { return a.first == b.first && a.second.sameRows(b.second); });
}

Result<std::vector<CatalogRow>, PgError> changedCatalogRows(const PgConnection &db)
{
    // Seen by us and still in progress is ours, whatever subtransaction wrote it; others' rows are seen only once they are committed.
    const QString ours = QStringLiteral(
        "WITH me AS (SELECT pg_current_xact_id_if_assigned()::pg_catalog.text::pg_catalog.numeric AS id,"
        " age(pg_current_xact_id_if_assigned()::pg_catalog.xid) AS age), r(class, oid, part, relation, xmin) AS ("
        " SELECT 1259, oid, 0, oid, xmin FROM pg_catalog.pg_class UNION ALL SELECT 1259, attrelid, attnum, attrelid, xmin FROM pg_catalog.pg_attribute WHERE attnum > 0"
        " UNION ALL SELECT 1255, oid, 0, 0, xmin FROM pg_catalog.pg_proc UNION ALL SELECT 2615, oid, 0, 0, xmin FROM pg_catalog.pg_namespace"
        " UNION ALL SELECT 1247, oid, 0, coalesce(nullif(typrelid, 0), (SELECT e.typrelid FROM pg_catalog.pg_type e WHERE e.oid = t.typelem), 0), xmin FROM pg_catalog.pg_type t"
        " UNION ALL SELECT 2606, oid, 0, conrelid, xmin FROM pg_catalog.pg_constraint UNION ALL SELECT 2620, oid, 0, tgrelid, xmin FROM pg_catalog.pg_trigger"
        " UNION ALL SELECT 3256, oid, 0, polrelid, xmin FROM pg_catalog.pg_policy UNION ALL SELECT 2618, oid, 0, ev_class, xmin FROM pg_catalog.pg_rewrite"
        " UNION ALL SELECT 2604, oid, 0, adrelid, xmin FROM pg_catalog.pg_attrdef UNION ALL SELECT 2617, oid, 0, 0, xmin FROM pg_catalog.pg_operator"
        " UNION ALL SELECT 2605, oid, 0, 0, xmin FROM pg_catalog.pg_cast UNION ALL SELECT 3466, oid, 0, 0, xmin FROM pg_catalog.pg_event_trigger"
        " UNION ALL SELECT 3079, oid, 0, 0, xmin FROM pg_catalog.pg_extension UNION ALL SELECT 2612, oid, 0, 0, xmin FROM pg_catalog.pg_language"
        " UNION ALL SELECT 826, oid, 0, 0, xmin FROM pg_catalog.pg_default_acl UNION ALL SELECT 1262, oid, 0, 0, xmin FROM pg_catalog.pg_database),"
        " ours AS MATERIALIZED (SELECT r.* FROM r CROSS JOIN me WHERE age(r.xmin) <= me.age"
        "  AND pg_xact_status((me.id + me.age - age(r.xmin))::pg_catalog.text::pg_catalog.xid8) = 'in progress')"
        // Rows of an index, or of where large values are kept, belong to their table.
        " SELECT coalesce(c.oid, 0), coalesce(c.relname, ''), coalesce(pg_describe_object(r.class, r.oid, r.part), r.oid::pg_catalog.text)"
        " FROM ours r LEFT JOIN pg_catalog.pg_index i ON i.indexrelid = r.relation"
        " LEFT JOIN pg_catalog.pg_class t ON t.reltoastrelid = coalesce(i.indrelid, r.relation) AND t.reltoastrelid <> 0"
        " LEFT JOIN pg_catalog.pg_class c ON c.oid = coalesce(t.oid, i.indrelid, r.relation) ORDER BY 3 LIMIT 200");
    std::vector<CatalogRow> changed;
    const auto asked = aside(db, [&]() -> Result<Done, PgError> {
        const auto rows = db.query(ours);
        if (!rows)
            return rows.failure();
        for (int row = 0; row < rows->count(); ++row)
            changed.push_back({rows->oid(row, 0), rows->text(row, 1), rows->text(row, 2)});
        return Done{};
    });
    if (!asked)
        return asked.failure();
    return changed;
}

} // namespace holdfast::sql
