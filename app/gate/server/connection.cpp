// SPDX-License-Identifier: Apache-2.0
#include "gate/server/connection.h"

#include <boost/asio/post.hpp>

#include <utility>

namespace holdfast {

namespace asio = boost::asio;
namespace beast = boost::beast;
namespace http = beast::http;
namespace websocket = beast::websocket;
using boost::system::error_code;
using std::chrono::milliseconds;
using tcp = asio::ip::tcp;

namespace {

constexpr std::size_t limitBeforeSession = 64UL * 1024;
constexpr std::size_t limitInSession = 2UL * 1024 * 1024;
constexpr std::uint32_t headerLimit = 8 * 1024;
constexpr int missedPings = 2;
/// RFC 6455: a control frame carries 125 bytes, two of them the code.
constexpr qsizetype reasonLimit = 123;

QByteArrayList valuesOf(const http::request<http::empty_body> &request, http::field field)
{
    QByteArrayList values;
    const auto [first, last] = request.equal_range(field);
    for (auto value = first; value != last; ++value)
        values.append(QByteArray(value->value().data(), static_cast<qsizetype>(value->value().size())));
    return values;
}

Handshake describe(const http::request<http::empty_body> &request)
{
    const beast::string_view target = request.target();
    return {QByteArray(target.data(), static_cast<qsizetype>(target.size())), websocket::is_upgrade(request), valuesOf(request, http::field::host),
        valuesOf(request, http::field::origin), valuesOf(request, http::field::sec_websocket_protocol)};
}

websocket::close_reason reasonFor(std::uint16_t code, QString text)
{
    while (text.toUtf8().size() > reasonLimit)
        text.chop(1);
    return {static_cast<websocket::close_code>(code), text.toStdString()};
}

} // namespace

Connection::Connection(ConnectionId id, tcp::socket socket, Surroundings &surroundings)
    : m_id(id)
    , m_surroundings(surroundings)
    , m_deadline(socket.get_executor())
    , m_ping(socket.get_executor())
    , m_stream(std::move(socket))
{
}

void Connection::start()
{
    error_code ignored;
    m_stream.next_layer().set_option(tcp::no_delay(true), ignored);
    armDeadline(options().handshakeWithin);
    m_parser.header_limit(headerLimit);
    http::async_read_header(m_stream.next_layer(), m_buffer, m_parser, [self = shared_from_this()](error_code error, std::size_t) { self->onRequest(error); });
}

void Connection::onRequest(error_code error)
{
    if (m_state == State::Gone)
        return;
    if (error)
        return error == http::error::header_limit ? refuse(431) : drop();
    m_request = m_parser.release();
    if (const unsigned status = refusalOf(describe(m_request), m_surroundings.rules); status != 0)
        return refuse(status);
    if (m_buffer.size() > 0)
        return refuse(400); // frames before our answer
    m_stream.set_option(websocket::stream_base::decorator(
        [](websocket::response_type &response) { response.set(http::field::sec_websocket_protocol, "holdfast.v1"); }));
    m_stream.read_message_max(limitBeforeSession);
    m_stream.text(true);
    m_stream.auto_fragment(false); // one frame, straight from the shared message
    m_stream.control_callback([this](websocket::frame_type kind, beast::string_view) {
        if (kind == websocket::frame_type::pong)
            m_missed = 0;
    });
    m_stream.async_accept(m_request, [self = shared_from_this()](error_code failed) { self->onAccepted(failed); });
}

void Connection::refuse(unsigned status)
{
    m_refusal.result(status);
    m_refusal.keep_alive(false);
    m_refusal.prepare_payload();
    http::async_write(m_stream.next_layer(), m_refusal, [self = shared_from_this()](error_code, std::size_t) { self->drop(); });
}

void Connection::onAccepted(error_code error)
{
    if (m_state == State::Gone)
        return;
    if (error)
        return drop();
    m_request = {};
    m_state = State::Open;
    armDeadline(options().handshakeWithin);
    armPing();
    m_surroundings.events.opened(m_id);
    read();
}

void Connection::read()
{
    m_stream.async_read(m_buffer, [self = shared_from_this()](error_code error, std::size_t) { self->onRead(error); });
}

void Connection::onRead(error_code error)
{
    if (m_state == State::Gone)
        return;
    if (error)
        return drop(); // Beast has sent 1002, 1007 or 1009 where a frame was wrong
    if (m_state == State::Closing)
        return; // nothing more is wanted; sayGoodbye() reads what comes
    if (!m_stream.got_text())
        return close(1003, QStringLiteral("text messages only"));
    m_missed = 0;
    QByteArray message(static_cast<const char *>(m_buffer.cdata().data()), static_cast<qsizetype>(m_buffer.size()));
    m_buffer.consume(m_buffer.size());
    if (m_buffer.capacity() > limitBeforeSession)
        m_buffer.shrink_to_fit(); // thousands of idle connections must not keep their largest message's room
    const auto size = static_cast<std::size_t>(message.size());
    ++m_waitingMessages;
    m_waitingBytes += size;
    m_surroundings.waiting += size;
    handOver(std::move(message));
    readOn();
}

void Connection::handOver(QByteArray message)
{
    if (static_cast<std::size_t>(message.size()) <= options().asideBytes)
        return m_surroundings.events.received(m_id, std::move(message));
    m_aside = true;
    asio::post(m_surroundings.aside, [self = shared_from_this(), message = std::move(message)]() mutable {
        self->m_surroundings.events.received(self->m_id, std::move(message));
        asio::post(self->m_stream.get_executor(), [self] {
            self->m_aside = false;
            if (self->m_state == State::Open)
                self->readOn();
        });
    });
}

bool Connection::mayRead() const
{
    if (m_aside || m_queued > options().answerBytes)
        return false;
    return m_waitingMessages == 0
        || (m_waitingMessages < options().waitingMessages && m_waitingBytes < options().waitingBytes && m_surroundings.waiting < options().allWaitingBytes);
}

void Connection::readOn()
{
    m_paused = !mayRead();
    if (!m_paused)
        read();
}

void Connection::taken(std::size_t bytes)
{
    --m_waitingMessages;
    m_waitingBytes -= bytes;
    m_surroundings.waiting -= bytes;
    if (m_paused && m_state == State::Open)
        readOn();
}

void Connection::send(Message message)
{
    if (m_state != State::Open)
        return;
    const auto size = static_cast<std::size_t>(message->bytes.size());
    if (!m_queue.empty() && m_queued + size > options().queueBytes)
        return drop(); // too slow: a close frame would only queue behind the rest
    m_queued += size;
    const std::size_t own = message->shared ? 0 : size;
    m_ownQueued += own;
    m_surroundings.queued += own;
    m_queue.push_back(std::move(message));
    if (m_queue.size() == 1)
        write();
}

void Connection::write()
{
    const QByteArray &next = m_queue.front()->bytes;
    m_stream.async_write(asio::buffer(next.constData(), static_cast<std::size_t>(next.size())),
        [self = shared_from_this()](error_code error, std::size_t) { self->onWritten(error); });
}

void Connection::onWritten(error_code error)
{
    if (m_state == State::Gone)
        return;
    if (error)
        return drop();
    const auto size = static_cast<std::size_t>(m_queue.front()->bytes.size());
    const std::size_t own = m_queue.front()->shared ? 0 : size;
    m_queued -= size;
    m_ownQueued -= own;
    m_surroundings.queued -= own;
    m_queue.pop_front();
    if (m_paused && m_state == State::Open) {
        m_missed = 0; // it does read
        readOn();
    }
    if (!m_queue.empty())
        write();
    else if (m_state == State::Closing)
        sayGoodbye();
}

void Connection::admit()
{
    if (m_state != State::Open)
        return;
    m_admitted = true;
    m_deadline.cancel();
    m_stream.read_message_max(limitInSession);
}

void Connection::close(std::uint16_t code, const QString &reason)
{
    if (m_state == State::Handshaking)
        return drop();
    if (m_state != State::Open)
        return;
    m_state = State::Closing;
    m_goodbye = reasonFor(code, reason);
    armDeadline(options().closeWithin);
    if (m_queue.empty())
        sayGoodbye();
}

void Connection::sayGoodbye()
{
    m_stream.async_close(m_goodbye, [self = shared_from_this()](error_code) { self->drop(); });
}

void Connection::drop()
{
    if (m_state == State::Gone)
        return;
    const bool wasOpened = m_state != State::Handshaking;
    m_state = State::Gone;
    m_surroundings.waiting -= std::exchange(m_waitingBytes, 0);
    m_surroundings.queued -= std::exchange(m_ownQueued, 0);
    m_deadline.cancel();
    m_ping.cancel();
    error_code ignored;
    m_stream.next_layer().close(ignored);
    if (wasOpened)
        m_surroundings.events.closed(m_id);
    m_surroundings.forget(m_id);
}

void Connection::armDeadline(milliseconds in)
{
    m_deadline.expires_after(in);
    m_deadline.async_wait([self = shared_from_this()](error_code error) {
        // A wait that was re-armed while its handler was already queued is not over yet.
        if (!error && self->m_deadline.expiry() <= std::chrono::steady_clock::now())
            self->onDeadline();
    });
}

void Connection::onDeadline()
{
    if (m_state == State::Open && !m_admitted)
        close(1008, QStringLiteral("no session in time"));
    else if (m_state != State::Open)
        drop();
}

void Connection::armPing()
{
    m_ping.expires_after(options().pingEvery);
    m_ping.async_wait([self = shared_from_this()](error_code error) {
        if (!error && self->m_state == State::Open)
            self->onPingTime();
    });
}

void Connection::onPingTime()
{
    if (m_paused && m_waitingMessages > 0)
        return armPing(); // it waits for us: its pong would not be read
    if (m_missed == missedPings)
        return drop();
    ++m_missed;
    if (!std::exchange(m_pinging, true)) {
        m_stream.async_ping({}, [self = shared_from_this()](error_code error) {
            self->m_pinging = false;
            if (error)
                self->drop();
        });
    }
    armPing();
}

} // namespace holdfast
