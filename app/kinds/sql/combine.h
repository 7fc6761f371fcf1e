// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "kinds/sql/measurestatement.h"

namespace holdfast::sql {

/// What the statements of one request do together, and the parts of each. Each was measured by itself in one snapshot; where a statement works on
/// what an earlier one leaves, its counts become the bounds that logic gives, or, where the rows are known, the right number. The worst comes first: in the sentence, among dependents, samples and objects.
[[nodiscard]] Effects combine(const Measuring &measuring, std::vector<Effects> all);

} // namespace holdfast::sql
