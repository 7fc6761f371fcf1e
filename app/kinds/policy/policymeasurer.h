// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "kinds/measuring.h"

namespace holdfast {

/// Measures `policy` requests against `currentToml`, the exact text of the policy in force: what it adds, removes, changes, and
/// which protections it weakens; the unified difference of the two texts.
[[nodiscard]] std::unique_ptr<Measurer> makePolicyMeasurer(QByteArray currentToml);

} // namespace holdfast
