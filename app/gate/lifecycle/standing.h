// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "core/policy/denial.h"
#include "gate/store/standingtable.h"

namespace holdfast {

[[nodiscard]] bool covers(const StandingDenial &denial, const Asked &asked);
[[nodiscard]] bool covers(const Freeze &freeze, const QString &actor, const QString &target);

/// The denial that covers `asked`, or nothing.
[[nodiscard]] std::optional<StandingDenial> coveringDenial(const StandingTable &table, const Asked &asked);
[[nodiscard]] std::optional<Freeze> coveringFreeze(const StandingTable &table, const QString &actor, const QString &target);

} // namespace holdfast
