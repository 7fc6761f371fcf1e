// SPDX-License-Identifier: Apache-2.0
#include "cli/commands.h"

#include "core/documents/command.h"
#include "ledger/follower.h"
#include "wire/messagesledger.h"

namespace holdfast {

namespace {

using namespace std::chrono_literals;

constexpr auto ValidFor = 5min;
constexpr qsizetype CommandNonceSize = 16;

Envelope withdrawal(const GateAccess &access, const HoldId &hold, const QString &reason)
{
    Command command;
    command.verb = Command::Verb::Withdraw;
    command.gate = access.session().gate;
    command.gateKey = access.gateKey();
    command.key = access.signer().key();
    command.hold = hold;
    command.reason = reason;
    command.nonce = randomBytes(CommandNonceSize);
    command.at = SystemClock().now();
    command.notAfter = command.at + ValidFor;
    return Envelope::sign(access.signer(), payloadtype::Command, command.toPayload());
}

} // namespace

ExitCode runWithdraw(const Program &program, const WithdrawOptions &options)
{
    const auto hold = HoldId::parse(options.hold);
    if (!hold)
        return program.output.problem({ExitCode::Usage, QStringLiteral("%1: a hold id was expected: h and 24 characters").arg(options.hold)});
    auto access = GateAccess::asRequester(program);
    if (!access)
        return program.output.problem(access.error());
    GateAccess &gate = **access;
    const Envelope sent = withdrawal(gate, *hold, options.reason);
    const auto answer = gate.call<SubmitResult>(method::CommandSubmit, EnvelopeParams{sent}.toJson());
    if (!answer)
        return program.output.problem(answer.error());
    const LedgerFollower follower(gate.session().gate, gate.link().link().ledgerKey());
    const auto acknowledged = follower.acknowledged(sent, answer->index, answer->entry, answer->proof, answer->checkpoint.toUtf8());
    if (!acknowledged)
        return program.output.problem({ExitCode::BadProof, QStringLiteral("the gate does not prove that it recorded the withdrawal: ") + acknowledged.error().sentence()});
    program.output.note(QStringLiteral("%1: withdrawn").arg(hold->toString()));
    program.output.result(JsonBuilder()
                              .add(QStringLiteral("hold"), hold->toString())
                              .add(QStringLiteral("state"), answer->state ? toString(*answer->state) : QStringLiteral("withdrawn"))
                              .build());
    return ExitCode::Done;
}

} // namespace holdfast
