// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "cli/gateaccess.h"
#include "wire/messagesrequester.h"

namespace holdfast {

/// Follows a hold until it has ended, --timeout ran out or the user interrupted; then tells what came of it. Losing the gate
/// on the way is retried for half a minute. The hold itself stays as it is whatever happens here.
[[nodiscard]] ExitCode waitForHold(const Program &program, GateAccess &access, const HoldId &hold, HoldStatus status);

/// The same, giving how the hold ended instead of telling it: for commands that have something to add.
[[nodiscard]] Expected<HoldStatus> followHold(const Program &program, GateAccess &access, const HoldId &hold, HoldStatus status);

/// `hold wait H`, with the options that find the same gate and key again.
[[nodiscard]] QString resumingCommand(const Program &program, const GateAccess &access, const HoldId &hold);

} // namespace holdfast
