// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "core/policy/policydocument.h"

namespace holdfast {

/// One thing of a policy that is not what it was.
struct PolicyChange final
{
    enum class What { Actor, Target, Rule };
    enum class How { Added, Removed, Changed };
    What what = What::Actor;
    How how = How::Changed;
    QString name;
    QStringList weakened; ///< protections that this loosens, one phrase each; empty when none
};
[[nodiscard]] QString toString(PolicyChange::What what);
[[nodiscard]] QString toString(PolicyChange::How how);

/// Every actor, target and rule that differs, in that order.
[[nodiscard]] std::vector<PolicyChange> changesBetween(const PolicyDocument &before, const PolicyDocument &after);

} // namespace holdfast
