// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "console/desk/gateseat.h"

#include <QStringList>

namespace holdfast {

/// One block of the lock.
struct LockReason final
{
    QString id; ///< as DecisionLock::block() has it
    QString words; ///< visible text; empty: it does not lock
};

/// Every block of the lock for a hold that is shown and verified, apart from those of link and keys: with its words where the person at
/// this seat may not decide for it, in the order in which they are told. `diffs`: why they are not all here.
[[nodiscard]] QList<LockReason> lockReasons(const present::Evidence &evidence, GateSeat &seat, const QString &diffs, Instant now);

} // namespace holdfast
