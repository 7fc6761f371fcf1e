// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "gate/lifecycle/allowance.h"
#include "gate/lifecycle/jobs.h"

#include <array>
#include <deque>
#include <functional>
#include <map>
#include <optional>
#include <vector>

namespace holdfast {

/// Inputs that wait for a turn. A turn takes all results of workers, then calls: one of a human, one of a machine or a stranger, and so on.
/// On either side the actors take turns, and so do the connections of an actor, up to a few calls of one actor. So a thousand calls of one
/// actor cost the others a few of them per turn, whether or not the others had called when the turn began; and a human's denial or freeze
/// never waits for a second machine, however many there are. Each connection stays in order.
/// A machine that calls on and on is taken no faster than its allowance comes back, so that the others have the processors too: its
/// connections fill up, and are not read. Only bytes are kept of what waits for that; and where the connection ends meanwhile, nothing but
/// its end, for nobody would hear the answers.
class InputQueue final
{
public:
    struct Bounds final
    {
        std::size_t inputs = 128; ///< from connections, in one turn
        std::size_t ofOneOwner = 16; ///< messages of one owner, in one turn
        qsizetype bytes = 512LL * 1024; ///< of messages in one turn; one larger message is taken all the same
        std::int64_t allowance = 1000; ///< of one machine at once, and as much again in each second; a call takes 1, and 1 more for each 16 KiB
    };
    using OwnerOf = std::function<InputOwner(ConnectionId)>;

    InputQueue() : InputQueue(Bounds{}) {}
    explicit InputQueue(Bounds bounds) : m_bounds(bounds), m_allowance(bounds.allowance, std::chrono::seconds{1}) {}

    void add(Input input);
    /// Puts back in front what a turn did not take, or could not keep.
    void again(std::vector<Input> inputs);
    [[nodiscard]] bool isEmpty() const { return m_results.empty() && m_waiting.empty(); }
    /// A turn would take something now: something came, or was left for want of room.
    [[nodiscard]] bool isReady() const { return m_ready; }
    /// When the first of those goes on who wait for their allowance.
    [[nodiscard]] std::optional<Instant> goesOn() const;
    /// `now` is any clock that is never set back; without it nobody waits for an allowance.
    [[nodiscard]] std::vector<Input> turn(const OwnerOf &ownerOf, std::optional<Instant> now = {});

private:
    struct Room final
    {
        std::size_t inputs;
        qsizetype bytes;
        bool untouched = true;
        [[nodiscard]] bool has(qsizetype size) const { return untouched || (inputs > 0 && size <= bytes); }
    };
    /// The waiting inputs of one owner.
    struct Owner final
    {
        std::deque<ConnectionId> connections; ///< in the order in which they are served
        std::size_t messages = 0; ///< that this turn has taken
    };
    using Owners = std::map<QString, Owner>;
    /// One of the two sides that alternate: humans, and everybody else.
    struct Side final
    {
        Owners owners; ///< of the running turn
        Owners::iterator next; ///< whose input is taken next; end() only while there are none
        QString lastOwner; ///< the owner whose input was taken last
        std::map<QString, ConnectionId> lastOf; ///< by owner, while more of him waits: the connection whose input was taken last
    };
    void gather(const OwnerOf &ownerOf);
    /// Takes the next input of `connection` from its owner's allowance. False: he waits for it. What is put back was paid for.
    [[nodiscard]] bool payFor(bool isHuman, const QString &owner, ConnectionId connection, std::optional<Instant> now);
    /// Finds out whether a next turn would take something, and gives up what is not needed of those who are held back.
    void settle(const OwnerOf &ownerOf);
    /// False when there is nothing more, or no more room.
    [[nodiscard]] bool takeOne(std::vector<Input> &into, Room &room, std::optional<Instant> now);
    /// Takes the owner's next input; its connection goes to the end of the owner's line.
    [[nodiscard]] Input takeFrom(Side &side, Owners::value_type &owner);

    const Bounds m_bounds;
    Allowance m_allowance;
    std::map<ConnectionId, std::size_t> m_paid; ///< messages that were put back, first of each connection's
    std::map<QString, Instant> m_heldBack; ///< owners without allowance, and until when
    bool m_ready = false;
    std::deque<Input> m_results;
    std::map<ConnectionId, std::deque<Input>> m_waiting;
    std::array<Side, 2> m_sides; ///< machines and strangers; humans
    std::size_t m_nextSide = 1;
    std::vector<ConnectionId> m_left; ///< connections that the last turn did not come to, in its order: the next one begins with them
};

} // namespace holdfast
