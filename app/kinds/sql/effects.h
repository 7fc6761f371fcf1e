// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "kinds/measuring.h"
#include "kinds/sql/query.h"

namespace holdfast::sql {

/// A count: exact, estimated, bounded or unknown; unless exact, with the reason.
struct Count final
{
    std::optional<std::int64_t> number; ///< exact or estimated
    bool estimated = false;
    QString why; ///< of being less than exact
    std::optional<std::int64_t> least{}, most{}; ///< inclusive, and only without `number`; neither: unknown

    [[nodiscard]] static Count of(std::int64_t value) { return {value, false, {}}; }
    [[nodiscard]] static Count unknown(QString reason) { return {std::nullopt, false, std::move(reason)}; }
    /// No upper bound and nothing certain is unknown.
    [[nodiscard]] static Count between(std::int64_t least, std::optional<std::int64_t> most, QString reason);
    [[nodiscard]] bool isExact() const { return number && !estimated; }
    [[nodiscard]] bool isBounded() const { return least || most; }
    [[nodiscard]] std::int64_t atLeast() const { return isExact() ? *number : least.value_or(0); }
    [[nodiscard]] std::optional<std::int64_t> atMost() const { return isExact() ? number : most; }
    /// Bounds add up; what is unknown has no upper bound. The first reason stays.
    Count &operator+=(const Count &other);
    friend bool operator==(const Count &, const Count &) = default;
};
/// Its rows or objects, as far as they are known; without a reason.
[[nodiscard]] Count countOf(const Dependent &dependent);

/// PostgreSQL's table locks, weakest first.
enum class Lock { None, AccessShare, RowShare, RowExclusive, ShareUpdateExclusive, Share, ShareRowExclusive, Exclusive, AccessExclusive };
[[nodiscard]] QString toString(Lock lock);

/// Something of the schema that ceases to exist.
struct LostObject final
{
    Oid catalog = 0, oid = 0;
    int column = 0;
    QString type; ///< as pg_identify_object says: `table`, `view`, `table constraint` …
    QString name;
    Oid relation = 0; ///< of which it is a part: a column, a default, an index, a constraint, a trigger …
    QString columnName{}; ///< of a column
    bool cascade = false; ///< not named by the statement
    bool major = false; ///< has a life of its own: not an index, a constraint, a default …
    friend bool operator==(const LostObject &, const LostObject &) = default;
};

/// What a LIMIT in no settled order leaves open: nothing, which rows are hit, or even how many.
enum class Choice { Settled, OfRows, OfNumber };

/// What unread code that a statement runs can do to its counts.
struct CodeRun final
{
    bool runs = false;
    bool suppresses = false; ///< it may keep rows of the named table from being hit
    bool rewrites = false; ///< the server does something else instead
    QString why; ///< the first such code
    qsizetype reasons = 0; ///< how many of `uninspectable` are code
};

/// Rows of a table that a diff shows.
struct Sampled final
{
    std::size_t diff = 0;
    QString table;
    bool changes = false; ///< else they go
    Count matching; ///< of how many
};

/// How many rows a table has of which only some go.
struct WholeTable final
{
    QString table;
    std::int64_t rows = 0;
    Instant at{};
};

/// What one statement does, for the sentence.
struct Clause final
{
    QString operation;
    QString head; ///< `Delete 3 rows from bookings`
    QString tail; ///< `2 more by cascade`; may be empty
    bool destroys = false;
};

/// What one statement, a part of it that changes rows, or all of a request, would do.
struct Effects final
{
    QString operation = QStringLiteral("database.opaque");
    Count destroyed = Count::of(0), cascaded = Count::of(0), changed = Count::of(0), bytes = Count::of(0);
    bool destroys = false, changes = false, adds = false; ///< whether the counts apply at all; rows added count as changed
    std::vector<Relation> targets; ///< what the statement names
    QStringList databases; ///< whole ones that it names, of the same server
    std::set<Oid> touched; ///< tables whose rows it reads to decide, changes or destroys, and the indexes of what is dropped
    std::map<Oid, std::int64_t> wholeTables; ///< tables that lose all rows, with how many
    std::set<Oid> dropped; ///< of wholeTables, those that cease to exist
    std::vector<LostObject> objects;
    std::set<Oid> altered; ///< tables that stay, and lose something of these objects
    std::vector<Dependent> dependents;
    std::vector<Oid> dependentTables; ///< tables hit by cascade, the named ones not
    QStringList columnsChanged;
    QStringList defaulted; ///< columns that an UPDATE sets to their default
    QStringList refusals; ///< why the server will refuse it, as far as that can be seen
    bool refusedLast = false; ///< some of it only at the end of the transaction
    QStringList uninspectable;
    CodeRun code;
    Choice choice = Choice::Settled;
    bool unread = false; ///< it may do anything, so that nothing is known of what comes after it
    bool reaches = false; ///< foreign keys may carry it to other tables
    int changesThere = 0; ///< by how many of these rows are changed there instead of being taken along: one row may be by each
    std::size_t statement = 0, part = 0; ///< of which statement of the request, and which part of that
    bool apart = false; ///< an action of MERGE: no other action of it hits the same rows
    std::set<std::size_t> follows; ///< parts of the same statement that return the rows which decide here
    std::optional<Cte> result; ///< what RETURNING gives, for the rest of the statement
    std::optional<RowSet> named; ///< the rows that it hits, where the condition refers to nothing else
    QStringList makes; ///< relations that come into being or go, without schema: what a later statement means by the name is not known
    std::optional<Query> added; ///< the rows that it adds, as far as their columns are known
    std::set<Oid> reads; ///< tables that decide which rows are hit, besides those rows themselves
    std::optional<QStringList> sets; ///< names of the columns that it changes in rows that stay; nullopt: any
    std::optional<QStringList> decidedBy; ///< names of the columns that decide which rows are hit; nullopt: any
    Lock lock = Lock::None;
    std::map<Oid, Lock> locked; ///< the strongest on each
    std::set<Oid> lockedAlone; ///< of these, tables whose indexes are not locked as long: rows are only added
    std::vector<DiffRef> diffs;
    std::vector<Sampled> samples;
    std::optional<WholeTable> partOf;
    std::vector<MadeBlob> blobs;
    std::vector<Fact> extra; ///< facts of this kind only
    QString detail; ///< for the sentence: `column state`, `view x`
    QStringList besides; ///< for the sentence: `feel loses column m`
    std::vector<Clause> clauses; ///< of each statement, what is destroyed first

    void addDiff(const QString &title, const QString &format, QByteArray content, const QString &media);
    void lockTable(Oid oid, Lock level);
    void note(const QString &reason); ///< uninspectable, once
};

/// Bounds every count that the code may change. What exceeds a bound is rolled back when it is performed, so that it holds for the total.
void boundByCode(Effects &effects);

/// `9`, `up to 9`, `3 to 9`, `at least 3`; `unknown`.
[[nodiscard]] QString words(const Count &count);

/// Counts are written without grouping; whoever shows them groups by locale.
[[nodiscard]] QString plain(std::int64_t number);

} // namespace holdfast::sql
