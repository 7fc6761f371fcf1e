// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "cli/gateaccess.h"
#include "core/documents/hold.h"
#include "wire/messagesrequester.h"

namespace holdfast {

/// The evidence, where the target reveals it to its requester; nullopt where it does not. On error a sentence: the gate shows something that
/// it did not sign, that is not what it names, or that is of another hold or revision than `asked` as it stands now.
[[nodiscard]] Result<std::optional<Hold>, QString> shownHold(const GateAccess &access, const HoldId &asked, const HoldStatus &status);

} // namespace holdfast
