// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "core/documents/decision.h"
#include "core/documents/hold.h"
#include "core/documents/registry.h"
#include "core/policy/policydocument.h"

namespace holdfast {

/// Why an approval does not count.
enum class ApprovalRefusal {
    UnknownKey, NotApprover, Expired, SelfApproval, StaleRevision, WrongDigest, WrongGate, Late, Unconfirmed, NotFromQuorum,
};
[[nodiscard]] QString toString(ApprovalRefusal value);

struct ApprovalContext final
{
    const Registry *registry = nullptr; ///< active at this ledger position
    const Hold *hold = nullptr; ///< current revision
    Digest holdDigest; ///< its payload digest
    ActorKind requesterKind = ActorKind::Machine;
    bool sponsorMayApprove = false; ///< the rule's word
    VerifierKey gateKey;
    Instant at{};
};

/// Whether `decision` (its signature already verified) counts as an approval now; the person it counts for.
[[nodiscard]] Result<QString, ApprovalRefusal> countsAsApproval(const Decision &decision, const ApprovalContext &context);

/// Whether the decision's confirmations are what the hold asks for: kinds and order, values.
/// `press`: at least 500 ms; `type-target`: equal to confirm_text; `match-code`: the code of `holdDigest`.
[[nodiscard]] bool confirmationsFit(const std::vector<Confirmation> &given, const Hold &hold, const Digest &holdDigest);

/// Whether persons that approved make the quorum: `need` distinct persons, each with one of `from` as role or group.
[[nodiscard]] bool quorumReached(const QStringList &persons, const HoldPolicy &policy, const Registry &registry);

/// Whether the active approvers of a registry could make the quorum at all: no revocation may end that.
[[nodiscard]] bool quorumReachable(const Quorum &quorum, const Registry &registry, Instant at);

} // namespace holdfast
