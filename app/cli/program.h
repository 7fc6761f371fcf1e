// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "cli/output.h"

#include <chrono>

namespace holdfast {

/// What every command takes.
struct GlobalOptions final
{
    QString gate; ///< `<url>#<gate vkey>`; for verify a vkey is enough; empty: HOLDFAST_GATE, then gate.json
    QString key; ///< a plain key file; empty: the requester's default, or the keychain where a human is asked for
    std::optional<std::chrono::seconds> timeout; ///< of waiting for people
    bool json = false;
    bool quiet = false;
};

/// Where this user's files are.
namespace place {
[[nodiscard]] QString config(); ///< $XDG_CONFIG_HOME/holdfast
[[nodiscard]] QString data(); ///< $XDG_DATA_HOME/holdfast
[[nodiscard]] QString state(); ///< $XDG_STATE_HOME/holdfast
[[nodiscard]] QString requestKey(); ///< config()/request.key
}

struct Program final
{
    GlobalOptions options;
    Output output;
    [[nodiscard]] QString keyPath() const { return options.key.isEmpty() ? place::requestKey() : options.key; }
};

} // namespace holdfast
