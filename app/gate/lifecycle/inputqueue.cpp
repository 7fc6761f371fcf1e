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
    const auto first = std::find_if(inputs.begin(), inputs.end(), [](const Input &input) { return socketOf(input).has_value(); });
    if (first != inputs.end())
        m_first = socketOf(*first);
    for (auto input = inputs.rbegin(); input != inputs.rend(); ++input)
        if (const auto socket = socketOf(*input))
            m_waiting[*socket].push_front(std::move(*input));
        else
            m_results.push_front(std::move(*input));
}

std::vector<Input> InputQueue::turn(const OwnerOf &ownerOf)
{
    std::vector<Input> inputs(std::make_move_iterator(m_results.begin()), std::make_move_iterator(m_results.end()));
    m_results.clear();
    Owners owners = waitingByOwner(ownerOf);
    Room room{m_bounds.inputs, m_bounds.bytes};
    auto begin = m_first ? owners.lower_bound(ownerOf(*m_first)) : owners.upper_bound(m_lastOwner);
    m_first.reset();
    while (!owners.empty() && round(inputs, owners, begin, room))
        begin = owners.upper_bound(m_lastOwner);
    return inputs;
}

InputQueue::Owners InputQueue::waitingByOwner(const OwnerOf &ownerOf) const
{
    Owners owners;
    const auto add = [&](auto from, auto to) {
        for (auto each = from; each != to; ++each)
            owners[ownerOf(each->first)].push_back(each->first);
    };
    const auto next = m_first ? m_waiting.lower_bound(*m_first) : m_waiting.upper_bound(m_last);
    add(next, m_waiting.end());
    add(m_waiting.begin(), next);
    return owners;
}

bool InputQueue::round(std::vector<Input> &into, Owners &owners, Owners::iterator owner, Room &room)
{
    for (std::size_t left = owners.size(); left > 0; --left) {
        if (owner == owners.end())
            owner = owners.begin();
        const ConnectionId connection = owner->second.front();
        const auto queue = m_waiting.find(connection);
        const qsizetype size = sizeOf(queue->second.front());
        // What has no room now is the first of the next turn.
        if (!room.has(size))
            return false;
        room = {room.inputs - 1, room.bytes - size, false};
        m_lastOwner = owner->first;
        m_last = connection;
        into.push_back(std::move(queue->second.front()));
        queue->second.pop_front();
        owner->second.pop_front();
        if (queue->second.empty())
            m_waiting.erase(queue);
        else
            owner->second.push_back(connection);
        owner = owner->second.empty() ? owners.erase(owner) : std::next(owner);
    }
    return true;
}

} // namespace holdfast
