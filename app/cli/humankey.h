// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "cli/output.h"
#include "core/signer.h"

#include <memory>

namespace holdfast {

/// The session key of this user at `gate`, from wherever the key index says it is. Opens sessions, decides nothing.
[[nodiscard]] Expected<std::unique_ptr<Signer>> humanSessionKey(const QString &gate, const Output &output);

} // namespace holdfast
