// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "core/policy/policydocument.h"
#include "kinds/filesystem/treewalk.h"

namespace holdfast {

/// Reasons for which nothing is ever deleted, whoever approves: a mount, a user's home, a running database cluster, a
/// configured backup within what would go; a directory without `recursive`; a cluster around it. One sentence each.
[[nodiscard]] QStringList hardStopsOf(const std::vector<HeldPath> &tops, const TreeSums &trees, const std::vector<Target> &targets, bool recursive);

/// Configured backups of any target in which one of the paths lies. One sentence each.
[[nodiscard]] QStringList backupsAround(const std::vector<HeldPath> &tops, const std::vector<Target> &targets);

} // namespace holdfast
