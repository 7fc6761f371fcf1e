// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "kinds/sql/cascade.h"
#include "kinds/sql/expression.h"

namespace holdfast::sql {

/// What a reader of the statement may overlook: a column that a sub-select takes from outside, rows that LIMIT takes in no settled order.
/// `alone`: nothing is joined with the target.
void noticeCondition(const Catalog &catalog, const Composer &composer, const Relation &target, const Node &where, bool alone, Effects &effects);

/// Says that a LIMIT leaves open which rows are meant, at least as far as `choice`.
void noticeOpen(const Catalog &catalog, Choice choice, Effects &effects);

/// Which rows LIMIT takes is open: what depends on just these rows is not known.
void boundByChoice(Effects &effects);

/// Counts the table that the rows named are a part of.
void countWholeTable(const Catalog &catalog, const RowSet &rows, const Count &direct, Effects &effects);

/// Says of the rows shown, and of their share of the table, no more than the counts say, whatever bounds these: comes after everything that does.
void tellRows(Effects &effects);

} // namespace holdfast::sql
