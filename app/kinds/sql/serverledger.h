// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "kinds/sql/catalog.h"

#include <set>

namespace holdfast::sql {

/// What the server knows, at one moment of a transaction, of what this transaction has done. Two of them are compared: counters of the
/// backend run on from one transaction to the next.
struct Ledger final
{
    struct Entry
    {
        std::int64_t inserted = 0, updated = 0, deleted = 0; ///< by this backend so far: cascades, triggers, caught exceptions included
        quint32 file = 0; ///< relfilenode: another one after TRUNCATE or a rewrite
        QChar kind;
        QString name;
        std::int64_t bytes = 0; ///< main fork
        bool system = false; ///< of pg_catalog or information_schema
        Oid toastOf = 0; ///< the table whose large values it keeps
        QString rights; ///< owner and privileges
        [[nodiscard]] bool sameRows(const Entry &other) const;
    };
    std::map<Oid, Entry> relations; ///< temporary ones of other sessions left out
    std::set<std::pair<Oid, Oid>> objects; ///< constraints, triggers, functions, policies, schemas, extensions that exist
    std::multimap<Oid, Oid> children; ///< by inheritance and partitioning
    std::set<Oid> writeLocked; ///< tables and sequences that this transaction holds ROW EXCLUSIVE or stronger
    std::multimap<Oid, Oid> feeds; ///< of the sequences in writeLocked: the tables whose columns take values from them
    std::map<QString, QString> settings; ///< of the session: value and where it comes from
    bool tracked = true; ///< the server counts
    bool wrote = false; ///< this transaction has a transaction id
};

/// Taken in a savepoint that is undone, as the login itself with an empty search_path: whatever the text has set neither decides what is
/// asked nor is lost.
[[nodiscard]] Result<Ledger, PgError> takeLedger(const PgConnection &db);

/// Whether no row was written between the two.
[[nodiscard]] bool sameRows(const Ledger &one, const Ledger &other);

/// A row of the system catalogs that this transaction made or changed and that it sees.
struct CatalogRow final
{
    Oid relation = 0; ///< the table that the object belongs to, 0 when it belongs to none
    QString relationName; ///< without schema; empty when it belongs to none
    QString object; ///< as pg_describe_object says
};
/// Found by the rows' own transaction ids, which no setting hides. Rows that went are not among them.
[[nodiscard]] Result<std::vector<CatalogRow>, PgError> changedCatalogRows(const PgConnection &db);

} // namespace holdfast::sql
