// SPDX-License-Identifier: Apache-2.0
#include "cli/bench.h"

#include "keys/plainfilestore.h"
#include "wire/messagesledger.h"

#include <QEventLoop>
#include <QFile>
#include <QTimer>

namespace holdfast {

Bench::Bench()
{
    static_cast<void>(PlainFileStore::create(path(QStringLiteral("config/holdfast/request.key")), QStringLiteral("agent")));
    Actor lead;
    lead.name = QStringLiteral("ops-lead");
    lead.kind = ActorKind::Human;
    lead.person = QStringLiteral("ops-lead");
    lead.roles = {role::Approver.toString()};
    lead.keys = {{purpose::Decide.toString(), decider.key()}};
    gate.actors = {lead};
    gate.on(method::RegistryGet, [this](const Json &, const ScriptedGate::Reply &reply) {
        reply(EnvelopeResult{gate.signedByGate(payloadtype::Registry, gate.registry().toPayload())}.toJson());
    });
}

void Bench::write(const QString &name, const QByteArray &bytes) const
{
    QFile file(path(name));
    if (file.open(QIODevice::WriteOnly | QIODevice::Truncate))
        file.write(bytes);
}

Ran Bench::run(const QStringList &arguments, const QByteArray &input, const std::function<void(QProcess &)> &during)
{
    QProcess process;
    QProcessEnvironment variables = QProcessEnvironment::systemEnvironment();
    for (const char *gone : {"HOLDFAST_AGENT", "HOLDFAST_AGENT_SESSION", "XDG_RUNTIME_DIR", "XDG_STATE_HOME"})
        variables.remove(QString::fromLatin1(gone));
    variables.insert(QStringLiteral("HOME"), m_home.path());
    variables.insert(QStringLiteral("XDG_CONFIG_HOME"), path(QStringLiteral("config")));
    variables.insert(QStringLiteral("XDG_DATA_HOME"), path(QStringLiteral("data")));
    variables.insert(QStringLiteral("HOLDFAST_GATE"), gate.address().toString());
    for (const QString &one : environment)
        variables.insert(one.section(u'=', 0, 0), one.section(u'=', 1));
    process.setProcessEnvironment(variables);
    process.setWorkingDirectory(m_home.path());
    process.setProgram(qEnvironmentVariable("HOLDFAST_BIN") + QStringLiteral("/hold"));
    process.setArguments(arguments);
    QEventLoop loop;
    QObject::connect(&process, &QProcess::finished, &loop, &QEventLoop::quit);
    QObject::connect(&process, &QProcess::errorOccurred, &loop, &QEventLoop::quit);
    QTimer::singleShot(60'000, &loop, &QEventLoop::quit);
    process.start();
    process.write(input);
    process.closeWriteChannel();
    if (during)
        during(process);
    if (process.state() != QProcess::NotRunning)
        loop.exec();
    const bool ended = process.state() == QProcess::NotRunning && process.exitStatus() == QProcess::NormalExit;
    return {ended ? process.exitCode() : -1, process.readAllStandardOutput(), process.readAllStandardError()};
}

void Bench::takeRequests()
{
    gate.answer(method::TargetList, TargetListResult{{{QStringLiteral("staging-db"), QStringLiteral("sql"), QStringLiteral("staging"), Enforcement::Enforced},
                                                      {QStringLiteral("files"), QStringLiteral("filesystem"), QStringLiteral("staging"), Enforcement::Enforced},
                                                      {QStringLiteral("tools"), QStringLiteral("command"), QStringLiteral("staging"), Enforcement::Cooperative}}}
                                                .toJson());
    gate.on(method::HoldRequest, [this](const Json &params, const ScriptedGate::Reply &reply) {
        m_requestEnvelope = EnvelopeParams::fromJson(params)->envelope;
        request = *Request::parse(m_requestEnvelope->payload);
        const auto key = PlainFileStore::read(path(QStringLiteral("config/holdfast/request.key")));
        hold = HoldId::of(key->key().bytes, m_requestEnvelope->payload);
        HoldStatus status;
        status.hold = hold;
        status.sequence = 1;
        reply(status.toJson(HoldStatus::Form::Request));
    });
    const auto answer = [this](HoldStatus::Form form) {
        return [this, form](const Json &, const ScriptedGate::Reply &reply) {
            if (ending)
                m_status = ending();
            if (m_status) {
                m_status->request = m_requestEnvelope;
                reply(m_status->toJson(form));
            }
        };
    };
    gate.on(method::HoldWait, answer(HoldStatus::Form::Wait));
    gate.on(method::HoldGet, answer(HoldStatus::Form::Get));
}

HoldStatus Bench::ended(State state) const
{
    HoldStatus status;
    status.state = state;
    status.sequence = 9;
    status.revision = 1;
    status.holdDigest = sha256("hold");
    status.code = codeOf(*status.holdDigest);
    return status;
}

Receipt Bench::receipt(Outcome outcome) const
{
    Receipt result;
    result.grant = randomBytes(16);
    result.hold = hold;
    result.outcome = outcome;
    result.startedAt = result.finishedAt = *parseInstant(u"2026-11-22T10:00:00.000Z");
    return result;
}

HoldStatus Bench::committed(Outcome outcome) const
{
    HoldStatus status = ended(State::Done);
    status.receipt = Envelope::sign(*gate.performKey, payloadtype::Receipt, receipt(outcome).toPayload());
    return status;
}

Decision Bench::denial(const QString &reason) const
{
    Decision decision;
    decision.hold = hold;
    decision.revision = 1;
    decision.request = sha256("request");
    decision.holdDigest = sha256("hold");
    decision.verdict = Decision::Verdict::Deny;
    decision.gate = gate.name;
    decision.gateKey = gate.key->key();
    decision.key = decider.key();
    decision.nonce = randomBytes(16);
    decision.reason = reason;
    decision.scope = Decision::Scope::This;
    decision.view = {sha256("view"), {QStringLiteral("payload")}, 4000, QStringLiteral("en"), QStringLiteral("test")};
    decision.decidedAt = *parseInstant(u"2026-11-22T10:00:00.000Z");
    decision.notAfter = *parseInstant(u"2026-11-22T10:05:00.000Z");
    return decision;
}

HoldStatus Bench::denied(const Decision &decision) const
{
    HoldStatus status = ended(State::Denied);
    status.reason = decision.reason;
    status.counter = decision.counter;
    status.decisions = {Envelope::sign(decider, payloadtype::Decision, decision.toPayload())};
    return status;
}

} // namespace holdfast
