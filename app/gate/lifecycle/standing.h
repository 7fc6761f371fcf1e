// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "core/documents/hold.h"
#include "gate/store/standingtable.h"

namespace holdfast {

/// A request, as far as denials look at it (protocol 4).
struct Asked final
{
    QString actor, person, target, kind;
    Digest action; ///< of the exact action bytes
    const Measurement *measured = nullptr; ///< absent before it is measured: then only `this` by action can match
};

[[nodiscard]] bool covers(const StandingDenial &denial, const Asked &asked);
[[nodiscard]] bool covers(const Freeze &freeze, const QString &actor, const QString &target);

/// The denial that covers `asked`, or nothing.
[[nodiscard]] std::optional<StandingDenial> coveringDenial(const StandingTable &table, const Asked &asked);
[[nodiscard]] std::optional<Freeze> coveringFreeze(const StandingTable &table, const QString &actor, const QString &target);

} // namespace holdfast
