// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "kinds/sql/effects.h"
#include "kinds/sql/foreignkeys.h"

namespace holdfast::sql {

/// How many rows go with `rows`: follows the foreign keys to their closure, counts every table of it in one query of semi-joins (cycles by a
/// recursive fixpoint), and adds counts, dependents, refusals and locks to `effects`.
void measureCascade(const Catalog &catalog, const ForeignKeys &keys, const RowSet &rows, Effects &effects);

} // namespace holdfast::sql
