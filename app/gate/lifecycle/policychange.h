// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "gate/lifecycle/holds.h"

namespace holdfast {

/// Puts the policy of an approved hold into force: the next registry, in the running transaction; the file follows after it.
/// Returns why it cannot, or an empty string.
[[nodiscard]] QString applyPolicyChange(Context &context, const Holds &holds, const HoldRow &hold);

/// A policy that took effect but may not have reached the file yet: rewritten at the start.
[[nodiscard]] std::optional<QByteArray> unwrittenPolicy(const Context &context);
void policyWritten(Context &context);

} // namespace holdfast
