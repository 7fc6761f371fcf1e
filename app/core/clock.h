// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "core/result.h"

#include <QString>

#include <chrono>
#include <optional>

namespace holdfast {

/// UTC, whole milliseconds: the only resolution that documents carry.
using Instant = std::chrono::sys_time<std::chrono::milliseconds>;

/// RFC 3339 UTC, exactly 24 characters: 2026-11-22T10:00:00.000Z
[[nodiscard]] QString formatInstant(Instant instant);
/// Accepts only what formatInstant writes for a real calendar date; anything else is nullopt.
[[nodiscard]] std::optional<Instant> parseInstant(QStringView text);

/// "90s", "10m", "4h", "2d" as the configuration writes durations; nullopt for anything else, zero allowed ("0s").
[[nodiscard]] std::optional<std::chrono::seconds> parseDuration(QStringView text);

/// Where the time comes from; tests and fault injection replace it.
class Clock
{
public:
    virtual ~Clock() = default;
    [[nodiscard]] virtual Instant now() const = 0;
};

class SystemClock final : public Clock
{
public:
    [[nodiscard]] Instant now() const override;
};

} // namespace holdfast
