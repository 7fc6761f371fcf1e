// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "core/documents/decision.h"
#include "core/documents/registry.h"
#include "core/envelope.h"
#include "core/policy/policydocument.h"

namespace holdfast {

/// What may justify a registry: the documents its `cause` names, all signatures verified by whyNotFollowing itself.
struct RegistryEvidence final
{
    const Envelope *enrolment = nullptr; ///< for cause.document, an enrolment
    const Envelope *revocation = nullptr; ///< for cause.document, a revoke command
    const Envelope *request = nullptr; ///< for cause.hold: the policy request …
    const Envelope *hold = nullptr; ///< … its approved revision …
    std::vector<const Envelope *> decisions; ///< … and the approvals
    bool sponsorMayApprove = false; ///< by the ruling under the previous registry
    Instant at{}; ///< entry time of the registry
    std::optional<Instant> quorumAt; ///< entry time at which the quorum stood; absent: `at`
    /// The policies that the two registries name, where they are at hand: then the ruling of the policy hold is recomputed
    /// (sponsorMayApprove is not read), a revocation is held against every rule, and the actors are held against the TOML.
    const PolicyDocument *policyBefore = nullptr;
    const PolicyDocument *policyAfter = nullptr;
};

/// The actors of the registry that makes `next` take effect: those it writes; one that is written as `before` wrote it keeps the keys, or the
/// lack of them, that it has in `previous` (enrolled keys stay, revoked ones do not come back); who was never written (the first owner) stays.
[[nodiscard]] std::vector<Actor> actorsUnder(const PolicyDocument &next, const PolicyDocument &before, const Registry &previous);

/// Empty when `next` validly follows `previous` (protocol 1.4, registry), else the reason in one sentence.
[[nodiscard]] QString whyNotFollowing(const Registry &previous, const Digest &previousPayload, const Registry &next, const RegistryEvidence &evidence);

} // namespace holdfast
