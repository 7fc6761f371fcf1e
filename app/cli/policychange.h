// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "cli/gateaccess.h"

#include <functional>

namespace holdfast {

/// Changes one policy text into the next, or says why it cannot.
using PolicyEdit = std::function<Expected<QByteArray>(QByteArrayView toml)>;

/// Asks for a change of policy with the owner's machine key: the gate's current TOML, edited, checked here, sent as a `policy`
/// request and followed to its end. It takes effect only through an approval. How it ended is printed; `registry` is there
/// only when it took effect.
struct PolicyChanged final
{
    ExitCode code = ExitCode::Failed;
    std::optional<Registry> registry; ///< the newest, once committed
};
[[nodiscard]] PolicyChanged changePolicy(const Program &program, GateAccess &access, const QString &intent, const PolicyEdit &edit);

} // namespace holdfast
