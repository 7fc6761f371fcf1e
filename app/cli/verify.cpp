// SPDX-License-Identifier: Apache-2.0
#include "cli/commands.h"

#include "config/policyreader.h"
#include "ledger/verifier.h"

#include <QFile>

#include <algorithm>

namespace holdfast {

namespace {

/// --gate as a vkey or as `<url>#<vkey>`; else what was pinned of the gate that the checkpoint names.
Expected<std::optional<VerifierKey>> pinFor(const GlobalOptions &options, const QString &directory)
{
    if (!options.gate.isEmpty()) {
        auto key = VerifierKey::parse(options.gate);
        const auto address = GateAddress::parse(options.gate);
        if (!key && !address)
            return Failure{Problem{ExitCode::Usage, QStringLiteral("--gate: a gate's vkey was expected")}};
        return key ? key : std::optional<VerifierKey>(address->key);
    }
    QFile file(directory + QStringLiteral("/checkpoint"));
    if (!file.open(QIODevice::ReadOnly))
        return Failure{Problem{ExitCode::Usage, QStringLiteral("%1: %2").arg(file.fileName(), file.errorString())}};
    const QString origin = QString::fromUtf8(file.readLine(4096)).trimmed();
    const auto pins = allPins();
    const auto known = std::find_if(pins.begin(), pins.end(), [&origin](const Pins &each) { return each.gate + QStringLiteral("/ledger") == origin; });
    return known == pins.end() ? std::optional<VerifierKey>() : std::optional<VerifierKey>(known->keys.key);
}

Json reportJson(const VerifyReport &report, ExitCode code)
{
    JsonArray findings;
    for (const Finding &finding : report.findings)
        findings.push_back(JsonBuilder().add(QStringLiteral("index"), finding.index).add(QStringLiteral("finding"), finding.sentence).build());
    JsonBuilder result;
    result.add(QStringLiteral("pinned"), report.pinned).add(QStringLiteral("entries"), report.entries).add(QStringLiteral("blobs"), report.blobs);
    if (report.checkpoint) {
        result.add(QStringLiteral("gate"), report.checkpoint->gate).add(QStringLiteral("size"), report.checkpoint->size);
        result.add(QStringLiteral("root"), report.checkpoint->root.toString());
    }
    return result.add(QStringLiteral("findings"), std::move(findings)).add(QStringLiteral("exit_code"), static_cast<int>(code)).build();
}

} // namespace

ExitCode runVerify(const Program &program, const QString &directory)
{
    const auto pin = pinFor(program.options, directory);
    if (!pin)
        return program.output.problem(pin.error());
    const VerifyReport report = verifyExport(directory, *pin, policyOrNothing);
    const ExitCode code = report.holds() && report.pinned ? ExitCode::Done : ExitCode::BadProof;
    for (const Finding &finding : report.findings)
        program.output.note(finding.index < 0 ? finding.sentence : QStringLiteral("entry %1: %2")
            .arg(QString::number(finding.index), finding.sentence));
    if (report.holds())
        program.output.print(QStringLiteral("%1 entries and %2 blobs hold together")
            .arg(QString::number(report.entries), QString::number(report.blobs)));
    if (!report.pinned)
        program.output.note(QStringLiteral("unpinned: nobody vouches for the keys in this directory; name the gate's with --gate VKEY"));
    program.output.result(reportJson(report, code));
    return code;
}

} // namespace holdfast
