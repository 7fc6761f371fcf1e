// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "kinds/performing.h"

#include <memory>

namespace holdfast {

/// Performs `filesystem` requests. Deleting cannot be rolled back, moving can: each path is first moved into a private
/// directory beside it, measured again there, and only then deleted, entry by entry, through descriptors, and only what
/// was measured. `measureFirst()` is true: even the move disturbs whoever uses the path, so what has drifted already
/// should not be moved at all, nor cost its grant.
[[nodiscard]] std::unique_ptr<Performer> makeFilesystemPerformer();

} // namespace holdfast
