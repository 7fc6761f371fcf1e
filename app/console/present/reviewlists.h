// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "console/present/holdpresenter.h"

namespace holdfast::present {

/// The pieces of reviewLists(), one per list of the review.
[[nodiscard]] QList<ContradictionRow> contradictionRows(const Hold &hold);
[[nodiscard]] QList<DependentRow> dependentRows(const Hold &hold);
[[nodiscard]] QList<DetailRow> recoveryRows(const Hold &hold, Instant now);
[[nodiscard]] QList<DetailRow> deltaRows(const Hold &previous, const Hold &current);
[[nodiscard]] QList<PayloadRow> payloadRows(const Evidence &evidence);
[[nodiscard]] QList<DetailRow> credentialRows(const Hold &hold);
[[nodiscard]] QList<DetailRow> policyRows(const Evidence &evidence);
[[nodiscard]] QList<DetailRow> requesterRows(const Evidence &evidence);

} // namespace holdfast::present
