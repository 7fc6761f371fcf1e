// SPDX-License-Identifier: Apache-2.0
#include "cli/commands.h"
#include "cli/interrupt.h"
#include "cli/waiting.h"

namespace holdfast {

ExitCode runWait(const Program &program, const QString &text)
{
    const auto hold = HoldId::parse(text);
    if (!hold)
        return program.output.problem({ExitCode::Usage, QStringLiteral("%1: a hold id was expected: h and 24 characters").arg(text)});
    auto access = GateAccess::asRequester(program);
    if (!access)
        return program.output.problem(access.error());
    GateAccess &gate = **access;
    const Interrupt interrupt([&gate] { gate.link().interrupt(); });
    const auto now = gate.call<HoldStatus>(method::HoldGet, HoldParams{*hold}.toJson());
    if (!now)
        return program.output.problem(now.error());
    return waitForHold(program, gate, *hold, *now);
}

} // namespace holdfast
