// SPDX-License-Identifier: Apache-2.0
#include "cli/outcome.h"

#include <algorithm>

namespace holdfast {

namespace {

Failure<Problem> unproven(const QString &sentence)
{
    return Failure{Problem{ExitCode::BadProof, sentence}};
}

Expected<Receipt> receiptOf(const Envelope &envelope, const VerifierKey &performKey, const HoldId &hold)
{
    if (const auto verified = verify(envelope, performKey, payloadtype::Receipt); !verified)
        return unproven(QStringLiteral("the receipt is not signed by the gate's perform key: ") + verified.error().sentence());
    auto receipt = Receipt::parse(envelope.payload);
    if (!receipt)
        return unproven(QStringLiteral("the receipt cannot be read: ") + receipt.error().sentence());
    if (receipt->hold != hold)
        return unproven(QStringLiteral("the receipt is for another hold"));
    return std::move(receipt).value();
}

const Actor *signerOf(const Envelope &envelope, const Registry &registry)
{
    const auto found = std::find_if(registry.actors.begin(), registry.actors.end(), [&envelope](const Actor &actor) {
        const VerifierKey *key = actor.key(purpose::Decide);
        return key != nullptr && verify(envelope, *key, payloadtype::Decision);
    });
    return found == registry.actors.end() ? nullptr : &*found;
}

/// Whether it claims a key that is listed: then it is a forgery, and not just older than the registry.
bool namesListedKey(const Envelope &envelope, const Registry &registry)
{
    return std::any_of(registry.actors.begin(), registry.actors.end(), [&envelope](const Actor &actor) {
        const VerifierKey *key = actor.key(purpose::Decide);
        return key != nullptr && !envelope.signatures.empty() && envelope.signatures.front().keyHint == key->hint();
    });
}

Expected<Done> addDecision(Proof &proof, const Envelope &envelope, const Registry &registry, const HoldId &hold)
{
    const Actor *actor = signerOf(envelope, registry);
    if (actor == nullptr) {
        if (namesListedKey(envelope, registry))
            return unproven(QStringLiteral("a decision's signature does not hold"));
        ++proof.unknownSigners;
        return Done{};
    }
    auto decision = Decision::parse(envelope.payload);
    if (!decision || decision->hold != hold)
        return unproven(QStringLiteral("a decision cannot be read, or is for another hold"));
    proof.decisions.push_back({std::move(decision).value(), actor->name});
    return Done{};
}

QString counterWords(const Json &counter)
{
    const auto *text = counter.asString();
    return text != nullptr ? *text : readable(counter);
}

void tellRefusal(const Program &program, const HoldId &hold, const HoldStatus &ended, const Proof &proof)
{
    const Output &out = program.output;
    const auto denial = std::find_if(proof.decisions.rbegin(), proof.decisions.rend(),
                                     [](const KnownDecision &known) { return known.decision.verdict == Decision::Verdict::Deny; });
    if (denial != proof.decisions.rend()) {
        out.note(QStringLiteral("%1: %2 by %3: %4").arg(hold.toString(), toString(ended.state), denial->actor, denial->decision.reason));
        if (denial->decision.counter)
            out.note(QStringLiteral("what would pass instead: ") + counterWords(*denial->decision.counter));
        return;
    }
    out.note(QStringLiteral("%1: %2%3").arg(hold.toString(), toString(ended.state), ended.reason ? QStringLiteral(": ") + *ended.reason : QString()));
    if (ended.counter)
        out.note(QStringLiteral("what would pass instead: ") + counterWords(*ended.counter));
}

/// Standard output gets what the action printed; standard error the rest.
Expected<QString> fetchOutput(GateAccess &access, const std::optional<BlobRef> &output)
{
    if (!output || output->size == 0)
        return QString();
    const auto bytes = access.link().fetch(*output);
    if (bytes)
        return QString::fromUtf8(*bytes);
    const auto *refused = std::get_if<RpcError>(&bytes.error());
    if (refused != nullptr && refused->code == ErrorCode::NotFound)
        return QStringLiteral("(the output is no longer stored)");
    return Failure{problemOf(bytes.error())};
}

void tellReceipt(const Program &program, const HoldId &hold, const Receipt &receipt, const QString &output)
{
    if (!output.isEmpty())
        program.output.print(output);
    QString line = QStringLiteral("%1: %2").arg(hold.toString(), toString(receipt.outcome));
    if (receipt.exitCode)
        line += QStringLiteral(" (exit code %1)").arg(*receipt.exitCode);
    for (const Fact &effect : receipt.effects) {
        line += QStringLiteral("\n  ") + QStringLiteral("%1: %2 %3").arg(effect.label, effect.value, effect.unit).trimmed();
        if (!effect.how.isEmpty())
            line += QStringLiteral(" (%1)").arg(effect.how);
    }
    program.output.note(line);
}

Json jsonResult(const HoldId &hold, const HoldStatus &ended, const Proof &proof, ExitCode code, const QString &output)
{
    JsonBuilder result;
    result.add(QStringLiteral("hold"), hold.toString()).add(QStringLiteral("state"), toString(ended.state));
    result.add(QStringLiteral("revision"), ended.revision).add(QStringLiteral("exit_code"), static_cast<int>(code));
    if (proof.receipt) {
        result.add(QStringLiteral("outcome"), toString(proof.receipt->outcome));
        result.addIf(QStringLiteral("command_exit_code"), proof.receipt->exitCode);
        JsonArray effects;
        for (const Fact &effect : proof.receipt->effects)
            effects.push_back(effect.toJson());
        result.add(QStringLiteral("effects"), std::move(effects)).add(QStringLiteral("output"), output);
    }
    result.addIf(QStringLiteral("reason"), ended.reason).addIf(QStringLiteral("counter"), ended.counter);
    JsonArray deciders;
    for (const KnownDecision &known : proof.decisions) {
        deciders.push_back(JsonBuilder()
                               .add(QStringLiteral("verdict"), toString(known.decision.verdict))
                               .add(QStringLiteral("actor"), known.actor)
                               .add(QStringLiteral("reason"), known.decision.reason)
                               .build());
    }
    return result.add(QStringLiteral("decisions"), std::move(deciders)).build();
}

} // namespace

Expected<Proof> proofOf(GateAccess &access, const HoldId &hold, const HoldStatus &ended)
{
    const auto registry = access.registry(true);
    if (!registry)
        return registry.failure();
    Proof proof;
    for (const Envelope &envelope : ended.decisions) {
        if (auto added = addDecision(proof, envelope, *registry, hold); !added)
            return added.failure();
    }
    if (ended.receipt) {
        auto receipt = receiptOf(*ended.receipt, registry->gateKeys.performKey, hold);
        if (!receipt)
            return receipt.failure();
        proof.receipt = std::move(receipt).value();
    } else if (ended.state == State::Done) {
        return unproven(QStringLiteral("the gate says done and shows no receipt"));
    }
    return proof;
}

ExitCode tellOutcome(const Program &program, GateAccess &access, const HoldId &hold, const HoldStatus &ended)
{
    const auto proof = proofOf(access, hold, ended);
    if (!proof)
        return program.output.problem(proof.error());
    if (proof->unknownSigners > 0)
        program.output.note(QStringLiteral("%1 of the decisions are by keys that the registry no longer lists").arg(proof->unknownSigners));
    if (!proof->receipt || ended.state != State::Done) {
        tellRefusal(program, hold, ended, *proof);
        program.output.result(jsonResult(hold, ended, *proof, exitCodeOf(ended.state), {}));
        return exitCodeOf(ended.state);
    }
    const auto output = fetchOutput(access, proof->receipt->output);
    if (!output)
        return program.output.problem(output.error());
    const ExitCode code = exitCodeOf(proof->receipt->outcome);
    tellReceipt(program, hold, *proof->receipt, *output);
    program.output.result(jsonResult(hold, ended, *proof, code, *output));
    return code;
}

} // namespace holdfast
