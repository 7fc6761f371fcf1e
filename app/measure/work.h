// SPDX-License-Identifier: Apache-2.0
#pragma once

namespace holdfast {

/// Does once what every forked process would do anew otherwise: libraries that make themselves ready when they are first used.
void prepareToMeasure();

/// Reads one order from standard input, measures, and writes what came of it to standard output: SupervisorPlan::Work.
[[nodiscard]] int measureOnce();

} // namespace holdfast
