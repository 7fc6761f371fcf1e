// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "kinds/sql/effects.h"
#include "kinds/sql/sqlmeasurer.h"

namespace holdfast::sql {

/// What the server knows of its tables at one moment of a transaction: rows this transaction wrote, and what exists.
struct Ledger final
{
    struct Entry
    {
        std::int64_t inserted = 0, updated = 0, deleted = 0; ///< by this transaction so far, cascades and triggers included
        quint32 file = 0; ///< relfilenode: another one after TRUNCATE or a rewrite
        QChar kind;
        QString name;
        std::int64_t bytes = 0; ///< main fork
    };
    std::map<Oid, Entry> relations;
    std::set<std::pair<Oid, Oid>> objects; ///< constraints, triggers, functions, types, policies, schemas that exist
};
[[nodiscard]] Result<Ledger, PgError> takeLedger(const PgConnection &db);

/// The difference of two: what was really done.
struct Reported final
{
    std::int64_t inserted = 0, updated = 0, deleted = 0;
    Count destroyed = Count::of(0); ///< rows deleted, and all rows of tables that vanished or were emptied
    std::int64_t vanished = 0; ///< relations, indexes apart, that ceased to exist
    std::int64_t unexpected = 0; ///< relations that vanished against expectation, or did not
    std::int64_t emptied = 0; ///< tables truncated
    std::int64_t lostObjects = 0; ///< constraints and the like that ceased to exist
};
[[nodiscard]] Reported compareLedgers(const Ledger &before, const Ledger &after, const Expected &expected);

/// The measurement as the server reported it: counts that were known before are replaced where they differ.
[[nodiscard]] Measurement asReported(const Measurement &measured, const Reported &reported);

/// For the receipt.
[[nodiscard]] std::vector<Fact> effectsOf(const Reported &reported, const QStringList &tags, Instant at);

} // namespace holdfast::sql
