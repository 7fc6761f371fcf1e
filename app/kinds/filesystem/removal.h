// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "kinds/filesystem/treewalk.h"

namespace holdfast {

/// What the file system confirmed.
struct Removed final
{
    std::int64_t files = 0, directories = 0, links = 0, others = 0;
    std::int64_t freedBytes = 0;
    std::int64_t left = 0; ///< entries that were met and are still there
    QStringList problems; ///< at most 50 sentences
    [[nodiscard]] std::int64_t objects() const { return files + directories + links + others; }
};

/// Deletes the tree at `top`, depth first, relative to held descriptors, following no link and entering no mount. Only
/// entries whose device and inode are among `measured` go: what somebody else puts there meanwhile stays.
void removeTree(const HeldPath &top, const TreeSums &measured, Removed &removed);

} // namespace holdfast
