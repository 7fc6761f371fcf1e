// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "kinds/measuring.h"

namespace holdfast {

/// Reads the holds of a gate's store on a connection of its own, one at a time, on the thread that asks: the store's own thread
/// waits for none of it. Where a hold's documents cannot be read whole, nothing more is handed out and the answer is false.
[[nodiscard]] PastHolds pastHoldsOf(const QString &storeFile);

} // namespace holdfast
