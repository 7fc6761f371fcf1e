// SPDX-License-Identifier: Apache-2.0
#include "gate/lifecycle/releasing.h"

#include "gate/lifecycle/secrets.h"

namespace holdfast {

namespace {

constexpr int dueAtOnce = 500;
constexpr qsizetype longestOutput = 1024LL * 1024;
const QString outputMedia = QStringLiteral("text/plain; charset=utf-8");

} // namespace

bool Releasing::isMeasuredFirst(const HoldRow &hold) const
{
    return m_options.measuredFirst.contains(hold.kind);
}

void Releasing::approve(HoldRow &hold)
{
    const auto current = m_holds.current(hold);
    if (!current)
        return;
    const Instant at = std::max(m_context.now, m_context.book.lastAt());
    hold.executeBy = at + std::chrono::seconds{current->policy.executeWithinSeconds};
    hold.deadline = hold.executeBy;
    hold.decidedMs = (at - hold.openedAt).count();
    m_holds.event(hold, State::Approved, QStringLiteral("the quorum stands"), hold.executeBy);
    if (current->mode == Mode::Propose) {
        Receipt receipt;
        receipt.hold = hold.id;
        receipt.outcome = Outcome::NotStarted;
        receipt.startedAt = receipt.finishedAt = at;
        finish(hold, std::move(receipt), {});
        return;
    }
    grant(hold);
}

void Releasing::grant(HoldRow &hold)
{
    // With its clock behind the last entry a gate grants nothing: passTime() comes back to it.
    if (m_context.book.isClockBehind(m_context.now))
        return;
    const auto current = m_holds.current(hold);
    if (!current)
        return;
    if (!hold.executeBy) // allowed by the policy: nobody had to approve
        hold.executeBy = m_context.now + std::chrono::seconds{current->policy.executeWithinSeconds};
    hold.deadline = hold.executeBy;
    Grant grant;
    grant.grant = randomBytes(16);
    grant.gate = m_context.identity.name;
    grant.hold = hold.id;
    grant.revision = hold.revision;
    grant.request = hold.requestDigest;
    grant.holdDigest = *hold.holdDigest;
    for (const StoredDecision &decision : m_context.store.holds.decisions(hold.id, hold.revision))
        if (decision.approves && hold.approvals.contains(decision.person))
            grant.decisions.push_back(decision.document);
    grant.notBefore = m_context.now;
    grant.notAfter = *hold.executeBy;
    grant.performer = m_context.identity.performKey->key();
    const Recorded recorded = m_holds.stateDocument(hold, EntryKind::Grant, grant.toPayload(), {}, State::Released);
    m_context.store.grants.issue(hold.id, {grant.grant, hold.revision, recorded.id, false});
    proceed(hold);
}

void Releasing::proceed(HoldRow &hold)
{
    if (isMeasuredFirst(hold))
        m_holds.startMeasuring(hold, MeasurePurpose::BeforeSpending);
    else
        spend(hold);
}

void Releasing::spend(HoldRow &hold)
{
    const auto grant = m_context.store.grants.find(hold.id, hold.revision);
    const auto subject = m_holds.subjectOf(hold);
    auto current = m_holds.current(hold);
    if (!grant || grant->spent || !subject || !current) {
        m_holds.stop(hold, State::Stopped, QStringLiteral("the target is gone, or the grant was spent before"));
        return;
    }
    const Ruling ruling = m_evidence.rulingOf(hold, subject->request, current->measured, current->measuredAt);
    if (!carriesTerms(*current, ruling)) {
        // The policy moved since: measured anew, the hold opens again under the terms that hold now.
        m_holds.startMeasuring(hold, MeasurePurpose::BeforeSpending);
        return;
    }
    if (const QString reason = m_check.whyNot(hold.id, grant->id, std::max(m_context.now, m_context.book.lastAt())); !reason.isEmpty()) {
        m_holds.stop(hold, State::Stopped, QStringLiteral("the performer refuses: %1").arg(reason));
        return;
    }
    if (!m_context.store.grants.spend(grant->id))
        return;
    hold.deadline.reset();
    m_holds.event(hold, State::Executing, QStringLiteral("the grant is spent"));
    if (hold.kind == kind::Policy)
        applyPolicy(hold, grant->id);
    else
        m_context.effects.emplace_back(PerformJob{grant->id, subject, std::move(*current)});
}

void Releasing::applyPolicy(HoldRow &hold, const QByteArray &grant)
{
    const Instant at = std::max(m_context.now, m_context.book.lastAt());
    const QString problem = m_applyPolicy(hold);
    Receipt receipt;
    receipt.grant = grant;
    receipt.hold = hold.id;
    receipt.outcome = problem.isEmpty() ? Outcome::Committed : Outcome::Failed;
    receipt.startedAt = receipt.finishedAt = at;
    finish(hold, std::move(receipt), problem.toUtf8());
}

void Releasing::take(const PerformedHold &performed)
{
    auto hold = m_context.store.holds.find(performed.hold);
    const auto grant = hold ? m_context.store.grants.find(hold->id, hold->revision) : std::nullopt;
    if (!grant || hold->state != State::Executing || grant->id != performed.grant)
        return;
    if (const auto *drifted = std::get_if<Drifted>(&performed.outcome)) {
        m_evidence.reopen(*hold, drifted->now, performed.startedAt, performed.credentialReachable);
        return;
    }
    const auto &done = std::get<Performed>(performed.outcome);
    Receipt receipt;
    receipt.grant = performed.grant;
    receipt.hold = hold->id;
    receipt.outcome = done.outcome;
    receipt.exitCode = done.exitCode;
    receipt.effects = done.effects;
    receipt.startedAt = performed.startedAt;
    receipt.finishedAt = performed.finishedAt;
    finish(*hold, std::move(receipt), done.output);
}

void Releasing::finish(HoldRow &hold, Receipt receipt, const QByteArray &output)
{
    if (!output.isEmpty()) {
        const QByteArray masked = maskSecrets(output.left(longestOutput));
        receipt.output = BlobRef{sha256(masked), masked.size(), outputMedia};
        m_context.store.blobs.add(receipt.output->digest, masked);
    }
    hold.outcome = receipt.outcome;
    // What nobody could parse must never be signed; the outcome is recorded whatever was reported.
    if (!Receipt::parse(receipt.toPayload()))
        receipt.effects.clear();
    const Envelope envelope = Envelope::sign(*m_context.identity.performKey, payloadtype::Receipt, receipt.toPayload());
    hold.receiptDocument = envelope.idDigest();
    m_holds.record(hold, EntryKind::Receipt, envelope, receipt.output ? std::vector{*receipt.output} : std::vector<BlobRef>{}, State::Done);
    m_holds.index(hold);
}

void Releasing::recover()
{
    for (HoldRow &hold : m_context.store.holds.inState(State::Executing)) {
        const auto grant = m_context.store.grants.find(hold.id, hold.revision);
        Receipt receipt;
        if (grant)
            receipt.grant = grant->id;
        receipt.hold = hold.id;
        receipt.outcome = Outcome::Unknown;
        receipt.startedAt = hold.changedAt;
        receipt.finishedAt = std::max(m_context.now, m_context.book.lastAt());
        finish(hold, std::move(receipt), QByteArrayLiteral("the gate ended while this was performed"));
    }
    for (const HoldRow &hold : m_context.store.holds.inState(State::Measuring))
        m_holds.startMeasuring(hold, MeasurePurpose::First);
    for (HoldRow &hold : m_context.store.holds.inState(State::Released))
        if (!hold.deadline || *hold.deadline > m_context.now)
            proceed(hold);
}

void Releasing::passTime()
{
    for (HoldRow &hold : m_context.store.holds.due(m_context.now, dueAtOnce)) {
        hold.deadline.reset();
        if (hold.state == State::Pending) {
            m_holds.event(hold, State::Expired, QStringLiteral("nobody decided in time"));
            m_holds.index(hold);
        } else if (hold.state == State::Approved || hold.state == State::Released) {
            m_holds.stop(hold, State::Lapsed, QStringLiteral("the grant was not used in time"));
        } else {
            m_context.store.holds.save(hold);
        }
    }
    if (!m_context.book.isClockBehind(m_context.now))
        for (HoldRow &hold : m_context.store.holds.inState(State::Approved))
            grant(hold);
}

} // namespace holdfast
