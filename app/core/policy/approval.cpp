// SPDX-License-Identifier: Apache-2.0
#include "core/policy/approval.h"

#include <algorithm>
#include <set>

namespace holdfast {

namespace {

constexpr qint64 leastPressMs = 500;

QStringList otherApprovers(const Registry &registry, const QString &person, Instant at)
{
    QStringList persons = registry.approverPersons(at);
    persons.removeAll(person);
    return persons;
}

bool isFrom(const Actor &actor, const QStringList &from)
{
    return std::any_of(from.cbegin(), from.cend(), [&](const QString &name) { return actor.has(name) || (actor.groups && actor.groups->contains(name)); });
}

bool isApprover(const Actor &actor)
{
    return actor.kind == ActorKind::Human && actor.has(role::Approver);
}

std::optional<ApprovalRefusal> refusalOfSubject(const Decision &decision, const ApprovalContext &context)
{
    const Hold &hold = *context.hold;
    if (decision.gate != hold.gate || decision.gateKey != context.gateKey)
        return ApprovalRefusal::WrongGate;
    if (decision.hold != hold.hold)
        return ApprovalRefusal::WrongDigest;
    if (decision.revision != hold.revision)
        return ApprovalRefusal::StaleRevision;
    if (decision.request != hold.request || decision.holdDigest != context.holdDigest)
        return ApprovalRefusal::WrongDigest;
    if (context.at >= hold.policy.approveUntil || context.at >= decision.notAfter)
        return ApprovalRefusal::Late;
    return std::nullopt;
}

bool pressedLongEnough(const QString &value)
{
    const bool digits = !value.isEmpty() && std::all_of(value.cbegin(), value.cend(), [](QChar c) { return c >= u'0' && c <= u'9'; });
    bool fits = false;
    const qint64 held = value.toLongLong(&fits);
    return digits && fits && held >= leastPressMs;
}

} // namespace

QString toString(ApprovalRefusal value)
{
    switch (value) {
    case ApprovalRefusal::UnknownKey:
        return QStringLiteral("the key is no deciding key of this gate");
    case ApprovalRefusal::NotApprover:
        return QStringLiteral("the signer is not an approver");
    case ApprovalRefusal::Expired:
        return QStringLiteral("the signer's registration has expired");
    case ApprovalRefusal::SelfApproval:
        return QStringLiteral("the signer is the requester's own person");
    case ApprovalRefusal::StaleRevision:
        return QStringLiteral("the decision is about another revision than the current one");
    case ApprovalRefusal::WrongDigest:
        return QStringLiteral("the decision is about other bytes than the current ones");
    case ApprovalRefusal::WrongGate:
        return QStringLiteral("the decision is for another gate");
    case ApprovalRefusal::Late:
        return QStringLiteral("the time for this decision has passed");
    case ApprovalRefusal::Unconfirmed:
        return QStringLiteral("the confirmations are not the ones that the hold asks for");
    case ApprovalRefusal::NotFromQuorum:
        return QStringLiteral("the signer is not among those whose approval the rule wants");
    case ApprovalRefusal::NotAsked:
        return QStringLiteral("the rules ask nobody to approve it");
    case ApprovalRefusal::RequesterGone:
        return QStringLiteral("the requester's key was revoked or has expired");
    }
    return {};
}

ApprovalTerms ApprovalTerms::of(const Ruling &ruling)
{
    return {ruling.mode, ruling.rule.quorum, ruling.rule.confirm, ruling.rule.sponsorMayApprove};
}

ApprovalTerms ApprovalTerms::claimedBy(const Hold &hold)
{
    return {hold.mode, {hold.policy.need, hold.policy.from}, hold.policy.confirm, false};
}

std::optional<ApprovalRefusal> whyNotApprovable(const Actor &actor, const Hold &hold, const Registry &registry, const ApprovalTerms &terms, Instant at)
{
    if (terms.mode != Mode::Hold && terms.mode != Mode::Propose)
        return ApprovalRefusal::NotAsked;
    if (actor.key(purpose::Decide) == nullptr)
        return ApprovalRefusal::UnknownKey;
    if (!isApprover(actor))
        return ApprovalRefusal::NotApprover;
    if (!actor.isActive(at))
        return ApprovalRefusal::Expired;
    const Actor *requester = registry.actorByKey(hold.requesterKey.bytes, purpose::Request);
    if (requester == nullptr || requester->name != hold.requesterActor || !requester->isActive(at))
        return ApprovalRefusal::RequesterGone;
    const bool own = actor.person == hold.requesterPerson || actor.person == requester->person;
    // A machine's sponsor answers for it only while nobody else could.
    const bool sponsorCounts = requester->kind == ActorKind::Machine && terms.sponsorMayApprove && otherApprovers(registry, actor.person, at).isEmpty();
    if (own && !sponsorCounts)
        return ApprovalRefusal::SelfApproval;
    return isFrom(actor, terms.quorum.from) ? std::nullopt : std::optional(ApprovalRefusal::NotFromQuorum);
}

Result<QString, ApprovalRefusal> countsAsApproval(const Decision &decision, const ApprovalContext &context)
{
    const Actor *actor = context.registry->actorByKey(decision.key.bytes, purpose::Decide);
    if (actor == nullptr || *actor->key(purpose::Decide) != decision.key)
        return Failure{ApprovalRefusal::UnknownKey};
    if (const auto refusal = whyNotApprovable(*actor, *context.hold, *context.registry, context.terms, context.at))
        return Failure{*refusal};
    if (const auto refusal = refusalOfSubject(decision, context))
        return Failure{*refusal};
    // A denial confirms nothing, whatever it carries.
    if (decision.verdict != Decision::Verdict::Approve
        || !confirmationsFit(decision.confirmations, context.terms.confirm, *context.hold, context.holdDigest))
        return Failure{ApprovalRefusal::Unconfirmed};
    return actor->person;
}

bool confirmationsFit(const std::vector<Confirmation> &given, const QStringList &confirm, const Hold &hold, const Digest &holdDigest)
{
    const auto fits = [&](const Confirmation &confirmation, const QString &wanted) {
        if (confirmation.kind != wanted)
            return false;
        if (wanted == u"press")
            return pressedLongEnough(confirmation.value);
        if (wanted == u"type-target")
            return !hold.measured.confirmText.isEmpty() && confirmation.value == hold.measured.confirmText;
        return wanted == u"match-code" && confirmation.value == codeOf(holdDigest);
    };
    return std::equal(given.begin(), given.end(), confirm.cbegin(), confirm.cend(), fits);
}

bool quorumReached(const QStringList &persons, const Quorum &quorum, const Registry &registry)
{
    std::set<QString> counted;
    for (const Actor &actor : registry.actors) {
        if (isApprover(actor) && persons.contains(actor.person) && isFrom(actor, quorum.from))
            counted.insert(actor.person);
    }
    return quorum.need >= 1 && counted.size() >= static_cast<std::size_t>(quorum.need);
}

bool quorumReachable(const Quorum &quorum, const Registry &registry, Instant at)
{
    std::set<QString> able;
    for (const Actor &actor : registry.actors) {
        if (isApprover(actor) && actor.key(purpose::Decide) != nullptr && actor.isActive(at) && isFrom(actor, quorum.from))
            able.insert(actor.person);
    }
    return able.size() >= static_cast<std::size_t>(std::max(quorum.need, 1));
}

} // namespace holdfast
