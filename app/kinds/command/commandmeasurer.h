// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "kinds/measuring.h"

#include <memory>

namespace holdfast {

/// Measures `command` requests: which program would run with what, and, where its arguments are understood (rm, psql,
/// dropdb, git push), what that would destroy. Everything else is uninspectable. Runs nothing of the requester's.
[[nodiscard]] std::unique_ptr<Measurer> makeCommandMeasurer();

} // namespace holdfast
