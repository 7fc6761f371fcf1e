// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "core/policy/policydocument.h"
#include "kinds/measuring.h"

namespace holdfast {

/// Makes what was measured fit a hold: `measurement` becomes what decides, as everybody reads it again from hold and blobs;
/// `shown` is what the hold carries; the lists that it had no room for join the blobs. What is protected stays in sight.
void fit(MeasureOutput &output, const PolicyDocument &policy);

} // namespace holdfast
