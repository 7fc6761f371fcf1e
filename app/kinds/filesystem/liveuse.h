// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "kinds/filesystem/treewalk.h"

namespace holdfast {

struct LiveProcess final
{
    std::int64_t pid = 0;
    QString name; ///< what the process calls itself: foreign text
    int opens = 0; ///< descriptors, working directory, root, program
};

struct LiveUse final
{
    std::vector<LiveProcess> processes;
    int unreadable = 0; ///< processes that the gate's user may not look into
};

/// Processes that hold any entry of the trees open, by device and inode (never by name). This process is left out.
[[nodiscard]] LiveUse liveUseOf(const TreeSums &trees);
/// The same without `asker`, which holds the trees open only to measure them.
[[nodiscard]] LiveUse liveUseOf(const TreeSums &trees, std::int64_t asker);

} // namespace holdfast
