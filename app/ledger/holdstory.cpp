// SPDX-License-Identifier: Apache-2.0
#include "ledger/holdstory.h"

#include "core/documents/wholelists.h"

#include <algorithm>
#include <initializer_list>

namespace holdfast {

namespace {

bool isOneOf(State state, std::initializer_list<State> states)
{
    return std::find(states.begin(), states.end(), state) != states.end();
}

/// Where an event may come from; a document other than an event makes every arrow that is not here.
bool mayFollow(State from, State to)
{
    switch (to) {
    case State::Refused: return isOneOf(from, {State::Measuring, State::Pending, State::Drifted});
    case State::Approved: return from == State::Pending;
    case State::Cooling: return from == State::Approved;
    case State::Released: return isOneOf(from, {State::Approved, State::Cooling});
    case State::Executing: return from == State::Released;
    case State::Drifted: return isOneOf(from, {State::Approved, State::Cooling, State::Released, State::Executing});
    case State::Expired: return isOneOf(from, {State::Measuring, State::Pending, State::Drifted});
    case State::Stopped: return isOneOf(from, {State::Measuring, State::Pending, State::Approved, State::Cooling, State::Released, State::Drifted});
    case State::Lapsed: return isOneOf(from, {State::Approved, State::Cooling, State::Released});
    case State::Measuring:
    case State::Pending:
    case State::Done:
    case State::Denied:
    case State::Withdrawn: return false;
    }
    return false;
}

QString notFrom(QStringView document, State state)
{
    return QStringLiteral("%1 may not follow on %2").arg(document, toString(state));
}

} // namespace

HoldStory HoldStory::begun(const Envelope &envelope, Request request, const Actor &actor, const VerifierKey &key, std::int64_t index)
{
    HoldStory story;
    story.requestEnvelope = envelope;
    story.terms = {actor.person, request.kind, request.target, {}, {}};
    story.action = sha256(request.actionBytes);
    story.request = std::move(request);
    story.actor = actor.name;
    story.actorKind = actor.kind;
    story.key = key;
    story.index = index;
    return story;
}

bool HoldStory::isPolicy() const
{
    return terms.kind == kind::Policy;
}

bool HoldStory::isAllowed() const
{
    return hold && hold->mode == Mode::Allow;
}

QString HoldStory::whyNotRuled(const Hold &next, const RegistryPlace &place, const BlobSource &blobs, Instant at)
{
    needs = ApprovalTerms::claimedBy(next);
    terms.resources = next.measured.resources;
    if (next.policy.registry != place.payload)
        return QStringLiteral("the hold names a registry that is not the current one");
    const auto whole = wholeOf(next.measured, blobs);
    if (!whole)
        return whole.error().sentence();
    terms.resources = whole->resources;
    if (!place.policy)
        return {}; // said once, at the registry
    const Ruling ruling = rule(*place.policy, {next.kind, next.target, actor, request.origin.agent.value_or(QString()), &*whole, next.measuredAt});
    needs = ApprovalTerms::of(ruling);
    if (next.mode != ruling.mode || next.tier != ruling.tier)
        return QStringLiteral("mode or tier is not what the policy gives for what was measured");
    const bool sameTerms = next.policy.need == ruling.rule.quorum.need && next.policy.from == ruling.rule.quorum.from && next.policy.confirm == ruling.rule.confirm
        && next.tolerances == ruling.tolerances && next.policy.coolOffSeconds == ruling.rule.coolOff.count();
    if (!sameTerms)
        return QStringLiteral("quorum, confirmations or tolerances are not what the policy gives");
    // A gate that grants itself more time has an approval stand for what was measured long ago.
    const bool inTime = next.policy.approveUntil <= at + ruling.rule.approveWithin && next.policy.executeWithinSeconds == ruling.rule.executeWithin.count();
    return inTime ? QString() : QStringLiteral("the time to approve or to execute is not what the policy gives");
}

QString HoldStory::applyHold(const Hold &next, const Envelope &envelope, const RegistryPlace &place, const BlobSource &blobs, Instant at)
{
    const int expected = std::exchange(revision, next.revision) + 1;
    const bool mayStand = isOneOf(state, {State::Measuring, State::Pending, State::Drifted});
    const State before = std::exchange(state, State::Pending);
    const QString ruled = whyNotRuled(next, place, blobs, at);
    hold = next;
    holdEnvelope = envelope;
    terms.operation = next.measured.operation;
    revisions[next.revision] = envelope.payloadDigest();
    approvals.clear();
    approvedAt.reset();
    grant.reset();
    if (!mayStand)
        return notFrom(u"a revision", before);
    if (next.revision != expected)
        return QStringLiteral("the revision is not the next one");
    if (next.request != requestEnvelope.payloadDigest() || next.kind != request.kind || next.target != request.target)
        return QStringLiteral("the hold is about another request");
    if (next.requesterActor != actor || next.requesterPerson != terms.person || next.requesterKey != key)
        return QStringLiteral("the hold names another requester");
    return ruled;
}

Result<QString, QString> HoldStory::personOf(const Decision &decision, const RegistryPlace &place, Instant at) const
{
    ApprovalContext context;
    context.registry = &place.registry;
    context.hold = &*hold;
    context.holdDigest = revisions.at(hold->revision);
    context.terms = needs;
    context.gateKey = place.registry.gateKeys.key;
    context.at = at;
    const auto counted = countsAsApproval(decision, context);
    return counted ? Result<QString, QString>(*counted) : Result<QString, QString>(Failure{toString(counted.error())});
}

QString HoldStory::applyApproval(const Decision &decision, const Envelope &envelope, const RegistryPlace &place, Instant at)
{
    if (state != State::Pending || !hold)
        return notFrom(u"an approval", state);
    const auto counted = personOf(decision, place, at);
    if (!counted)
        return QStringLiteral("the approval does not count: %1").arg(counted.error());
    approvals.push_back({decision, envelope, envelope.idDigest(), *counted});
    return {};
}

QString HoldStory::applyDenial(const Decision &decision)
{
    const auto named = revisions.find(decision.revision);
    const bool known = named != revisions.end() && named->second == decision.holdDigest && decision.request == requestEnvelope.payloadDigest();
    if (isOneOf(state, {State::Approved, State::Cooling, State::Released}))
        state = State::Stopped;
    else if (!isFinal(state) && state != State::Executing)
        state = State::Denied;
    else
        return {}; // too late to end it; it is recorded because it binds later requests
    denied = true;
    return known ? QString() : QStringLiteral("the denial is about another revision or request");
}

QString HoldStory::whyNoQuorum(const RegistryPlace &place, Instant at) const
{
    QStringList persons;
    for (const Approval &approval : approvals) {
        if (const auto counted = personOf(approval.decision, place, at))
            persons.append(*counted);
    }
    persons.removeDuplicates();
    return quorumReached(persons, needs.quorum, place.registry) ? QString() : QStringLiteral("approved without a quorum");
}

QString HoldStory::applyEvent(const Event &event, const RegistryPlace &place, Instant at)
{
    const State before = std::exchange(state, event.state);
    if (event.revision != revision)
        return QStringLiteral("the event is about another revision");
    if (before == event.state)
        return before == State::Executing ? QStringLiteral("executing twice") : QString();
    const bool appliesPolicy = isPolicy() && before == State::Approved && event.state == State::Executing;
    if (!mayFollow(before, event.state) && !appliesPolicy)
        return notFrom(toString(event.state), before);
    if (event.state == State::Approved) {
        approvedAt = at;
        if (!hold)
            return QStringLiteral("approved before it was measured");
        return isAllowed() ? QString() : whyNoQuorum(place, at);
    }
    if (event.state == State::Executing && !appliesPolicy) {
        if (!grant)
            return QStringLiteral("executing without a grant");
        if (at < grant->notBefore || at >= grant->notAfter)
            return QStringLiteral("executing outside the time of its grant");
    }
    if (event.state == State::Drifted)
        grant.reset();
    return {};
}

QString HoldStory::whyNotGranted(const Grant &next, const RegistryPlace &place) const
{
    QStringList persons;
    for (const Digest &id : next.decisions) {
        const auto approval = std::find_if(approvals.begin(), approvals.end(), [&](const Approval &each) { return each.id == id; });
        if (approval == approvals.end())
            return QStringLiteral("the grant names a decision that is not an approval of this revision");
        if (!place.registry.actorByKey(approval->decision.key.bytes, purpose::Decide))
            return QStringLiteral("the grant rests on a key that was revoked");
        persons.append(approval->person);
    }
    persons.removeDuplicates();
    if (!isAllowed() && !quorumReached(persons, needs.quorum, place.registry))
        return QStringLiteral("a grant without a quorum");
    return {};
}

QString HoldStory::applyGrant(const Grant &next, const RegistryPlace &place, Instant at)
{
    const State before = std::exchange(state, State::Released);
    const bool second = grant.has_value();
    grant = next;
    if (denied)
        return QStringLiteral("ALARM: a grant after a denial");
    const bool mayStand = isOneOf(before, {State::Approved, State::Cooling, State::Released}) || (before == State::Pending && isAllowed());
    if (!mayStand || second || !hold)
        return second ? QStringLiteral("a second grant") : notFrom(u"a grant", before);
    if (hold->mode != Mode::Hold && hold->mode != Mode::Allow)
        return QStringLiteral("a grant for what the policy does not let the gate perform");
    if (next.request != requestEnvelope.payloadDigest() || next.revision != hold->revision || next.holdDigest != revisions.at(hold->revision))
        return QStringLiteral("the grant is about another revision or request");
    if (next.performer != place.registry.gateKeys.performKey)
        return QStringLiteral("the grant names a performer that the registry does not");
    if (next.notBefore > next.notAfter || at >= next.notAfter)
        return QStringLiteral("the grant had run out when it was recorded");
    if (approvedAt && next.notAfter > *approvedAt + std::chrono::seconds(hold->policy.executeWithinSeconds))
        return QStringLiteral("the grant lasts longer than the hold lets it");
    return whyNotGranted(next, place);
}

QString HoldStory::applyReceipt(const Receipt &receipt)
{
    const State before = std::exchange(state, State::Done);
    const bool proposed = hold && hold->mode == Mode::Propose && before == State::Approved && receipt.outcome == Outcome::NotStarted;
    const bool applied = isPolicy() && policyApplied && isOneOf(before, {State::Approved, State::Executing});
    if ((proposed || applied) && !receipt.grant && !grant)
        return {};
    if (before != State::Executing)
        return notFrom(u"a receipt", before);
    if (!grant || receipt.grant != grant->grant)
        return QStringLiteral("the receipt is for another grant");
    return {};
}

QString HoldStory::applyEnd(State end)
{
    if (isFinal(state))
        return notFrom(toString(end), state);
    if (state != State::Executing)
        state = end;
    return {};
}

} // namespace holdfast
