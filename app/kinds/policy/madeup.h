// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "kinds/measuring.h"

namespace holdfast {

/// Hands out holds that differ in everything that a rule of either policy asks for: for each condition a value that meets it and
/// one that does not, for each target of the first policy what lies in it. False: there are more than `most`, and `take` got
/// that many of them, drawn alike each time.
[[nodiscard]] bool madeUpHolds(const PolicyDocument &before, const PolicyDocument &after, std::size_t most, const std::function<void(const PastHold &)> &take);

} // namespace holdfast
