// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "gate/lifecycle/jobs.h"

#include <deque>
#include <functional>
#include <map>
#include <optional>
#include <vector>

namespace holdfast {

/// What came in and waits for a turn. A turn takes the results of workers, and calls in rounds: one of each owner, then the next one of
/// each, up to a few of one owner, whose connections take turns as well. So an owner's thousand calls cost the others a few of them per
/// turn, whether or not the others had called when the turn began. What comes from one connection stays in order.
class InputQueue final
{
public:
    struct Bounds final
    {
        std::size_t inputs = 128; ///< from connections, in one turn
        std::size_t ofOneOwner = 16; ///< messages of one owner, in one turn
        qsizetype bytes = 512LL * 1024; ///< of messages in one turn; one larger message is taken all the same
    };
    /// Names whoever stands behind a connection. Those without a session are one owner together.
    using OwnerOf = std::function<QString(ConnectionId)>;

    InputQueue() = default;
    explicit InputQueue(Bounds bounds) : m_bounds(bounds) {}

    void add(Input input);
    /// Puts back in front what a turn did not take, or could not keep.
    void again(std::vector<Input> inputs);
    [[nodiscard]] bool isEmpty() const { return m_results.empty() && m_waiting.empty(); }
    [[nodiscard]] std::vector<Input> turn(const OwnerOf &ownerOf);

private:
    struct Room final
    {
        std::size_t inputs;
        qsizetype bytes;
        bool untouched = true;
        [[nodiscard]] bool has(qsizetype size) const { return untouched || (inputs > 0 && size <= bytes); }
    };
    /// What one owner has waiting.
    struct Owner final
    {
        std::deque<ConnectionId> connections; ///< in the order in which they are served
        std::size_t messages = 0; ///< that this turn has taken
    };
    using Owners = std::map<QString, Owner>;
    [[nodiscard]] Owners waitingByOwner(const OwnerOf &ownerOf) const;
    /// False when there is no more room.
    [[nodiscard]] bool round(std::vector<Input> &into, Owners &owners, Owners::iterator owner, Room &room);
    /// Takes the owner's next input; its connection goes to the end of the owner's line.
    [[nodiscard]] Input takeFrom(Owners::value_type &owner);

    const Bounds m_bounds{};
    std::deque<Input> m_results;
    std::map<ConnectionId, std::deque<Input>> m_waiting;
    QString m_lastOwner; ///< whose input was taken last
    std::map<QString, ConnectionId> m_lastOf; ///< by owner, while more of him waits: whose input was taken last
    std::vector<ConnectionId> m_left; ///< that the last turn did not come to, in its order: the next one begins with them
};

} // namespace holdfast
