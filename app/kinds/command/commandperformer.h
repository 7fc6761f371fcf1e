// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "kinds/performing.h"

#include <chrono>
#include <memory>

namespace holdfast {

/// Performs `command` requests: argv exactly, without a shell, the very program that was hashed, in a session of its own
/// with no inherited descriptor, only the named environment, as a user that cannot read the gate's keys where the gate may
/// change it. At its end, or after `deadline`, every process that it started is ended. `measureFirst()` is true: nothing of
/// a command can be rolled back.
[[nodiscard]] std::unique_ptr<Performer> makeCommandPerformer(std::chrono::milliseconds deadline = std::chrono::minutes(10));

} // namespace holdfast
