// SPDX-License-Identifier: Apache-2.0
#include "cli/commands.h"

namespace holdfast {

ExitCode runTargets(const Program &program)
{
    auto access = GateAccess::asRequester(program);
    if (!access)
        return program.output.problem(access.error());
    const auto list = (*access)->call<TargetListResult>(method::TargetList, Nothing{}.toJson());
    if (!list)
        return program.output.problem(list.error());
    QString table;
    for (const TargetRow &row : list->targets)
        table += QStringLiteral("%1  %2  %3  %4\n")
                     .arg(row.name.leftJustified(28), row.kind.leftJustified(11), row.environment.leftJustified(12), toString(row.enforcement));
    if (list->targets.empty())
        program.output.note(QStringLiteral("no target is open to this key"));
    else
        program.output.print(table);
    program.output.result(list->toJson());
    return ExitCode::Done;
}

} // namespace holdfast
