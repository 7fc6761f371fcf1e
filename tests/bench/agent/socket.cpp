// SPDX-License-Identifier: Apache-2.0
#include "socket.h"

#include <QUrl>
#include <QtEndian>

#include <arpa/inet.h>
#include <netinet/tcp.h>
#include <poll.h>
#include <unistd.h>

#include <cstdio>
#include <cstdlib>

namespace holdfast::bench {

namespace {

constexpr int text = 1, ping = 9, pong = 10, closed = 8;

int connectTo(quint16 port)
{
    const int descriptor = ::socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0);
    sockaddr_in address{};
    address.sin_family = AF_INET;
    address.sin_port = htons(port);
    address.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
    if (::connect(descriptor, reinterpret_cast<const sockaddr *>(&address), sizeof address) != 0)
        fail(QStringLiteral("nobody listens on port %1").arg(port));
    const int on = 1;
    ::setsockopt(descriptor, IPPROTO_TCP, TCP_NODELAY, &on, sizeof on);
    return descriptor;
}

void writeAll(int descriptor, const QByteArray &bytes)
{
    for (qsizetype at = 0; at < bytes.size();) {
        const ssize_t wrote = ::write(descriptor, bytes.constData() + at, static_cast<std::size_t>(bytes.size() - at));
        if (wrote <= 0)
            fail(QStringLiteral("the connection ended while it was written to"));
        at += wrote;
    }
}

bool waitReadable(int descriptor, int timeoutMs)
{
    pollfd wanted{descriptor, POLLIN, 0};
    return ::poll(&wanted, 1, timeoutMs) > 0;
}

QByteArray maskedFrame(int opcode, const QByteArray &payload)
{
    QByteArray out;
    out.append(static_cast<char>(0x80 | opcode));
    if (payload.size() < 126) {
        out.append(static_cast<char>(0x80 | static_cast<int>(payload.size())));
    } else if (payload.size() < 65536) {
        out.append(static_cast<char>(0x80 | 126)).append(2, '\0');
        qToBigEndian(static_cast<quint16>(payload.size()), out.data() + 2);
    } else {
        out.append(static_cast<char>(0x80 | 127)).append(8, '\0');
        qToBigEndian(static_cast<quint64>(payload.size()), out.data() + 2);
    }
    return out.append(4, '\0').append(payload); // a mask of zeros is a mask
}

} // namespace

void fail(const QString &why)
{
    std::fprintf(stderr, "bench: %s\n", qPrintable(why));
    std::exit(1);
}

WebSocket::WebSocket(const QString &url, const QByteArray &subprotocol) : m_socket(connectTo(static_cast<quint16>(QUrl(url).port())))
{
    const QByteArray offer = subprotocol.isEmpty() ? QByteArray() : "Sec-WebSocket-Protocol: " + subprotocol + "\r\n";
    writeAll(m_socket, "GET " + QUrl(url).path().toUtf8() + " HTTP/1.1\r\nHost: 127.0.0.1:" + QByteArray::number(QUrl(url).port())
                 + "\r\nUpgrade: websocket\r\nConnection: Upgrade\r\nSec-WebSocket-Key: dGhlIHNhbXBsZSBub25jZQ==\r\nSec-WebSocket-Version: 13\r\n" + offer + "\r\n");
    while (!m_read.contains("\r\n\r\n"))
        fill(10'000);
    if (!m_read.startsWith("HTTP/1.1 101"))
        fail(QStringLiteral("no WebSocket: %1").arg(QString::fromLatin1(m_read.left(60))));
    m_read.remove(0, m_read.indexOf("\r\n\r\n") + 4);
}

WebSocket::~WebSocket()
{
    ::close(m_socket);
}

QByteArray WebSocket::frame(const QByteArray &message)
{
    return maskedFrame(text, message);
}

void WebSocket::write(const QByteArray &frame)
{
    writeAll(m_socket, frame);
}

void WebSocket::fill(int timeoutMs)
{
    char buffer[65536];
    const ssize_t got = waitReadable(m_socket, timeoutMs) ? ::read(m_socket, buffer, sizeof buffer) : -1;
    if (got <= 0)
        fail(got == 0 ? QStringLiteral("the connection was closed") : QStringLiteral("no message came in time"));
    m_read.append(buffer, got);
}

bool WebSocket::take(int &opcode, QByteArray &payload)
{
    if (m_read.size() < 2)
        return false;
    qsizetype head = 2, size = static_cast<unsigned char>(m_read[1]) & 127;
    head += size == 126 ? 2 : size == 127 ? 8 : 0;
    if (m_read.size() < head)
        return false;
    if (size == 126)
        size = qFromBigEndian<quint16>(m_read.constData() + 2);
    else if (size == 127)
        size = static_cast<qsizetype>(qFromBigEndian<quint64>(m_read.constData() + 2));
    if (m_read.size() < head + size)
        return false;
    opcode = static_cast<unsigned char>(m_read[0]) & 15;
    payload = m_read.mid(head, size);
    m_read.remove(0, head + size);
    return true;
}

QByteArray WebSocket::next(int timeoutMs)
{
    for (;;) {
        int opcode = 0;
        QByteArray payload;
        while (!take(opcode, payload))
            fill(timeoutMs);
        if (opcode == ping)
            writeAll(m_socket, maskedFrame(pong, payload));
        else if (opcode == closed)
            fail(QStringLiteral("closed by the other end: %1").arg(QString::fromUtf8(payload.mid(2))));
        else if (opcode != pong)
            return payload;
    }
}

PlainSocket::PlainSocket(quint16 port) : m_socket(connectTo(port)) {}

PlainSocket::~PlainSocket()
{
    ::close(m_socket);
}

QByteArray PlainSocket::frame(const QByteArray &bytes)
{
    QByteArray out(4, '\0');
    qToBigEndian(static_cast<quint32>(bytes.size()), out.data());
    return out.append(bytes);
}

void PlainSocket::write(const QByteArray &frame)
{
    writeAll(m_socket, frame);
}

QByteArray PlainSocket::next()
{
    QByteArray have;
    qsizetype wanted = 4;
    while (have.size() < wanted) {
        char buffer[4096];
        const auto room = std::min<std::size_t>(sizeof buffer, static_cast<std::size_t>(wanted - have.size()));
        const ssize_t got = waitReadable(m_socket, 30'000) ? ::read(m_socket, buffer, room) : -1;
        if (got <= 0)
            fail(QStringLiteral("the floor program does not answer"));
        have.append(buffer, got);
        if (have.size() == 4)
            wanted = 4 + qFromBigEndian<quint32>(have.constData());
    }
    return have.mid(4);
}

} // namespace holdfast::bench
