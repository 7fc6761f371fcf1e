// SPDX-License-Identifier: Apache-2.0
#include "gate/lifecycle/inputqueue.h"

#include <algorithm>
#include <type_traits>

namespace holdfast {

namespace {

constexpr qsizetype bytesOfOne = 16LL * 1024; ///< of a message, for one of an allowance
constexpr std::chrono::milliseconds heldBackFor{20}; ///< at least: a turn for each call that has become allowed would cost more than the calls

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

bool isReadCall(const Received &received)
{
    return received.parsed && *received.parsed && std::holds_alternative<RpcCall>(**received.parsed);
}

qsizetype sizeOf(const Input &input)
{
    const auto *received = std::get_if<Received>(&input);
    return received == nullptr ? 0 : received->message.size();
}

} // namespace

void InputQueue::add(Input input)
{
    m_ready = true;
    if (const auto socket = socketOf(input))
        m_waiting[*socket].push_back(std::move(input));
    else
        m_results.push_back(std::move(input));
}

void InputQueue::again(std::vector<Input> inputs)
{
    m_ready = m_ready || !inputs.empty();
    for (auto input = inputs.rbegin(); input != inputs.rend(); ++input) {
        if (std::holds_alternative<Received>(*input))
            ++m_paid[std::get<Received>(*input).connection];
        if (const auto socket = socketOf(*input)) {
            m_waiting[*socket].push_front(std::move(*input));
            m_left.insert(m_left.begin(), *socket);
        } else {
            m_results.push_front(std::move(*input));
        }
    }
}

std::vector<Input> InputQueue::turn(const OwnerOf &ownerOf, std::optional<Instant> now)
{
    std::erase_if(m_heldBack, [now](const auto &each) { return !now || each.second <= *now; });
    std::vector<Input> inputs(std::make_move_iterator(m_results.begin()), std::make_move_iterator(m_results.end()));
    m_results.clear();
    gather(ownerOf);
    Room room{m_bounds.inputs, m_bounds.bytes};
    while (takeOne(inputs, room, now)) {}
    settle(ownerOf);
    return inputs;
}

void InputQueue::settle(const OwnerOf &ownerOf)
{
    m_ready = false;
    for (auto each = m_waiting.begin(); each != m_waiting.end();) {
        auto &[connection, inputs] = *each;
        if (m_heldBack.empty() || !m_heldBack.contains(ownerOf(connection).actor)) {
            m_ready = true;
        } else if (std::holds_alternative<Closed>(inputs.back())) {
            m_results.push_back(std::move(inputs.back()));
            m_paid.erase(connection);
            each = m_waiting.erase(each);
            continue;
        } else {
            for (Input &input : inputs)
                if (auto *received = std::get_if<Received>(&input); received != nullptr && isReadCall(*received))
                    received->parsed.reset(); // larger than the message; it is read again when its turn comes, for it has few values
        }
        ++each;
    }
    m_ready = m_ready || !m_results.empty();
}

std::optional<Instant> InputQueue::goesOn() const
{
    const auto first = std::min_element(m_heldBack.begin(), m_heldBack.end(), [](const auto &one, const auto &other) { return one.second < other.second; });
    return first == m_heldBack.end() ? std::nullopt : std::optional(first->second);
}

void InputQueue::gather(const OwnerOf &ownerOf)
{
    for (Side &side : m_sides)
        side.owners.clear();
    for (const auto &[connection, inputs] : m_waiting) {
        const InputOwner owner = ownerOf(connection);
        m_sides[owner.isHuman ? 1 : 0].owners[owner.actor].connections.push_back(connection);
    }
    for (Side &side : m_sides) {
        std::erase_if(side.lastOf, [&side](const auto &each) { return !side.owners.contains(each.first); });
        side.next = side.owners.upper_bound(side.lastOwner);
    }
    std::array<std::map<QString, ConnectionId>, 2> first;
    for (std::size_t i = 0; i < m_sides.size(); ++i)
        for (const auto &[owner, last] : m_sides[i].lastOf)
            first[i][owner] = last + 1;
    for (auto left = m_left.rbegin(); left != m_left.rend(); ++left) {
        const InputOwner owner = ownerOf(*left);
        m_nextSide = owner.isHuman ? 1 : 0;
        m_sides[m_nextSide].next = m_sides[m_nextSide].owners.lower_bound(owner.actor);
        first[m_nextSide][owner.actor] = *left;
    }
    m_left.clear();
    for (std::size_t i = 0; i < m_sides.size(); ++i) {
        for (const auto &[owner, connection] : first[i]) {
            if (const auto found = m_sides[i].owners.find(owner); found != m_sides[i].owners.end()) {
                auto &line = found->second.connections;
                std::rotate(line.begin(), std::lower_bound(line.begin(), line.end(), connection), line.end());
            }
        }
    }
}

bool InputQueue::payFor(bool isHuman, const QString &owner, ConnectionId connection, std::optional<Instant> now)
{
    const Input &input = m_waiting.at(connection).front();
    if (!std::holds_alternative<Received>(input))
        return true;
    if (const auto paid = m_paid.find(connection); paid != m_paid.end()) {
        if (--paid->second == 0)
            m_paid.erase(paid);
        return true;
    }
    // Strangers are one owner together, and have bounds of their own: one of them must not spend the others' allowance.
    if (isHuman || owner.isEmpty() || !now)
        return true;
    const auto wait = m_heldBack.contains(owner) ? std::nullopt : m_allowance.take(owner, 1 + sizeOf(input) / bytesOfOne, *now);
    if (wait)
        m_heldBack.emplace(owner, *now + std::max(*wait, heldBackFor));
    return !m_heldBack.contains(owner);
}

bool InputQueue::takeOne(std::vector<Input> &into, Room &room, std::optional<Instant> now)
{
    if (m_sides[m_nextSide].owners.empty())
        m_nextSide = 1 - m_nextSide;
    Side &side = m_sides[m_nextSide];
    if (side.owners.empty())
        return false;
    if (side.next == side.owners.end())
        side.next = side.owners.begin();
    const qsizetype size = sizeOf(m_waiting.at(side.next->second.connections.front()).front());
    // An input without room now is the first of the next turn.
    if (!room.has(size))
        return false;
    if (!payFor(m_nextSide == 1, side.next->first, side.next->second.connections.front(), now)) {
        side.next = side.owners.erase(side.next);
        return true;
    }
    room = {room.inputs - 1, room.bytes - size, false};
    Owner &owner = side.next->second;
    into.push_back(takeFrom(side, *side.next));
    const bool done = owner.connections.empty() || owner.messages >= m_bounds.ofOneOwner;
    side.next = done ? side.owners.erase(side.next) : std::next(side.next);
    m_nextSide = 1 - m_nextSide;
    return true;
}

Input InputQueue::takeFrom(Side &side, Owners::value_type &owner)
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
    side.lastOwner = name;
    side.lastOf[name] = connection;
    return input;
}

} // namespace holdfast
