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
/// each, so that nobody waits for more than the few calls that one turn has room for. What comes from one connection stays in order.
class InputQueue final
{
public:
    struct Bounds final
    {
        std::size_t inputs = 128; ///< from connections, in one turn
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
    using Owners = std::map<QString, std::deque<ConnectionId>>;
    [[nodiscard]] Owners waitingByOwner(const OwnerOf &ownerOf) const;
    /// False when there is no more room.
    [[nodiscard]] bool round(std::vector<Input> &into, Owners &owners, Owners::iterator owner, Room &room);

    const Bounds m_bounds{};
    std::deque<Input> m_results;
    std::map<ConnectionId, std::deque<Input>> m_waiting;
    QString m_lastOwner; ///< whose input was taken last
    std::optional<ConnectionId> m_first; ///< that the last turn did not come to: the next one begins with it
    ConnectionId m_last = 0;
};

} // namespace holdfast
