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

int Connections::unansweredOf(const QString &actor) const
{
    int sum = 0;
    for (const auto &[id, connection] : m_open)
        if (connection.actor == actor)
            sum += connection.unanswered;
    return sum;
}

} // namespace holdfast
