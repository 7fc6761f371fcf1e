// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "kinds/sql/effects.h"

namespace holdfast::sql {

/// Fills operation's sentence into the measurement: template, text and params, from measured facts only. Numbers are plain digits.
void writeSentence(const Effects &effects, const QString &targetName, Measurement &measurement);

} // namespace holdfast::sql
