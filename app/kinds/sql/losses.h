// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "kinds/sql/measurestatement.h"

namespace holdfast::sql {

/// Names whatever ceases to exist, and each relation that stays but loses a part: that one is locked, and rules see it. Values of columns that
/// go are counted. Tables that go whole are told by who counts their rows, and their own indexes, constraints and defaults go with them unnamed.
void tellLosses(const Measuring &measuring, const std::vector<LostObject> &objects, Effects &effects);

} // namespace holdfast::sql
