// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "console/desk/gateseat.h"
#include "console/storygate.h"

namespace holdfast {

/// A test at one person's seat: a served story, its owner's keys in memory, and what a seat needs. Made and ended in order.
class SeatTest : public QObject
{
protected:
    /// Everything but the seat.
    void prepare();
    /// A seat of the owner's that begins to connect.
    void sitDown(const Pins &pins);
    void sitDown() { sitDown(m_gate->pins()); }
    void end();
    /// Live, and all that is written verified.
    [[nodiscard]] bool isSettled() const { return m_seat->feed().isLive() && m_seat->watch().trusted() && m_seat->watch().proven() == written(); }
    [[nodiscard]] std::int64_t written() const { return static_cast<std::int64_t>(m_gate->story.entries.size()); }

    std::unique_ptr<StoryGate> m_gate;
    std::unique_ptr<MemoryStore> m_store;
    std::unique_ptr<KeyKeeper> m_keys;
    std::unique_ptr<PassphrasePrompt> m_prompt;
    std::unique_ptr<GateSeat> m_seat;
};

} // namespace holdfast
