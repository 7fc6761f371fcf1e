// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "kinds/command/gitremote.h"
#include "kinds/command/understanding.h"

namespace holdfast {

/// A `git push` as it would be performed: from the gate's own copy, to one address, each reference from what it was measured to be.
struct PushPlan final
{
    explicit PushPlan(GitRemote to) : remote(std::move(to)) {}

    GitRemote remote; ///< holds what is pushed
    std::vector<RefUpdate> updates;
    bool atomic = false;
    bool hook = false; ///< the clone has a pre-push hook, which is not run
};

/// Facts, dependents, verdict and listing of a push.
void describePush(MeasureOutput &output, const PushPlan &push, const LostCommits &lost, const MeasureInput &input);

} // namespace holdfast
