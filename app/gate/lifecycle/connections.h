// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "core/documents/registry.h"
#include "gate/server/server.h"

#include <map>
#include <vector>

namespace holdfast {

/// One open socket, as the engine knows it.
struct OpenConnection final
{
    QByteArray nonce; ///< of its challenge
    QString actor; ///< empty until a session is open
    bool isHuman = false; ///< so the actor is of kind human
    VerifierKey key; ///< that opened it
    bool subscribed = false;
    int beforeSession = 0; ///< messages that came without one
    int unanswered = 0; ///< calls that wait for their answer
};

/// The open connections; in memory only. Used on the store thread.
class Connections final
{
public:
    OpenConnection &open(ConnectionId id);
    void close(ConnectionId id);
    [[nodiscard]] OpenConnection *find(ConnectionId id);
    [[nodiscard]] std::vector<ConnectionId> subscribers() const;
    [[nodiscard]] std::vector<ConnectionId> of(const QString &actor) const;
    /// Counts the calls that wait for an answer: of the actor, over all his connections; before a session, of the connection.
    void asked(OpenConnection &connection);
    void answered(OpenConnection &connection);
    [[nodiscard]] int unanswered(const OpenConnection &connection) const;

private:
    std::map<ConnectionId, OpenConnection> m_open;
    std::map<QString, int> m_unanswered; ///< by actor
};

} // namespace holdfast
