// SPDX-License-Identifier: Apache-2.0
#include "gate/lifecycle/evidence.h"

#include "core/policy/drift.h"
#include "gate/lifecycle/enforcement.h"
#include "gate/lifecycle/standing.h"
#include "gate/lifecycle/unmeasured.h"

namespace holdfast {

namespace {

/// The differences in a sentence; long values are left to the revisions themselves.
QString sentenceOf(const std::vector<DriftItem> &items)
{
    QStringList moved;
    for (const DriftItem &item : items) {
        const bool brief = item.before.size() + item.after.size() < 80;
        moved.append(brief ? QStringLiteral("%1: %2 → %3").arg(item.what, item.before, item.after) : item.what);
    }
    const qsizetype more = moved.size() - 6;
    return moved.mid(0, 6).join(QStringLiteral("; ")) + (more > 0 ? QStringLiteral("; and %1 more").arg(more) : QString());
}

Hold makeHold(const Context &context, const HoldRow &row, const Request &request, const Measurement &measured, const Ruling &ruling, Instant at,
              const VerifierKey &requesterKey)
{
    Hold hold;
    hold.hold = row.id;
    hold.revision = row.revision + 1;
    hold.gate = context.identity.name;
    hold.request = row.requestDigest;
    hold.requesterActor = row.actor;
    hold.requesterPerson = row.person;
    hold.requesterKey = requesterKey;
    hold.kind = request.kind;
    hold.target = request.target;
    hold.mode = ruling.mode;
    hold.tier = ruling.tier;
    hold.ruleId = ruling.rule.id;
    hold.ruleBecause = ruling.because;
    hold.measured = measured;
    hold.tolerances = ruling.tolerances;
    hold.policy.registry = context.active().payload;
    hold.policy.need = ruling.rule.quorum.need;
    hold.policy.from = ruling.rule.quorum.from;
    hold.policy.confirm = ruling.rule.confirm;
    hold.policy.coolOffSeconds = ruling.rule.coolOff.count();
    hold.policy.approveUntil = std::max(context.now, context.book.lastAt()) + ruling.rule.approveWithin;
    hold.policy.executeWithinSeconds = ruling.rule.executeWithin.count();
    hold.openedAt = row.openedAt;
    hold.measuredAt = at;
    return hold;
}

} // namespace

bool carriesTerms(const Hold &hold, const Ruling &ruling)
{
    return hold.mode == ruling.mode && hold.tier == ruling.tier && hold.policy.need == ruling.rule.quorum.need && hold.policy.from == ruling.rule.quorum.from
        && hold.policy.confirm == ruling.rule.confirm && hold.tolerances == ruling.tolerances;
}

Ruling Evidence::rulingOf(const HoldRow &hold, const Request &request, const Measurement &measured, Instant at) const
{
    return rule(*m_context.active().policy, {hold.kind, hold.target, hold.actor, request.origin.agent.value_or(QString()), &measured, at});
}

void Evidence::countDeath(const Measured &measured)
{
    if (measured.died)
        m_context.store.deaths.count(measured.hold, measured.unmeasured);
}

void Evidence::take(const Measured &measured)
{
    auto hold = m_context.store.holds.find(measured.hold);
    if (!hold)
        return;
    countDeath(measured);
    // A result that comes late finds the hold somewhere else, and means nothing any more.
    if (hold->revision == measured.revision && hold->state == (measured.purpose == MeasurePurpose::First ? State::Measuring : State::Pending) && !isTriedAgain(*hold, measured)) {
        if (measured.purpose == MeasurePurpose::First)
            takeFirst(*hold, measured);
        else
            takeAgain(*hold, measured);
    }
    answerMeasurers(*hold);
}

bool Evidence::isTriedAgain(HoldRow &hold, const Measured &measured)
{
    if (measured.asked && measured.unmeasured.isEmpty())
        m_context.store.deaths.forget(hold.id);
    // The first death may be chance. It is on record before anything follows from it.
    if (!measured.died || measured.asked || m_context.store.deaths.of(hold.id).count >= mostDeaths)
        return false;
    m_holds.event(hold, hold.state, QStringLiteral("%1: it is measured once more").arg(measured.unmeasured));
    return m_holds.startMeasuring(hold, measured.purpose);
}

void Evidence::takeFirst(HoldRow &hold, const Measured &measured)
{
    const auto request = m_holds.requestOf(hold);
    if (!request)
        return;
    if (coveringFreeze(m_context.store.standing, hold.actor, hold.target)) {
        m_holds.event(hold, State::Refused, QStringLiteral("frozen"));
        m_holds.index(hold);
        return;
    }
    revise(hold, *request, measured.output, measured.at, measured.credentialReachable);
}

void Evidence::takeAgain(HoldRow &hold, const Measured &measured)
{
    const auto request = m_holds.requestOf(hold);
    const auto current = m_holds.decided(hold);
    if (!request)
        return;
    // With nothing whole to compare with, what is there now is a revision of its own.
    if (!current)
        return revise(hold, *request, measured.output, measured.at, measured.credentialReachable);
    const Ruling ruling = rulingOf(hold, *request, measured.output.measurement, measured.at);
    const auto items = compare(*current, measured.output.measurement, ruling.mode, ruling.tier);
    // Tolerances are absolute and grow with what is measured: while nothing drifts, those that were signed stay.
    const Ruling before = rulingOf(hold, *request, current->measured, current->measuredAt);
    if (!measured.unmeasured.isEmpty() && !isDrift(items) && carriesTerms(*current, before)) {
        m_holds.event(hold, State::Pending, measured.unmeasured);
        return;
    }
    if (isDrift(items) || !carriesTerms(*current, before))
        return revise(hold, *request, measured.output, measured.at, measured.credentialReachable);
    const auto within = QStringLiteral("measured again, within the tolerances: ");
    m_holds.event(hold, State::Pending, items.empty() ? QStringLiteral("measured again: nothing moved") : within + sentenceOf(items));
}

bool Evidence::stands(HoldRow &hold, const Measured &measured)
{
    const auto request = m_holds.requestOf(hold);
    const auto current = m_holds.decided(hold);
    if (!request || !current)
        return false;
    const Ruling ruling = rulingOf(hold, *request, measured.output.measurement, measured.at);
    const auto items = compare(*current, measured.output.measurement, ruling.mode, ruling.tier);
    const bool carried = carriesTerms(*current, rulingOf(hold, *request, current->measured, current->measuredAt));
    if (isDrift(items) || !carried || !measured.unmeasured.isEmpty())
        return false;
    if (!items.empty())
        m_holds.event(hold, hold.state, QStringLiteral("measured again, within the tolerances: %1").arg(sentenceOf(items)));
    return true;
}

void Evidence::reopen(HoldRow &hold, const MeasureOutput &now, Instant at, bool credentialReachable, const QString &because)
{
    const auto request = m_holds.requestOf(hold);
    const auto current = m_holds.decided(hold);
    if (!request)
        return;
    if (const auto grant = m_context.store.grants.find(hold.id, hold.revision))
        m_context.store.grants.cancel(grant->id);
    const Ruling ruling = rulingOf(hold, *request, now.measurement, at);
    const auto items = current ? compare(*current, now.measurement, ruling.mode, ruling.tier) : std::vector<DriftItem>();
    hold.deadline.reset();
    hold.executeBy.reset();
    const QString moved = !current        ? QStringLiteral("the whole lists of what was approved are not there any more")
                          : items.empty() ? QStringLiteral("the policy changed since the approval")
                                          : QStringLiteral("changed since the approval: %1").arg(sentenceOf(items));
    m_holds.event(hold, State::Drifted, because.isEmpty() ? moved : because);
    hold.reason.clear();
    revise(hold, *request, now, at, credentialReachable);
}

void Evidence::revise(HoldRow &hold, const Request &request, const MeasureOutput &output, Instant at, bool credentialReachable)
{
    const Actor *requester = m_context.active().registry.actor(hold.actor);
    const VerifierKey *key = requester == nullptr ? nullptr : requester->key(purpose::Request);
    const auto asked = m_context.book.document(hold.requestDocument);
    if (key == nullptr || !asked || HoldId::of(key->bytes, asked->payload) != hold.id) {
        m_holds.event(hold, State::Refused, QStringLiteral("the requester's key was revoked"));
        m_holds.index(hold);
        return;
    }
    keepBlobs(output);
    const Measurement &measured = output.measurement;
    const Ruling ruling = rulingOf(hold, request, measured, at);
    Hold document = makeHold(m_context, hold, request, output.shown.value_or(measured), ruling, at, *key);
    const Target *target = m_context.active().policy->target(hold.target);
    document.enforcement = target == nullptr ? enforcementOfPolicy() : enforcementOf(*target, credentialReachable);
    document.measured.credential.reachableByRequester = credentialReachable;
    const QByteArray payload = document.toPayload();
    // A hold that nobody could parse must never be signed: the ledger would not verify any more.
    if (!Hold::parse(payload)) {
        m_holds.event(hold, State::Refused, QStringLiteral("what was measured does not make a document"));
        m_holds.index(hold);
        return;
    }

    hold.revision = document.revision;
    hold.approvals.clear();
    hold.tier = ruling.tier;
    hold.operation = measured.operation;
    hold.environment = measured.environment.value;
    hold.summary = measured.summaryText;
    hold.resources = document.measured.resources;
    hold.deadline = document.policy.approveUntil;
    const Envelope envelope = Envelope::sign(*m_context.identity.key, payloadtype::Hold, payload);
    hold.holdDocument = envelope.idDigest();
    hold.holdDigest = envelope.payloadDigest();
    m_holds.record(hold, EntryKind::Hold, envelope, document.blobs(), State::Pending);

    const Asked whole{hold.person, hold.target, hold.kind, hold.action, &measured};
    if (ruling.mode == Mode::Forbid)
        m_holds.event(hold, State::Refused, ruling.because);
    else if (const auto denial = coveringDenial(m_context.store.standing, whole))
        m_holds.event(hold, State::Refused, QStringLiteral("denied before, in hold %1").arg(denial->hold.toString()));
    else if (ruling.mode == Mode::Allow && !isUnmeasured(document))
        m_allow(hold);
    m_holds.index(hold);
}

void Evidence::keepBlobs(const MeasureOutput &output)
{
    for (const MadeBlob &blob : output.blobs)
        m_context.store.blobs.add(blob.digest, blob.bytes);
}

Answer Evidence::measureAgain(const Caller &caller, const Json &params)
{
    const auto given = read<HoldParams>(params);
    if (!given)
        return given.error();
    const auto hold = m_context.store.holds.find(given->hold);
    if (!hold)
        return Refused(ErrorCode::NotFound, QStringLiteral("$.hold: no such hold"));
    if (hold->state != State::Pending)
        return Refused(ErrorCode::Conflict, QStringLiteral("only a pending hold is measured again; this one is %1").arg(toString(hold->state)));
    auto &waiting = m_measurers[hold->id];
    waiting.emplace_back(caller.connection, caller.id);
    if (waiting.size() == 1)
        m_holds.startMeasuring(*hold, MeasurePurpose::Again, true);
    return Later{};
}

void Evidence::answerMeasurers(const HoldRow &hold)
{
    const auto waiting = m_measurers.extract(hold.id);
    if (waiting.empty())
        return;
    for (const auto &[connection, id] : waiting.mapped())
        m_context.effects.emplace_back(Reply{connection, id, MeasureResult{hold.sequence, hold.revision}.toJson()});
}

void Evidence::policyChanged()
{
    std::int64_t after = 0;
    for (auto page = m_context.store.holds.open(after, 200); !page.empty(); page = m_context.store.holds.open(after, 200)) {
        for (const HoldRow &hold : page) {
            after = hold.row;
            const auto request = hold.state == State::Pending ? m_holds.requestOf(hold) : std::nullopt;
            const auto current = request ? m_holds.decided(hold) : std::nullopt;
            if (request && (!current || !carriesTerms(*current, rulingOf(hold, *request, current->measured, current->measuredAt))))
                m_holds.startMeasuring(hold, MeasurePurpose::Again);
        }
    }
}

void Evidence::abandon()
{
    for (const auto &[hold, waiting] : std::exchange(m_measurers, {}))
        for (const auto &[connection, id] : waiting)
            m_context.effects.emplace_back(Reply{connection, id, RpcError::of(ErrorCode::Unavailable, {})});
}

void Evidence::forget(ConnectionId connection)
{
    for (auto &[hold, waiting] : m_measurers)
        std::erase_if(waiting, [connection](const auto &each) { return each.first == connection; });
}

} // namespace holdfast
