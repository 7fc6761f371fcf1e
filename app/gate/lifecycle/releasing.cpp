// SPDX-License-Identifier: Apache-2.0
#include "gate/lifecycle/releasing.h"

#include "gate/lifecycle/secrets.h"
#include "gate/lifecycle/unmeasured.h"

#include <algorithm>

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
    hold.decidedMs = (std::max(m_context.now, m_context.book.lastAt()) - hold.openedAt).count();
    letThrough(hold, *current, QStringLiteral("the quorum stands"));
}

void Releasing::allow(HoldRow &hold)
{
    if (const auto current = m_holds.current(hold))
        letThrough(hold, *current, QStringLiteral("the policy lets it pass"));
}

void Releasing::letThrough(HoldRow &hold, const Hold &current, const QString &because)
{
    const Instant at = std::max(m_context.now, m_context.book.lastAt());
    hold.executeBy = at + std::chrono::seconds{current.policy.executeWithinSeconds};
    hold.deadline = hold.executeBy;
    m_holds.event(hold, State::Approved, because, hold.executeBy);
    if (current.mode == Mode::Propose) {
        Receipt receipt;
        receipt.hold = hold.id;
        receipt.outcome = Outcome::NotStarted;
        receipt.startedAt = receipt.finishedAt = at;
        finish(hold, std::move(receipt), {});
        return;
    }
    join(hold, current);
    advance();
    hold = m_context.store.holds.find(hold.id).value_or(hold);
}

void Releasing::join(const HoldRow &hold, const Hold &current)
{
    // An action that is not wholly known may touch anything of its target.
    const bool known = current.measured.uninspectable.isEmpty() && !current.measured.whole.resources && !current.measured.whole.uninspectable;
    m_line.join({hold.id, hold.actor, hold.target, known ? current.measured.resources : QStringList()});
}

void Releasing::order()
{
    m_line.clear();
    for (const State state : {State::Executing, State::Approved}) {
        std::vector<HoldRow> rows = m_context.store.holds.inState(state);
        std::sort(rows.begin(), rows.end(), [](const HoldRow &a, const HoldRow &b) { return a.sequence < b.sequence; });
        for (const HoldRow &hold : rows) {
            if (const auto current = m_holds.current(hold))
                join(hold, *current);
            if (state == State::Executing)
                m_line.begin(hold.id);
        }
    }
    m_ordered = true;
}

void Releasing::advance()
{
    if (m_ending)
        return;
    if (!m_ordered)
        order();
    // With its clock behind the last entry a gate grants nothing.
    if (m_context.book.isClockBehind(m_context.now))
        return;
    while (const auto next = m_line.next()) {
        auto hold = m_context.store.holds.find(*next);
        if (hold && hold->state == State::Approved)
            begin(*hold);
        else
            m_line.leave(*next); // ended while it waited
    }
}

void Releasing::begin(HoldRow &hold)
{
    const auto current = m_holds.current(hold);
    // An approval is a person's wish, but not one that a restart repeats.
    const bool asked = !hold.approvals.isEmpty() && hold.sequence > m_recovered;
    if (!isMeasuredFirst(hold) && current && !isUnmeasured(*current))
        spend(hold);
    else if (!m_holds.startMeasuring(hold, MeasurePurpose::BeforeSpending, asked))
        giveUp(hold, State::Stopped, QStringLiteral("the target is gone"));
}

void Releasing::giveUp(HoldRow &hold, State state, const QString &because)
{
    m_holds.stop(hold, state, because);
    m_line.leave(hold.id);
}

void Releasing::take(const Measured &measured)
{
    m_evidence.countDeath(measured);
    auto hold = m_context.store.holds.find(measured.hold);
    // A result that comes late finds the hold somewhere else, and means nothing any more.
    if (!hold || hold->revision != measured.revision || !m_line.isUnderWay(hold->id) || hold->state == State::Executing)
        return;
    if (hold->state != State::Approved) {
        m_line.leave(hold->id);
    } else if (m_evidence.isTriedAgain(*hold, measured)) {
        return;
    } else if (m_evidence.stands(*hold, measured)) {
        spend(*hold);
    } else {
        m_line.leave(hold->id);
        m_evidence.reopen(*hold, measured.output, measured.at, measured.credentialReachable, measured.unmeasured);
    }
}

void Releasing::spend(HoldRow &hold)
{
    const auto subject = m_holds.subjectOf(hold);
    auto current = m_holds.decided(hold);
    if (!subject || !current)
        return giveUp(hold, State::Stopped, subject ? QStringLiteral("the whole lists of what was approved are not there any more") : QStringLiteral("the target is gone"));
    if (!hold.executeBy || *hold.executeBy <= std::max(m_context.now, m_context.book.lastAt()))
        return giveUp(hold, State::Lapsed, QStringLiteral("it was not begun in time"));
    const Ruling ruling = m_evidence.rulingOf(hold, subject->request, current->measured, current->measuredAt);
    if (!carriesTerms(*current, ruling)) {
        // The policy moved since: measured anew, the hold opens again under the terms that hold now.
        m_holds.startMeasuring(hold, MeasurePurpose::BeforeSpending);
        return;
    }
    QByteArray grant;
    if (const QString reason = grantAndSpend(hold, grant); !reason.isEmpty())
        return giveUp(hold, State::Stopped, QStringLiteral("the performer refuses: %1").arg(reason));
    if (hold.kind == kind::Policy)
        applyPolicy(hold, grant);
    else
        m_context.effects.emplace_back(PerformJob{grant, subject, std::move(*current)});
}

QString Releasing::grantAndSpend(HoldRow &hold, QByteArray &grant)
{
    QString reason;
    HoldRow begun = hold;
    const bool spent = m_context.attempt([&] {
        grant = randomBytes(16);
        issue(begun, grant);
        reason = m_check.whyNot(hold.id, grant, std::max(m_context.now, m_context.book.lastAt()));
        if (!reason.isEmpty())
            return false;
        if (!m_context.store.grants.spend(grant)) {
            reason = QStringLiteral("the grant cannot be spent");
            return false;
        }
        begun.deadline.reset();
        m_holds.event(begun, State::Executing, QStringLiteral("the grant is spent"));
        return true;
    });
    if (spent)
        hold = std::move(begun);
    return reason;
}

void Releasing::issue(HoldRow &hold, const QByteArray &id)
{
    Grant grant;
    grant.grant = id;
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
    m_context.store.grants.issue(hold.id, {id, hold.revision, recorded.id, false});
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
    m_line.leave(hold.id);
}

void Releasing::take(const PerformedHold &performed)
{
    auto hold = m_context.store.holds.find(performed.hold);
    const auto grant = hold ? m_context.store.grants.find(hold->id, hold->revision) : std::nullopt;
    if (!grant || hold->state != State::Executing || grant->id != performed.grant)
        return;
    m_line.leave(hold->id);
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
    // A receipt that nobody could parse must never be signed; the outcome is recorded whatever was reported.
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
    for (const HoldRow &hold : m_context.store.holds.inState(State::Measuring)) {
        countOwnDeath(hold);
        m_holds.startMeasuring(hold, MeasurePurpose::First);
    }
    for (const HoldRow &hold : m_context.store.holds.inState(State::Approved))
        countOwnDeath(hold);
    // Grant and `executing` are one transaction: this was left by a gate that did not know that.
    for (HoldRow &hold : m_context.store.holds.inState(State::Released))
        m_holds.stop(hold, State::Lapsed, QStringLiteral("the gate ended before the grant was used"));
    m_recovered = m_context.store.ledger.size();
    order();
}

/// Policies are measured by the gate itself: where it ended meanwhile, that may be why.
void Releasing::countOwnDeath(const HoldRow &hold)
{
    if (hold.kind == kind::Policy)
        m_context.store.deaths.count(hold.id, QStringLiteral("the gate ended while this was measured"));
}

void Releasing::passTime()
{
    for (HoldRow &hold : m_context.store.holds.due(m_context.now, dueAtOnce)) {
        hold.deadline.reset();
        if (hold.state == State::Pending) {
            m_holds.event(hold, State::Expired, QStringLiteral("nobody decided in time"));
            m_holds.index(hold);
        } else if (hold.state == State::Approved || hold.state == State::Released) {
            m_holds.stop(hold, State::Lapsed, QStringLiteral("it was not begun in time"));
        } else {
            m_context.store.holds.save(hold);
        }
    }
}

} // namespace holdfast
