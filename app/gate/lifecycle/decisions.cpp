// SPDX-License-Identifier: Apache-2.0
#include "gate/lifecycle/decisions.h"

#include "gate/lifecycle/signeddocument.h"
#include "gate/lifecycle/standing.h"

namespace holdfast {

namespace {

Refused refusalOf(ApprovalRefusal why, const HoldId &hold)
{
    const auto code = [why] {
        switch (why) {
        case ApprovalRefusal::UnknownKey:
        case ApprovalRefusal::NotApprover:
        case ApprovalRefusal::NotFromQuorum: return ErrorCode::Forbidden;
        case ApprovalRefusal::NotAsked:
        case ApprovalRefusal::RequesterGone: return ErrorCode::Conflict;
        case ApprovalRefusal::Expired:
        case ApprovalRefusal::Late: return ErrorCode::Expired;
        case ApprovalRefusal::SelfApproval: return ErrorCode::SelfApproval;
        case ApprovalRefusal::StaleRevision:
        case ApprovalRefusal::WrongDigest: return ErrorCode::StaleRevision;
        case ApprovalRefusal::WrongGate:
        case ApprovalRefusal::Unconfirmed: return ErrorCode::InvalidDocument;
        }
        return ErrorCode::Forbidden;
    };
    RpcError error = RpcError::of(code(), toString(why));
    error.hold = hold.toString();
    return error;
}

} // namespace

SubmitResult Decisions::result(const HoldRow &hold, std::int64_t index) const
{
    SubmitResult result;
    result.state = hold.state;
    result.sequence = hold.sequence;
    result.index = index;
    return result;
}

Answer Decisions::submit(const Caller &caller, const Json &params)
{
    const auto given = read<EnvelopeParams>(params);
    if (!given)
        return given.error();
    const VerifierKey *key = caller.actor->key(purpose::Decide);
    if (key == nullptr)
        return Refused(ErrorCode::Forbidden, QStringLiteral("this actor has no deciding key"));
    const auto decision = openSigned<Decision>(m_context, given->envelope, *key, purpose::Decide, payloadtype::Decision);
    if (!decision)
        return decision.error();
    const auto hold = m_context.store.holds.find(decision->hold);
    if (!hold)
        return Refused(ErrorCode::NotFound, QStringLiteral("the hold that the decision names does not exist"));
    if (const auto before = submittedBefore(m_context, given->envelope.idDigest(), *key, decision->nonce)) {
        if (!*before)
            return before->error();
        return result(*hold, **before);
    }
    if (!caller.actor->has(role::Approver))
        return Refused(ErrorCode::Forbidden, QStringLiteral("this actor has not the role approver"));
    if (m_context.now >= decision->notAfter)
        return Refused(ErrorCode::Expired, QStringLiteral("predicate.not_after has passed"));
    return decision->verdict == Decision::Verdict::Deny ? deny(caller, given->envelope, *decision, *hold) : approve(given->envelope, *decision, *hold);
}

std::optional<Refused> Decisions::whyNotNow(const Decision &decision, const HoldRow &hold) const
{
    const auto conflict = [&](const QString &detail) {
        RpcError error = RpcError::of(ErrorCode::Conflict, detail);
        error.hold = hold.id.toString();
        return Refused(error);
    };
    if (decision.revision != hold.revision)
        return refusalOf(ApprovalRefusal::StaleRevision, hold.id);
    if (hold.state != State::Pending)
        return conflict(QStringLiteral("the hold is not pending but %1").arg(toString(hold.state)));
    if (coveringFreeze(m_context.store.standing, hold.actor, hold.target))
        return Refused(ErrorCode::Frozen, QStringLiteral("the requester or the target is frozen"));
    return std::nullopt;
}

ApprovalContext Decisions::contextOf(const HoldRow &hold, const Hold &current, const Ruling &ruling) const
{
    ApprovalContext context;
    context.registry = &m_context.active().registry;
    context.hold = &current;
    context.holdDigest = *hold.holdDigest;
    context.terms = ApprovalTerms::of(ruling);
    context.gateKey = m_context.identity.key->key();
    context.at = std::max(m_context.now, m_context.book.lastAt());
    return context;
}

Answer Decisions::approve(const Envelope &envelope, const Decision &decision, HoldRow hold)
{
    const auto request = m_holds.requestOf(hold);
    if (!request)
        return Refused(ErrorCode::Unavailable, QStringLiteral("the hold's documents cannot be read"));
    if (auto refused = whyNotNow(decision, hold))
        return *refused;
    const auto current = m_holds.decided(hold);
    if (!current) {
        m_holds.startMeasuring(hold, MeasurePurpose::Again);
        return Refused(RpcError::of(ErrorCode::StaleRevision, QStringLiteral("the hold's documents cannot be read: it is measured again")), true);
    }
    const Ruling ruling = m_evidence.rulingOf(hold, *request, current->measured, current->measuredAt);
    if (!carriesTerms(*current, ruling)) {
        m_holds.startMeasuring(hold, MeasurePurpose::Again);
        return Refused(RpcError::of(ErrorCode::StaleRevision, QStringLiteral("the policy changed: the hold is measured again")), true);
    }
    const ApprovalContext context = contextOf(hold, *current, ruling);
    const auto person = countsAsApproval(decision, context);
    if (!person)
        return refusalOf(person.error(), hold.id);
    if (counting(hold, context).contains(*person))
        return Refused(ErrorCode::Conflict, QStringLiteral("this person has approved this revision already"));

    const Recorded recorded = m_context.book.append(EntryKind::Decision, envelope, hold.id, {}, m_context.now);
    m_context.store.standing.useNonce(decision.key.bytes, decision.nonce, recorded.id);
    m_context.store.holds.addDecision(hold.id, hold.revision, {recorded.id, true, *person, recorded.index});
    hold.approvals = counting(hold, context);
    m_holds.moved(hold, recorded, State::Pending);
    if (quorumReached(hold.approvals, context.terms.quorum, *context.registry))
        m_releasing.approve(hold);
    m_holds.index(hold);
    return result(hold, recorded.index);
}

QStringList Decisions::counting(const HoldRow &hold, const ApprovalContext &context) const
{
    QStringList persons;
    for (const StoredDecision &stored : m_context.store.holds.decisions(hold.id, hold.revision)) {
        const auto envelope = stored.approves ? m_context.book.document(stored.document) : std::nullopt;
        const auto decision = envelope ? Decision::parse(envelope->payload) : Parsed<Decision>(Failure{DocumentError{}});
        const auto person = decision ? countsAsApproval(*decision, context) : Result<QString, ApprovalRefusal>(Failure{ApprovalRefusal::WrongDigest});
        if (person && !persons.contains(*person))
            persons.append(*person);
    }
    return persons;
}

std::optional<Digest> Decisions::revisionDigest(const HoldRow &hold, int revision) const
{
    int seen = 0;
    for (const DocumentPlace &place : m_context.store.ledger.documentsOf(hold.id)) {
        if (place.kind != EntryKind::Hold || ++seen != revision)
            continue;
        const auto envelope = m_context.book.document(place.id);
        return envelope ? std::optional(envelope->payloadDigest()) : std::nullopt;
    }
    return std::nullopt;
}

Answer Decisions::deny(const Caller &caller, const Envelope &envelope, const Decision &decision, HoldRow hold)
{
    if (isFinal(hold.state) || hold.state == State::Executing) {
        RpcError error = RpcError::of(ErrorCode::Conflict, QStringLiteral("the hold can no longer be denied: it is %1").arg(toString(hold.state)));
        error.hold = hold.id.toString();
        return Refused(error);
    }
    if (!caller.actor->isActive(m_context.now))
        return Refused(ErrorCode::Expired, QStringLiteral("this actor has expired"));
    if (decision.request != hold.requestDigest || revisionDigest(hold, decision.revision) != decision.holdDigest)
        return Refused(ErrorCode::StaleRevision, QStringLiteral("the decision is about a revision or a request that this hold does not have"));
    const bool approved = hold.state == State::Approved || hold.state == State::Released;
    if (approved) {
        if (const auto grant = m_context.store.grants.find(hold.id, hold.revision))
            m_context.store.grants.cancel(grant->id);
    } else {
        hold.decidedMs = (std::max(m_context.now, m_context.book.lastAt()) - hold.openedAt).count();
    }
    hold.reason = decision.reason;
    if (decision.counter)
        hold.counter = decision.counter->toBytes();
    // After the quorum a denial stops what was let through; before it, it denies.
    const Recorded recorded = m_holds.record(hold, EntryKind::Decision, envelope, {}, approved ? State::Stopped : State::Denied);
    m_context.store.standing.useNonce(decision.key.bytes, decision.nonce, recorded.id);
    m_context.store.holds.addDecision(hold.id, decision.revision, {recorded.id, false, caller.actor->person, recorded.index});
    StandingDenial denial;
    denial.document = recorded.id;
    denial.hold = hold.id;
    denial.person = hold.person;
    denial.target = hold.target;
    denial.kind = hold.kind;
    denial.scope = decision.scope.value_or(Decision::Scope::This);
    denial.action = hold.action;
    denial.operation = hold.operation;
    const auto whole = m_holds.decided(hold);
    denial.resources = whole ? whole->measured.resources : hold.resources;
    m_context.store.standing.addDenial(denial);
    stopCovered(denial);
    m_holds.index(hold);
    return result(hold, recorded.index);
}

void Decisions::stopCovered(const StandingDenial &denial)
{
    for (HoldRow &other : m_context.store.holds.inState(State::Approved)) {
        // Where its lists are not there any more it would not be begun either.
        const auto current = other.person == denial.person ? m_holds.decided(other) : std::nullopt;
        if (current && covers(denial, Asked{other.person, other.target, other.kind, other.action, &current->measured}))
            m_holds.stop(other, State::Stopped, QStringLiteral("denied, in hold %1").arg(denial.hold.toString()));
    }
}

} // namespace holdfast
