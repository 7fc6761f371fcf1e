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

/// A machine's sponsor answers for it only while nobody else could.
bool sponsorCounts(const QString &person, const ApprovalContext &context)
{
    return context.requesterKind == ActorKind::Machine && context.sponsorMayApprove && otherApprovers(*context.registry, person, context.at).isEmpty();
}

bool isFrom(const Actor &actor, const QStringList &from)
{
    return std::any_of(from.cbegin(), from.cend(), [&](const QString &name) { return actor.has(name) || (actor.groups && actor.groups->contains(name)); });
}

bool isApprover(const Actor &actor)
{
    return actor.kind == ActorKind::Human && actor.has(role::Approver);
}

std::optional<ApprovalRefusal> refusalOfPerson(const Actor *actor, const Decision &decision, const ApprovalContext &context)
{
    if (actor == nullptr || *actor->key(purpose::Decide) != decision.key)
        return ApprovalRefusal::UnknownKey;
    if (!isApprover(*actor))
        return ApprovalRefusal::NotApprover;
    if (!actor->isActive(context.at))
        return ApprovalRefusal::Expired;
    if (actor->person == context.hold->requesterPerson && !sponsorCounts(actor->person, context))
        return ApprovalRefusal::SelfApproval;
    return std::nullopt;
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
    }
    return {};
}

Result<QString, ApprovalRefusal> countsAsApproval(const Decision &decision, const ApprovalContext &context)
{
    const Actor *actor = context.registry->actorByKey(decision.key.bytes, purpose::Decide);
    if (const auto refusal = refusalOfPerson(actor, decision, context))
        return Failure{*refusal};
    if (const auto refusal = refusalOfSubject(decision, context))
        return Failure{*refusal};
    // A denial confirms nothing, whatever it carries.
    if (decision.verdict != Decision::Verdict::Approve || !confirmationsFit(decision.confirmations, *context.hold, context.holdDigest))
        return Failure{ApprovalRefusal::Unconfirmed};
    if (!isFrom(*actor, context.hold->policy.from))
        return Failure{ApprovalRefusal::NotFromQuorum};
    return actor->person;
}

bool confirmationsFit(const std::vector<Confirmation> &given, const Hold &hold, const Digest &holdDigest)
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
    return std::equal(given.begin(), given.end(), hold.policy.confirm.cbegin(), hold.policy.confirm.cend(), fits);
}

bool quorumReached(const QStringList &persons, const HoldPolicy &policy, const Registry &registry)
{
    std::set<QString> counted;
    for (const Actor &actor : registry.actors) {
        if (isApprover(actor) && persons.contains(actor.person) && isFrom(actor, policy.from))
            counted.insert(actor.person);
    }
    return policy.need >= 1 && counted.size() >= static_cast<std::size_t>(policy.need);
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
