// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "kinds/sql/builtins.h"

namespace holdfast::sql {

/// What a FROM list reads, under the alias that the gate gave it.
struct Source final
{
    QString alias; ///< ours: a0, a1 …
    QString shownAs; ///< the name by which the statement refers to it; empty: none
    QString schema; ///< for three-part names; empty when an alias hides the table's name
    Relation relation; ///< of a sub-select, or what USING merges: without oid, with the outputs as columns
};

/// A composed query and what its outputs are called.
struct Query final
{
    QString text;
    QStringList columns;
};

/// A query of a WITH list, or a statement of one that changes rows.
struct Cte final
{
    QString name;
    std::optional<Query> rows; ///< what it gives; nullopt: not known, so that nothing may read it
    std::set<Oid> types, tables; ///< of the columns that it reads, and where
    bool open = false; ///< a LIMIT leaves open which rows it gives
    bool pending = false; ///< of WITH RECURSIVE, not composed yet
    QString self; ///< while a recursive one is composed: what it calls itself
    bool refersToSelf = false;
    std::optional<std::size_t> part; ///< of those that change rows: which part of the statement it is
};

/// The rows that a DELETE or UPDATE names, before anything follows from that.
struct RowSet final
{
    Relation relation;
    bool withChildren = true; ///< false: ONLY
    QString from; ///< `"s"."t" AS a0`, or with ONLY
    QString alias; ///< `a0`
    QString where; ///< composed condition; empty: all rows
    QStringList columns{}; ///< that the condition refers to
};

/// What the server calls an output without a label.
[[nodiscard]] QString outputName(const Node &node);

} // namespace holdfast::sql
