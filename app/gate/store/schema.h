// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "gate/store/sqlite.h"

namespace holdfast {

inline constexpr int schemaVersion = 1;

/// Sets the journal up and creates the tables in an empty file; refuses a file of another version.
[[nodiscard]] Result<Done, StoreError> prepareSchema(Database &database);

} // namespace holdfast
