// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "core/documents/session.h"
#include "ledger/checkpoint.h"
#include "wire/gateaddress.h"
#include "wire/messages.h"
#include "wire/rpc.h"

#include <QObject>
#include <QPointer>
#include <QWebSocket>
#include <QWebSocketServer>

#include <functional>
#include <map>
#include <memory>

namespace holdfast {

/// A gate for tests that does right unless told otherwise: real keys, real signatures, answers by script.
class ScriptedGate final : public QObject
{
    Q_OBJECT
public:
    using Reply = std::function<void(std::variant<Json, RpcError>)>;
    /// Answers by calling `reply`, now, later, or never.
    using Method = std::function<void(const Json &params, Reply reply)>;

    ScriptedGate();

    [[nodiscard]] GateAddress address() const;
    /// Stops listening and drops everybody; listen() comes back on the same port.
    void drop();
    bool listen();
    /// The next listen() is on another port.
    void move() { m_port = 0; }
    void on(QStringView method, Method handler) { m_methods[method.toString()] = std::move(handler); }
    /// The same answer each time.
    void answer(QStringView method, Json result);
    /// The next call of it fails, as with a gate that is busy; after that it is answered as it is now.
    void failOnce(QStringView method);
    void notify(QStringView method, const Json &params);
    void sendRaw(const QString &text);
    void sendBinary(const QByteArray &bytes);
    [[nodiscard]] Registry registry() const;
    [[nodiscard]] Envelope signedByGate(const char *payloadType, const QByteArray &payload) const { return Envelope::sign(*key, payloadType, payload); }
    [[nodiscard]] QString note(std::int64_t size, const Digest &root = sha256("root")) const;

    QString name = QStringLiteral("g.example/gate");
    std::unique_ptr<SeedSigner> key, ledgerKey, performKey;
    int connections = 0;
    int sessions = 0;
    QStringList calls; ///< methods, in the order they came

    // What it does wrong.
    bool challenges = true;
    bool answersSession = true;
    bool speaksSubprotocol = true;
    std::function<void(Challenge &)> bendChallenge;
    std::function<void(Session &)> bendSession;
    std::function<void(Envelope &)> bendAnswer;
    std::optional<RpcError> refusesSession;
    std::vector<Actor> actors;

private:
    void accept();
    void received(QWebSocket *socket, const QString &message);
    void openSession(QWebSocket *socket, const RpcCall &call);

    std::unique_ptr<QWebSocketServer> m_server;
    quint16 m_port = 0;
    QPointer<QWebSocket> m_socket;
    QByteArray m_nonce;
    std::map<QString, Method> m_methods;
};

} // namespace holdfast
