// SPDX-License-Identifier: Apache-2.0
#include "gate/lifecycle/holds.h"

#include "core/documents/decision.h"
#include "core/documents/wholelists.h"
#include "gate/lifecycle/requests.h"

#include <algorithm>

namespace holdfast {

Recorded Holds::event(HoldRow &hold, State state, const QString &because, std::optional<Instant> until)
{
    Event event;
    event.gate = m_context.identity.name;
    event.hold = hold.id;
    event.revision = hold.revision;
    event.state = state;
    event.because = because;
    event.at = std::max(m_context.now, m_context.book.lastAt());
    event.until = until;
    if (isFinal(state) || state == State::Drifted)
        hold.reason = because;
    return stateDocument(hold, EntryKind::Event, event.toPayload(), {}, state);
}

Recorded Holds::record(HoldRow &hold, EntryKind kind, const Envelope &envelope, const std::vector<BlobRef> &named, State state)
{
    const Recorded recorded = m_context.book.append(kind, envelope, hold.id, named, m_context.now);
    moved(hold, recorded, state);
    return recorded;
}

Recorded Holds::stateDocument(HoldRow &hold, EntryKind kind, QByteArray payload, const std::vector<BlobRef> &named, State state)
{
    return record(hold, kind, Envelope::sign(*m_context.identity.key, payloadTypeOf(kind), std::move(payload)), named, state);
}

void Holds::moved(HoldRow &hold, const Recorded &recorded, State state)
{
    hold.state = state;
    hold.sequence = recorded.index + 1;
    hold.changedAt = recorded.at;
    if (isFinal(state))
        hold.deadline.reset();
    m_context.store.holds.save(hold);
    m_touched.insert(hold.id);
    const auto subscribers = m_context.connections.subscribers();
    if (subscribers.empty())
        return;
    const HoldChange change{recorded.index + 1, head(hold)};
    m_context.effects.emplace_back(Notify{subscribers, encode(RpcCall{{}, method::HoldChanged.toString(), change.toJson()})});
}

void Holds::stop(HoldRow &hold, State state, const QString &because)
{
    if (const auto grant = m_context.store.grants.find(hold.id, hold.revision))
        m_context.store.grants.cancel(grant->id);
    event(hold, state, because);
    index(hold);
}

Head Holds::head(const HoldRow &hold) const
{
    return {hold.id, hold.state, hold.sequence, hold.revision, hold.holdDigest, hold.requestDigest, hold.approvals, hold.changedAt};
}

HoldStatus Holds::status(const HoldRow &hold, HoldStatus::Form form) const
{
    HoldStatus status;
    status.hold = form == HoldStatus::Form::Request ? hold.id : HoldId{};
    status.state = hold.state;
    status.sequence = hold.sequence;
    status.revision = hold.revision;
    status.holdDigest = hold.holdDigest;
    if (hold.holdDigest)
        status.code = codeOf(*hold.holdDigest);
    const Target *target = m_context.active().policy->target(hold.target);
    if (target != nullptr && target->reveal && hold.holdDocument)
        status.envelope = m_context.book.document(*hold.holdDocument);
    if (form == HoldStatus::Form::Request)
        return status;
    if (!hold.reason.isEmpty())
        status.reason = hold.reason;
    if (const auto counter = hold.counter ? parseJson(*hold.counter) : Result<Json, JsonError>(Failure{JsonError{}}); counter)
        status.counter = *counter;
    for (const StoredDecision &decision : m_context.store.holds.allDecisions(hold.id))
        if (auto envelope = m_context.book.document(decision.document))
            status.decisions.push_back(std::move(*envelope));
    if (hold.receiptDocument)
        status.receipt = m_context.book.document(*hold.receiptDocument);
    if (form == HoldStatus::Form::Get)
        status.request = m_context.book.document(hold.requestDocument);
    return status;
}

namespace {

/// The document that `id` names, parsed; once for all the steps of a hold that follow each other.
template<typename T, std::size_t Size>
std::optional<T> parsed(const Book &book, const Digest &id, Recent<T, Size> &recent)
{
    const auto envelope = book.document(id);
    if (!envelope)
        return std::nullopt;
    if (const T *known = recent.find(id))
        return *known;
    auto document = T::parse(envelope->payload);
    if (!document)
        return std::nullopt;
    recent.put(id, *document);
    return std::move(*document);
}

} // namespace

std::optional<Request> Holds::requestOf(const HoldRow &hold) const
{
    return parsed(m_context.book, hold.requestDocument, m_requests);
}

std::optional<Hold> Holds::current(const HoldRow &hold) const
{
    return hold.holdDocument ? parsed(m_context.book, *hold.holdDocument, m_revisions) : std::nullopt;
}

namespace {

/// Nobody gets another target's credential by way of a program that reaches it.
QStringList askableBy(const ActiveRegistry &active, const QString &name, Instant now)
{
    const auto &actors = active.registry.actors;
    const auto actor = std::find_if(actors.begin(), actors.end(), [&](const Actor &each) { return each.name == name && each.isActive(now); });
    QStringList names;
    for (const Target &target : active.policy->targets)
        if (actor != actors.end() && mayName(*actor, target.name) && mayAsk(*actor, target.kind))
            names.append(target.name);
    return names;
}

} // namespace

std::optional<Hold> Holds::decided(const HoldRow &hold) const
{
    auto revision = current(hold);
    if (!revision)
        return std::nullopt;
    auto whole = wholeOf(revision->measured, [this](const Digest &digest) { return m_context.store.blobs.read(digest); });
    if (!whole)
        return std::nullopt;
    revision->measured = std::move(*whole);
    return revision;
}

std::shared_ptr<const Subject> Holds::subjectOf(const HoldRow &hold) const
{
    auto request = requestOf(hold);
    const ActiveRegistry &active = m_context.active();
    const Target *target = active.policy->target(hold.target);
    if (!request || (target == nullptr && hold.kind != kind::Policy))
        return nullptr;
    Subject subject;
    subject.hold = hold.id;
    subject.actor = hold.actor;
    subject.person = hold.person;
    if (target != nullptr) {
        subject.target = *target;
    } else {
        subject.target.name = hold.target;
        subject.target.kind = hold.kind;
    }
    subject.policy = active.policy;
    subject.policyToml = active.toml;
    subject.askable = askableBy(active, hold.actor, m_context.now);
    for (const BlobRef &blob : request->blobs())
        if (auto held = m_shelf.take(hold.actor, blob.digest))
            subject.blobs.emplace(blob.digest, std::move(held));
    subject.request = std::move(*request);
    return std::make_shared<const Subject>(std::move(subject));
}

bool Holds::startMeasuring(const HoldRow &hold, MeasurePurpose purpose, bool asked)
{
    auto subject = subjectOf(hold);
    if (!subject)
        return false;
    const Deaths deaths = m_context.store.deaths.of(hold.id);
    QString never;
    if (!asked && deaths.count >= mostDeaths)
        never = QStringLiteral("%1, for the %2. time: it is measured again when a person asks").arg(deaths.how, QString::number(deaths.count));
    m_context.effects.emplace_back(MeasureJob{purpose, hold.revision, std::move(subject), asked, std::move(never)});
    return true;
}

void Holds::wait(Waiter waiter)
{
    m_touched.insert(waiter.hold);
    m_ends.emplace(waiter.until, waiter.hold);
    m_waiters.emplace(waiter.hold, std::move(waiter));
}

void Holds::forget(ConnectionId connection)
{
    std::erase_if(m_waiters, [connection](const auto &each) { return each.second.connection == connection; });
}

void Holds::answerWaiters()
{
    for (auto end = m_ends.begin(); end != m_ends.end() && end->first <= m_context.now; end = m_ends.erase(end))
        m_touched.insert(end->second);
    for (const HoldId &id : std::exchange(m_touched, {})) {
        const auto [first, last] = m_waiters.equal_range(id);
        const auto hold = first == last ? std::nullopt : m_context.store.holds.find(id);
        for (auto waiter = first; hold && waiter != last;)
            waiter = answer(waiter->second, *hold) ? m_waiters.erase(waiter) : std::next(waiter);
    }
}

bool Holds::answer(const Waiter &waiter, const HoldRow &hold)
{
    const bool moved = hold.sequence > waiter.after;
    if (!moved && waiter.until > m_context.now)
        return false;
    HoldStatus now = status(hold, HoldStatus::Form::Wait);
    now.timedOut = !moved;
    m_context.effects.emplace_back(Reply{waiter.connection, waiter.id, now.toJson(HoldStatus::Form::Wait)});
    return true;
}

std::optional<Instant> Holds::nextWaiterEnds() const
{
    return m_ends.empty() ? std::nullopt : std::optional(m_ends.begin()->first);
}

void Holds::index(const HoldRow &hold)
{
    QStringList text{hold.id.toString(), hold.actor, hold.person, hold.kind, hold.target, hold.operation, hold.environment, hold.summary, hold.reason};
    text += hold.resources.mid(0, 50);
    text += hold.approvals;
    m_context.store.history.index(hold.row, text.join(QLatin1Char('\n')));
}

} // namespace holdfast
