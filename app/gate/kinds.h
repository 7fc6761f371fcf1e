// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "gate/lifecycle/workers.h"

namespace holdfast {

/// Every kind of action that this gate measures and performs; `policy` is not among them: the engine does it itself.
[[nodiscard]] Kinds allKinds();

/// For target.identify: what the live server of an `sql` target says of itself.
[[nodiscard]] Result<Json, QString> identifyTarget(const Target &target, const Credential &credential, Instant at);

} // namespace holdfast
