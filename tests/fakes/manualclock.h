// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "core/clock.h"

namespace holdfast::tests {

/// A clock that moves only when a test moves it.
class ManualClock final : public Clock
{
public:
    [[nodiscard]] Instant now() const override { return m_now; }
    void advance(std::chrono::milliseconds by) { m_now += by; }
    void set(Instant to) { m_now = to; }

private:
    Instant m_now = *parseInstant(u"2026-11-22T10:00:00.000Z");
};

} // namespace holdfast::tests
