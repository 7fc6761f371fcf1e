// SPDX-License-Identifier: Apache-2.0
#include "cli/commands.h"

#include "config/policyreader.h"
#include "ledger/tiles.h"
#include "ledger/verifier.h"

#include <algorithm>

namespace holdfast {

namespace {

/// The directory is held to these. The key may be anybody's; the rest is this user's own, where he has met that gate.
struct HeldTo final
{
    std::optional<VerifierKey> key;
    SeenBefore seen;
};

HeldTo heldTo(const VerifierKey &key)
{
    const auto pins = PinFile(key).load();
    if (!pins || !*pins)
        return {key, {}};
    const auto highest = openCheckpoint((*pins)->checkpoint, (*pins)->keys.ledgerKey, (*pins)->gate);
    return {key, {highest ? std::optional(*highest) : std::nullopt, (*pins)->firstRegistry}};
}

/// --gate as a vkey or as `<url>#<vkey>`; else the pins of the gate that the checkpoint names.
Expected<HeldTo> pinFor(const GlobalOptions &options, const QString &directory)
{
    if (!options.gate.isEmpty()) {
        auto key = VerifierKey::parse(options.gate);
        const auto address = GateAddress::parse(options.gate);
        if (!key && !address)
            return Failure{Problem{ExitCode::Usage, QStringLiteral("--gate: a gate's vkey was expected")}};
        return heldTo(key ? *key : address->key);
    }
    // Read like everything else in it: whoever made the directory may have put a pipe there.
    const auto checkpoint = TileDirectory(directory).checkpoint();
    if (!checkpoint)
        return Failure{Problem{ExitCode::Usage, QStringLiteral("%1: %2").arg(directory, checkpoint.error().sentence())}};
    const QString origin = QString::fromUtf8(checkpoint->first(checkpoint->indexOf('\n') + 1)).trimmed();
    const auto pins = allPins();
    const auto known = std::find_if(pins.begin(), pins.end(), [&origin](const Pins &each) { return each.gate + QStringLiteral("/ledger") == origin; });
    return known == pins.end() ? HeldTo() : heldTo(known->keys.key);
}

Json reportJson(const VerifyReport &report, ExitCode code)
{
    JsonArray findings;
    for (const Finding &finding : report.findings)
        findings.push_back(JsonBuilder().add(QStringLiteral("index"), finding.index).add(QStringLiteral("finding"), finding.sentence).build());
    JsonBuilder result;
    result.add(QStringLiteral("pinned"), report.pinned).add(QStringLiteral("entries"), report.entries).add(QStringLiteral("blobs"), report.blobs)
        .add(QStringLiteral("seen"), report.seen);
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
    const VerifyReport report = verifyExport(directory, pin->key, policyOrNothing, pin->seen);
    const ExitCode code = report.holds() && report.pinned ? ExitCode::Done : ExitCode::BadProof;
    for (const Finding &finding : report.findings)
        program.output.note(finding.index < 0 ? finding.sentence : QStringLiteral("entry %1: %2")
            .arg(QString::number(finding.index), finding.sentence));
    if (report.holds())
        program.output.print(QStringLiteral("%1 entries and %2 blobs hold together")
            .arg(QString::number(report.entries), QString::number(report.blobs)));
    if (report.seen > report.entries)
        program.output.note(QStringLiteral("it ends before entry %1, and %2 entries of this gate were seen here: the later ones are not in it, and nothing here tells whether it begins as they did")
            .arg(QString::number(report.entries), QString::number(report.seen)));
    if (!report.pinned)
        program.output.note(QStringLiteral("unpinned: nobody vouches for the keys in this directory; name the gate's with --gate VKEY"));
    program.output.result(reportJson(report, code));
    return code;
}

} // namespace holdfast
