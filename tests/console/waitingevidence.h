// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "console/present/evidence.h"

namespace holdfast {

/// A verified hold of this tier that waits until then; the same number is the same hold.
inline present::Evidence waiting(int number, Tier tier, Instant until, State state = State::Pending)
{
    present::Evidence evidence;
    evidence.head.hold = HoldId::of({}, QByteArray::number(number));
    evidence.head.state = state;
    evidence.hold = Hold{};
    evidence.hold->tier = Tier::Low; // the gate's word
    evidence.ruling = Ruling{};
    evidence.ruling->tier = tier;
    evidence.hold->policy.approveUntil = until;
    return evidence;
}

} // namespace holdfast
