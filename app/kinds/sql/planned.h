// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "kinds/sql/connection.h"

#include <map>

namespace holdfast::sql {

/// Code of somebody's without which no query on a table can even be planned.
struct PlannedCode final
{
    QString where; ///< `index ix`
    QString function, version; ///< its signature and the md5 of its body
};

using PlannedCodes = std::map<Oid, PlannedCode>;

/// Such code by table. The planner evaluates immutable functions of constants in whatever hangs on a table: indexes, extended statistics, checks,
/// partition keys; it compares by the functions of an index's or a partition key's operator class; and it puts the condition of an index to
/// statistics of the table, or to its rows.
[[nodiscard]] Result<PlannedCodes, QString> codeOfPlanning(const PgConnection &db);

} // namespace holdfast::sql
