// SPDX-License-Identifier: Apache-2.0
#include "console/desk/evidencecheck.h"

#include "console/desk/holdbook.h"
#include "core/documents/wholelists.h"

namespace holdfast {

namespace {

QString verifyRequest(present::Evidence &evidence, const TrustedPolicy &trusted)
{
    const auto &envelope = evidence.requestEnvelope;
    evidence.requestDigest = envelope.payloadDigest();
    if (evidence.requestDigest != evidence.head.requestDigest) {
        //: Why a hold is not shown: the bytes are not those that the gate announced
        return HoldBook::tr("The request is not the one that the gate announced.");
    }
    for (const auto &actor : trusted.registry.actors) {
        const auto *key = actor.key(purpose::Request);
        if (key == nullptr || HoldId::of(key->bytes, envelope.payload) != evidence.head.hold)
            continue;
        if (const auto held = verify(envelope, *key, payloadtype::Request); !held)
            return held.error().sentence();
        auto parsed = Request::parse(envelope.payload);
        if (!parsed)
            return parsed.error().sentence();
        evidence.request = std::move(*parsed);
        return {};
    }
    //: Why a hold is not shown: the registry knows no requester whose key fits
    return HoldBook::tr("No requester of the registry has signed this request.");
}

QString verifyHold(present::Evidence &evidence, const TrustedPolicy &trusted)
{
    const auto &envelope = *evidence.holdEnvelope;
    evidence.holdDigest = envelope.payloadDigest();
    if (const auto held = verify(envelope, trusted.registry.gateKeys.key, payloadtype::Hold); !held)
        return held.error().sentence();
    auto parsed = Hold::parse(envelope.payload);
    if (!parsed)
        return parsed.error().sentence();
    const auto &hold = *parsed;
    const bool fits = hold.hold == evidence.head.hold && hold.request == evidence.requestDigest && hold.revision == evidence.head.revision
        && evidence.head.holdDigest == evidence.holdDigest && hold.gate == trusted.registry.gate && hold.kind == evidence.request.kind
        && hold.target == evidence.request.target;
    // A rule may name the requester: who that is says the registry, by the key that signed.
    const auto *requester = trusted.registry.actorByKey(hold.requesterKey.bytes, purpose::Request);
    const bool asked = requester != nullptr && requester->name == hold.requesterActor
        && requester->person == hold.requesterPerson && HoldId::of(hold.requesterKey.bytes, evidence.requestEnvelope.payload) == hold.hold;
    if (!fits || !asked) {
        //: Why a hold is not shown: the evidence belongs to another request, revision or gate
        return HoldBook::tr("The evidence does not belong to this request.");
    }
    evidence.hold = std::move(*parsed);
    const auto whole = wholeOf(evidence.hold->measured, [&evidence](const Digest &digest) {
        const auto at = evidence.lists.find(digest);
        return at == evidence.lists.end() ? std::nullopt : std::optional(at->second);
    });
    if (!whole)
        return whole.error().kind == WholeError::Kind::Missing ? QString() : whole.error().sentence();
    RulingInput input;
    input.kind = evidence.hold->kind;
    input.target = evidence.hold->target;
    input.requester = evidence.hold->requesterActor;
    input.origin = evidence.request.origin.agent.value_or(QString());
    input.measured = &*whole;
    input.at = evidence.hold->measuredAt;
    evidence.ruling = rule(trusted.policy, input);
    return {};
}

} // namespace

QString verifyEvidence(present::Evidence &evidence, const TrustedPolicy &trusted)
{
    // Nothing of an earlier look stays: the registry may have changed.
    evidence.hold.reset();
    evidence.ruling.reset();
    if (auto problem = verifyRequest(evidence, trusted); !problem.isEmpty())
        return problem;
    return evidence.holdEnvelope ? verifyHold(evidence, trusted) : QString();
}

InLedger inLedger(const present::Evidence &evidence, const LedgerWatch &watch)
{
    if (!watch.follows() || watch.proven() < evidence.head.sequence)
        return InLedger::NotYet;
    const auto found = watch.openHolds().find(evidence.head.hold);
    const bool waits = found != watch.openHolds().end() && found->second.state == State::Pending && evidence.hold
        && found->second.revision == evidence.hold->revision && found->second.holdEnvelope.payloadDigest() == evidence.holdDigest;
    return waits ? InLedger::Waits : InLedger::Otherwise;
}

ApprovalTerms termsOf(const present::Evidence &evidence)
{
    return evidence.ruling ? ApprovalTerms::of(*evidence.ruling) : ApprovalTerms::claimedBy(*evidence.hold);
}

bool agrees(const present::Evidence &evidence)
{
    auto said = ApprovalTerms::claimedBy(*evidence.hold);
    const auto terms = termsOf(evidence);
    said.sponsorMayApprove = terms.sponsorMayApprove; // no hold says that
    return !evidence.ruling || (said == terms && evidence.ruling->tier == evidence.hold->tier);
}

} // namespace holdfast
