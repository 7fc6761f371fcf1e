// SPDX-License-Identifier: Apache-2.0
#include "gate/lifecycle/connections.h"

#include "core/signer.h"

namespace holdfast {

OpenConnection &Connections::open(ConnectionId id)
{
    OpenConnection &made = m_open[id];
    made = OpenConnection{};
    made.nonce = randomBytes(16);
    return made;
}

OpenConnection *Connections::find(ConnectionId id)
{
    const auto found = m_open.find(id);
    return found == m_open.end() ? nullptr : &found->second;
}

std::vector<ConnectionId> Connections::subscribers() const
{
    std::vector<ConnectionId> found;
    for (const auto &[id, connection] : m_open)
        if (connection.subscribed)
            found.push_back(id);
    return found;
}

std::vector<ConnectionId> Connections::of(const QString &actor) const
{
    std::vector<ConnectionId> found;
    for (const auto &[id, connection] : m_open)
        if (connection.actor == actor)
            found.push_back(id);
    return found;
}

void Connections::asked(OpenConnection &connection)
{
    ++connection.unanswered;
    if (!connection.actor.isEmpty())
        ++m_unanswered[connection.actor];
}

void Connections::answered(OpenConnection &connection)
{
    if (connection.unanswered == 0)
        return;
    --connection.unanswered;
    if (auto &count = m_unanswered[connection.actor]; count > 0)
        --count;
}

int Connections::unanswered(const OpenConnection &connection) const
{
    const auto known = m_unanswered.find(connection.actor);
    return connection.actor.isEmpty() || known == m_unanswered.end() ? connection.unanswered : known->second;
}

void Connections::close(ConnectionId id)
{
    if (OpenConnection *gone = find(id))
        while (gone->unanswered > 0)
            answered(*gone);
    m_open.erase(id);
}

} // namespace holdfast
