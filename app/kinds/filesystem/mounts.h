// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "kinds/filesystem/heldpath.h"

namespace holdfast {

/// The other name of an entry that is reached through a bind mount: where the same entry lies on the mount that shows more of its file
/// system, of those that can be reached. Held against device and inode of its directory, and against the mount: no link leads there. Empty
/// when the path is its own best name, or no other mount shows the entry.
[[nodiscard]] QString unmountedName(const HeldPath &path);

} // namespace holdfast
