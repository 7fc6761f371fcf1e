// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <QLatin1StringView>

namespace holdfast::sql {

/// Latin-1 text that joins with QString; short, because composed SQL is full of it.
[[nodiscard]] inline QLatin1StringView l(const char *text)
{
    return QLatin1StringView(text);
}

} // namespace holdfast::sql
