// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "core/result.h"

#include <QByteArray>
#include <QString>
#include <QStringList>

#include <chrono>
#include <cstdint>
#include <functional>
#include <memory>
#include <vector>

namespace holdfast {

using ConnectionId = std::uint64_t;

struct ServerOptions final
{
    QString address = QStringLiteral("127.0.0.1"); ///< loopback only
    quint16 port = 0; ///< 0 picks one
    QStringList hosts; ///< allowed Host values besides 127.0.0.1:PORT, localhost:PORT, [::1]:PORT
    QStringList origins; ///< allowed Origin values; a handshake with any other Origin is refused with 403
    std::size_t connections = 4096;
    std::size_t beforeSession = 1024; ///< of them without a session yet, so that there is always room for those who have one
    std::size_t beforeSessionPerAddress = 256;
    std::size_t waitingMessages = 32; ///< of one connection, handed over and not taken: then no more of it is read
    std::size_t waitingBytes = 2UL * 1024 * 1024; ///< as waitingMessages
    std::size_t allWaitingBytes = 32UL * 1024 * 1024; ///< of all connections: then each may have one message that waits
    std::size_t asideBytes = 256UL * 1024; ///< a larger message is handed over on a thread of its own
    std::size_t answerBytes = 1UL * 1024 * 1024; ///< that wait for one receiver: until he has read some, nothing more of his is read
    std::size_t queueBytes = 8UL * 1024 * 1024; ///< that may wait for one receiver; a slower one is cut off
    std::size_t allQueuedBytes = 64UL * 1024 * 1024; ///< of answers to one receiver each, over all: whoever has most waiting is cut off
    std::chrono::milliseconds handshakeWithin{10'000}; ///< and a session within as long again
    std::chrono::milliseconds pingEvery{20'000};
    std::chrono::milliseconds closeWithin{5'000}; ///< for what is still queued and the peer's answer
    std::chrono::milliseconds stopWithin{2'000};
};

/// Called on the server's thread; must return at once (hand over to a queue). Only what takes a large message may take its time: it is
/// called on another thread, one message after another, while nothing more of that connection is read.
struct ServerEvents final
{
    std::function<void(ConnectionId)> opened; ///< the WebSocket handshake is done
    std::function<void(ConnectionId, QByteArray message)> received; ///< one whole text message; it waits until Server::taken()
    std::function<void(ConnectionId)> closed; ///< once for each that was opened, before stop() returns at the latest
};

/// WebSocket transport of protocol 3.1 on Boost.Beast: path /v1, subprotocol holdfast.v1, text only, no compression;
/// 64 KiB before a session and 2 MiB after it (close 1009); unmasked frames, foreign Host or Origin, and a handshake or a
/// session later than 10 s are closed; too many without a session, from one address or in all: the oldest make room; ping every 20 s, two missed close. One thread of its own owns the sockets; one encoded
/// frame is shared among all receivers of a broadcast. Every public function may be called from any thread.
class Server final
{
public:
    explicit Server(ServerOptions options, ServerEvents events);
    ~Server();
    Server(const Server &) = delete;
    Server &operator=(const Server &) = delete;

    /// The port that it listens on, or why it cannot listen.
    [[nodiscard]] Result<quint16, QString> start();
    void send(ConnectionId to, QByteArray message);
    void broadcast(std::vector<ConnectionId> to, QByteArray message);
    /// A message of `bytes` that was received no longer waits: its connection may be read on.
    void taken(ConnectionId connection, std::size_t bytes);
    /// A session is open on `connection`: lifts the message limit and the 10 s deadline.
    void admit(ConnectionId connection);
    /// Closes after what was sent before has gone out. `code` as in RFC 6455 (1008 policy, 1013 try again, …).
    void close(ConnectionId connection, std::uint16_t code, QString reason);
    /// Says 1001 to all, waits at most stopWithin, ends the thread. Not from an event; the destructor does it too.
    void stop();

private:
    class Impl;
    std::unique_ptr<Impl> m_impl;
};

} // namespace holdfast
