// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "kinds/sql/measurestatement.h"

namespace holdfast::sql {

constexpr std::int64_t everything = std::int64_t{1} << 48; ///< more rows than any table has

/// How far the rows of a statement may differ from those that it hits in the snapshot.
struct Shift final
{
    std::int64_t less = 0;
    std::int64_t lessThere = 0; ///< besides, of rows in the tables that foreign keys lead to
    std::optional<std::int64_t> more = 0, moreBelow = 0; ///< in all, and in the tables that foreign keys lead to; nullopt: without limit
    std::int64_t certain = 0; ///< part of `more`: rows that come for sure
    std::int64_t altered = 0; ///< part of both: rows that may be hit, or not, with all that hangs on them
    bool skips = false; ///< what is less may be less with all that hangs on it
    bool nothingKnown = false;
    bool contested = false; ///< another part would delete some of the same rows, and which of the two gets them, and returns them, is not known
    QString why;
    [[nodiscard]] bool isNone() const { return !nothingKnown && less == 0 && lessThere == 0 && more == 0 && moreBelow == 0; }
};

/// What `earlier`, a statement before it, adds to the shift of `later`.
void shiftBy(const Measuring &measuring, const Effects &earlier, const Effects &later, Shift &shift);
/// The same of another part of one statement. Both see the snapshot; of a row that both would change the server lets one have it. Foreign keys
/// act when all is done.
void shiftTogether(const ForeignKeys &keys, const Effects &other, const Effects &one, Shift &shift);

/// The tables whose rows it may add, change or delete, with all that inherits from them.
[[nodiscard]] std::set<Oid> hitBy(const ForeignKeys &keys, const Effects &effects);
[[nodiscard]] bool meet(const std::set<Oid> &a, const std::set<Oid> &b);
/// True where the columns that `earlier` sets may decide what `later` hits.
[[nodiscard]] bool decides(const Effects &earlier, const Effects &later);
/// True for a statement that touches rows alone, no definitions.
[[nodiscard]] bool isData(const Effects &effects);
/// Nullopt: without limit.
[[nodiscard]] std::optional<std::int64_t> sum(std::optional<std::int64_t> a, std::optional<std::int64_t> b);

} // namespace holdfast::sql
