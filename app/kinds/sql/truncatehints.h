// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "kinds/sql/measurestatement.h"

namespace holdfast::sql {

/// Says how TRUNCATE … CASCADE came to each table, by which foreign keys whose ON DELETE does not protect, what does not fire, and which DELETE would have
/// destroyed less. `effects`: as measureTruncate made them.
void explainTruncate(const Measuring &measuring, Effects &effects);

} // namespace holdfast::sql
