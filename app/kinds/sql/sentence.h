// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "kinds/sql/effects.h"

namespace holdfast::sql {

/// One statement in words, from measured facts only. Numbers are plain digits.
[[nodiscard]] Clause clauseOf(const Effects &effects);

/// Fills operation and sentence into the measurement: template, text and params. One clause per statement, in the order that `combine` gave them; what is left
/// out says how much of it destroys.
void writeSentence(const Effects &effects, const QString &targetName, Measurement &measurement);

} // namespace holdfast::sql
