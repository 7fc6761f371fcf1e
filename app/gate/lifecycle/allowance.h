// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "core/clock.h"

#include <QString>

#include <algorithm>
#include <chrono>
#include <map>
#include <optional>

namespace holdfast {

/// How many bytes each owner may add to what is kept for ever: so many at once, and as many again over `within`. In memory only: whoever
/// uses it tells it of what was kept before.
class Allowance final
{
public:
    Allowance(std::int64_t bytes, std::chrono::milliseconds within) : m_bytes(bytes), m_within(within) {}

    [[nodiscard]] bool knows(const QString &owner) const { return m_spent.contains(owner); }
    /// `bytes` are those that the owner added within the last `within`, before this object came to be.
    void begin(const QString &owner, std::int64_t bytes, Instant now) { m_spent.insert_or_assign(owner, Spent{std::min(bytes, m_bytes), now}); }

    /// Takes `bytes` from what the owner may have; or takes nothing and says after which time it may be asked again.
    [[nodiscard]] std::optional<std::chrono::milliseconds> take(const QString &owner, std::int64_t bytes, Instant now)
    {
        Spent &spent = m_spent.try_emplace(owner, Spent{0, now}).first->second;
        const auto passed = std::clamp(now - spent.at, std::chrono::milliseconds{0}, m_within);
        spent = {std::max<std::int64_t>(spent.bytes - passed.count() * m_bytes / m_within.count(), 0), std::max(spent.at, now)};
        if (const std::int64_t over = spent.bytes + bytes - m_bytes; over > 0)
            return std::chrono::milliseconds{over * m_within.count() / m_bytes + 1};
        spent.bytes += bytes;
        return std::nullopt;
    }

private:
    struct Spent final
    {
        std::int64_t bytes = 0;
        Instant at{};
    };
    const std::int64_t m_bytes;
    const std::chrono::milliseconds m_within;
    std::map<QString, Spent> m_spent;
};

} // namespace holdfast
