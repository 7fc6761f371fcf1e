// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "kinds/measuring.h"

#include <memory>

namespace holdfast {

/// Measures `filesystem` requests: what deleting the named paths would destroy beneath the target's roots.
[[nodiscard]] std::unique_ptr<Measurer> makeFilesystemMeasurer();

} // namespace holdfast
