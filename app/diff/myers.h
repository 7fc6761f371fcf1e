// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <chrono>
#include <vector>

namespace holdfast::diff {

using Deadline = std::chrono::steady_clock::time_point;

/// Which elements of two sequences have no counterpart in the other.
struct Changes final
{
    std::vector<bool> removed; ///< per element of the first
    std::vector<bool> added; ///< per element of the second
    bool complete = true; ///< false: something was taken as wholly replaced because the time or the effort ran out
};

/// Myers' O(ND) difference in linear space, bounded: what is not solved by `deadline` counts as replaced.
[[nodiscard]] Changes findChanges(const std::vector<int> &before, const std::vector<int> &after, Deadline deadline);

} // namespace holdfast::diff
