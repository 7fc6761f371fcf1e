// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "core/documents/hold.h"

namespace holdfast {

/// How much a mode keeps from happening: the higher, the less gets through.
[[nodiscard]] inline int strictness(Mode mode)
{
    switch (mode) {
    case Mode::Allow: return 0;
    case Mode::Hold: return 1;
    case Mode::Propose: return 2;
    case Mode::Forbid: return 3;
    }
    return 0;
}

} // namespace holdfast
