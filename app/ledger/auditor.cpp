// SPDX-License-Identifier: Apache-2.0
#include "ledger/auditor.h"

#include "core/documents/session.h"
#include "ledger/auditstate.h"

#include <algorithm>

namespace holdfast {

namespace {

/// Handed from the first half of an audit step to the second: an entry whose place, form and payload are in order.
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
    explicit Impl(AuditorOptions options, AuditState state = {}) : m_options(std::move(options)), m_state(std::move(state)) {}

    [[nodiscard]] std::vector<Finding> add(QByteArrayView bytes);
    [[nodiscard]] const AuditState &state() const { return m_state; }

private:
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
    [[nodiscard]] RegistryEvidence evidenceFor(const Registry &next, Instant at) const;
    /// The place that a registry with these bytes would have, with its policy as far as it is there.
    [[nodiscard]] RegistryPlace placeOf(Registry next, const QByteArray &bytes) const;
    /// Makes `next` the current registry; why mode, tier and sponsor rule cannot be recomputed under it, empty when they can.
    [[nodiscard]] QString settle(RegistryPlace next);
    /// Gate and audience that a document names.
    [[nodiscard]] bool isOurs(const QString &gate) const { return gate == registry().gate; }
    [[nodiscard]] bool isOurs(const QString &gate, const VerifierKey &key) const { return isOurs(gate) && key == registry().gateKeys.key; }
    [[nodiscard]] const Registry &registry() const { return m_state.place->registry; }
    [[nodiscard]] bool isBy(const Step &step, const VerifierKey &key) const { return static_cast<bool>(verify(step.envelope, key, payloadTypeOf(step.kind))); }
    /// The actor one of whose keys for `purposeName` made the envelope's signature; the hint only says where to look first.
    [[nodiscard]] std::pair<const Actor *, VerifierKey> signerOf(const Step &step, QStringView purposeName) const;
    [[nodiscard]] HoldStory *story(const HoldId &hold);
    /// Reads one of the gate's own statements and finds the hold that it is about.
    template<typename T, typename Then>
    [[nodiscard]] QString statement(const Step &step, const VerifierKey &key, Then then);

    AuditorOptions m_options;
    AuditState m_state;
    HoldId m_touched; ///< the hold that the entry at hand is about
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
    m_touched = hold;
    return m_state.story(hold);
}

std::vector<Finding> LedgerAuditor::Impl::add(QByteArrayView bytes)
{
    const std::int64_t index = m_state.size++;
    m_touched = {};
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
    if (entry->at < m_state.last)
        note(QStringLiteral("the entry is older than the one before it"));
    m_state.last = std::max(m_state.last, entry->at);
    const auto envelope = entry->wholeEnvelope(m_options.blobs);
    if (envelope)
        note(apply({index, entry->at, entry->kind, *envelope}));
    else
        note(envelope.error().sentence());
    m_state.settle(m_touched);
    return findings;
}

QString LedgerAuditor::Impl::apply(const Step &step)
{
    if (!m_state.place)
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

RegistryPlace LedgerAuditor::Impl::placeOf(Registry next, const QByteArray &bytes) const
{
    RegistryPlace place{std::move(next), bytes, sha256(bytes), {}, {}};
    const auto toml = m_options.blobs ? m_options.blobs(place.registry.policy.digest) : std::nullopt;
    if (toml && sha256(*toml) == place.registry.policy.digest && toml->size() == place.registry.policy.size) {
        place.toml = *toml;
        place.policy = m_options.policy ? m_options.policy(*toml) : std::nullopt;
    }
    return place;
}

QString LedgerAuditor::Impl::settle(RegistryPlace next)
{
    const bool known = next.policy.has_value();
    m_state.place = std::move(next);
    // A registry rests on what stands before it; what it did not use, no later one may.
    m_state.causes.clear();
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
    m_state.firstRegistry = step.envelope.payloadDigest();
    if (m_options.firstRegistry && m_options.firstRegistry != m_state.firstRegistry)
        return QStringLiteral("ALARM: the first registry is not the one that was pinned");
    const bool first = step.index == 0 && parsed->serial == 0 && !parsed->previous && !parsed->cause;
    const QString settled = settle(placeOf(std::move(*parsed), step.envelope.payload));
    return first ? settled : QStringLiteral("the first registry is not the beginning of a chain");
}

RegistryEvidence LedgerAuditor::Impl::evidenceFor(const Registry &next, Instant at) const
{
    RegistryEvidence evidence;
    evidence.at = at;
    evidence.policyBefore = m_state.place->policy ? &*m_state.place->policy : nullptr;
    if (next.cause && next.cause->document) {
        if (const auto cause = m_state.causes.find(*next.cause->document); cause != m_state.causes.end()) {
            const bool isEnrolment = cause->second.payloadType == QLatin1StringView(payloadtype::Enrol);
            (isEnrolment ? evidence.enrolment : evidence.revocation) = &cause->second;
        }
    }
    if (next.cause && next.cause->hold) {
        if (const auto found = m_state.holds.find(*next.cause->hold); found != m_state.holds.end() && found->second.hold) {
            evidence.request = &found->second.requestEnvelope;
            evidence.hold = &found->second.holdEnvelope;
            for (const HoldStory::Approval &approval : found->second.approvals)
                evidence.decisions.push_back(&approval.envelope);
            evidence.sponsorMayApprove = found->second.needs.sponsorMayApprove;
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
    RegistryPlace next = placeOf(std::move(*parsed), step.envelope.payload);
    RegistryEvidence evidence = evidenceFor(next.registry, step.at);
    evidence.policyAfter = next.policy ? &*next.policy : nullptr;
    const QString reason = whyNotFollowing(registry(), m_state.place->payload, next.registry, evidence);
    if (!reason.isEmpty())
        return reason;
    if (const auto &hold = next.registry.cause->hold) {
        HoldStory *cause = story(*hold);
        const bool mayApply = cause && !cause->denied && !cause->policyApplied
            && (cause->state == State::Approved || cause->state == State::Released || cause->state == State::Executing);
        if (!mayApply)
            return QStringLiteral("the registry rests on a policy hold that is not approved, or was applied before");
        cause->policyApplied = true;
    }
    return settle(std::move(next));
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
    m_state.causes.emplace(step.envelope.idDigest(), step.envelope);
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
    const HoldId id = HoldId::of(key.bytes, step.envelope.payload);
    if (story(id))
        return QStringLiteral("the request was recorded before");
    m_state.holds.emplace(id, HoldStory::begun(step.envelope, *request, *actor, key, step.index));
    return {};
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
        return isOurs(hold.gate) ? about.applyHold(hold, step.envelope, *m_state.place, m_options.blobs, step.at) : QStringLiteral("the hold is another gate's");
    });
}

QString LedgerAuditor::Impl::applyEvent(const Step &step)
{
    return statement<Event>(step, registry().gateKeys.key, [&](const Event &event, HoldStory &about) {
        if (const QString barred = event.state == State::Executing ? m_state.standing.whyBarred(about) : QString(); !barred.isEmpty())
            return barred;
        return isOurs(event.gate) ? about.applyEvent(event, *m_state.place, step.at) : QStringLiteral("the event is another gate's");
    });
}

QString LedgerAuditor::Impl::applyGrant(const Step &step)
{
    return statement<Grant>(step, registry().gateKeys.key, [&](const Grant &grant, HoldStory &about) {
        if (!isOurs(grant.gate) || !AuditState::isFirst(m_state.grants, grant.grant))
            return QStringLiteral("the grant is another gate's, or its number was used before");
        if (const QString barred = m_state.standing.whyBarred(about); !barred.isEmpty())
            return barred;
        return about.applyGrant(grant, *m_state.place, step.at);
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
    if (!AuditState::isFirst(m_state.nonces, decision->nonce))
        return QStringLiteral("the decision's nonce was used before");
    HoldStory *about = story(decision->hold);
    if (!about)
        return QStringLiteral("the decision is about a hold that was never requested");
    if (decision->verdict == Decision::Verdict::Approve)
        return about->applyApproval(*decision, step.envelope, *m_state.place, step.at);
    if (!actor->isActive(step.at) || !actor->has(role::Approver))
        return QStringLiteral("the denial is not by an active approver");
    m_state.standing.deny(step.envelope.idDigest(), *decision, about->terms, about->action, step.index);
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
    if (!AuditState::isFirst(m_state.nonces, command->nonce))
        return QStringLiteral("the command's nonce was used before");
    if (!byHuman && command->verb != Command::Verb::Withdraw)
        return QStringLiteral("a requester's key may only withdraw");
    const bool aboutOne = command->verb == Command::Verb::Withdraw || command->verb == Command::Verb::Stop;
    if (command->verb == Command::Verb::Revoke)
        m_state.causes.emplace(step.envelope.idDigest(), step.envelope);
    return aboutOne ? endHold(*command, *actor) : m_state.standing.apply(*command, *actor, registry(), step.envelope.idDigest(), step.at);
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

LedgerAuditor::LedgerAuditor(AuditorOptions options) : m_impl(std::make_unique<Impl>(std::move(options))) {}
LedgerAuditor::LedgerAuditor(std::unique_ptr<Impl> impl) : m_impl(std::move(impl)) {}
LedgerAuditor::~LedgerAuditor() = default;
LedgerAuditor::LedgerAuditor(LedgerAuditor &&) noexcept = default;
LedgerAuditor &LedgerAuditor::operator=(LedgerAuditor &&) noexcept = default;

std::vector<Finding> LedgerAuditor::add(QByteArrayView entry) { return m_impl->add(entry); }
std::int64_t LedgerAuditor::size() const { return m_impl->state().size; }
const RegistryPlace *LedgerAuditor::place() const { return m_impl->state().place ? &*m_impl->state().place : nullptr; }
const std::optional<Digest> &LedgerAuditor::firstRegistry() const { return m_impl->state().firstRegistry; }
std::optional<State> LedgerAuditor::stateOf(const HoldId &hold) const { return m_impl->state().stateOf(hold); }
const std::map<HoldId, HoldStory> &LedgerAuditor::openHolds() const { return m_impl->state().holds; }
QByteArray LedgerAuditor::save() const { return m_impl->state().toBytes(); }

std::optional<LedgerAuditor> LedgerAuditor::resume(AuditorOptions options, const QByteArray &saved)
{
    auto state = AuditState::fromBytes(saved, options.policy);
    if (!state || !state->place)
        return std::nullopt;
    const GateKeys &keys = state->place->registry.gateKeys;
    const bool otherKey = options.pin && *options.pin != keys.key && *options.pin != keys.ledgerKey;
    if (otherKey || (options.firstRegistry && options.firstRegistry != state->firstRegistry))
        return std::nullopt;
    return LedgerAuditor(std::make_unique<Impl>(std::move(options), std::move(*state)));
}

} // namespace holdfast
