// SPDX-License-Identifier: Apache-2.0
#include "core/base64.h"
#include "core/documents/session.h"
#include "core/text/visible.h"
#include "gate/lifecycle/sessions.h"
#include "wire/messagesrequester.h"

#include <sodium.h>

#include <algorithm>

namespace holdfast {

namespace {

constexpr int failuresThatBurn = 5;

bool macFits(const Enrol &enrol, QByteArrayView secret, QByteArrayView nonce)
{
    const QByteArray wanted = enrolMac(secret, nonce, enrol.keys).toLatin1();
    const QByteArray given = enrol.mac.toLatin1();
    return wanted.size() == given.size() && sodium_memcmp(wanted.constData(), given.constData(), static_cast<std::size_t>(wanted.size())) == 0;
}

void addRole(Actor &actor, QStringView wanted)
{
    if (!actor.has(wanted))
        actor.roles.append(wanted.toString());
}

} // namespace

Answer Sessions::enrol(ConnectionId connection, const Json &params)
{
    const OpenConnection *state = m_context.connections.find(connection);
    const auto given = read<EnvelopeParams>(params);
    if (!given)
        return given.error();
    // The keys are inside: what is read here is believed only after every one of them has signed it.
    const auto enrol = Enrol::parse(given->envelope.payload);
    if (!enrol)
        return Refused(ErrorCode::InvalidDocument, enrol.error().sentence());
    std::vector<VerifierKey> keys;
    for (const auto &[purposeName, key] : enrol->keys)
        keys.push_back(key);
    if (const auto verified = verifyAll(given->envelope, keys, payloadtype::Enrol); !verified)
        return Refused(ErrorCode::InvalidSignature, QStringLiteral("$.envelope: %1").arg(verified.error().sentence()));
    if (enrol->gate != m_context.identity.name || enrol->gateKey != m_context.identity.key->key())
        return Refused(ErrorCode::InvalidDocument, QStringLiteral("$.gate, $.gate_key: another gate is meant"));
    if (state == nullptr || enrol->nonce != state->nonce)
        return Refused(ErrorCode::Unauthenticated, QStringLiteral("$.nonce is not this connection's"));
    return m_context.registries.current() ? enrolInvited(*enrol, given->envelope, state->nonce) : enrolOwner(*enrol, given->envelope, state->nonce);
}

std::optional<Refused> Sessions::whyNotTheseKeys(const Enrol &enrol, ActorKind kind) const
{
    const auto refused = [](const QString &detail) { return Refused(ErrorCode::InvalidDocument, QStringLiteral("$.keys: ") + detail); };
    std::vector<PublicKeyBytes> seen{m_context.identity.key->key().bytes, m_context.identity.ledgerKey->key().bytes,
                                     m_context.identity.performKey->key().bytes};
    if (m_context.registries.current()) {
        for (const Actor &actor : m_context.active().registry.actors) {
            for (const auto &[purposeName, key] : actor.keys)
                seen.push_back(key.bytes);
        }
    }
    const bool human = kind == ActorKind::Human;
    for (const auto &[name, key] : enrol.keys) {
        const bool cosign = name == purpose::Cosign;
        const bool wanted = human ? name == purpose::Session || name == purpose::Decide || cosign : name == purpose::Request;
        if (!wanted || (key.type == VerifierKey::Type::Cosignature) != cosign)
            return refused(QStringLiteral("a %1 has %2").arg(human ? QStringLiteral("human") : QStringLiteral("machine"),
                                                            human ? QStringLiteral("session, decide and cosign (type 0x04)") : QStringLiteral("request")));
        if (std::find(seen.begin(), seen.end(), key.bytes) != seen.end() || m_context.store.standing.isRevoked(key.bytes))
            return refused(QStringLiteral("a key is in use already or was revoked"));
        seen.push_back(key.bytes);
    }
    if (human ? !enrol.keys.contains(purpose::Session.toString()) || !enrol.keys.contains(purpose::Decide.toString()) : enrol.keys.empty())
        return refused(human ? QStringLiteral("session and decide are needed") : QStringLiteral("request is needed"));
    return std::nullopt;
}

Answer Sessions::enrolOwner(const Enrol &enrol, const Envelope &envelope, QByteArrayView nonce)
{
    if (m_ownerSecret.isEmpty() || m_ownerFailures >= failuresThatBurn)
        return Refused(ErrorCode::Unavailable, QStringLiteral("no owner is awaited: start the gate with --owner-fd"));
    if (!macFits(enrol, m_ownerSecret, nonce)) {
        ++m_ownerFailures;
        return Refused(ErrorCode::Forbidden, QStringLiteral("$.mac: the invite is another one"));
    }
    if (auto refused = whyNotTheseKeys(enrol, ActorKind::Human))
        return *refused;
    const auto &policy = m_context.config.policy;
    std::vector<Actor> actors = policy.actors;
    auto owner = std::find_if(actors.begin(), actors.end(), [&](const Actor &actor) { return actor.mark == enrol.mark; });
    if (owner == actors.end()) {
        Actor made;
        made.kind = ActorKind::Human;
        made.name = enrol.keys.begin()->second.name;
        made.person = made.name;
        if (std::any_of(actors.begin(), actors.end(), [&](const Actor &actor) { return actor.name == made.name; }))
            return Refused(ErrorCode::Conflict, QStringLiteral("$.keys: an actor %1 is configured already").arg(visible(made.name)));
        owner = actors.insert(actors.end(), std::move(made));
    }
    owner->mark.reset();
    owner->keys = enrol.keys;
    for (const QStringView name : {role::Approver, role::Lead, role::Admin})
        addRole(*owner, name);
    m_context.registries.found(std::move(actors), m_context.config.policyToml, policy, m_context.now);
    // The first entry of a ledger is registry 0; what its owner signed stands right behind it.
    (void)m_context.book.append(EntryKind::Enrol, envelope, {}, {}, m_context.now);
    return EnvelopeResult{m_context.active().envelope}.toJson();
}

Answer Sessions::enrolInvited(const Enrol &enrol, const Envelope &envelope, QByteArrayView nonce)
{
    std::vector<Actor> actors = m_context.active().registry.actors;
    const auto actor = std::find_if(actors.begin(), actors.end(), [&](const Actor &each) { return each.mark == enrol.mark && each.keys.empty(); });
    const auto invite = m_context.store.standing.invite(enrol.mark);
    const auto unknown = Refused(ErrorCode::Forbidden, QStringLiteral("$.mark: no such invite, or it is spent"));
    if (actor == actors.end() || !invite)
        return unknown;
    if (!macFits(enrol, invite->secret, nonce)) {
        // Stays on record although the call is refused: five of them and the invite is gone.
        if (invite->failures + 1 >= failuresThatBurn)
            m_context.store.standing.removeInvite(enrol.mark);
        else
            m_context.store.standing.countInviteFailure(enrol.mark);
        return Refused(RpcError::of(ErrorCode::Forbidden, QStringLiteral("$.mac: the invite is another one")), true);
    }
    // The holder of the secret chooses the keys: a machine must not choose those of a person.
    if (invite->machinesOnly && actor->kind != ActorKind::Machine)
        return Refused(ErrorCode::Forbidden, QStringLiteral("$.mark: a machine asked for this invite, so it enrols machines only; "
                                                            "a person's is made with the session key of an admin (`hold admin invite --kind human`)"));
    if (auto refused = whyNotTheseKeys(enrol, actor->kind))
        return *refused;
    if (!actor->isActive(m_context.now))
        return Refused(ErrorCode::Expired, QStringLiteral("the actor %1 has expired").arg(visible(actor->name)));
    actor->mark.reset();
    actor->keys = enrol.keys;
    const Recorded recorded = m_context.book.append(EntryKind::Enrol, envelope, {}, {}, m_context.now);
    m_context.registries.follow(std::move(actors), RegistryCause{{}, recorded.id}, m_context.now);
    m_context.store.standing.removeInvite(enrol.mark);
    return EnvelopeResult{m_context.active().envelope}.toJson();
}

Answer Sessions::invite(const Caller &caller, const Json &params)
{
    if (const auto nothing = read<Nothing>(params); !nothing)
        return nothing.error();
    const bool asksForPolicy = caller.isMachine() && caller.actor->kinds && caller.actor->kinds->contains(kind::Policy.toString());
    if (!asksForPolicy && !(caller.actor->kind == ActorKind::Human && caller.actor->has(role::Admin)))
        return Refused(ErrorCode::Forbidden, QStringLiteral("invites are made by admins, or by a machine that may ask for policy"));
    const Invite invite{m_context.identity.key->key(), randomBytes(16)};
    m_context.store.standing.addInvite(invite.mark(), invite.secret, m_context.now, caller.isMachine());
    return InviteResult{invite.toString(), invite.mark()}.toJson();
}

} // namespace holdfast
