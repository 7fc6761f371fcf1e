// SPDX-License-Identifier: Apache-2.0
#include "cli/commands.h"
#include "cli/shownhold.h"

namespace holdfast {

namespace {

/// Checked before it is read: the request is the caller's own and has this id, the hold is the gate's and of this request, as it stands.
std::optional<QString> whyNotShown(GateAccess &access, const HoldId &hold, const HoldStatus &status)
{
    if (!status.request || !verify(*status.request, access.signer().key(), payloadtype::Request)
        || HoldId::of(access.signer().key().bytes, status.request->payload) != hold)
        return QStringLiteral("the request that the gate shows is not the one that was signed with this key");
    const auto shown = shownHold(access, hold, status);
    return shown ? std::nullopt : std::optional(shown.error());
}

QString documentText(const QString &title, const Envelope &envelope)
{
    const auto json = parseJson(envelope.payload);
    return QStringLiteral("%1 (%2)\n%3\n").arg(title, envelope.payloadDigest().toString(), json ? readable(*json) : QString());
}

Json payloadJson(const std::optional<Envelope> &envelope)
{
    const auto json = envelope ? parseJson(envelope->payload) : Result<Json, JsonError>(Json());
    return json ? *json : Json();
}

} // namespace

ExitCode runShow(const Program &program, const QString &text)
{
    const auto hold = HoldId::parse(text);
    if (!hold)
        return program.output.problem({ExitCode::Usage, QStringLiteral("%1: a hold id was expected: h and 24 characters").arg(text)});
    auto access = GateAccess::asRequester(program);
    if (!access)
        return program.output.problem(access.error());
    const auto status = (*access)->call<HoldStatus>(method::HoldGet, HoldParams{*hold}.toJson());
    if (!status)
        return program.output.problem(status.error());
    if (const auto why = whyNotShown(**access, *hold, *status))
        return program.output.problem({ExitCode::BadProof, *why});
    QString shown = QStringLiteral("%1: %2, revision %3").arg(hold->toString(), toString(status->state), QString::number(status->revision));
    if (status->holdDigest)
        shown += QStringLiteral(", code %1").arg(codeOf(*status->holdDigest));
    if (status->reason)
        shown += QStringLiteral("\nreason: ") + *status->reason;
    shown += u'\n' + documentText(QStringLiteral("request"), *status->request);
    if (status->envelope)
        shown += documentText(QStringLiteral("hold"), *status->envelope);
    else if (status->holdDigest)
        shown += QStringLiteral("hold (%1): the gate does not show its requester what it measured\n").arg(status->holdDigest->toString());
    program.output.print(shown);
    program.output.result(JsonBuilder()
                              .add(QStringLiteral("hold"), hold->toString())
                              .add(QStringLiteral("state"), toString(status->state))
                              .add(QStringLiteral("revision"), status->revision)
                              .addIf(QStringLiteral("reason"), status->reason)
                              .add(QStringLiteral("request"), payloadJson(status->request))
                              .add(QStringLiteral("document"), payloadJson(status->envelope))
                              .build());
    return ExitCode::Done;
}

} // namespace holdfast
