// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "kinds/sql/effects.h"
#include "kinds/sql/identity.h"

namespace holdfast::sql {

/// `how` of a fact that a rolled-back execution reported, and that no measuring beforehand can see (a trigger's rows).
inline constexpr QLatin1StringView ReportedHow("reported by the server while executing, before COMMIT; rolled back");

/// Turns what the statements would do, and what is known of the server, into the measurement. `session`, `live`: nullptr when there was no server
/// to ask.
[[nodiscard]] MeasureOutput conclude(const MeasureInput &input, Effects effects, const Session *session, const LiveIdentity *live,
                                     const Recognition &recognition);

[[nodiscard]] Fact countFact(QStringView id, const QString &label, const Count &count, const QString &unit, const QString &how, Instant at,
                             Severity ifAny);

} // namespace holdfast::sql
