// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "gate/lifecycle/workers.h"

namespace holdfast {

/// The ports through which one kind asks another (`command` for `sql`): each gives only targets of Subject::askable, with their own
/// credential, and none of them asks further. What is passed in must outlive them.
[[nodiscard]] MeasureAs measureAs(const Kinds &kinds, const Subject &subject, const QString &directory, const MeasureInput &asking);
[[nodiscard]] PerformAs performAs(const Kinds &kinds, const Subject &subject, const QString &directory, const PerformInput &asking);

} // namespace holdfast
