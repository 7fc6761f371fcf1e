// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "kinds/sql/effects.h"

namespace holdfast::sql {

enum class RowEvent { Insert, Update, Delete, Truncate };

/// Code of somebody's that the event runs on `relation`: triggers, rules, and functions in constraints, defaults, indexes. Each is a
/// dependent of dependents[parent], and a reason why the statement is not wholly inspected. `columns`: those that an UPDATE sets.
void noteCode(const Catalog &catalog, const Relation &relation, RowEvent event, int parent, Effects &effects, const QStringList &columns = {});

/// Event triggers that a change of the schema would fire.
void noteEventTriggers(const Catalog &catalog, Effects &effects);

/// Whether rows of the relation can be counted as the performing login would hit them; else the reason is noted and returned.
[[nodiscard]] QString whyNotPlain(const Relation &relation);

} // namespace holdfast::sql
