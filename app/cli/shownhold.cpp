// SPDX-License-Identifier: Apache-2.0
#include "cli/shownhold.h"

namespace holdfast {

Result<std::optional<Hold>, QString> shownHold(const GateAccess &access, const HoldId &asked, const HoldStatus &status)
{
    if (!status.envelope)
        return std::optional<Hold>();
    if (!verify(*status.envelope, access.gateKey(), payloadtype::Hold) || status.envelope->payloadDigest() != status.holdDigest)
        return Failure{QStringLiteral("the hold that the gate shows is not signed by the pinned gate")};
    auto hold = Hold::parse(status.envelope->payload);
    if (!hold)
        return Failure{QStringLiteral("the hold that the gate shows cannot be read: ") + hold.error().sentence()};
    if (hold->hold != asked || hold->revision != status.revision)
        return Failure{QStringLiteral("the gate shows revision %1 of %2, not revision %3 of %4")
                           .arg(QString::number(hold->revision), hold->hold.toString(), QString::number(status.revision), asked.toString())};
    return std::optional<Hold>(std::move(hold).value());
}

} // namespace holdfast
