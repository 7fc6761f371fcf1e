// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "kinds/sql/catalog.h"

namespace holdfast::sql {

/// What a statement, or a foreign key's action, does to rows.
enum class RowEvent { Insert, Update, Delete, Truncate };

/// A write to one named relation.
struct Write final
{
    Relation relation;
    std::set<Oid> holds; ///< the tables whose rows it may hit: itself, its partitions, its inheritance children
    RowEvent event;
    QStringList columns; ///< that an UPDATE sets; empty: any
    QStringList defaulted{}; ///< of these, set to their default; an INSERT may leave any column to its own
};

/// Code of somebody's that a write would run.
struct RunCode final
{
    enum class Power {
        Adds, ///< may do anything besides, but the write itself happens
        Suppresses, ///< may also keep rows from being written
        Rewrites, ///< the server does something else instead
    };
    QString kind; ///< `trigger`, `rule`, `default`, `check constraint` …; `sequence`: one that a default advances, which is no code
    QString name; ///< of a trigger, a rule or a sequence; of the function for all else
    Oid relation = 0;
    QString function; ///< with its argument types; empty for a rule
    QString version; ///< changes when the code does
    Power power = Power::Adds;
};

/// All user-made code that the server runs for the write: triggers (UPDATE OF with the generated columns that follow), rules, and the functions that
/// policies, checks, domains, defaults, generated columns, indexes, partition keys, exclusion constraints, foreign keys and the types of the written
/// columns call, operators and operator classes included. Built-in functions are none, unless they do more than answer (set_config, query_to_xml). Else why the catalog could not be asked.
[[nodiscard]] Result<std::vector<RunCode>, QString> codeRunBy(const Catalog &catalog, const Write &write);

/// Event triggers that a change of the schema would fire.
[[nodiscard]] Result<std::vector<RunCode>, QString> codeRunByDdl(const Catalog &catalog);

/// Of a row p of pg_proc, for SQL: all that decides what the function does and as whom, besides its name. A body may stand as text or parsed.
[[nodiscard]] QString contentOf();

} // namespace holdfast::sql
