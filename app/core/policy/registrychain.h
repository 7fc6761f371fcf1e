// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "core/documents/decision.h"
#include "core/documents/registry.h"
#include "core/envelope.h"

namespace holdfast {

/// What may justify a registry: the documents its `cause` names, all signatures verified by registryFollows itself.
struct RegistryEvidence final
{
    const Envelope *enrolment = nullptr; ///< for cause.document, an enrolment
    const Envelope *revocation = nullptr; ///< for cause.document, a revoke command
    const Envelope *request = nullptr; ///< for cause.hold: the policy request …
    const Envelope *hold = nullptr; ///< … its approved revision …
    std::vector<const Envelope *> decisions; ///< … and the approvals
    bool sponsorMayApprove = false; ///< by the ruling under the previous registry
    Instant at{}; ///< entry time of the registry
};

/// Empty when `next` validly follows `previous` (protocol 1.4, registry), else the reason in one sentence.
[[nodiscard]] QString whyNotFollowing(const Registry &previous, const Digest &previousPayload, const Registry &next, const RegistryEvidence &evidence);

} // namespace holdfast
