// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "core/documents/decision.h"
#include "core/documents/hold.h"
#include "core/documents/registry.h"
#include "core/policy/ruling.h"

namespace holdfast {

/// Why an approval does not count.
enum class ApprovalRefusal {
    UnknownKey, NotApprover, Expired, SelfApproval, StaleRevision, WrongDigest, WrongGate, Late, Unconfirmed, NotFromQuorum, NotAsked, RequesterGone,
};
[[nodiscard]] QString toString(ApprovalRefusal value);

/// What the approval of a hold takes, as the ruling says that was made of the registry's policy: a hold's word for it is never enough.
struct ApprovalTerms final
{
    Mode mode = Mode::Hold;
    Quorum quorum;
    QStringList confirm;
    bool sponsorMayApprove = false;
    [[nodiscard]] static ApprovalTerms of(const Ruling &ruling);
    /// The hold's own word, for whoever has no policy and says so; then the sponsor never counts.
    [[nodiscard]] static ApprovalTerms claimedBy(const Hold &hold);
    friend bool operator==(const ApprovalTerms &, const ApprovalTerms &) = default;
};

/// Why `actor` may not approve `hold` at `at`, whatever he would sign; nullopt: he may. Gate, performer, verifier and console all
/// ask this one: his role and key, his expiry, that he is nobody's own judge (the sponsor of a machine only where the rule lets
/// him and no second human approver is registered), that he is among those the rule wants, and that the requester is still there.
[[nodiscard]] std::optional<ApprovalRefusal> whyNotApprovable(const Actor &actor, const Hold &hold, const Registry &registry, const ApprovalTerms &terms,
                                                              Instant at);

struct ApprovalContext final
{
    const Registry *registry = nullptr; ///< active at this ledger position
    const Hold *hold = nullptr; ///< current revision
    Digest holdDigest; ///< its payload digest
    ApprovalTerms terms;
    VerifierKey gateKey;
    Instant at{};
};

/// Whether `decision` (its signature already verified) counts as an approval now; the person it counts for.
[[nodiscard]] Result<QString, ApprovalRefusal> countsAsApproval(const Decision &decision, const ApprovalContext &context);

/// Whether the decision's confirmations are `wanted`: kinds and order, values.
/// `press`: at least 500 ms; `type-target`: equal to confirm_text; `match-code`: the code of `holdDigest`.
[[nodiscard]] bool confirmationsFit(const std::vector<Confirmation> &given, const QStringList &wanted, const Hold &hold, const Digest &holdDigest);

/// Whether persons that approved make the quorum: `need` distinct persons, each with one of `from` as role or group.
[[nodiscard]] bool quorumReached(const QStringList &persons, const Quorum &quorum, const Registry &registry);

/// Whether the active approvers of a registry could make the quorum at all: no revocation may end that.
[[nodiscard]] bool quorumReachable(const Quorum &quorum, const Registry &registry, Instant at);

} // namespace holdfast
