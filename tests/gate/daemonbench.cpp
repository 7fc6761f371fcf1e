// SPDX-License-Identifier: Apache-2.0
#include "daemonbench.h"

#include <QElapsedTimer>
#include <QEventLoop>
#include <QFile>
#include <QTimer>
#include <QWebSocketHandshakeOptions>

#include <csignal>
#include <unistd.h>

namespace holdfast::tests {

namespace {

constexpr int patienceMs = 20'000;
constexpr int ownerDescriptor = 3;

} // namespace

Daemon::Daemon(const QByteArray &policy, const QByteArray &local)
{
    QFile file(path(QStringLiteral("gate.toml")));
    if (!file.open(QIODevice::WriteOnly))
        qFatal("gate.toml cannot be written");
    file.write("[gate]\nname = \"test.example/gate\"\nlisten = \"127.0.0.1:0\"\nstore = \"sqlite:gate.db\"\nkey = \"file:gate.key\"\n" + local + '\n' + policy);
}

Daemon::~Daemon()
{
    kill();
}

bool Daemon::launch(const QByteArray &ownerSecret)
{
    m_process = std::make_unique<QProcess>();
    QStringList arguments{QStringLiteral("--config"), path(QStringLiteral("gate.toml"))};
    int ends[2] = {-1, -1};
    if (!ownerSecret.isEmpty()) {
        if (pipe(ends) != 0 || write(ends[1], ownerSecret.constData(), static_cast<std::size_t>(ownerSecret.size())) != ownerSecret.size())
            return false;
        m_process->setChildProcessModifier([ends] { dup2(ends[0], ownerDescriptor); });
        arguments += {QStringLiteral("--owner-fd"), QString::number(ownerDescriptor)};
    }
    m_process->start(qEnvironmentVariable("HOLDFAST_BIN") + QStringLiteral("/holdfastd"), arguments);
    for (const int end : ends)
        if (end >= 0)
            close(end);
    return m_process->waitForStarted();
}

std::pair<int, QByteArray> Daemon::startSecond() const
{
    QProcess second;
    second.start(qEnvironmentVariable("HOLDFAST_BIN") + QStringLiteral("/holdfastd"), {QStringLiteral("--config"), path(QStringLiteral("gate.toml"))});
    const bool ended = second.waitForFinished(patienceMs) && second.exitStatus() == QProcess::NormalExit;
    return {ended ? second.exitCode() : -1, second.readAllStandardError()};
}

bool Daemon::listens()
{
    QElapsedTimer timer;
    timer.start();
    while (!m_process->canReadLine() && timer.elapsed() < patienceMs)
        if (!m_process->waitForReadyRead(100) && m_process->state() == QProcess::NotRunning)
            return false;
    m_printed = m_process->readLine();
    m_url = QUrl(QString::fromUtf8(m_printed.mid(qsizetype(strlen("listening on "))).trimmed()));
    return m_url.isValid() && m_url.port() > 0;
}

int Daemon::stop()
{
    m_process->terminate();
    if (!m_process->waitForFinished(patienceMs))
        return -1;
    m_printed += m_process->readAllStandardOutput();
    return m_process->exitStatus() == QProcess::NormalExit ? m_process->exitCode() : -1;
}

bool Daemon::kill()
{
    if (m_process && m_process->state() != QProcess::NotRunning)
        m_process->kill();
    return m_process && endsKilled();
}

bool Daemon::endsKilled()
{
    const bool ended = m_process->state() == QProcess::NotRunning || m_process->waitForFinished(patienceMs);
    return ended && m_process->exitStatus() == QProcess::CrashExit && m_process->exitCode() == SIGKILL;
}

Client::Client(const QUrl &url)
{
    QObject::connect(&m_socket, &QWebSocket::textMessageReceived, &m_socket, [this](const QString &message) { m_messages.push_back(message.toUtf8()); });
    QWebSocketHandshakeOptions options;
    options.setSubprotocols({QStringLiteral("holdfast.v1")});
    m_socket.open(url, options);
    if (!waitForMessage(patienceMs))
        return;
    const auto message = parseRpc(m_messages.front());
    m_messages.pop_front();
    if (const auto *call = message ? std::get_if<RpcCall>(&*message) : nullptr; call != nullptr)
        if (auto challenge = Challenge::fromJson(call->params))
            m_challenge = *challenge;
}

bool Client::waitForMessage(int timeoutMs)
{
    QEventLoop loop;
    QTimer patience;
    QObject::connect(&m_socket, &QWebSocket::textMessageReceived, &loop, &QEventLoop::quit);
    QObject::connect(&m_socket, &QWebSocket::stateChanged, &loop, &QEventLoop::quit);
    QObject::connect(&patience, &QTimer::timeout, &loop, &QEventLoop::quit);
    patience.setSingleShot(true);
    patience.start(timeoutMs);
    while (m_messages.empty() && patience.isActive() && m_socket.state() != QAbstractSocket::UnconnectedState)
        loop.exec();
    return !m_messages.empty();
}

std::optional<RpcReply> Client::call(QStringView method, const Json &params, int timeoutMs)
{
    m_socket.sendTextMessage(QString::fromUtf8(encode(RpcCall{RpcId{++m_last}, method.toString(), params})));
    while (waitForMessage(timeoutMs)) {
        const auto message = parseRpc(m_messages.front());
        m_messages.pop_front();
        const auto *reply = message ? std::get_if<RpcReply>(&*message) : nullptr;
        if (reply != nullptr && reply->id == RpcId{m_last})
            return *reply;
        if (const auto *told = message ? std::get_if<RpcCall>(&*message) : nullptr; told != nullptr && m_heard)
            m_heard(*told);
    }
    return std::nullopt;
}

bool Client::openSession(const Signer &key)
{
    SessionOpen open;
    open.gate = m_challenge.gate;
    open.gateKey = m_challenge.key;
    open.nonce = m_challenge.nonce;
    open.clientNonce = randomBytes(16);
    open.key = key.key();
    open.clientName = QStringLiteral("test");
    open.clientVersion = QStringLiteral("1");
    open.at = SystemClock().now();
    const auto reply = call(method::SessionOpen, EnvelopeParams{Envelope::sign(key, payloadtype::SessionOpen, open.toPayload())}.toJson());
    const Json *result = reply ? std::get_if<Json>(&reply->outcome) : nullptr;
    const auto answer = result != nullptr ? EnvelopeResult::fromJson(*result) : Parsed<EnvelopeResult>(Failure{DocumentError{}});
    if (!answer || !verify(answer->envelope, m_challenge.key, payloadtype::Session)) {
        const RpcError *error = reply ? std::get_if<RpcError>(&reply->outcome) : nullptr;
        qWarning("no session: challenge by %s; %s; connection: %d, %s %s", qPrintable(m_challenge.gate), error != nullptr ? qPrintable(error->detail) : "no refusal",
                 m_socket.state(), qPrintable(m_socket.errorString()), qPrintable(m_socket.closeReason()));
        return false;
    }
    auto session = Session::parse(answer->envelope.payload);
    if (session)
        m_session = std::move(*session);
    return static_cast<bool>(session);
}

} // namespace holdfast::tests
