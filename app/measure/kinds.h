// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "kinds/measuring.h"

#include <map>
#include <memory>

namespace holdfast {

/// The measurer of a kind, and what that needs of this machine.
struct MeasuredKind final
{
    std::unique_ptr<Measurer> measurer;
    bool network = false; ///< its targets have servers
    bool looksAround = false; ///< asks which processes have something open
    bool becomesOthers = false; ///< makes files for tools that run as other users
};

/// Every kind that is measured in a process of its own.
[[nodiscard]] std::map<QString, MeasuredKind> measuredKinds();

} // namespace holdfast
