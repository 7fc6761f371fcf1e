// SPDX-License-Identifier: Apache-2.0
#include "console/shell/singleinstance.h"

#include "core/ids.h"

#include <QLocalSocket>

namespace holdfast {

using namespace Qt::StringLiterals;

namespace {
constexpr int longestMessage = 64; // "raise " and a hold id
constexpr int answerMs = 2000;
}

SingleInstance::SingleInstance(const QString &runtimeDirectory, QObject *parent)
    : QObject(parent)
    , m_socket(runtimeDirectory + u"/console.socket"_s)
    , m_lock(runtimeDirectory + u"/console.lock"_s)
{
    // A lock is stale only when its process is gone, however long the console runs.
    m_lock.setStaleLockTime(0);
    m_server.setSocketOptions(QLocalServer::UserAccessOption);
    connect(&m_server, &QLocalServer::newConnection, this, &SingleInstance::accept);
}

bool SingleInstance::claim(const QString &holdId)
{
    if (m_lock.tryLock(0)) {
        QLocalServer::removeServer(m_socket);
        m_server.listen(m_socket);
        return true;
    }
    QLocalSocket socket;
    socket.connectToServer(m_socket);
    if (socket.waitForConnected(answerMs)) {
        socket.write("raise " + holdId.toUtf8() + '\n');
        socket.waitForBytesWritten(answerMs);
        socket.disconnectFromServer();
    }
    return false;
}

void SingleInstance::accept()
{
    while (auto *socket = m_server.nextPendingConnection()) {
        connect(socket, &QLocalSocket::disconnected, socket, &QObject::deleteLater);
        connect(socket, &QLocalSocket::readyRead, this, [this, socket] {
            if (socket->bytesAvailable() > longestMessage) {
                socket->abort();
                return;
            }
            if (!socket->canReadLine())
                return;
            const auto words = QString::fromUtf8(socket->readLine(longestMessage)).trimmed().split(u' ');
            if (words.value(0) != u"raise"_s)
                return;
            const auto hold = HoldId::parse(words.value(1));
            Q_EMIT raiseAsked(hold ? hold->toString() : QString());
        });
    }
}

} // namespace holdfast
