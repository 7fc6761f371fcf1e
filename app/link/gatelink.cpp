// SPDX-License-Identifier: Apache-2.0
#include "link/gatelink.h"

#include "ledger/checkpoint.h"

#include <QNetworkProxy>
#include <QRandomGenerator>
#include <QSslCertificate>
#include <QSslConfiguration>
#include <QWebSocketHandshakeOptions>

#include <algorithm>

namespace holdfast {

namespace {

const QString Subprotocol = QStringLiteral("holdfast.v1");
constexpr qsizetype ClientNonceSize = 16;

LinkError broken(const QString &detail)
{
    return {LinkError::Kind::BadMessage, detail};
}

} // namespace

struct GateLink::Pending final
{
    QPointer<QObject> context;
    Handler handler;
    QTimer *deadline;
    std::chrono::milliseconds patience;
    QByteArray message; ///< until it is sent
    bool inFlight = false;
};

GateLink::GateLink(LinkOptions options, const Signer *signer)
    : m_options(std::move(options)), m_signer(signer), m_delay(m_options.firstDelay)
{
    m_reconnect.setSingleShot(true);
    m_handshake.setSingleShot(true);
    m_handshake.setInterval(m_options.answer);
    m_ping.setInterval(m_options.ping);
    connect(&m_reconnect, &QTimer::timeout, this, &GateLink::connectSocket);
    connect(&m_ping, &QTimer::timeout, this, &GateLink::heartbeat);
    connect(&m_handshake, &QTimer::timeout, this, [this] { lose({LinkError::Kind::Timeout, QStringLiteral("the gate did not answer in time")}); });
}

GateLink::~GateLink()
{
    dropSocket();
}

void GateLink::open()
{
    if (m_state != State::Closed && m_state != State::Waiting && m_state != State::Failed)
        return;
    m_delay = m_options.firstDelay;
    if (!isGateUrl(m_options.address.url))
        return lose({LinkError::Kind::BadAddress, QStringLiteral("a gate is at ws:// on loopback or at wss://, path /v1")});
    connectSocket();
}

void GateLink::close()
{
    dropSocket();
    m_reconnect.stop();
    setState(State::Closed);
    abandonCalls({LinkError::Kind::Unreachable, QStringLiteral("the connection was closed here")});
}

void GateLink::connectSocket()
{
    dropSocket();
    m_reconnect.stop();
    m_socket = new QWebSocket(QString(), QWebSocketProtocol::VersionLatest, this); // no Origin: we are no browser
    m_socket->setProxy(QNetworkProxy(QNetworkProxy::NoProxy));
    m_socket->setMaxAllowedIncomingFrameSize(limit::Message);
    m_socket->setMaxAllowedIncomingMessageSize(limit::Message);
    if (m_options.address.url.scheme() == u"wss") {
        QSslConfiguration tls = QSslConfiguration::defaultConfiguration();
        tls.setProtocol(QSsl::TlsV1_3OrLater);
        m_socket->setSslConfiguration(tls);
    }
    connect(m_socket, &QWebSocket::textMessageReceived, this, &GateLink::received);
    connect(m_socket, &QWebSocket::binaryMessageReceived, this, [this] { lose(broken(QStringLiteral("the gate sent a binary message"))); });
    connect(m_socket, &QWebSocket::pong, this, [this] { m_unanswered = 0; });
    connect(m_socket, &QWebSocket::connected, this, [this] {
        if (m_socket->subprotocol() != Subprotocol)
            lose(broken(QStringLiteral("what answers there does not speak holdfast.v1")));
    });
    // Before the handshake both say the same, and which comes first depends on how far it got.
    const auto unreachable = [this] { lose({LinkError::Kind::Unreachable, QStringLiteral("the gate cannot be reached: %1").arg(m_socket->errorString())}); };
    connect(m_socket, qOverload<QAbstractSocket::SocketError>(&QWebSocket::error), this, unreachable);
    connect(m_socket, &QWebSocket::disconnected, this, [this, unreachable] {
        if (m_state == State::Connecting && m_socket->error() != QAbstractSocket::UnknownSocketError)
            return unreachable();
        lose({LinkError::Kind::Unreachable, QStringLiteral("the gate closed the connection")});
    });
    setState(State::Connecting);
    m_handshake.start();
    QWebSocketHandshakeOptions handshake;
    handshake.setSubprotocols({Subprotocol});
    m_socket->open(m_options.address.url, handshake);
}

void GateLink::dropSocket()
{
    m_handshake.stop();
    m_ping.stop();
    m_unanswered = 0;
    if (m_socket == nullptr)
        return;
    m_socket->disconnect(this);
    m_socket->abort();
    m_socket->deleteLater(); // one of its own signals may be running
    m_socket = nullptr;
}

void GateLink::lose(const LinkError &error)
{
    dropSocket();
    if (error.isFinal()) {
        m_reconnect.stop();
        setState(State::Failed);
    } else {
        // Up to a quarter more, so that consoles do not come back all at once after a restart.
        const auto more = QRandomGenerator::global()->bounded(qint64{m_delay.count() / 4 + 1});
        m_reconnect.start(m_delay + std::chrono::milliseconds(more));
        m_delay = std::min(m_delay * 2, m_options.longestDelay);
        setState(State::Waiting);
    }
    abandonCalls(error);
    Q_EMIT failed(error);
}

void GateLink::setState(State state)
{
    if (state == m_state)
        return;
    m_state = state;
    Q_EMIT stateChanged(state);
}

void GateLink::received(const QString &message)
{
    const auto parsed = parseRpc(message.toUtf8());
    if (!parsed)
        return lose(broken(QStringLiteral("the gate sent a message that is not JSON-RPC")));
    if (const auto *call = std::get_if<RpcCall>(&*parsed))
        return takeCall(*call);
    takeReply(std::get<RpcReply>(*parsed));
}

void GateLink::takeCall(const RpcCall &call)
{
    if (call.id)
        return lose(broken(QStringLiteral("the gate called a method here; it may only notify")));
    if (call.method == method::SessionChallenge)
        return takeChallenge(call.params);
    if (m_state == State::Open)
        Q_EMIT notified(call.method, call.params);
}

void GateLink::takeReply(const RpcReply &reply)
{
    const auto *id = reply.id ? std::get_if<std::int64_t>(&*reply.id) : nullptr;
    if (id == nullptr)
        return lose(broken(QStringLiteral("the gate could not read what was sent")));
    // Ids can be guessed: a call that still waits here, or was never made, has no answer.
    const auto pending = m_calls.find(*id);
    if (*id > m_lastId || (pending != m_calls.end() && !pending->second->inFlight))
        return lose(broken(QStringLiteral("the gate answered a call that was not made")));
    if (const auto *error = std::get_if<RpcError>(&reply.outcome))
        return answer(*id, Failure{CallError{*error}});
    answer(*id, std::get<Json>(reply.outcome));
}

void GateLink::takeChallenge(const Json &params)
{
    if (m_state != State::Connecting)
        return lose(broken(QStringLiteral("the gate sent a second challenge")));
    auto challenge = Challenge::fromJson(params);
    if (!challenge)
        return lose(broken(QStringLiteral("session.challenge: ") + challenge.error().sentence()));
    if (challenge->key != m_options.address.key || (m_options.ledgerKey && challenge->ledgerKey != *m_options.ledgerKey))
        return lose({LinkError::Kind::WrongGate, QStringLiteral("what answers there is not the pinned gate: it names another key")});
    if (std::find(challenge->versions.begin(), challenge->versions.end(), 1) == challenge->versions.end())
        return lose({LinkError::Kind::Refused, QStringLiteral("the gate does not speak version 1 of the protocol")});
    m_challenge = std::move(challenge).value();
    setState(State::Challenged);
    Q_EMIT challenged();
    if (m_signer != nullptr && m_state == State::Challenged)
        openSession();
    else
        m_handshake.stop();
}

void GateLink::openSession()
{
    m_clientNonce = randomBytes(ClientNonceSize);
    SessionOpen open{m_challenge.gate, m_challenge.key, m_challenge.nonce, m_clientNonce, m_signer->key(), m_options.clientName,
                     m_options.clientVersion, {}, SystemClock().now()};
    if (m_options.address.url.scheme() == u"wss")
        open.channel = sha256(m_socket->sslConfiguration().peerCertificate().toDer());
    const Envelope envelope = Envelope::sign(*m_signer, payloadtype::SessionOpen, open.toPayload());
    send(method::SessionOpen, EnvelopeParams{envelope}.toJson(), this, [this](Called<Json> answer) { takeSession(answer); }, m_options.answer);
}

void GateLink::takeSession(const Called<Json> &answer)
{
    if (m_state != State::Challenged)
        return;
    if (!answer) {
        const auto *refused = std::get_if<RpcError>(&answer.error());
        if (refused == nullptr)
            return; // the loss was reported already, or the handshake's deadline will
        const bool later = passes(CallError(*refused));
        return lose({later ? LinkError::Kind::Unreachable : LinkError::Kind::Refused,
                     QStringLiteral("the gate opens no session: ") + sentence(answer.error())});
    }
    const auto result = EnvelopeResult::fromJson(*answer);
    if (!result)
        return lose(broken(QStringLiteral("session.open: ") + result.error().sentence()));
    Session session;
    if (auto error = refusalOf(result->envelope, session))
        return lose(*error);
    m_session = std::move(session);
    m_handshake.stop();
    m_delay = m_options.firstDelay;
    m_ping.start();
    setState(State::Open);
    Q_EMIT opened();
}

std::optional<LinkError> GateLink::refusalOf(const Envelope &envelope, Session &session) const
{
    const auto wrong = [](const QString &detail) { return LinkError{LinkError::Kind::BadSignature, detail}; };
    if (const auto verified = verify(envelope, m_options.address.key, payloadtype::Session); !verified)
        return wrong(QStringLiteral("the gate's answer is not signed by its pinned key: ") + verified.error().sentence());
    auto parsed = Session::parse(envelope.payload);
    if (!parsed)
        return broken(QStringLiteral("session.open: ") + parsed.error().sentence());
    session = std::move(parsed).value();
    if (session.gate != m_challenge.gate || session.nonce != m_challenge.nonce || session.clientNonce != m_clientNonce
        || session.key != m_signer->key())
        return wrong(QStringLiteral("the gate's answer is for another session"));
    const auto checkpoint = openCheckpoint(session.checkpoint.toUtf8(), ledgerKey(), session.gate);
    if (!checkpoint)
        return wrong(QStringLiteral("the gate's checkpoint does not verify: ") + checkpoint.error().sentence());
    return std::nullopt;
}

void GateLink::call(QStringView method, const Json &params, QObject *context, Handler handler, std::chrono::milliseconds deadline)
{
    if (m_state == State::Open) {
        send(method, params, context, std::move(handler), deadline.count() > 0 ? deadline : m_options.answer);
        return;
    }
    QTimer::singleShot(0, context, [handler = std::move(handler)] {
        handler(Failure{CallError{LinkError{LinkError::Kind::Unreachable, QStringLiteral("there is no session with the gate")}}});
    });
}

void GateLink::ask(QStringView method, const Json &params, QObject *context, Handler handler)
{
    call(method, params, context, [this, name = method.toString(), params, asker = QPointer(context), handler, in = m_session.session](Called<Json> answer) {
        const auto lasts = [this, in] { return m_state == State::Open && m_session.session == in; };
        if (answer || !passes(answer.error()) || !lasts())
            return handler(std::move(answer));
        QTimer::singleShot(askAgainAfter, this, [this, name, params, asker, handler, lasts, answer] {
            if (!asker)
                return;
            if (!lasts())
                return handler(answer);
            ask(name, params, asker, handler);
        });
    });
}

void GateLink::enrol(const Envelope &envelope, QObject *context, Handler handler)
{
    if (m_state == State::Challenged && m_signer == nullptr) {
        send(method::ActorEnrol, EnvelopeParams{envelope}.toJson(), context, std::move(handler), m_options.answer);
        return;
    }
    QTimer::singleShot(0, context, [handler = std::move(handler)] {
        handler(Failure{CallError{LinkError{LinkError::Kind::Unreachable, QStringLiteral("the gate does not wait for an enrolment")}}});
    });
}

void GateLink::send(QStringView method, const Json &params, QObject *context, Handler handler, std::chrono::milliseconds deadline)
{
    const std::int64_t id = ++m_lastId;
    const QByteArray message = encode(RpcCall{RpcId{id}, method.toString(), params});
    const bool fits = message.size() <= limit::Message;
    auto *timer = new QTimer(this);
    timer->setSingleShot(true);
    connect(timer, &QTimer::timeout, this, [this, id, fits] {
        const LinkError late{LinkError::Kind::Timeout, QStringLiteral("the gate did not answer in time")};
        answer(id, Failure{CallError{fits ? late : broken(QStringLiteral("the message is larger than 2 MiB"))}});
    });
    m_calls.emplace(id, std::make_unique<Pending>(Pending{context, std::move(handler), timer, deadline, fits ? message : QByteArray(), false}));
    if (!fits) {
        timer->start(0);
        return;
    }
    m_unsent.push_back(id);
    sendNext();
}

void GateLink::sendNext()
{
    while (m_socket != nullptr && m_inFlight < m_options.inFlight && !m_unsent.empty()) {
        Pending &next = *m_calls.at(m_unsent.front());
        m_unsent.pop_front();
        next.inFlight = true;
        ++m_inFlight;
        next.deadline->start(next.patience);
        m_socket->sendTextMessage(QString::fromUtf8(std::exchange(next.message, {})));
    }
}

void GateLink::answer(std::int64_t id, Called<Json> outcome)
{
    const auto node = m_calls.extract(id);
    if (node.empty())
        return; // answered, or given up, before
    const Pending &pending = *node.mapped();
    pending.deadline->stop();
    pending.deadline->deleteLater();
    m_inFlight -= pending.inFlight ? 1 : 0;
    const QPointer<GateLink> alive(this); // a handler may end the link
    if (pending.context)
        pending.handler(std::move(outcome));
    if (alive)
        sendNext();
}

void GateLink::abandonCalls(const LinkError &error)
{
    // Only those that stand now: a handler may open a new call at once.
    m_unsent.clear();
    std::vector<std::int64_t> ids;
    for (const auto &[id, pending] : m_calls)
        ids.push_back(id);
    for (const std::int64_t id : ids)
        answer(id, Failure{CallError{error}});
}

void GateLink::heartbeat()
{
    if (m_unanswered >= 2)
        return lose({LinkError::Kind::Timeout, QStringLiteral("the gate has stopped answering")});
    ++m_unanswered;
    m_socket->ping();
}

} // namespace holdfast
