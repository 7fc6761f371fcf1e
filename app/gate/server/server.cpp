// SPDX-License-Identifier: Apache-2.0
#include "gate/server/server.h"

#include "gate/server/connection.h"

#include <boost/asio/io_context.hpp>
#include <boost/asio/post.hpp>

#include <algorithm>
#include <map>
#include <string>
#include <thread>
#include <unordered_map>

namespace holdfast {

namespace asio = boost::asio;
using boost::system::error_code;
using std::chrono::milliseconds;
using tcp = asio::ip::tcp;

namespace {
constexpr milliseconds acceptPause{100};
}

class Server::Impl final
{
public:
    Impl(ServerOptions options, ServerEvents events)
        : m_options(std::move(options))
        , m_events(std::move(events))
        , m_surroundings{m_options, m_events, {m_options.hosts, m_options.origins, 0}, [this](ConnectionId id) { forget(id); }}
    {
    }

    Result<quint16, QString> start();
    void stop();
    template<typename Act>
    void post(ConnectionId id, Act act)
    {
        asio::post(m_io, [this, id, act = std::move(act)] { with(id, act); });
    }
    void broadcast(std::vector<ConnectionId> to, Message message);
    /// Cuts off whoever has most waiting, until there is room again.
    void relieve();
    /// A session is open on it: it is no stranger any more.
    void known(ConnectionId id);

private:
    QString listen();
    void accept();
    void stopHere();
    void dropAll();
    void take(tcp::socket socket);
    void makeRoom(const std::string &from);
    void forget(ConnectionId id);
    template<typename Act>
    void with(ConnectionId id, const Act &act)
    {
        if (const auto found = m_connections.find(id); found != m_connections.end())
            act(*std::shared_ptr<Connection>(found->second));
    }

    const ServerOptions m_options;
    const ServerEvents m_events;
    Surroundings m_surroundings;
    asio::io_context m_io{1};
    tcp::acceptor m_acceptor{m_io};
    asio::steady_timer m_pause{m_io}; ///< before accepting again, and the bound of stopping
    std::unordered_map<ConnectionId, std::shared_ptr<Connection>> m_connections;
    std::map<ConnectionId, std::string> m_strangers; ///< without a session, oldest first, and their addresses
    std::unordered_map<std::string, std::size_t> m_strangersFrom;
    ConnectionId m_last = 0;
    std::thread m_thread;
};

QString Server::Impl::listen()
{
    error_code error;
    const auto address = asio::ip::make_address(m_options.address.toStdString(), error);
    if (error || !address.is_loopback())
        return QStringLiteral("the listen address is not a loopback address");
    const tcp::endpoint endpoint(address, m_options.port);
    m_acceptor.open(endpoint.protocol(), error);
    if (!error)
        m_acceptor.set_option(asio::socket_base::reuse_address(true), error);
    if (!error)
        m_acceptor.bind(endpoint, error);
    if (!error)
        m_acceptor.listen(asio::socket_base::max_listen_connections, error);
    return error ? QStringLiteral("cannot listen on %1, port %2: %3").arg(m_options.address, QString::number(m_options.port), QString::fromStdString(error.message())) : QString();
}

Result<quint16, QString> Server::Impl::start()
{
    if (const QString why = listen(); !why.isEmpty())
        return Failure{why};
    m_surroundings.rules.port = m_acceptor.local_endpoint().port();
    accept();
    m_thread = std::thread([this] { m_io.run(); });
    return m_surroundings.rules.port;
}

void Server::Impl::accept()
{
    m_acceptor.async_accept([this](error_code error, tcp::socket socket) {
        if (!m_acceptor.is_open())
            return;
        if (error) { // out of descriptors, say: not in a tight loop
            m_pause.expires_after(acceptPause);
            m_pause.async_wait([this](error_code) {
                if (m_acceptor.is_open())
                    accept();
            });
            return;
        }
        take(std::move(socket));
        accept();
    });
}

void Server::Impl::take(tcp::socket socket)
{
    error_code error;
    const std::string from = socket.remote_endpoint(error).address().to_string();
    if (error)
        return; // gone already
    if (m_connections.size() >= m_options.connections)
        return;
    makeRoom(from);
    const ConnectionId id = ++m_last;
    const auto connection = std::make_shared<Connection>(id, std::move(socket), m_surroundings);
    m_connections.emplace(id, connection);
    m_strangers.emplace(id, from);
    ++m_strangersFrom[from];
    connection->start();
}

void Server::Impl::makeRoom(const std::string &from)
{
    const auto known = m_strangersFrom.find(from);
    const bool tooManyThere = known != m_strangersFrom.end() && known->second >= m_options.beforeSessionPerAddress;
    if (!tooManyThere && m_strangers.size() < m_options.beforeSession)
        return;
    // The newcomer may be honest: the oldest go, first of those that have not even asked for a WebSocket.
    ConnectionId oldest = 0;
    bool asked = true;
    for (const auto &[id, address] : m_strangers) {
        if (tooManyThere && address != from)
            continue;
        const bool hasAsked = m_connections.at(id)->isOpen();
        if (oldest == 0 || (asked && !hasAsked)) {
            oldest = id;
            asked = hasAsked;
        }
        if (!asked)
            break;
    }
    if (oldest != 0)
        with(oldest, [](Connection &it) { it.drop(); });
}

void Server::Impl::known(ConnectionId id)
{
    const auto found = m_strangers.find(id);
    if (found == m_strangers.end())
        return;
    if (--m_strangersFrom[found->second] == 0)
        m_strangersFrom.erase(found->second);
    m_strangers.erase(found);
}

void Server::Impl::forget(ConnectionId id)
{
    known(id);
    m_connections.erase(id);
    if (!m_acceptor.is_open() && m_connections.empty())
        m_pause.cancel();
}

void Server::Impl::broadcast(std::vector<ConnectionId> to, Message message)
{
    asio::post(m_io, [this, to = std::move(to), message = std::move(message)] {
        for (const ConnectionId id : to)
            with(id, [&](Connection &connection) { connection.send(message); });
        relieve();
    });
}

void Server::Impl::relieve()
{
    while (m_surroundings.queued > m_options.allQueuedBytes) {
        const auto most = std::max_element(m_connections.begin(), m_connections.end(),
                                           [](const auto &a, const auto &b) { return a.second->ownQueued() < b.second->ownQueued(); });
        std::shared_ptr<Connection>(most->second)->drop();
    }
}

void Server::Impl::stopHere()
{
    error_code ignored;
    m_acceptor.close(ignored);
    m_pause.expires_after(m_connections.empty() ? milliseconds{0} : m_options.stopWithin);
    m_pause.async_wait([this](error_code) { dropAll(); });
    for (const auto &[id, connection] : std::unordered_map(m_connections))
        connection->close(1001, QStringLiteral("the gate stops"));
}

void Server::Impl::dropAll()
{
    for (const auto &[id, connection] : std::unordered_map(m_connections))
        connection->drop();
}

void Server::Impl::stop()
{
    if (!m_thread.joinable())
        return;
    asio::post(m_io, [this] { stopHere(); });
    m_thread.join(); // run() ends when no socket and no timer is left
    m_surroundings.aside.join();
}

Server::Server(ServerOptions options, ServerEvents events)
    : m_impl(std::make_unique<Impl>(std::move(options), std::move(events)))
{
}

Server::~Server()
{
    stop();
}

Result<quint16, QString> Server::start()
{
    return m_impl->start();
}

void Server::send(ConnectionId to, QByteArray message)
{
    m_impl->broadcast({to}, std::make_shared<const Encoded>(Encoded{std::move(message), false}));
}

void Server::broadcast(std::vector<ConnectionId> to, QByteArray message)
{
    m_impl->broadcast(std::move(to), std::make_shared<const Encoded>(Encoded{std::move(message), true}));
}

void Server::admit(ConnectionId connection)
{
    m_impl->post(connection, [impl = m_impl.get(), connection](Connection &it) {
        impl->known(connection);
        it.admit();
    });
}

void Server::taken(ConnectionId connection, std::size_t bytes)
{
    m_impl->post(connection, [bytes](Connection &it) { it.taken(bytes); });
}

void Server::close(ConnectionId connection, std::uint16_t code, QString reason)
{
    m_impl->post(connection, [code, reason = std::move(reason)](Connection &it) { it.close(code, reason); });
}

void Server::stop()
{
    m_impl->stop();
}

} // namespace holdfast
