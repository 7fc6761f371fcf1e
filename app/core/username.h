// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <QString>

namespace holdfast {

/// `text` in characters that every name of an actor or a gate may have: runs of anything else become one `-`.
[[nodiscard]] QString plainName(const QString &text);

/// What this user is called: $USER as a plain name, `owner` where it is not set. The gate's first configuration and the console's
/// proposal for the owner must agree on it.
[[nodiscard]] QString userName();

} // namespace holdfast
