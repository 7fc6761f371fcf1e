// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "cli/program.h"

namespace holdfast {

/// This user's own gate where no console runs it: `holdfastd` in the background, found again by its pid file.
struct BackgroundGate final
{
    QString invite; ///< for the first owner; empty where there is one already
    QString log;
    bool wasRunning = false;
};

/// Starts it unless one answers already; returns once it listens. `awaitsOwner`: nobody has enrolled yet.
[[nodiscard]] Expected<BackgroundGate> startGate(bool awaitsOwner);
/// SIGTERM to the gate that startGate() began, and waits for its end. True when none runs any more.
[[nodiscard]] bool stopGate();

} // namespace holdfast
