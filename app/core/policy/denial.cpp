// SPDX-License-Identifier: Apache-2.0
#include "core/policy/denial.h"

#include "core/policy/resourcename.h"

namespace holdfast {

bool covers(const DeniedTerms &denial, const Asked &asked)
{
    if (denial.person != asked.person)
        return false;
    const bool sameTarget = denial.target == asked.target;
    const bool sameAction = sameTarget && denial.kind == asked.kind && denial.action == asked.action;
    if (asked.measured == nullptr)
        return denial.scope == Decision::Scope::This && sameAction;
    const Measurement &measured = *asked.measured;
    if (!measured.uninspectable.isEmpty() && sameTarget)
        return true;
    const bool sameOperation = !denial.operation.isEmpty() && denial.operation == measured.operation;
    switch (denial.scope) {
    case Decision::Scope::This:
        return sameAction || (sameTarget && denial.kind == asked.kind && sameOperation && !measured.resources.isEmpty() && denial.resources == measured.resources);
    case Decision::Scope::Resource: return sameAction || touch(measured.resources, denial.resources);
    case Decision::Scope::Class: return sameAction || (sameOperation && sameTarget);
    }
    return true;
}

} // namespace holdfast
