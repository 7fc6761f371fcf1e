// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "core/documents/hold.h"

namespace holdfast {

/// One difference between what was approved and what is measured now.
struct DriftItem final
{
    QString what; ///< fact id, or `resources`, `operation`, `environment`, `recovery.verdict`, `uninspectable`, `mode`, `tier`
    QString before, after; ///< for people
    bool tolerated = false;
};

/// Every difference, tolerated or not (protocol 1.4, Drift), of whole measurements (documents/wholelists.h): what was left out
/// of a shortened list drifts as well. Mode and tier are compared by the caller's ruling values.
[[nodiscard]] std::vector<DriftItem> compare(const Hold &approved, const Measurement &now, Mode modeNow, Tier tierNow);
/// Any item that is not tolerated.
[[nodiscard]] bool isDrift(const std::vector<DriftItem> &items);

} // namespace holdfast
