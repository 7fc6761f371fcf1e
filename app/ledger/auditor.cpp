// SPDX-License-Identifier: Apache-2.0
#include "ledger/auditor.h"

#include "core/documents/session.h"
#include "ledger/holdstory.h"
#include "ledger/standing.h"

#include <algorithm>

namespace holdfast {

namespace {

/// What the first half of an audit step hands to the second: an entry whose place, form and payload are in order.
struct Step final
{
    std::int64_t index = 0;
    Instant at{};
    EntryKind kind = EntryKind::Event;
    Envelope envelope;
};

template<typename T>
QString sentenceOf(const Parsed<T> &parsed)
{
    return parsed.error().sentence();
}

} // namespace

class LedgerAuditor::Impl final
{
public:
    explicit Impl(AuditorOptions options) : m_options(std::move(options)) {}

    [[nodiscard]] std::vector<Finding> add(QByteArrayView bytes);
    [[nodiscard]] std::int64_t size() const { return m_size; }
    [[nodiscard]] const RegistryPlace *place() const { return m_place ? &*m_place : nullptr; }
    [[nodiscard]] std::optional<State> stateOf(const HoldId &hold) const;

private:
    [[nodiscard]] QString inOrder(const Entry &entry);
    [[nodiscard]] QString apply(const Step &step);
    [[nodiscard]] QString applyFirst(const Step &step);
    [[nodiscard]] QString applyRegistry(const Step &step);
    [[nodiscard]] QString applyEnrol(const Step &step);
    [[nodiscard]] QString applyRequest(const Step &step);
    [[nodiscard]] QString applyHold(const Step &step);
    [[nodiscard]] QString applyDecision(const Step &step);
    [[nodiscard]] QString applyCommand(const Step &step);
    [[nodiscard]] QString applyEvent(const Step &step);
    [[nodiscard]] QString applyGrant(const Step &step);
    [[nodiscard]] QString applyReceipt(const Step &step);

    [[nodiscard]] QString endHold(const Command &command, const Actor &actor);
    /// Why nothing may be done for this hold now, whatever its own entries say.
    [[nodiscard]] QString whyBarred(const HoldStory &about) const;
    [[nodiscard]] RegistryEvidence evidenceFor(const Registry &next, Instant at) const;
    [[nodiscard]] std::optional<PolicyDocument> policyOf(const Registry &next) const;
    /// Makes `next` the current registry; why mode, tier and sponsor rule cannot be recomputed under it, empty when they can.
    [[nodiscard]] QString settle(Registry next, const Digest &payload, std::optional<PolicyDocument> policy);
    /// Gate and audience that a document names.
    [[nodiscard]] bool isOurs(const QString &gate) const { return gate == registry().gate; }
    [[nodiscard]] bool isOurs(const QString &gate, const VerifierKey &key) const { return isOurs(gate) && key == registry().gateKeys.key; }
    [[nodiscard]] const Registry &registry() const { return m_place->registry; }
    [[nodiscard]] bool isBy(const Step &step, const VerifierKey &key) const { return static_cast<bool>(verify(step.envelope, key, payloadTypeOf(step.kind))); }
    /// The actor one of whose keys for `purposeName` made the envelope's signature; the hint only says where to look first.
    [[nodiscard]] std::pair<const Actor *, VerifierKey> signerOf(const Step &step, QStringView purposeName) const;
    [[nodiscard]] HoldStory *story(const HoldId &hold);
    /// Reads one of the gate's own statements and finds the hold that it is about.
    template<typename T, typename Then>
    [[nodiscard]] QString statement(const Step &step, const VerifierKey &key, Then then);

    AuditorOptions m_options;
    std::int64_t m_size = 0;
    Instant m_last{};
    std::optional<RegistryPlace> m_place;
    std::map<HoldId, HoldStory> m_holds;
    std::map<Digest, Envelope> m_causes; ///< enrolments and revocations by id digest
    StandingOrders m_standing;
    std::set<QByteArray> m_nonces, m_grants;
};

std::pair<const Actor *, VerifierKey> LedgerAuditor::Impl::signerOf(const Step &step, QStringView purposeName) const
{
    std::vector<std::pair<const Actor *, VerifierKey>> candidates;
    for (const Actor &actor : registry().actors) {
        if (const VerifierKey *key = actor.key(purposeName))
            candidates.emplace_back(&actor, *key);
    }
    const QString hint = step.envelope.signatures.front().keyHint;
    std::stable_partition(candidates.begin(), candidates.end(), [&](const auto &each) { return each.second.hint() == hint; });
    const auto found = std::find_if(candidates.begin(), candidates.end(), [&](const auto &each) { return isBy(step, each.second); });
    return found == candidates.end() ? std::pair<const Actor *, VerifierKey>() : *found;
}

HoldStory *LedgerAuditor::Impl::story(const HoldId &hold)
{
    const auto found = m_holds.find(hold);
    return found == m_holds.end() ? nullptr : &found->second;
}

std::optional<State> LedgerAuditor::Impl::stateOf(const HoldId &hold) const
{
    const auto found = m_holds.find(hold);
    return found == m_holds.end() ? std::nullopt : std::optional(found->second.state);
}

std::vector<Finding> LedgerAuditor::Impl::add(QByteArrayView bytes)
{
    const std::int64_t index = m_size++;
    const auto entry = Entry::parse(bytes);
    if (!entry)
        return {{index, entry.error().sentence()}};
    std::vector<Finding> findings;
    const auto note = [&](const QString &sentence) {
        if (!sentence.isEmpty())
            findings.push_back({index, sentence});
    };
    if (entry->index != index)
        note(QStringLiteral("the entry says it is number %1").arg(static_cast<qlonglong>(entry->index)));
    note(inOrder(*entry));
    const auto envelope = entry->wholeEnvelope(m_options.blobs);
    if (envelope)
        note(apply({index, entry->at, entry->kind, *envelope}));
    else
        note(envelope.error().sentence());
    return findings;
}

QString LedgerAuditor::Impl::inOrder(const Entry &entry)
{
    const bool backwards = entry.at < m_last;
    m_last = std::max(m_last, entry.at);
    return backwards ? QStringLiteral("the entry is older than the one before it") : QString();
}

QString LedgerAuditor::Impl::apply(const Step &step)
{
    if (!m_place)
        return step.kind == EntryKind::Registry ? applyFirst(step) : QStringLiteral("no registry stands before it");
    switch (step.kind) {
    case EntryKind::Registry: return applyRegistry(step);
    case EntryKind::Enrol: return applyEnrol(step);
    case EntryKind::Request: return applyRequest(step);
    case EntryKind::Hold: return applyHold(step);
    case EntryKind::Decision: return applyDecision(step);
    case EntryKind::Command: return applyCommand(step);
    case EntryKind::Event: return applyEvent(step);
    case EntryKind::Grant: return applyGrant(step);
    case EntryKind::Receipt: return applyReceipt(step);
    }
    return {};
}

std::optional<PolicyDocument> LedgerAuditor::Impl::policyOf(const Registry &next) const
{
    const auto toml = m_options.blobs ? m_options.blobs(next.policy.digest) : std::nullopt;
    const bool whole = toml && sha256(*toml) == next.policy.digest && toml->size() == next.policy.size;
    return whole && m_options.policy ? m_options.policy(*toml) : std::nullopt;
}

QString LedgerAuditor::Impl::settle(Registry next, const Digest &payload, std::optional<PolicyDocument> policy)
{
    const bool known = policy.has_value();
    m_place = RegistryPlace{std::move(next), payload, std::move(policy)};
    return known ? QString() : QStringLiteral("the policy that the registry names is not there or cannot be read: mode, tier and sponsor rule cannot be recomputed");
}

QString LedgerAuditor::Impl::applyFirst(const Step &step)
{
    auto parsed = Registry::parse(step.envelope.payload);
    if (!parsed)
        return sentenceOf(parsed);
    const GateKeys &keys = parsed->gateKeys;
    if (m_options.pin && *m_options.pin != keys.key && *m_options.pin != keys.ledgerKey)
        return QStringLiteral("the first registry does not name the pinned key");
    if (!isBy(step, keys.key))
        return QStringLiteral("the first registry is not signed by its gate's key");
    const bool first = step.index == 0 && parsed->serial == 0 && !parsed->previous && !parsed->cause;
    auto policy = policyOf(*parsed);
    const QString settled = settle(std::move(*parsed), step.envelope.payloadDigest(), std::move(policy));
    return first ? settled : QStringLiteral("the first registry is not the beginning of a chain");
}

RegistryEvidence LedgerAuditor::Impl::evidenceFor(const Registry &next, Instant at) const
{
    RegistryEvidence evidence;
    evidence.at = at;
    evidence.policyBefore = m_place->policy ? &*m_place->policy : nullptr;
    if (next.cause && next.cause->document) {
        if (const auto cause = m_causes.find(*next.cause->document); cause != m_causes.end()) {
            const bool isEnrolment = cause->second.payloadType == QLatin1StringView(payloadtype::Enrol);
            (isEnrolment ? evidence.enrolment : evidence.revocation) = &cause->second;
        }
    }
    if (next.cause && next.cause->hold) {
        if (const auto found = m_holds.find(*next.cause->hold); found != m_holds.end() && found->second.hold) {
            evidence.request = &found->second.requestEnvelope;
            evidence.hold = &found->second.holdEnvelope;
            for (const HoldStory::Approval &approval : found->second.approvals)
                evidence.decisions.push_back(&approval.envelope);
            evidence.sponsorMayApprove = found->second.sponsorMayApprove;
            evidence.quorumAt = found->second.approvedAt;
        }
    }
    return evidence;
}

QString LedgerAuditor::Impl::applyRegistry(const Step &step)
{
    if (!isBy(step, registry().gateKeys.key))
        return QStringLiteral("the registry is not signed by the gate's key");
    auto parsed = Registry::parse(step.envelope.payload);
    if (!parsed)
        return sentenceOf(parsed);
    auto policy = policyOf(*parsed);
    RegistryEvidence evidence = evidenceFor(*parsed, step.at);
    evidence.policyAfter = policy ? &*policy : nullptr;
    const QString reason = whyNotFollowing(registry(), m_place->payload, *parsed, evidence);
    if (!reason.isEmpty())
        return reason;
    if (parsed->cause && parsed->cause->hold) {
        HoldStory *cause = story(*parsed->cause->hold);
        const bool mayApply = cause && !cause->denied && !cause->policyApplied
            && (cause->state == State::Approved || cause->state == State::Released || cause->state == State::Executing);
        if (!mayApply)
            return QStringLiteral("the registry rests on a policy hold that is not approved, or was applied before");
        cause->policyApplied = true;
    }
    return settle(std::move(*parsed), step.envelope.payloadDigest(), std::move(policy));
}

QString LedgerAuditor::Impl::applyEnrol(const Step &step)
{
    const auto enrol = Enrol::parse(step.envelope.payload);
    if (!enrol)
        return sentenceOf(enrol);
    std::vector<VerifierKey> keys;
    for (const auto &[name, key] : enrol->keys)
        keys.push_back(key);
    if (!verifyAll(step.envelope, keys, payloadtype::Enrol))
        return QStringLiteral("the enrolment is not signed by every key in it");
    if (!isOurs(enrol->gate, enrol->gateKey))
        return QStringLiteral("the enrolment is for another gate");
    const auto expects = [&](const Actor &actor) { return actor.mark == enrol->mark || actor.keys == enrol->keys; };
    if (std::none_of(registry().actors.begin(), registry().actors.end(), expects))
        return QStringLiteral("the enrolment answers no invite of the registry");
    m_causes.emplace(step.envelope.idDigest(), step.envelope);
    return {};
}

QString LedgerAuditor::Impl::applyRequest(const Step &step)
{
    const auto [actor, key] = signerOf(step, purpose::Request);
    if (!actor)
        return QStringLiteral("the request is not signed by a requester's key that is active here");
    const auto request = Request::parse(step.envelope.payload);
    if (!request)
        return sentenceOf(request);
    if (!isOurs(request->gate, request->gateKey))
        return QStringLiteral("the request is for another gate");
    if (!actor->isActive(step.at))
        return QStringLiteral("the requester had expired");
    const bool mayName = request->kind == kind::Policy || !actor->targets || actor->targets->contains(request->target);
    if (!mayName || (actor->kinds && !actor->kinds->contains(request->kind)))
        return QStringLiteral("the target or kind does not exist for this requester");
    HoldStory begun;
    begun.requestEnvelope = step.envelope;
    begun.request = *request;
    begun.actor = actor->name;
    begun.person = actor->person;
    begun.actorKind = actor->kind;
    begun.key = key;
    begun.index = step.index;
    const HoldId id = HoldId::of(key.bytes, step.envelope.payload);
    return m_holds.emplace(id, std::move(begun)).second ? QString() : QStringLiteral("the request was recorded before");
}

template<typename T, typename Then>
QString LedgerAuditor::Impl::statement(const Step &step, const VerifierKey &key, Then then)
{
    if (!isBy(step, key))
        return QStringLiteral("the %1 is not signed by the key that the registry names for it").arg(toString(step.kind));
    const auto parsed = T::parse(step.envelope.payload);
    if (!parsed)
        return sentenceOf(parsed);
    HoldStory *about = story(parsed->hold);
    return about ? then(*parsed, *about) : QStringLiteral("the %1 is about a hold that was never requested").arg(toString(step.kind));
}

QString LedgerAuditor::Impl::applyHold(const Step &step)
{
    return statement<Hold>(step, registry().gateKeys.key, [&](const Hold &hold, HoldStory &about) {
        return isOurs(hold.gate) ? about.applyHold(hold, step.envelope, *m_place) : QStringLiteral("the hold is another gate's");
    });
}

QString LedgerAuditor::Impl::applyEvent(const Step &step)
{
    return statement<Event>(step, registry().gateKeys.key, [&](const Event &event, HoldStory &about) {
        if (const QString barred = event.state == State::Executing ? whyBarred(about) : QString(); !barred.isEmpty())
            return barred;
        return isOurs(event.gate) ? about.applyEvent(event, *m_place, step.at) : QStringLiteral("the event is another gate's");
    });
}

QString LedgerAuditor::Impl::applyGrant(const Step &step)
{
    return statement<Grant>(step, registry().gateKeys.key, [&](const Grant &grant, HoldStory &about) {
        if (!isOurs(grant.gate) || !m_grants.insert(grant.grant).second)
            return QStringLiteral("the grant is another gate's, or its number was used before");
        if (const QString barred = whyBarred(about); !barred.isEmpty())
            return barred;
        return about.applyGrant(grant, *m_place, step.at);
    });
}

QString LedgerAuditor::Impl::applyReceipt(const Step &step)
{
    return statement<Receipt>(step, registry().gateKeys.performKey, [&](const Receipt &receipt, HoldStory &about) { return about.applyReceipt(receipt); });
}

QString LedgerAuditor::Impl::applyDecision(const Step &step)
{
    const auto [actor, key] = signerOf(step, purpose::Decide);
    if (!actor)
        return QStringLiteral("the decision is not signed by a deciding key that is active here");
    const auto decision = Decision::parse(step.envelope.payload);
    if (!decision)
        return sentenceOf(decision);
    if (!isOurs(decision->gate, decision->gateKey) || decision->key != key)
        return QStringLiteral("the decision is for another gate, or names another key than the one that signed it");
    if (!m_nonces.insert(decision->nonce).second)
        return QStringLiteral("the decision's nonce was used before");
    HoldStory *about = story(decision->hold);
    if (!about)
        return QStringLiteral("the decision is about a hold that was never requested");
    if (decision->verdict == Decision::Verdict::Approve)
        return about->applyApproval(*decision, step.envelope, *m_place, step.at);
    if (!actor->isActive(step.at) || !actor->has(role::Approver))
        return QStringLiteral("the denial is not by an active approver");
    m_standing.deny(step.envelope.idDigest(), *decision, *about, step.index);
    return about->applyDenial(*decision);
}

QString LedgerAuditor::Impl::applyCommand(const Step &step)
{
    auto [actor, key] = signerOf(step, purpose::Decide);
    const bool byHuman = actor != nullptr;
    if (!byHuman)
        std::tie(actor, key) = signerOf(step, purpose::Request);
    if (!actor)
        return QStringLiteral("the command is not signed by a key that is active here");
    const auto command = Command::parse(step.envelope.payload);
    if (!command)
        return sentenceOf(command);
    if (!isOurs(command->gate, command->gateKey) || command->key != key || !actor->isActive(step.at))
        return QStringLiteral("the command is for another gate, names another key, or its signer had expired");
    if (!m_nonces.insert(command->nonce).second)
        return QStringLiteral("the command's nonce was used before");
    if (!byHuman && command->verb != Command::Verb::Withdraw)
        return QStringLiteral("a requester's key may only withdraw");
    const bool aboutOne = command->verb == Command::Verb::Withdraw || command->verb == Command::Verb::Stop;
    if (command->verb == Command::Verb::Revoke)
        m_causes.emplace(step.envelope.idDigest(), step.envelope);
    return aboutOne ? endHold(*command, *actor) : m_standing.apply(*command, *actor, registry(), step.envelope.idDigest(), step.at);
}

QString LedgerAuditor::Impl::endHold(const Command &command, const Actor &actor)
{
    HoldStory *about = command.hold ? story(*command.hold) : nullptr;
    if (!about)
        return QStringLiteral("the command is about a hold that was never requested");
    const bool withdraws = command.verb == Command::Verb::Withdraw;
    if (withdraws ? about->actor != actor.name : !actor.has(role::Approver))
        return QStringLiteral("the command's signer may not give it");
    return about->applyEnd(withdraws ? State::Withdrawn : State::Stopped);
}

QString LedgerAuditor::Impl::whyBarred(const HoldStory &about) const
{
    if (m_standing.isFrozen(about))
        return QStringLiteral("ALARM: going on while the requester or the target is frozen");
    return m_standing.isDenied(about) ? QStringLiteral("ALARM: going on although an earlier denial covers the request") : QString();
}

LedgerAuditor::LedgerAuditor(AuditorOptions options) : m_impl(std::make_unique<Impl>(std::move(options))) {}
LedgerAuditor::~LedgerAuditor() = default;
LedgerAuditor::LedgerAuditor(LedgerAuditor &&) noexcept = default;
LedgerAuditor &LedgerAuditor::operator=(LedgerAuditor &&) noexcept = default;

std::vector<Finding> LedgerAuditor::add(QByteArrayView entry) { return m_impl->add(entry); }
std::int64_t LedgerAuditor::size() const { return m_impl->size(); }
const Registry *LedgerAuditor::registry() const { return m_impl->place() ? &m_impl->place()->registry : nullptr; }
std::optional<Digest> LedgerAuditor::registryPayload() const { return m_impl->place() ? std::optional(m_impl->place()->payload) : std::nullopt; }
std::optional<State> LedgerAuditor::stateOf(const HoldId &hold) const { return m_impl->stateOf(hold); }

} // namespace holdfast
