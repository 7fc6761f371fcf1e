// SPDX-License-Identifier: Apache-2.0
#include "gate/lifecycle/performercheck.h"

#include "config/policyreader.h"
#include "core/documents/command.h"
#include "core/documents/wholelists.h"
#include "core/policy/approval.h"
#include "core/policy/registrychain.h"
#include "core/policy/ruling.h"

#include <algorithm>

namespace holdfast {

namespace {

const Actor *signerOf(const Envelope &envelope, const Registry &registry, QStringView purposeName, const char *type, VerifierKey &key)
{
    for (const Actor &actor : registry.actors) {
        const VerifierKey *candidate = actor.key(purposeName);
        if (candidate != nullptr && verify(envelope, *candidate, type)) {
            key = *candidate;
            return &actor;
        }
    }
    return nullptr;
}

QString unreadable(QStringView what)
{
    return QStringLiteral("the %1 in the ledger does not verify or cannot be read").arg(what);
}

} // namespace

QString PerformerCheck::whyNot(const HoldId &hold, const QByteArray &grant, Instant now)
{
    if (QString reason = followChain(); !reason.isEmpty())
        return reason;
    HoldStory story;
    if (QString reason = replay(story, hold); !reason.isEmpty())
        return reason;
    if (story.state != State::Released || !story.grant || story.grant->grant != grant)
        return QStringLiteral("the ledger does not say that this grant is open");
    if (now < story.grant->notBefore || now >= story.grant->notAfter)
        return QStringLiteral("the grant is not valid at this time");
    if (QString reason = whyNotStill(story, now); !reason.isEmpty())
        return reason;
    return whyFrozen(story);
}

QString PerformerCheck::followChain()
{
    const auto newest = m_store.registries.newest();
    if (!newest)
        return QStringLiteral("there is no registry");
    while (m_chain.size() <= static_cast<std::size_t>(newest->serial))
        if (QString reason = link(static_cast<std::int64_t>(m_chain.size())); !reason.isEmpty())
            return QStringLiteral("registry %1: %2").arg(QString::number(m_chain.size()), reason);
    return m_chain.back().index == newest->index ? QString() : QStringLiteral("the newest registry is another one than before");
}

QString PerformerCheck::link(std::int64_t serial)
{
    const auto stored = m_store.registries.at(serial);
    const auto entry = stored ? m_book.entry(stored->index) : std::nullopt;
    if (!entry || entry->kind != EntryKind::Registry || !verify(entry->envelope, m_keys.key, payloadtype::Registry))
        return unreadable(u"registry");
    const auto registry = Registry::parse(entry->envelope.payload);
    if (!registry || registry->serial != serial)
        return unreadable(u"registry");
    const Digest payload = entry->envelope.payloadDigest();
    const auto toml = m_store.blobs.read(registry->policy.digest);
    auto policy = toml && sha256(*toml) == registry->policy.digest ? policyOrNothing(*toml) : std::nullopt;
    if (!policy)
        return unreadable(u"policy");
    m_chain.push_back({entry->index, {*registry, entry->envelope.payload, payload, *toml, std::move(policy)}});
    QString reason;
    if (serial > 0)
        reason = whyNotCaused(*registry, entry->at);
    else if (registry->gateKeys != m_keys || (m_pin && *m_pin != payload))
        reason = QStringLiteral("it is not the first registry that this performer pinned");
    else
        m_pin = payload;
    if (!reason.isEmpty())
        m_chain.pop_back();
    return reason;
}

QString PerformerCheck::whyNotCaused(const Registry &next, Instant at) const
{
    const RegistryPlace &before = m_chain[m_chain.size() - 2].place;
    RegistryEvidence evidence;
    evidence.at = at;
    evidence.policyBefore = &*before.policy;
    evidence.policyAfter = &*m_chain.back().place.policy;
    std::vector<Envelope> held; // what `evidence` points into
    held.reserve(64);
    if (next.cause && next.cause->document) {
        auto cause = m_book.document(*next.cause->document);
        if (!cause)
            return unreadable(u"cause");
        const bool isEnrolment = cause->payloadType == QLatin1StringView(payloadtype::Enrol);
        held.push_back(std::move(*cause));
        (isEnrolment ? evidence.enrolment : evidence.revocation) = &held.back();
    } else if (next.cause && next.cause->hold) {
        for (const DocumentPlace &place : m_store.ledger.documentsOf(*next.cause->hold)) {
            auto entry = place.index < m_chain.back().index && held.size() < 64 ? m_book.entry(place.index) : std::nullopt;
            if (!entry)
                continue;
            held.push_back(std::move(entry->envelope));
            if (place.kind == EntryKind::Request)
                evidence.request = &held.back();
            else if (place.kind == EntryKind::Decision)
                evidence.decisions.push_back(&held.back());
            // Said again when it is measured right before it is applied; the quorum stood the first time.
            if (place.kind == EntryKind::Event && !evidence.quorumAt && Event::parse(held.back().payload).valueOr(Event{}).state == State::Approved)
                evidence.quorumAt = entry->at;
            if (place.kind == EntryKind::Hold) {
                evidence.hold = &held.back();
                evidence.decisions.clear();
                evidence.quorumAt.reset();
            }
        }
    }
    return whyNotFollowing(before.registry, before.payload, next, evidence);
}

const RegistryPlace *PerformerCheck::placeAt(std::int64_t index) const
{
    const auto after = std::find_if(m_chain.begin(), m_chain.end(), [index](const Link &link) { return link.index >= index; });
    return after == m_chain.begin() ? nullptr : &std::prev(after)->place;
}

QString PerformerCheck::replay(HoldStory &story, const HoldId &hold) const
{
    bool requested = false;
    for (const DocumentPlace &place : m_store.ledger.documentsOf(hold)) {
        const auto entry = m_book.entry(place.index);
        const RegistryPlace *registry = placeAt(place.index);
        if (!entry || registry == nullptr || requested == (entry->kind == EntryKind::Request))
            return unreadable(u"entry");
        QString reason = requested ? apply(story, *entry, *registry) : applyRequest(story, *entry, *registry, hold);
        if (!reason.isEmpty())
            return reason;
        requested = true;
    }
    return requested ? QString() : QStringLiteral("the ledger has no such request");
}

QString PerformerCheck::applyRequest(HoldStory &story, const Entry &entry, const RegistryPlace &place, const HoldId &hold) const
{
    const Actor *actor = signerOf(entry.envelope, place.registry, purpose::Request, payloadtype::Request, story.key);
    auto request = Request::parse(entry.envelope.payload);
    if (actor == nullptr || !request || HoldId::of(story.key.bytes, entry.envelope.payload) != hold)
        return unreadable(u"request");
    story = HoldStory::begun(entry.envelope, std::move(*request), *actor, story.key, entry.index);
    return {};
}

QString PerformerCheck::apply(HoldStory &story, const Entry &entry, const RegistryPlace &place) const
{
    const auto stated = [&](const auto &parsed, const VerifierKey &key, auto then) -> QString {
        if (!parsed || !verify(entry.envelope, key, payloadTypeOf(entry.kind)))
            return unreadable(toString(entry.kind));
        return then(*parsed);
    };
    const QByteArray &payload = entry.envelope.payload;
    switch (entry.kind) {
    case EntryKind::Hold:
        return stated(Hold::parse(payload), m_keys.key, [&](const Hold &hold) { return story.applyHold(hold, entry.envelope, place, blobs(), entry.at); });
    case EntryKind::Event:
        return stated(Event::parse(payload), m_keys.key, [&](const Event &event) { return story.applyEvent(event, place, entry.at); });
    case EntryKind::Grant:
        return stated(Grant::parse(payload), m_keys.key, [&](const Grant &grant) { return story.applyGrant(grant, place, entry.at); });
    case EntryKind::Decision:
        return applyDecision(story, entry, place);
    default: // a command about one hold ends it; a receipt says that it was performed
        return QStringLiteral("the hold has ended: a %1 stands in the ledger").arg(toString(entry.kind));
    }
}

QString PerformerCheck::applyDecision(HoldStory &story, const Entry &entry, const RegistryPlace &place) const
{
    VerifierKey key;
    const Actor *actor = signerOf(entry.envelope, place.registry, purpose::Decide, payloadtype::Decision, key);
    const auto decision = Decision::parse(entry.envelope.payload);
    if (actor == nullptr || !decision || decision->key != key)
        return unreadable(u"decision");
    if (decision->verdict == Decision::Verdict::Deny)
        return QStringLiteral("it was denied");
    return story.applyApproval(*decision, entry.envelope, place, entry.at);
}

QString PerformerCheck::whyNotStill(const HoldStory &story, Instant now) const
{
    const RegistryPlace &newest = m_chain.back().place;
    const Actor *requester = newest.registry.actorByKey(story.key.bytes, purpose::Request);
    if (requester == nullptr || !requester->isActive(now))
        return QStringLiteral("the requester's key was revoked or has expired");
    const Hold &hold = *story.hold;
    const auto whole = wholeOf(hold.measured, blobs());
    if (!whole)
        return whole.error().sentence();
    const Ruling ruling = rule(*newest.policy, {hold.kind, hold.target, story.actor, story.request.origin.agent.value_or(QString()), &*whole, hold.measuredAt});
    const ApprovalTerms needs = ApprovalTerms::of(ruling);
    if (needs.mode != hold.mode || ruling.tier != hold.tier || needs.quorum != story.needs.quorum || needs.confirm != story.needs.confirm)
        return QStringLiteral("the policy has changed since the approval");
    if (needs.mode == Mode::Allow)
        return {};
    QStringList persons;
    for (const HoldStory::Approval &approval : story.approvals) {
        const Actor *approver = newest.registry.actorByKey(approval.decision.key.bytes, purpose::Decide);
        if (approver != nullptr && !whyNotApprovable(*approver, hold, newest.registry, needs, now))
            persons.append(approver->person);
    }
    return quorumReached(persons, needs.quorum, newest.registry) ? QString()
                                                                 : QStringLiteral("an approval does not count any more: its key was revoked or has expired, "
                                                                                  "or the person may not approve this");
}

BlobSource PerformerCheck::blobs() const
{
    return [this](const Digest &digest) { return m_store.blobs.read(digest); };
}

QString PerformerCheck::whyFrozen(const HoldStory &story)
{
    // A requester may withdraw as often as he likes: what was read once is not read again for each grant.
    StandingOrders standing = m_standing;
    const std::int64_t signedSize = m_book.checkpointSize();
    if (QString reason = follow(standing, m_followed, signedSize); !reason.isEmpty())
        return reason;
    m_standing = standing;
    m_followed = signedSize;
    if (QString reason = follow(standing, signedSize, m_book.size()); !reason.isEmpty())
        return reason;
    return standing.whyBarred(story).isEmpty() ? QString() : QStringLiteral("the requester or the target is frozen");
}

QString PerformerCheck::follow(StandingOrders &standing, std::int64_t from, std::int64_t to) const
{
    for (const DocumentPlace &place : m_store.ledger.documentsSince(EntryKind::Command, from)) {
        if (place.index >= to)
            break;
        const auto entry = m_book.entry(place.index);
        const RegistryPlace *registry = placeAt(place.index);
        const auto command = entry ? Command::parse(entry->envelope.payload) : Parsed<Command>(Failure{DocumentError{}});
        if (!command || registry == nullptr)
            return unreadable(u"command");
        if (command->verb != Command::Verb::Freeze && command->verb != Command::Verb::Unfreeze)
            continue;
        // A freeze that nobody may have given, and its end, stop everything: the store says what the gate never wrote.
        VerifierKey key;
        const Actor *actor = signerOf(entry->envelope, registry->registry, purpose::Decide, payloadtype::Command, key);
        if (actor == nullptr || command->key != key || !actor->isActive(entry->at))
            return unreadable(u"command");
        if (QString reason = standing.apply(*command, *actor, registry->registry, place.id, entry->at); !reason.isEmpty())
            return QStringLiteral("a %1 in the ledger does not hold: %2").arg(toString(command->verb), reason);
    }
    return {};
}

} // namespace holdfast
