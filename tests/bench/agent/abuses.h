// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "gateclient.h"

namespace holdfast::bench {

/// The means of a hostile client: the gate, and a key that the gate knows.
struct Abuser final
{
    GateAddress gate;
    const Signer &key;
};

/// The abuses by name, each at a limit of the gate's.
[[nodiscard]] QStringList abuses();
/// Abuses the gate until the program is killed; calls `begun` once it is in full swing.
[[noreturn]] void abuse(const QString &name, const Abuser &by, const std::function<void()> &begun);

} // namespace holdfast::bench
