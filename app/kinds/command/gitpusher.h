// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "kinds/command/gitpush.h"
#include "kinds/performing.h"

namespace holdfast {

/// Pushes from the gate's copy, each reference only where it is still what was measured, and says what the remote has afterwards.
[[nodiscard]] Performed performPush(const PushPlan &push);

} // namespace holdfast
