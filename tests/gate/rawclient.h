// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <QByteArray>
#include <QHostAddress>
#include <QTcpSocket>
#include <QtEndian>

#include <optional>

/// A WebSocket client that may break every rule: it writes the bytes that it is told to.
class RawClient final
{
public:
    struct Frame final
    {
        int opcode = 0;
        bool fin = false;
        QByteArray payload;
        /// Of a close frame.
        [[nodiscard]] int code() const { return payload.size() < 2 ? 0 : qFromBigEndian<quint16>(payload.constData()); }
    };
    enum Opcode { Continuation = 0, Text = 1, Binary = 2, Close = 8, Ping = 9, Pong = 10 };

    explicit RawClient(quint16 port)
        : m_port(port)
    {
        socket.connectToHost(QHostAddress(QHostAddress::LocalHost), port);
        socket.waitForConnected(5000);
    }

    [[nodiscard]] QByteArray goodRequest() const
    {
        return "GET /v1 HTTP/1.1\r\nHost: 127.0.0.1:" + QByteArray::number(m_port)
            + "\r\nUpgrade: websocket\r\nConnection: Upgrade\r\nSec-WebSocket-Key: dGhlIHNhbXBsZSBub25jZQ==\r\n"
              "Sec-WebSocket-Version: 13\r\nSec-WebSocket-Protocol: holdfast.v1\r\n\r\n";
    }

    /// Sends a request and returns the head of the answer; empty when the server closed without one.
    QByteArray ask(const QByteArray &request)
    {
        socket.write(request);
        while (!m_read.contains("\r\n\r\n") && more()) { }
        const qsizetype end = m_read.indexOf("\r\n\r\n");
        if (end < 0)
            return {};
        const QByteArray head = m_read.left(end);
        m_read.remove(0, end + 4);
        return head;
    }

    static int statusOf(const QByteArray &head) { return head.mid(9, 3).toInt(); }
    bool open() { return statusOf(ask(goodRequest())) == 101; }

    static QByteArray frame(int opcode, const QByteArray &payload, bool fin = true, bool mask = true, int reserved = 0)
    {
        QByteArray out;
        out.append(static_cast<char>((fin ? 0x80 : 0) | reserved | opcode));
        const int masked = mask ? 0x80 : 0;
        if (payload.size() < 126) {
            out.append(static_cast<char>(masked | payload.size()));
        } else if (payload.size() < 65536) {
            out.append(static_cast<char>(masked | 126)).append(2, '\0');
            qToBigEndian(static_cast<quint16>(payload.size()), out.data() + out.size() - 2);
        } else {
            out.append(static_cast<char>(masked | 127)).append(8, '\0');
            qToBigEndian(static_cast<quint64>(payload.size()), out.data() + out.size() - 8);
        }
        if (!mask)
            return out + payload;
        return out.append(4, '\0').append(payload); // a mask of zeros is a mask
    }

    void say(const QByteArray &text) { socket.write(frame(Text, text)); }
    void write(const QByteArray &bytes) { socket.write(bytes); }

    /// The next frame, or nullopt when the connection ended or nothing came in time.
    std::optional<Frame> next()
    {
        while (true) {
            if (auto frame = take())
                return frame;
            if (!more())
                return std::nullopt;
        }
    }

    /// The next frame that is not a ping.
    std::optional<Frame> nextMessage()
    {
        auto frame = next();
        while (frame && frame->opcode == Ping)
            frame = next();
        return frame;
    }

    /// True once the server ends the connection, whatever comes before.
    bool ends()
    {
        while (socket.state() == QAbstractSocket::ConnectedState) {
            if (!more())
                break;
        }
        return socket.state() == QAbstractSocket::UnconnectedState;
    }

    QTcpSocket socket;

private:
    bool more()
    {
        if (socket.bytesAvailable() == 0 && !socket.waitForReadyRead(5000) && socket.bytesAvailable() == 0)
            return false;
        m_read.append(socket.readAll());
        return true;
    }

    std::optional<Frame> take()
    {
        if (m_read.size() < 2)
            return std::nullopt;
        const auto first = static_cast<unsigned char>(m_read[0]), second = static_cast<unsigned char>(m_read[1]);
        qsizetype head = 2, size = second & 127;
        if (size == 126)
            head = 4;
        else if (size == 127)
            head = 10;
        if (m_read.size() < head)
            return std::nullopt;
        if (head == 4)
            size = qFromBigEndian<quint16>(m_read.constData() + 2);
        else if (head == 10)
            size = static_cast<qsizetype>(qFromBigEndian<quint64>(m_read.constData() + 2));
        if (m_read.size() < head + size)
            return std::nullopt;
        Frame frame{first & 15, (first & 0x80) != 0, m_read.mid(head, size)};
        m_read.remove(0, head + size);
        return frame;
    }

    quint16 m_port;
    QByteArray m_read;
};
