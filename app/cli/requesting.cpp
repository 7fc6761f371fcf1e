// SPDX-License-Identifier: Apache-2.0
#include "cli/requesting.h"

#include "cli/interrupt.h"
#include "cli/waiting.h"

#include <QDir>
#include <QSysInfo>

namespace holdfast {

namespace {

constexpr qsizetype NonceSize = 16;

Problem usage(const QString &sentence)
{
    return {ExitCode::Usage, sentence};
}

Expected<std::optional<Instant>> wantedBy(const QString &text, Instant now)
{
    if (text.isEmpty())
        return std::optional<Instant>();
    if (const auto instant = parseInstant(text))
        return instant;
    if (const auto duration = parseDuration(text))
        return std::optional<Instant>(now + *duration);
    return Failure{usage(QStringLiteral("--wanted-by: an instant like 2026-11-22T10:00:00.000Z or a duration like 30m was expected"))};
}

Origin originHere(Origin origin)
{
    if (!origin.host)
        origin.host = QSysInfo::machineHostName();
    if (!origin.cwd)
        origin.cwd = QDir::currentPath();
    return origin;
}

/// The hold that stands for a request because exactly the same is open already (protocol 4).
std::optional<HoldId> sameOpen(const CallError &error)
{
    const auto *refused = std::get_if<RpcError>(&error);
    return refused != nullptr && refused->code == ErrorCode::Conflict && refused->hold ? HoldId::parse(*refused->hold) : std::nullopt;
}

/// A refusal that the gate recorded still is a hold of its own.
Problem refusalOf(const CallError &error)
{
    Problem problem = problemOf(error);
    if (const auto *refused = std::get_if<RpcError>(&error); refused != nullptr && refused->hold)
        problem.sentence += QStringLiteral(" (recorded as %1; `hold show` prints it)").arg(*refused->hold);
    return problem;
}

/// Waits for the open hold instead, if it asks for the very same.
Expected<Made> joinOpen(GateAccess &access, const HoldId &open, const Request &mine)
{
    auto status = access.link().call<HoldStatus>(method::HoldGet, HoldParams{open}.toJson());
    if (!status)
        return Failure{problemOf(status.error())};
    const auto asked = status->request ? Request::parse(status->request->payload) : Parsed<Request>(Failure{DocumentError{}});
    if (!asked || asked->kind != mine.kind || asked->target != mine.target || asked->actionBytes != mine.actionBytes)
        return Failure{Problem{ExitCode::BadProof, QStringLiteral("the gate names a hold that asks for something else: ") + open.toString()}};
    return Made{open, std::move(status).value(), true};
}

} // namespace

Expected<BlobRef> sendContent(GateAccess &access, const Content &content)
{
    const auto sent = access.link().send(content.bytes);
    if (!sent)
        return Failure{problemOf(sent.error())};
    return BlobRef{*sent, content.bytes.size(), content.media};
}

Expected<QString> chooseTarget(GateAccess &access, const QString &named, QStringView kind)
{
    if (!named.isEmpty())
        return named;
    const auto list = access.call<TargetListResult>(method::TargetList, Nothing{}.toJson());
    if (!list)
        return list.failure();
    QStringList fitting;
    for (const TargetRow &row : list->targets) {
        if (row.kind == kind)
            fitting.append(row.name);
    }
    if (fitting.size() == 1)
        return fitting.front();
    return Failure{usage(fitting.isEmpty() ? QStringLiteral("no target of kind %1 is open to this key; `hold targets` lists those that are").arg(kind)
                                           : QStringLiteral("--target is needed: one of %1").arg(fitting.join(QStringLiteral(", "))))};
}

Expected<Made> makeRequest(GateAccess &access, QStringView kind, const QString &target, Action action, const Saying &saying)
{
    const Instant now = SystemClock().now();
    auto wanted = wantedBy(saying.wantedBy, now);
    if (!wanted)
        return wanted.failure();
    Request request;
    request.gate = access.session().gate;
    request.gateKey = access.gateKey();
    request.nonce = randomBytes(NonceSize);
    request.kind = kind.toString();
    request.target = target;
    request.action = std::move(action);
    request.claims = saying.claims;
    request.origin = originHere(saying.origin);
    request.createdAt = now;
    request.wantedBy = *wanted;
    const QByteArray payload = request.toPayload();
    const auto parsed = Request::parse(payload);
    if (!parsed)
        return Failure{usage(QStringLiteral("this is no valid request: ") + parsed.error().sentence())};
    const HoldId expected = HoldId::of(access.signer().key().bytes, payload);
    const Envelope envelope = Envelope::sign(access.signer(), payloadtype::Request, payload);
    auto answer = access.link().call<HoldStatus>(method::HoldRequest, EnvelopeParams{envelope}.toJson());
    if (!answer) {
        if (const auto open = sameOpen(answer.error()))
            return joinOpen(access, *open, *parsed);
        return Failure{refusalOf(answer.error())};
    }
    if (answer->hold != expected)
        return Failure{Problem{ExitCode::BadProof, QStringLiteral("the gate answered for another hold than was requested")}};
    return Made{expected, std::move(answer).value(), false};
}

ExitCode requestAndWait(const Program &program, QStringView kind, const Saying &saying, const MakeAction &makeAction)
{
    auto access = GateAccess::asRequester(program);
    if (!access)
        return program.output.problem(access.error());
    GateAccess &gate = **access;
    const Interrupt interrupt([&gate] { gate.link().interrupt(); });
    const auto target = chooseTarget(gate, saying.target, kind);
    if (!target)
        return program.output.problem(target.error());
    auto action = makeAction(gate);
    if (!action)
        return program.output.problem(action.error());
    auto made = makeRequest(gate, kind, *target, std::move(action).value(), saying);
    if (!made)
        return program.output.problem(made.error());
    program.output.progress((made->wasOpen ? QStringLiteral("%1: exactly this is open on %2 already; waiting for it") : QStringLiteral("%1: requested on %2"))
                                .arg(made->hold.toString(), *target));
    return waitForHold(program, gate, made->hold, made->status);
}

} // namespace holdfast
