// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "core/signer.h"
#include "wire/messages.h"
#include "wire/rpc.h"

#include <QProcess>
#include <QTemporaryDir>
#include <QWebSocket>

#include <deque>

namespace holdfast::tests {

/// A real holdfastd on its own directory, and what speaks to it over a WebSocket.
class Daemon final
{
public:
    /// `policy` is written once; a later start() finds what the gate made of it.
    explicit Daemon(const QByteArray &policy);
    ~Daemon();

    /// True when it listens; else see errors().
    bool start(const QByteArray &ownerSecret = {});
    /// SIGTERM; the exit code, or -1 when it did not end by itself.
    int stop();
    void kill();
    [[nodiscard]] QString path(const QString &name) const { return m_directory.filePath(name); }
    [[nodiscard]] const QUrl &url() const { return m_url; }
    [[nodiscard]] QByteArray errors() { return m_process->readAllStandardError(); }
    [[nodiscard]] const QByteArray &printed() const { return m_printed; }

private:
    QTemporaryDir m_directory;
    std::unique_ptr<QProcess> m_process;
    QUrl m_url;
    QByteArray m_printed;
};

/// A blocking client.
class Client final
{
public:
    explicit Client(const QUrl &url);

    [[nodiscard]] bool isOpen() const { return m_socket.state() == QAbstractSocket::ConnectedState; }
    [[nodiscard]] const Challenge &challenge() const { return m_challenge; }
    /// nullopt: the connection ended, or nothing came in time.
    std::optional<RpcReply> call(QStringView method, const Json &params, int timeoutMs = 20'000);
    bool openSession(const Signer &key);

private:
    [[nodiscard]] bool waitForMessage(int timeoutMs);

    QWebSocket m_socket;
    std::deque<QByteArray> m_messages;
    Challenge m_challenge;
    std::int64_t m_last = 0;
};

} // namespace holdfast::tests
