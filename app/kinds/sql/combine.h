// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "kinds/sql/effects.h"
#include "kinds/sql/foreignkeys.h"

namespace holdfast::sql {

/// What the statements of one request do together. Each was measured by itself in one snapshot; where a statement works on what an earlier one leaves,
/// its counts become the bounds that logic gives. The worst comes first: in the sentence, among dependents, samples and objects.
[[nodiscard]] Effects combine(const ForeignKeys &keys, std::vector<Effects> statements);

} // namespace holdfast::sql
