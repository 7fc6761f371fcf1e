// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "gate/lifecycle/jobs.h"

namespace holdfast {

/// Stands for the measurement of a request that could not be looked into: it may do anything.
[[nodiscard]] MeasureOutput unmeasured(const Subject &subject, const QString &why, Instant at);

/// True where a revision says no more than that. Nothing is performed on its strength: it must be measured first.
[[nodiscard]] bool isUnmeasured(const Hold &hold);

} // namespace holdfast
