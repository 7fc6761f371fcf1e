// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "kinds/measuring.h"
#include "kinds/sql/catalog.h"

namespace holdfast::sql {

/// A count that may be unknown, with the reason.
struct Count final
{
    std::optional<std::int64_t> number;
    bool estimated = false;
    QString why; ///< of being unknown or only estimated
    [[nodiscard]] static Count of(std::int64_t value) { return {value, false, {}}; }
    [[nodiscard]] static Count unknown(QString reason) { return {std::nullopt, false, std::move(reason)}; }
    /// Unknown stays unknown; the first reason stays.
    Count &operator+=(const Count &other);
};

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
    bool cascade = false; ///< not named by the statement
    bool major = false; ///< has a life of its own: not an index, a constraint, a default …
    friend bool operator==(const LostObject &, const LostObject &) = default;
};

/// What one statement, or all of a request, would do.
struct Effects final
{
    QString operation = QStringLiteral("database.other");
    Count destroyed = Count::of(0), cascaded = Count::of(0), changed = Count::of(0), bytes = Count::of(0);
    bool destroys = false, changes = false, adds = false; ///< whether the counts apply at all; rows added count as changed
    std::vector<Relation> targets; ///< what the statement names
    QStringList databases; ///< whole ones that it names, of the same server
    std::set<Oid> touched; ///< tables whose rows it reads to decide, changes or destroys, and the indexes of what is dropped
    std::map<Oid, std::int64_t> wholeTables; ///< tables that lose all rows, with how many
    std::set<Oid> dropped; ///< of wholeTables, those that cease to exist
    std::vector<LostObject> objects;
    std::vector<Dependent> dependents;
    std::vector<Oid> dependentTables; ///< tables hit by cascade, the named ones not
    QStringList columnsChanged;
    QStringList refusals; ///< why the server will refuse it, as far as that can be seen
    QStringList uninspectable;
    Lock lock = Lock::None;
    std::set<Oid> locked;
    std::vector<DiffRef> diffs;
    std::vector<MadeBlob> blobs;
    std::vector<Fact> extra; ///< facts of this kind only
    QString detail; ///< for the sentence: `column state`, `view x`

    void addDiff(const QString &title, const QString &format, QByteArray content, const QString &media);
    void lockTable(Oid oid, Lock level);
    void note(const QString &reason); ///< uninspectable, once
};

/// Joins the effects of a later statement: where both touch the same tables, what the later does depends on what the earlier leaves.
void join(Effects &all, Effects next);

/// Counts are written without grouping; whoever shows them groups by locale.
[[nodiscard]] QString plain(std::int64_t number);

} // namespace holdfast::sql
