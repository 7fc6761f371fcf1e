// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "core/documents/bounds.h"

#include <array>

/// How bound() makes one measurement fit within given limits; no part of the contract of core.
namespace holdfast {

struct Limits final
{
    qsizetype text; ///< UTF-16 units
    qsizetype items; ///< of a list; twice as many facts
};
/// The next one is tried where the one before leaves too much. The last fits even if every character is written as \u00XX.
inline constexpr std::array<Limits, 4> limitSteps{{{1000, 300}, {400, 150}, {160, 60}, {64, 24}}};

struct Shortened final
{
    Measurement shown;
    QStringList uninspectable; ///< the reasons of `shown`, with those that shortening added, whole
    QStringList cut; ///< what decides and is not all there: `facts`, `contradictions`
};
[[nodiscard]] Shortened shorten(const Measurement &measured, Limits limits, const KeepFirst &first);

} // namespace holdfast
