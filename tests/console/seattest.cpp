// SPDX-License-Identifier: Apache-2.0
#include "console/seattest.h"

namespace holdfast {

void SeatTest::prepare()
{
    initialiseCryptography();
    m_gate = std::make_unique<StoryGate>();
    m_store = std::make_unique<MemoryStore>();
    m_keys = std::make_unique<KeyKeeper>(m_gate->keeper(*m_store));
    m_prompt = std::make_unique<PassphrasePrompt>();
}

void SeatTest::sitDown(const Pins &pins)
{
    m_seat = std::make_unique<GateSeat>(m_gate->gate.address(), pins, m_gate->session(), *m_keys, *m_prompt);
    m_seat->link().open();
}

void SeatTest::end()
{
    m_seat.reset();
    m_prompt.reset();
    m_keys.reset();
    m_store.reset();
    m_gate.reset();
}

} // namespace holdfast
