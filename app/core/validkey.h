// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "core/verifierkey.h"

namespace holdfast {

/// Whether libsodium calls it a valid point: on the curve, canonical, of prime order.
[[nodiscard]] bool isValidKey(const PublicKeyBytes &key);

} // namespace holdfast
