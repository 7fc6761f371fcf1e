// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "gate/store/sqlite.h"

namespace holdfast {

inline constexpr int schemaVersion = 3;

/// Sets the journal up, creates the tables in an empty file and takes an older file forward, in one transaction; refuses a newer one.
[[nodiscard]] Result<Done, StoreError> prepareSchema(Database &database);

} // namespace holdfast
