// SPDX-License-Identifier: Apache-2.0
#include "gate/lifecycle/standing.h"

namespace holdfast {

bool covers(const StandingDenial &denial, const Asked &asked)
{
    return covers(DeniedTerms{denial.scope, denial.person, denial.target, denial.kind, denial.action, denial.operation, denial.resources}, asked);
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
