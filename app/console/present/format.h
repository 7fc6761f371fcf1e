// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "console/view/view.h"
#include "core/clock.h"
#include "core/documents/grant.h"
#include "core/documents/hold.h"

#include <QLocale>
#include <QString>

// How numbers, ages and times read in the user's language and locale. Only our own words; foreign text goes through shown().
namespace holdfast::present {

/// Grouped with thin, unbreakable spaces where the locale groups at all.
[[nodiscard]] QString count(std::int64_t number, const QLocale &locale = {});
/// "4.1 GB", decimal units.
[[nodiscard]] QString bytes(std::int64_t number, const QLocale &locale = {});
/// "4 s", "3 min", "2 h 10 min", "5 d".
[[nodiscard]] QString duration(std::chrono::milliseconds span);
/// "4 s ago"; "just now" under a second or in the future.
[[nodiscard]] QString age(Instant then, Instant now);
/// "11:42 left" under an hour, "3 h 20 min left" above it, "expired".
[[nodiscard]] QString left(Instant until, Instant now);
/// When left() next reads otherwise.
[[nodiscard]] Instant leftSameUntil(Instant until, Instant now);
/// "today 10:41", "yesterday 17:30", "20 Nov 2026 11:15", in local time.
[[nodiscard]] QString when(Instant then, Instant now);

[[nodiscard]] QString word(Tier tier);
[[nodiscard]] QString word(Quality quality);
[[nodiscard]] QString word(Outcome outcome);
[[nodiscard]] QString word(Verdict verdict);

/// A sentence of the gate's, as shown() has it, in which each instant stands as when() says it.
[[nodiscard]] QString spoken(QStringView sentence, Instant now, qsizetype limit = 4000);

/// Foreign text made visible on one line; folded in the middle beyond `limit` UTF-16 units.
[[nodiscard]] QString shown(QStringView foreign, qsizetype limit = 4000);

[[nodiscard]] view::Tier toView(Tier tier);
[[nodiscard]] view::Quality toView(Quality quality);
[[nodiscard]] view::Severity toView(Severity severity);
[[nodiscard]] view::Verdict toView(Verdict verdict);

} // namespace holdfast::present
