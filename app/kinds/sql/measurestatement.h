// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "kinds/sql/cascade.h"
#include "kinds/sql/expression.h"
#include "kinds/sql/samples.h"

namespace holdfast::sql {

/// What every statement's measuring needs.
struct Measuring final
{
    const Catalog &catalog;
    const ForeignKeys &keys;
    std::vector<std::shared_ptr<Cte>> ctes{}; ///< what the statement may read besides tables
    std::vector<Effects> *parts = nullptr; ///< those of the statement that are done
};

/// What one statement would do: an effect for each part that changes rows, at least one. Never fails: what is not known is an unknown count,
/// what is not understood a reason in `uninspectable`.
[[nodiscard]] std::vector<Effects> measureStatement(const Measuring &measuring, const Statement &statement);
/// What composes its expressions; a statement of its WITH list that changes rows becomes a part.
[[nodiscard]] Composer composerFor(const Measuring &measuring, const Statement &statement);

[[nodiscard]] Effects measureDelete(const Measuring &measuring, const Statement &statement);
[[nodiscard]] Effects measureUpdate(const Measuring &measuring, const Statement &statement);
[[nodiscard]] Effects measureInsert(const Measuring &measuring, const Statement &statement);
[[nodiscard]] Effects measureSelect(const Measuring &measuring, const Statement &statement);
[[nodiscard]] Effects measureMerge(const Measuring &measuring, const Statement &statement);
[[nodiscard]] Effects measureCreateAs(const Measuring &measuring, const Statement &statement);
[[nodiscard]] Effects measureTruncate(const Measuring &measuring, const Statement &statement);
[[nodiscard]] Effects measureDrop(const Measuring &measuring, const Statement &statement);
[[nodiscard]] Effects measureAlterTable(const Measuring &measuring, const Statement &statement);

/// A table whose rows a statement changes.
struct HitTable final
{
    Relation relation;
    bool withChildren = true; ///< false: ONLY
    QString from; ///< as FROM names it
};
/// The table that a statement hits, locked and checked to be countable; else nullopt, and why is noted.
[[nodiscard]] std::optional<HitTable> hitTable(const Measuring &measuring, const Fields &rangeVar, Effects &effects);
/// Counts rows that are updated, with the code that runs and the rows that follow changed keys. `values`: those of the columns that are known.
void changeRows(const Measuring &measuring, const RowSet &rows, const QStringList &columns, const std::vector<NewValue> &values, Effects &effects);
/// The rows that a DELETE or UPDATE names, composed but not yet known to be the server's own; `fromMember` holds what it joins with.
/// Else nullopt, and why is noted in `effects`.
[[nodiscard]] std::optional<RowSet> namedRows(const Measuring &measuring, const Fields &fields, QLatin1StringView fromMember, Composer &composer,
                                              Effects &effects);
/// Composes the RETURNING list; what it calls that is not listed is code that runs. Where `rows` are those that it returns, they become the
/// result for the rest of the statement.
void readReturning(const Fields &fields, Composer &composer, Effects &effects);
/// The rows as a query of all their columns, some with another value; nullopt where it may not be written.
[[nodiscard]] std::optional<Query> rowsAsTheyAre(const RowSet &rows, const std::map<QString, QString> &instead);
void giveResult(const Fields &fields, Composer &composer, const RowSet &as, const std::optional<Query> &rows, Effects &effects);
/// Whether all that was composed is the server's own, asked when everything was; false, and all counts unknown, when not.
[[nodiscard]] bool areBuiltin(const Measuring &measuring, const Composer &composer, Effects &effects);
/// All counts unknown, and the reason noted.
void unknownRows(Effects &effects, const QString &reason);

/// Notes an expression that is not evaluated, for which rows are hit all the same: it may change anything besides. `what` is a noun.
void runsUnread(const QString &what, const QString &why, Effects &effects);
/// Takes back what was counted, of a statement that may do something else than what was read.
void takeBack(const QString &reason, Effects &effects);

/// A table that comes into being with the rows of a query; nullopt: one that is not composed.
[[nodiscard]] Effects makeTable(const Measuring &measuring, const Fields &into, bool unlessThere, Composer &composer, const std::optional<Query> &query);

/// All rows of one physical table, exactly; from the planner's statistics when that takes too long.
[[nodiscard]] Count countWhole(const Catalog &catalog, const Relation &relation);
/// Bytes of the tables' main forks, indexes and TOAST.
[[nodiscard]] Count sizeOf(const Catalog &catalog, const std::vector<Oid> &tables);
/// Counts a table that loses all its rows, into destroyed or, for one not named, also into cascaded.
void loseWhole(const Measuring &measuring, const Relation &relation, bool cascade, const QString &effect, int parent, Effects &effects);

} // namespace holdfast::sql
