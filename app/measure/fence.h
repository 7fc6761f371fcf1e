// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <QStringList>

#include <cstdint>

namespace holdfast {

/// The rights that a measuring process keeps. It gives up all others, for itself and whatever it starts, before it looks at anything foreign.
struct FenceNeeds final
{
    bool network = false; ///< else sockets of this machine only
    bool becomesOthers = false; ///< as root: may own what it makes to the user that a tool runs as
    QStringList withheld; ///< absolute paths that must be neither read nor changed
};

enum class FenceState {
    Whole,
    WithoutLandlock, ///< this kernel has none: ownership and modes alone keep it from `withheld`
    Failed, ///< nothing may be measured
};

/// Bounds this process in memory, processor time, descriptors and rights. Once, while it has one thread.
[[nodiscard]] FenceState fenceIn(const FenceNeeds &needs);

} // namespace holdfast
