// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "kinds/sql/effects.h"
#include "kinds/sql/serverledger.h"
#include "kinds/sql/sqlmeasurer.h"

namespace holdfast::sql {

/// What the statements may do to the system catalogs.
enum class Reach {
    Nothing, ///< they only write rows
    Tables, ///< they empty, alter or make tables
    Drops, ///< the same, and objects of any kind cease to exist
    Anything, ///< nobody read what they do
};

/// The part of the expectation that follows from the text alone.
struct TextSays final
{
    Reach reach = Reach::Nothing;
    bool sets = false; ///< changes settings of the session
    QStringList makes; ///< names of tables that come into being
};
/// `read`: the text was understood, so that a SELECT calls nothing that writes.
[[nodiscard]] TextSays textSays(const std::vector<Statement> &statements, bool read);

/// Whether the statements can run READ ONLY: measured as changing nothing, and of a kind that only reads.
[[nodiscard]] bool isReading(const std::vector<Statement> &statements, const Expected &expected);

/// The difference of two ledgers: what was really done.
struct Reported final
{
    std::int64_t inserted = 0, updated = 0, deleted = 0;
    Count destroyed = Count::of(0); ///< rows deleted, and all rows of tables that vanished or were emptied
    std::int64_t vanished = 0; ///< relations, indexes apart, that ceased to exist
    std::int64_t unexpected = 0; ///< relations that vanished against expectation, or did not
    std::int64_t emptied = 0; ///< tables truncated
    std::int64_t lostConstraints = 0;
    std::int64_t lostObjects = 0; ///< triggers, functions, schemas, policies and extensions that ceased to exist
    std::int64_t catalogRows = 0; ///< of the system catalogs, beyond what the text may change
    QStringList catalog; ///< the same in words: `pg_proc 1 added`, `new or changed: function f()`
    QStringList elsewhere; ///< tables that were written, or locked to be, and that nothing named
    QStringList rewritten; ///< tables whose rows were all written anew
    QStringList sequences; ///< moved ones: a rollback does not move them back
    QStringList strangeSequences; ///< those of them that feed no table that is written
    QStringList settings; ///< of the session, changed and still so
    bool unseen = false; ///< a reading that wrote
    bool blinded = false; ///< counting was switched off or on while it ran
};
[[nodiscard]] Reported compareLedgers(const Ledger &before, const Ledger &after, const Expected &expected, const TextSays &says);
/// Adds what a changed catalog row is, and whose: rows of tables that the text names are its own.
void nameCatalogRows(const std::vector<CatalogRow> &rows, const Ledger &before, const Expected &expected, const TextSays &says, Reported &reported);

/// The measurement as the server reported it: counts that were known before are replaced where they differ, and effects that it does not
/// show are added.
[[nodiscard]] Measurement asReported(const Measurement &measured, const Reported &reported, const TextSays &says);

/// For the receipt; each count that was approved otherwise says so.
[[nodiscard]] std::vector<Fact> effectsOf(const Reported &reported, const QStringList &tags, const Measurement &approved, Instant at);
/// What a rollback leaves: moved sequences.
[[nodiscard]] std::vector<Fact> lastingEffectsOf(const Reported &reported, Instant at);

} // namespace holdfast::sql
