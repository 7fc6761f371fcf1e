// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "kinds/command/understanding.h"

namespace holdfast {

/// Options of programs that nothing here reads, which switch a safety net off or widen what is destroyed, in every spelling that such
/// programs take: one dash or two, `=true`, cut short, short letters together. One that is switched off (`=false`) is none.
[[nodiscard]] std::vector<TellingFlag> tellingFlagsIn(const QStringList &argv);

} // namespace holdfast
