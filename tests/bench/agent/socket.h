// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <QByteArray>
#include <QString>

#include <optional>

namespace holdfast::bench {

/// Ends the program with one line on standard error: a measurement that went wrong is no measurement.
[[noreturn]] void fail(const QString &why);

/// A blocking WebSocket client on loopback, no more than what measuring needs: what is between the clock and the wire is one write().
class WebSocket final
{
public:
    /// `url`: ws://127.0.0.1:PORT/path. Fails the program when nobody answers.
    explicit WebSocket(const QString &url, const QByteArray &subprotocol = {});
    ~WebSocket();
    WebSocket(const WebSocket &) = delete;
    WebSocket &operator=(const WebSocket &) = delete;

    /// A text message as the bytes of one frame, to be written later at the exact moment.
    [[nodiscard]] static QByteArray frame(const QByteArray &text);
    void write(const QByteArray &frame);
    void say(const QByteArray &text) { write(frame(text)); }
    /// The next text message; pings are answered on the way. Fails the program when none comes in time.
    [[nodiscard]] QByteArray next(int timeoutMs = 30'000);

private:
    [[nodiscard]] bool take(int &opcode, QByteArray &payload);
    void fill(int timeoutMs);

    int m_socket;
    QByteArray m_read;
};

/// Messages behind four bytes of length: what the floor programs speak.
class PlainSocket final
{
public:
    explicit PlainSocket(quint16 port);
    ~PlainSocket();
    PlainSocket(const PlainSocket &) = delete;
    PlainSocket &operator=(const PlainSocket &) = delete;

    [[nodiscard]] static QByteArray frame(const QByteArray &bytes);
    void write(const QByteArray &frame);
    [[nodiscard]] QByteArray next();

private:
    int m_socket;
};

} // namespace holdfast::bench
