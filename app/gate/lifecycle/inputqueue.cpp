// SPDX-License-Identifier: Apache-2.0
#include "gate/lifecycle/inputqueue.h"

#include <algorithm>
#include <type_traits>

namespace holdfast {

namespace {

/// The socket that an input came through, or nullopt for the result of a worker.
std::optional<ConnectionId> socketOf(const Input &input)
{
    return std::visit(
        [](const auto &each) -> std::optional<ConnectionId> {
            using Each = std::decay_t<decltype(each)>;
            if constexpr (std::is_same_v<Each, Opened> || std::is_same_v<Each, Received> || std::is_same_v<Each, Closed>)
                return each.connection;
            else
                return std::nullopt;
        },
        input);
}

qsizetype sizeOf(const Input &input)
{
    const auto *received = std::get_if<Received>(&input);
    return received == nullptr ? 0 : received->message.size();
}

} // namespace

void InputQueue::add(Input input)
{
    if (const auto socket = socketOf(input))
        m_waiting[*socket].push_back(std::move(input));
    else
        m_results.push_back(std::move(input));
}

void InputQueue::again(std::vector<Input> inputs)
{
    for (auto input = inputs.rbegin(); input != inputs.rend(); ++input) {
        if (const auto socket = socketOf(*input)) {
            m_waiting[*socket].push_front(std::move(*input));
            m_left.insert(m_left.begin(), *socket);
        } else {
            m_results.push_front(std::move(*input));
        }
    }
}

std::vector<Input> InputQueue::turn(const OwnerOf &ownerOf)
{
    std::vector<Input> inputs(std::make_move_iterator(m_results.begin()), std::make_move_iterator(m_results.end()));
    m_results.clear();
    Owners owners = waitingByOwner(ownerOf);
    auto begin = m_left.empty() ? owners.upper_bound(m_lastOwner) : owners.lower_bound(ownerOf(m_left.front()));
    m_left.clear();
    std::erase_if(m_lastOf, [&owners](const auto &each) { return !owners.contains(each.first); });
    Room room{m_bounds.inputs, m_bounds.bytes};
    while (!owners.empty() && round(inputs, owners, begin, room))
        begin = owners.upper_bound(m_lastOwner);
    return inputs;
}

InputQueue::Owners InputQueue::waitingByOwner(const OwnerOf &ownerOf) const
{
    Owners owners;
    for (const auto &[connection, inputs] : m_waiting)
        owners[ownerOf(connection)].connections.push_back(connection);
    std::map<QString, ConnectionId> first;
    for (const auto &[owner, last] : m_lastOf)
        first[owner] = last + 1;
    for (auto left = m_left.rbegin(); left != m_left.rend(); ++left)
        first[ownerOf(*left)] = *left;
    for (const auto &[owner, connection] : first) {
        if (const auto found = owners.find(owner); found != owners.end()) {
            auto &line = found->second.connections;
            std::rotate(line.begin(), std::lower_bound(line.begin(), line.end(), connection), line.end());
        }
    }
    return owners;
}

bool InputQueue::round(std::vector<Input> &into, Owners &owners, Owners::iterator owner, Room &room)
{
    for (std::size_t left = owners.size(); left > 0; --left) {
        if (owner == owners.end())
            owner = owners.begin();
        const qsizetype size = sizeOf(m_waiting.at(owner->second.connections.front()).front());
        // What has no room now is the first of the next turn.
        if (!room.has(size))
            return false;
        room = {room.inputs - 1, room.bytes - size, false};
        into.push_back(takeFrom(*owner));
        const bool done = owner->second.connections.empty() || owner->second.messages >= m_bounds.ofOneOwner;
        owner = done ? owners.erase(owner) : std::next(owner);
    }
    return true;
}

Input InputQueue::takeFrom(Owners::value_type &owner)
{
    auto &[name, of] = owner;
    const ConnectionId connection = of.connections.front();
    const auto queue = m_waiting.find(connection);
    Input input = std::move(queue->second.front());
    queue->second.pop_front();
    of.connections.pop_front();
    if (queue->second.empty())
        m_waiting.erase(queue);
    else
        of.connections.push_back(connection);
    of.messages += std::holds_alternative<Received>(input) ? 1U : 0U;
    m_lastOwner = name;
    m_lastOf[name] = connection;
    return input;
}

} // namespace holdfast
