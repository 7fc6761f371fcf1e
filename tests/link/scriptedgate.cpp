// SPDX-License-Identifier: Apache-2.0
#include "link/scriptedgate.h"

#include <QWebSocketHandshakeOptions>

namespace holdfast {

namespace {

std::unique_ptr<SeedSigner> newKey(const QString &name)
{
    return std::make_unique<SeedSigner>(name, SecretBytes::random(32));
}

} // namespace

ScriptedGate::ScriptedGate()
    : key(newKey(name)), ledgerKey(newKey(name + QStringLiteral("/ledger"))), performKey(newKey(name + QStringLiteral("/perform")))
{
    listen();
}

bool ScriptedGate::listen()
{
    m_server = std::make_unique<QWebSocketServer>(QStringLiteral("scripted"), QWebSocketServer::NonSecureMode);
    if (speaksSubprotocol)
        m_server->setSupportedSubprotocols({QStringLiteral("holdfast.v1")});
    connect(m_server.get(), &QWebSocketServer::newConnection, this, &ScriptedGate::accept);
    const bool listening = m_server->listen(QHostAddress::LocalHost, m_port);
    m_port = m_server->serverPort();
    return listening;
}

void ScriptedGate::drop()
{
    if (m_socket)
        m_socket->abort();
    m_server->close();
}

GateAddress ScriptedGate::address() const
{
    return {QUrl(QStringLiteral("ws://127.0.0.1:%1/v1").arg(m_port)), key->key()};
}

QString ScriptedGate::note(std::int64_t size, const Digest &root) const
{
    return QString::fromUtf8(signCheckpoint({name, size, root}, *ledgerKey));
}

Registry ScriptedGate::registry() const
{
    Registry result;
    result.gate = name;
    result.policy = {sha256("policy"), 6, QStringLiteral("application/toml")};
    result.gateKeys = {key->key(), ledgerKey->key(), performKey->key()};
    result.actors = actors;
    return result;
}

void ScriptedGate::answer(QStringView method, Json result)
{
    on(method, [result = std::move(result)](const Json &, const Reply &reply) { reply(result); });
}

void ScriptedGate::failOnce(QStringView method)
{
    on(method, [this, name = method.toString(), then = m_methods.at(method.toString())](const Json &, const Reply &reply) {
        const auto again = then; // this handler goes with its own replacement
        const Reply answer = reply;
        on(name, again);
        answer(RpcError::of(ErrorCode::Unavailable, QStringLiteral("busy")));
    });
}

void ScriptedGate::notify(QStringView method, const Json &params)
{
    sendRaw(QString::fromUtf8(encode(RpcCall{{}, method.toString(), params})));
}

void ScriptedGate::sendRaw(const QString &text)
{
    if (m_socket)
        m_socket->sendTextMessage(text);
}

void ScriptedGate::sendBinary(const QByteArray &bytes)
{
    if (m_socket)
        m_socket->sendBinaryMessage(bytes);
}

void ScriptedGate::accept()
{
    QWebSocket *socket = m_server->nextPendingConnection();
    ++connections;
    m_socket = socket;
    connect(socket, &QWebSocket::disconnected, socket, &QObject::deleteLater);
    connect(socket, &QWebSocket::textMessageReceived, this, [this, socket](const QString &message) { received(socket, message); });
    if (!challenges)
        return;
    m_nonce = randomBytes(16);
    Challenge challenge{name, key->key(), ledgerKey->key(), m_nonce, SystemClock().now(), {1}};
    if (bendChallenge)
        bendChallenge(challenge);
    notify(method::SessionChallenge, challenge.toJson());
}

void ScriptedGate::received(QWebSocket *socket, const QString &message)
{
    const auto parsed = parseRpc(message.toUtf8());
    const auto *call = parsed ? std::get_if<RpcCall>(&*parsed) : nullptr;
    if (call == nullptr)
        return socket->abort();
    calls.append(call->method);
    if (call->method == method::SessionOpen)
        return openSession(socket, *call);
    const auto found = m_methods.find(call->method);
    const Reply reply = [socket = QPointer<QWebSocket>(socket), id = call->id](std::variant<Json, RpcError> outcome) {
        if (socket)
            socket->sendTextMessage(QString::fromUtf8(encode(RpcReply{id, std::move(outcome)})));
    };
    if (found == m_methods.end())
        return reply(RpcError{-32601, {}, QStringLiteral("there is no such method"), {}, {}});
    found->second(call->params, reply);
}

void ScriptedGate::openSession(QWebSocket *socket, const RpcCall &call)
{
    if (!answersSession)
        return;
    std::variant<Json, RpcError> outcome = RpcError::of(ErrorCode::InvalidSignature, QStringLiteral("$.envelope"));
    const auto params = EnvelopeParams::fromJson(call.params);
    const auto open = params ? SessionOpen::parse(params->envelope.payload) : Parsed<SessionOpen>(Failure{DocumentError{}});
    if (refusesSession) {
        outcome = *refusesSession;
    } else if (open && open->nonce == m_nonce && verify(params->envelope, open->key, payloadtype::SessionOpen)) {
        Session session{name, m_nonce, open->clientNonce, open->key, QStringLiteral("s%1").arg(++sessions), QStringLiteral("agent"), ActorKind::Machine,
                        QStringLiteral("web-dev"), {QStringLiteral("requester")}, note(1), sha256(registry().toPayload()), SystemClock().now()};
        if (bendSession)
            bendSession(session);
        Envelope answer = signedByGate(payloadtype::Session, session.toPayload());
        if (bendAnswer)
            bendAnswer(answer);
        outcome = EnvelopeResult{answer}.toJson();
    }
    socket->sendTextMessage(QString::fromUtf8(encode(RpcReply{call.id, outcome})));
}

} // namespace holdfast
