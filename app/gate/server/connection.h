// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "gate/server/handshake.h"
#include "gate/server/server.h"

#include <boost/asio/ip/tcp.hpp>
#include <boost/asio/steady_timer.hpp>
#include <boost/asio/thread_pool.hpp>
#include <boost/beast/core/flat_buffer.hpp>
#include <boost/beast/http.hpp>
#include <boost/beast/websocket.hpp>

#include <deque>

namespace holdfast {

/// One message, encoded once.
struct Encoded final
{
    QByteArray bytes;
    bool shared = false; ///< several receive it, so it counts for none of them
};
using Message = std::shared_ptr<const Encoded>;

/// The parts of a server that its connections need.
struct Surroundings final
{
    const ServerOptions &options;
    const ServerEvents &events;
    HandshakeRules rules;
    std::function<void(ConnectionId)> forget;
    std::size_t waiting = 0; ///< bytes that were received and not taken, of all connections
    std::size_t queued = 0; ///< bytes that wait for one receiver alone, of all connections
    boost::asio::thread_pool aside{1}; ///< where large messages are handed over
};

/// One client, from the accepted socket to its end. All of it runs on the server's thread; pending operations keep it alive.
class Connection final : public std::enable_shared_from_this<Connection>
{
public:
    Connection(ConnectionId id, boost::asio::ip::tcp::socket socket, Surroundings &surroundings);

    void start();
    void send(Message message);
    /// Bytes that wait for this receiver and no other.
    [[nodiscard]] std::size_t ownQueued() const { return m_ownQueued; }
    void admit();
    void taken(std::size_t bytes);
    [[nodiscard]] bool isOpen() const { return m_state == State::Open; }
    void close(std::uint16_t code, const QString &reason);
    /// Ends at once, without a close frame.
    void drop();

private:
    enum class State { Handshaking, Open, Closing, Gone };

    const ServerOptions &options() const { return m_surroundings.options; }
    void onRequest(boost::system::error_code error);
    void refuse(unsigned status);
    void onAccepted(boost::system::error_code error);
    void read();
    /// Reads on, unless too much of this connection waits already, there or here.
    void readOn();
    [[nodiscard]] bool mayRead() const;
    void onRead(boost::system::error_code error);
    void handOver(QByteArray message);
    void write();
    void onWritten(boost::system::error_code error);
    void sayGoodbye();
    void armDeadline(std::chrono::milliseconds in);
    void onDeadline();
    void armPing();
    void onPingTime();

    const ConnectionId m_id;
    Surroundings &m_surroundings;
    State m_state = State::Handshaking;
    bool m_admitted = false;
    bool m_pinging = false;
    bool m_aside = false; ///< a large message is being handed over: what follows it must not overtake it
    bool m_paused = false; ///< nothing is read: it could not answer a ping
    int m_missed = 0;
    std::size_t m_waitingMessages = 0, m_waitingBytes = 0; ///< received and not taken
    boost::asio::steady_timer m_deadline;
    boost::asio::steady_timer m_ping;
    boost::beast::websocket::stream<boost::asio::ip::tcp::socket> m_stream;
    boost::beast::flat_buffer m_buffer;
    boost::beast::http::request_parser<boost::beast::http::empty_body> m_parser;
    boost::beast::http::request<boost::beast::http::empty_body> m_request;
    boost::beast::http::response<boost::beast::http::empty_body> m_refusal;
    std::deque<Message> m_queue; ///< the first one is being written
    std::size_t m_queued = 0; ///< bytes in m_queue
    std::size_t m_ownQueued = 0; ///< of them in messages that no other connection shares
    boost::beast::websocket::close_reason m_goodbye;
};

} // namespace holdfast
