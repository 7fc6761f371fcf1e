// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "core/documents/session.h"
#include "core/signer.h"
#include "wire/gateaddress.h"
#include "link/linkerror.h"
#include "wire/messages.h"

#include <QObject>
#include <QPointer>
#include <QTimer>
#include <QWebSocket>

#include <chrono>
#include <deque>
#include <functional>
#include <map>

namespace holdfast {

struct LinkOptions final
{
    GateAddress address;
    std::optional<VerifierKey> ledgerKey; ///< pinned; without it the challenge's is taken until the registry is verified
    QString clientName = QStringLiteral("holdfast");
    QString clientVersion = QStringLiteral(HOLDFAST_VERSION);
    std::chrono::milliseconds answer{10'000}; ///< of a handshake, a session, and of a call unless it says otherwise
    std::chrono::milliseconds firstDelay{250}, longestDelay{30'000}; ///< before connecting again; doubled each time
    int inFlight = limit::UnansweredPerActor / 2; ///< calls that wait for the gate; more wait here, in order. All links of an actor share the gate's limit
    std::chrono::milliseconds ping{20'000}; ///< two that stay unanswered: the connection is dropped
};

/// The client end of one gate (protocol 3). Believes an answer only after the gate proved the pinned key in session.open.
/// Connects again by itself after a loss, never after an answer that does not verify. Lives on one thread with an event loop.
class GateLink final : public QObject
{
    Q_OBJECT
public:
    enum class State {
        Closed,
        Connecting, ///< up to the challenge
        Challenged, ///< the pinned gate asks; only without a signer does it stay here, for enrol()
        Open,
        Waiting, ///< lost; connects again
        Failed, ///< a final error
    };
    Q_ENUM(State)
    using Handler = std::function<void(Called<Json>)>;

    /// `signer` opens sessions and must outlive the link; without one the link can only enrol.
    GateLink(LinkOptions options, const Signer *signer);
    ~GateLink() override;

    void open();
    void close();

    [[nodiscard]] State state() const { return m_state; }
    [[nodiscard]] const GateAddress &address() const { return m_options.address; }
    /// While Open: the gate's verified answer, whose checkpoint opens under ledgerKey().
    [[nodiscard]] const Session &session() const { return m_session; }
    /// From Challenged on.
    [[nodiscard]] const Challenge &challenge() const { return m_challenge; }
    [[nodiscard]] VerifierKey ledgerKey() const { return m_options.ledgerKey.value_or(m_challenge.ledgerKey); }

    /// `handler` is called exactly once, later, unless `context` has ended. Without a session: Unreachable.
    /// A reply after the deadline is dropped. `deadline` zero means LinkOptions::answer; it begins when the call is sent.
    void call(QStringView method, const Json &params, QObject *context, Handler handler, std::chrono::milliseconds deadline = {});
    template<typename T>
    void call(QStringView method, const Json &params, QObject *context, std::function<void(Called<T>)> handler,
              std::chrono::milliseconds deadline = {});
    static constexpr std::chrono::seconds askAgainAfter{1};
    /// The same for a question that changes nothing: what passes is asked again after `askAgainAfter`, for as long as the session lasts. The
    /// connection stands meanwhile, so that nothing else would make whoever asks ask again.
    void ask(QStringView method, const Json &params, QObject *context, Handler handler);
    template<typename T>
    void ask(QStringView method, const Json &params, QObject *context, std::function<void(Called<T>)> handler);
    /// In state Challenged, for a link without a signer.
    void enrol(const Envelope &envelope, QObject *context, Handler handler);

Q_SIGNALS:
    void stateChanged(holdfast::GateLink::State state);
    void challenged();
    void opened();
    /// A connection or a session ended, or never came to be; whether it is tried again, `isFinal()` says.
    void failed(const holdfast::LinkError &error);
    /// `method` is what the gate wrote: compare it with wire/messages.h, never show it.
    void notified(const QString &method, const holdfast::Json &params);

private:
    struct Pending;

    template<typename T>
    [[nodiscard]] static Handler reading(std::function<void(Called<T>)> handler);

    void connectSocket();
    void dropSocket();
    void lose(const LinkError &error);
    void setState(State state);
    void received(const QString &message);
    void takeCall(const RpcCall &call);
    void takeReply(const RpcReply &reply);
    void takeChallenge(const Json &params);
    void openSession();
    void takeSession(const Called<Json> &answer);
    [[nodiscard]] std::optional<LinkError> refusalOf(const Envelope &envelope, Session &session) const;
    void send(QStringView method, const Json &params, QObject *context, Handler handler, std::chrono::milliseconds deadline);
    void sendNext();
    void answer(std::int64_t id, Called<Json> outcome);
    void abandonCalls(const LinkError &error);
    void heartbeat();

    LinkOptions m_options;
    const Signer *m_signer;
    QWebSocket *m_socket = nullptr;
    State m_state = State::Closed;
    Challenge m_challenge;
    Session m_session;
    QByteArray m_clientNonce;
    std::map<std::int64_t, std::unique_ptr<Pending>> m_calls;
    std::deque<std::int64_t> m_unsent; ///< calls that wait here
    int m_inFlight = 0;
    std::int64_t m_lastId = 0;
    std::chrono::milliseconds m_delay;
    QTimer m_reconnect, m_handshake, m_ping;
    int m_unanswered = 0;
};

template<typename T>
GateLink::Handler GateLink::reading(std::function<void(Called<T>)> handler)
{
    return [handler = std::move(handler)](Called<Json> answer) {
        if (!answer)
            return handler(answer.failure());
        auto parsed = T::fromJson(*answer);
        if (!parsed)
            return handler(Failure{CallError{LinkError{LinkError::Kind::BadMessage, parsed.error().sentence()}}});
        handler(std::move(parsed).value());
    };
}

template<typename T>
void GateLink::call(QStringView method, const Json &params, QObject *context, std::function<void(Called<T>)> handler,
                    std::chrono::milliseconds deadline)
{
    call(method, params, context, reading<T>(std::move(handler)), deadline);
}

template<typename T>
void GateLink::ask(QStringView method, const Json &params, QObject *context, std::function<void(Called<T>)> handler)
{
    ask(method, params, context, reading<T>(std::move(handler)));
}

} // namespace holdfast
