// SPDX-License-Identifier: Apache-2.0
#include "gate/lifecycle/standing.h"

#include <algorithm>

namespace holdfast {

bool covers(const StandingDenial &denial, const Asked &asked)
{
    const bool sameTarget = denial.target == asked.target && denial.kind == asked.kind;
    if (asked.measured == nullptr)
        return denial.scope == Decision::Scope::This && sameTarget && denial.action == asked.action;
    const Measurement &measured = *asked.measured;
    // What could not be understood might be what was denied.
    if (!measured.uninspectable.isEmpty() && denial.target == asked.target)
        return true;
    const bool sameResources = denial.operation == measured.operation && !measured.resources.isEmpty() && denial.resources == measured.resources;
    switch (denial.scope) {
    case Decision::Scope::This:
        return sameTarget && (denial.action == asked.action || sameResources);
    case Decision::Scope::Resource:
        return std::any_of(measured.resources.begin(), measured.resources.end(), [&](const QString &each) { return denial.resources.contains(each); });
    case Decision::Scope::Class:
        return denial.operation == measured.operation && denial.target == asked.target;
    }
    return true;
}

bool covers(const Freeze &freeze, const QString &actor, const QString &target)
{
    return freeze.actor == actor || freeze.target == target;
}

std::optional<StandingDenial> coveringDenial(const StandingTable &table, const Asked &asked)
{
    for (StandingDenial &denial : table.denialsOf(asked.person))
        if (covers(denial, asked))
            return std::move(denial);
    return std::nullopt;
}

std::optional<Freeze> coveringFreeze(const StandingTable &table, const QString &actor, const QString &target)
{
    for (Freeze &freeze : table.freezes())
        if (covers(freeze, actor, target))
            return std::move(freeze);
    return std::nullopt;
}

} // namespace holdfast
