// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "cli/gateaccess.h"
#include "core/documents/decision.h"
#include "wire/messagesrequester.h"

namespace holdfast {

/// A decision whose signature holds under a deciding key of the registry.
struct KnownDecision final
{
    Decision decision;
    QString actor;
};

/// What a hold's end is proved by.
struct Proof final
{
    std::optional<Receipt> receipt; ///< under the perform key, and for this hold
    std::vector<KnownDecision> decisions;
    int unknownSigners = 0; ///< decisions by keys that the registry does not list any more
};

/// BadProof where a signature does not hold, where a document is for another hold, or where `done` has no receipt.
[[nodiscard]] Expected<Proof> proofOf(GateAccess &access, const HoldId &hold, const HoldStatus &ended);

/// Prints how the hold ended, with reason, counter-offer and output; the exit code of protocol 6.
[[nodiscard]] ExitCode tellOutcome(const Program &program, GateAccess &access, const HoldId &hold, const HoldStatus &ended);

} // namespace holdfast
