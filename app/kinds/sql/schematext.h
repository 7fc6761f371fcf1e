// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "kinds/sql/effects.h"

namespace holdfast::sql {

/// The relation's definition as SQL, composed from the catalog: columns, constraints, indexes, triggers; a view's query. Empty when it cannot be read.
[[nodiscard]] QStringList schemaLines(const Catalog &catalog, const Relation &relation);

/// Adds a unified diff in which the definitions of the relations are removed.
void addSchemaDiff(const Catalog &catalog, const std::vector<Oid> &relations, Effects &effects);
/// Adds a unified diff of one table's definition without some of its lines' columns.
void addColumnsDiff(const Catalog &catalog, const Relation &relation, const QStringList &dropped, Effects &effects);

} // namespace holdfast::sql
