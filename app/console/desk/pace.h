// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <chrono>

/// How often what counts down is looked at again: every second while somebody looks, else no oftener than what comes of it needs.
namespace holdfast::pace {

inline constexpr std::chrono::milliseconds everySecond = std::chrono::seconds(1);
inline constexpr std::chrono::milliseconds often = std::chrono::seconds(10);
inline constexpr std::chrono::milliseconds seldom = std::chrono::minutes(10);

} // namespace holdfast::pace
