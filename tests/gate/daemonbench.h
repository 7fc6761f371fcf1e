// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "core/documents/session.h"
#include "core/signer.h"
#include "wire/messages.h"
#include "wire/rpc.h"

#include <QProcess>
#include <QTemporaryDir>
#include <QWebSocket>

#include <deque>
#include <functional>

namespace holdfast::tests {

/// A real holdfastd on its own directory, and what speaks to it over a WebSocket.
class Daemon final
{
public:
    /// `policy` is written once; a later start() finds what the gate made of it.
    /// `local`: more lines of [gate].
    explicit Daemon(const QByteArray &policy, const QByteArray &local = {});
    ~Daemon();

    /// True when it listens; else see errors().
    bool start(const QByteArray &ownerSecret = {}) { return launch(ownerSecret) && listens(); }
    /// Only begins; listens() says what came of it.
    bool launch(const QByteArray &ownerSecret = {});
    bool listens();
    /// A second program on the same configuration: its exit code, and what it said.
    [[nodiscard]] std::pair<int, QByteArray> startSecond() const;
    /// SIGTERM; the exit code, or -1 when it did not end by itself.
    int stop();
    /// kill -9. False: it had ended before, by itself.
    bool kill();
    /// Waits for an end that somebody else brings about: true when that was kill -9.
    bool endsKilled();
    [[nodiscard]] qint64 pid() const { return m_process->processId(); }
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

/// A blocking client. Ends like its gate: at the latest when that is gone.
class Client final
{
public:
    explicit Client(const QUrl &url);

    [[nodiscard]] bool isOpen() const { return m_socket.state() == QAbstractSocket::ConnectedState; }
    [[nodiscard]] const Challenge &challenge() const { return m_challenge; }
    /// nullopt: the connection ended, or nothing came in time.
    std::optional<RpcReply> call(QStringView method, const Json &params, int timeoutMs = 20'000);
    bool openSession(const Signer &key);
    /// The gate's answer to it; its signature was verified.
    [[nodiscard]] const Session &session() const { return m_session; }
    /// Called with every notification of the gate as it arrives while a call waits.
    void onNotification(std::function<void(const RpcCall &)> heard) { m_heard = std::move(heard); }

private:
    /// Returns at the moment of arrival: whoever kills after an answer must not come late. False: nothing came, or the connection ended.
    [[nodiscard]] bool waitForMessage(int timeoutMs);

    QWebSocket m_socket;
    std::deque<QByteArray> m_messages;
    Challenge m_challenge;
    Session m_session;
    std::function<void(const RpcCall &)> m_heard;
    std::int64_t m_last = 0;
};

} // namespace holdfast::tests
