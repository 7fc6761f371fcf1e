// SPDX-License-Identifier: Apache-2.0
#include "gate/lifecycle/sessions.h"

#include "core/base64.h"
#include "core/documents/session.h"
#include "core/text/visible.h"

#include <chrono>

namespace holdfast {

namespace {

constexpr std::size_t sessionsPerActor = 64;

QStringView sessionPurpose(const Actor &actor)
{
    return actor.kind == ActorKind::Machine ? purpose::Request : purpose::Session;
}

} // namespace

void Sessions::challenge(ConnectionId connection)
{
    Challenge challenge;
    challenge.gate = m_context.identity.name;
    challenge.key = m_context.identity.key->key();
    challenge.ledgerKey = m_context.identity.ledgerKey->key();
    challenge.nonce = m_context.connections.open(connection).nonce;
    challenge.time = m_context.now;
    m_context.effects.emplace_back(Notify{{connection}, encode(RpcCall{{}, method::SessionChallenge.toString(), challenge.toJson()})});
}

Result<Sessions::Candidate, Refused> Sessions::signerOf(const Envelope &envelope) const
{
    // The key that the payload names is not known before the payload is verified: the hint says which key to try first, and
    // without a fitting hint every session key is tried.
    const QString hint = envelope.signatures.size() == 1 ? envelope.signatures.front().keyHint : QString();
    bool hinted = false;
    for (const bool byHint : {true, false}) {
        for (const Actor &actor : m_context.active().registry.actors) {
            const VerifierKey *key = actor.key(sessionPurpose(actor));
            if (key == nullptr || (key->hint() == hint) != byHint)
                continue;
            hinted = hinted || byHint;
            if (verify(envelope, *key, payloadtype::SessionOpen))
                return Candidate{&actor, *key};
        }
        if (hinted)
            return Failure{Refused(ErrorCode::InvalidSignature, QStringLiteral("$.envelope: the signature does not verify under the key it names"))};
    }
    const QString name = visible(hint, {false, 100});
    if (m_context.store.standing.isRevokedHint(hint))
        return Failure{Refused(ErrorCode::Unauthenticated, QStringLiteral("the key %1 was revoked").arg(name))};
    return Failure{Refused(ErrorCode::Unauthenticated, QStringLiteral("the key %1 is not registered at this gate").arg(name))};
}

std::optional<Refused> Sessions::whyNotThisSession(const SessionOpen &open, const VerifierKey &signer, const QByteArray &nonce) const
{
    const auto wrong = [](const QString &member) { return Refused(ErrorCode::Unauthenticated, QStringLiteral("$.%1 is not this session's").arg(member)); };
    if (open.key.bytes != signer.bytes)
        return wrong(QStringLiteral("key"));
    if (open.gate != m_context.identity.name)
        return wrong(QStringLiteral("gate"));
    if (open.gateKey != m_context.identity.key->key())
        return wrong(QStringLiteral("gate_key"));
    if (open.nonce != nonce)
        return wrong(QStringLiteral("nonce"));
    if (open.channel)
        return wrong(QStringLiteral("channel"));
    if (std::chrono::abs(open.at - m_context.now) > tolerableSkew)
        return Refused(ErrorCode::Expired, QStringLiteral("$.at is more than ten minutes off"));
    return std::nullopt;
}

Answer Sessions::open(ConnectionId connection, const Json &params)
{
    if (!m_context.registries.current())
        return Refused(ErrorCode::Unavailable, QStringLiteral("no owner has enrolled at this gate yet: open the console (holdfast) as its user, and create the first keys there"));
    OpenConnection *const state = m_context.connections.find(connection);
    if (state == nullptr || !state->actor.isEmpty())
        return Refused(ErrorCode::Conflict, QStringLiteral("a session is open on this connection"));
    const auto given = read<EnvelopeParams>(params);
    if (!given)
        return given.error();
    const auto signer = signerOf(given->envelope);
    if (!signer)
        return signer.error();
    const auto open = SessionOpen::parse(given->envelope.payload);
    if (!open)
        return Refused(ErrorCode::InvalidDocument, open.error().sentence());
    if (auto refused = whyNotThisSession(*open, signer->key, state->nonce))
        return *refused;
    const Actor &actor = *signer->actor;
    if (!actor.isActive(m_context.now))
        return Refused(ErrorCode::Unauthenticated, QStringLiteral("the actor %1 has expired").arg(visible(actor.name)));

    if (m_context.connections.of(actor.name).size() >= sessionsPerActor) {
        RpcError error = RpcError::of(ErrorCode::RateLimited, QStringLiteral("the actor %1 has %2 sessions open")
            .arg(visible(actor.name), QString::number(sessionsPerActor)));
        error.retryAfterMs = 1'000;
        return Refused(error);
    }
    state->actor = actor.name;
    state->isHuman = actor.kind == ActorKind::Human;
    state->key = signer->key;
    Session session;
    session.gate = open->gate;
    session.nonce = open->nonce;
    session.clientNonce = open->clientNonce;
    session.key = signer->key;
    session.session = toBase32(randomBytes(16));
    session.actorName = actor.name;
    session.actorKind = actor.kind;
    session.actorPerson = actor.person;
    session.actorRoles = actor.roles;
    session.checkpoint = QString::fromUtf8(m_context.book.checkpoint());
    session.registry = m_context.active().payload;
    session.time = m_context.now;
    m_context.effects.emplace_back(Admit{connection});
    return EnvelopeResult{Envelope::sign(*m_context.identity.key, payloadtype::Session, session.toPayload())}.toJson();
}

Result<Caller, Refused> Sessions::callerOf(ConnectionId connection, const RpcId &id) const
{
    const OpenConnection *state = m_context.connections.find(connection);
    if (state == nullptr || state->actor.isEmpty() || !m_context.registries.current())
        return Failure{Refused(ErrorCode::Unauthenticated, QStringLiteral("session.open comes first"))};
    const Actor *actor = m_context.active().registry.actor(state->actor);
    const VerifierKey *key = actor == nullptr ? nullptr : actor->key(sessionPurpose(*actor));
    if (key == nullptr || *key != state->key)
        return Failure{Refused(ErrorCode::Unauthenticated, QStringLiteral("the session's key was revoked or replaced"))};
    if (!actor->isActive(m_context.now))
        return Failure{Refused(ErrorCode::Unauthenticated, QStringLiteral("the actor has expired"))};
    return Caller{connection, id, actor, state->key};
}

} // namespace holdfast
