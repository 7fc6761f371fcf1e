// SPDX-License-Identifier: Apache-2.0
#include "fakes/gatebench.h"

#include "gate/lifecycle/fitting.h"
#include "gate/lifecycle/workers.h"
#include "gate/store/pastholds.h"
#include "kinds/policy/policymeasurer.h"

#include <spdlog/sinks/null_sink.h>
#include <spdlog/spdlog.h>

namespace holdfast::tests {

using namespace std::chrono_literals;

namespace {

const QByteArray gateTable = "[gate]\nname = \"test.example/gate\"\nlisten = \"127.0.0.1:0\"\nstore = \"sqlite:gate.db\"\nkey = \"file:gate.key\"\n\n";

QByteArray keyText(const SeedSigner &signer)
{
    return signer.key().toString().toUtf8();
}

} // namespace

GateBench::GateBench(const QByteArray &policy, QByteArray ownerSecret) : m_ownerSecret(std::move(ownerSecret))
{
    initialiseCryptography();
    if (!spdlog::get("gate"))
        spdlog::register_logger(std::make_shared<spdlog::logger>("gate", std::make_shared<spdlog::sinks::null_sink_mt>()));
    auto config = parseGateConfig(gateTable + policy, path(QStringLiteral("gate.toml")));
    if (!config)
        qFatal("%s", qPrintable(config.error().sentence()));
    m_config = std::move(*config);
    auto identity = loadIdentity(m_config.local);
    if (!identity)
        qFatal("%s", qPrintable(identity.error()));
    m_identity = std::make_unique<GateIdentity>(std::move(*identity));
    if (const QString problem = start(); !problem.isEmpty())
        qFatal("%s", qPrintable(problem));
}

GateBench::~GateBench() = default;

void GateBench::crash()
{
    m_engine.reset();
    m_store.reset();
    m_again.clear();
    measuring.clear();
    performing.clear();
    sent.clear();
    closed.clear();
}

QString GateBench::start()
{
    auto store = Store::open(m_config.local.store);
    if (!store)
        return store.error().sentence();
    m_store = std::move(*store);
    EngineOptions options;
    options.ownerSecret = m_ownerSecret;
    options.turnTime = m_turnTime;
    options.measuredFirst = {kind::Policy.toString(), kind::Command.toString()};
    m_engine = std::make_unique<Engine>(*m_store, clock, *m_identity, m_config, static_cast<Outside &>(*this), std::move(options));
    const auto started = m_engine->start(keptCheckpoint);
    return started ? QString() : started.error().sentence();
}

ConnectionId GateBench::connect()
{
    const ConnectionId connection = ++m_lastConnection;
    turn({Opened{connection}});
    return connection;
}

void GateBench::endTurnsAfterOne()
{
    m_turnTime = 1ns;
    crash();
    if (const QString problem = start(); !problem.isEmpty())
        qFatal("%s", qPrintable(problem));
}

void GateBench::disconnect(ConnectionId connection)
{
    turn({Closed{connection}});
}

void GateBench::turn(std::vector<Input> inputs)
{
    // As the store thread does: results that could not be kept are taken again.
    inputs.insert(inputs.begin(), std::make_move_iterator(m_again.begin()), std::make_move_iterator(m_again.end()));
    m_again = m_engine->turn(std::move(inputs));
}

std::optional<RpcReply> GateBench::call(ConnectionId connection, QStringView method, const Json &params)
{
    turn({Received{connection, encode(RpcCall{RpcId{++m_lastCall}, method.toString(), params})}});
    return laterReply(connection);
}

std::optional<RpcReply> GateBench::laterReply(ConnectionId connection)
{
    for (const RpcMessage &message : sent[connection])
        if (const auto *reply = std::get_if<RpcReply>(&message); reply != nullptr && reply->id == RpcId{m_lastCall})
            return *reply;
    return std::nullopt;
}

void GateBench::send(ConnectionId to, QByteArray message)
{
    auto parsed = parseRpc(message);
    if (!parsed)
        qFatal("the gate sent what cannot be read: %s", message.constData());
    sent[to].push_back(std::move(*parsed));
}

void GateBench::broadcast(std::vector<ConnectionId> to, QByteArray message)
{
    for (const ConnectionId connection : to)
        send(connection, message);
}

void GateBench::measure(const Measurement &measurement)
{
    while (!measuring.empty()) {
        const MeasureJob job = std::move(measuring.front());
        measuring.pop_front();
        Measured result;
        result.purpose = job.purpose;
        result.revision = job.revision;
        result.hold = job.subject->hold;
        result.at = clock.now();
        result.asked = job.asked;
        result.output.measurement = measurement;
        if (job.subject->request.kind == kind::Policy) {
            MeasureInput input;
            input.request = &job.subject->request;
            input.blobs = [&](const Digest &digest) { return std::optional(job.subject->blobs.at(digest)->genuine()->read()); };
            input.at = clock.now();
            input.past = pastHoldsOf(m_config.local.store);
            result.output = makePolicyMeasurer(job.subject->policyToml)->measure(input);
        }
        fit(result.output, *job.subject->policy);
        turn({std::move(result)});
    }
}

void GateBench::perform(const std::variant<Performed, Drifted> &outcome)
{
    while (!performing.empty()) {
        const PerformJob job = std::move(performing.front());
        performing.pop_front();
        PerformedHold result;
        result.hold = job.subject->hold;
        result.grant = job.grant;
        result.startedAt = result.finishedAt = clock.now();
        result.outcome = outcome;
        turn({std::move(result)});
    }
}

Challenge GateBench::challengeOf(ConnectionId connection) const
{
    for (const RpcMessage &message : sent.at(connection))
        if (const auto *call = std::get_if<RpcCall>(&message); call != nullptr && call->method == method::SessionChallenge)
            return *Challenge::fromJson(call->params);
    qFatal("no challenge came");
}

Envelope GateBench::openEnvelope(ConnectionId connection, const Signer &key) const
{
    SessionOpen open;
    open.gate = m_identity->name;
    open.gateKey = m_identity->key->key();
    open.nonce = challengeOf(connection).nonce;
    open.clientNonce = randomBytes(16);
    open.key = key.key();
    open.clientName = QStringLiteral("bench");
    open.clientVersion = QStringLiteral("1");
    open.at = clock.now();
    return Envelope::sign(key, payloadtype::SessionOpen, open.toPayload());
}

ConnectionId GateBench::session(const Signer &key)
{
    const ConnectionId connection = connect();
    const auto reply = call(connection, method::SessionOpen, envelopeParams(openEnvelope(connection, key)));
    if (tests::codeOf(reply) != QStringLiteral("ok"))
        qFatal("no session: %s", qPrintable(tests::codeOf(reply)));
    return connection;
}

HoldRow GateBench::row(const HoldId &hold) const
{
    return m_store->holds.find(hold).value_or(HoldRow{});
}

Envelope sqlRequest(const GateBench &gate, const Machine &by, const QString &statements, const QString &target)
{
    Request request;
    request.gate = gate.identity().name;
    request.gateKey = gate.identity().key->key();
    request.nonce = randomBytes(16);
    request.kind = kind::Sql.toString();
    request.target = target;
    request.action = SqlAction{statements, {}};
    request.createdAt = gate.clock.now();
    return Envelope::sign(by.request, payloadtype::Request, request.toPayload());
}

Decision decisionOn(const GateBench &gate, const Human &by, const HoldId &hold, Decision::Verdict verdict)
{
    const HoldRow row = gate.row(hold);
    HoldDocuments shown;
    shown.head.hold = hold;
    shown.head.revision = row.revision;
    if (const auto request = gate.context().book.document(row.requestDocument))
        shown.request = *request;
    shown.current = row.holdDocument ? gate.context().book.document(*row.holdDocument) : std::nullopt;
    Challenge challenge;
    challenge.gate = gate.identity().name;
    challenge.key = gate.identity().key->key();
    return decisionAbout(shown, challenge, by, verdict, gate.clock.now());
}

Decision decisionAbout(const HoldDocuments &shown, const Challenge &gate, const Human &by, Decision::Verdict verdict, Instant now)
{
    Decision decision;
    decision.hold = shown.head.hold;
    decision.revision = shown.head.revision;
    decision.request = shown.request.payloadDigest();
    decision.holdDigest = shown.current ? shown.current->payloadDigest() : Digest{};
    decision.verdict = verdict;
    decision.gate = gate.gate;
    decision.gateKey = gate.key;
    decision.key = by.decide.key();
    decision.nonce = randomBytes(16);
    decision.view.locale = QStringLiteral("en");
    decision.view.console = QStringLiteral("bench");
    decision.decidedAt = now;
    decision.notAfter = now + 10min;
    if (verdict == Decision::Verdict::Deny)
        decision.reason = QStringLiteral("not today");
    else if (shown.current)
        for (const Hold current = *Hold::parse(shown.current->payload); const QString &wanted : current.policy.confirm)
            decision.confirmations.push_back({wanted, wanted == QStringLiteral("press") ? QStringLiteral("600") : current.measured.confirmText});
    return decision;
}

Envelope signedDecision(const Human &by, const Decision &decision)
{
    return Envelope::sign(by.decide, payloadtype::Decision, decision.toPayload());
}

Envelope approval(const GateBench &gate, const Human &by, const HoldId &hold)
{
    return signedDecision(by, decisionOn(gate, by, hold, Decision::Verdict::Approve));
}

Envelope denial(const GateBench &gate, const Human &by, const HoldId &hold, Decision::Scope scope)
{
    Decision decision = decisionOn(gate, by, hold, Decision::Verdict::Deny);
    decision.scope = scope;
    return signedDecision(by, decision);
}

Command commandTo(const GateBench &gate, const Signer &by, Command::Verb verb)
{
    Command command;
    command.verb = verb;
    command.gate = gate.identity().name;
    command.gateKey = gate.identity().key->key();
    command.key = by.key();
    command.reason = QStringLiteral("because");
    command.nonce = randomBytes(16);
    command.at = gate.clock.now();
    command.notAfter = gate.clock.now() + 10min;
    return command;
}

Envelope signedCommand(const Signer &by, const Command &command)
{
    return Envelope::sign(by, payloadtype::Command, command.toPayload());
}

Json envelopeParams(const Envelope &envelope)
{
    return EnvelopeParams{envelope}.toJson();
}

Measurement deletes(std::int64_t rows, const QString &resource)
{
    const Instant at = *parseInstant(u"2026-11-22T10:00:00.000Z");
    Measurement measured;
    measured.resources = {resource};
    measured.operation = QStringLiteral("database.delete");
    measured.summaryTemplate = QStringLiteral("database.delete");
    measured.summaryText = QStringLiteral("Deletes %1 rows.").arg(rows);
    measured.environment = {QStringLiteral("staging"), Quality::Measured, QStringLiteral("identity")};
    measured.facts.push_back({fact::DestroyedRows.toString(), QStringLiteral("rows destroyed"), QString::number(rows), rows, QStringLiteral("rows"),
                              Quality::Measured, QStringLiteral("counted"), at, Severity::Danger});
    measured.recovery.verdict = Verdict::None;
    measured.recovery.quality = Quality::Measured;
    measured.recovery.how = QStringLiteral("no copy");
    measured.fingerprint = sha256(QByteArray::number(qlonglong{rows}));
    measured.confirmText = QStringLiteral("bookings");
    return measured;
}

QByteArray humanBlock(const Human &human, const QByteArray &roles, const QByteArray &more)
{
    const QByteArray name = human.name.toUtf8();
    return "[[actor]]\nname = \"" + name + "\"\nkind = \"human\"\nperson = \"" + name + "\"\nroles = [" + roles + "]\nkeys = { session = \""
        + keyText(human.session) + "\", decide = \"" + keyText(human.decide) + "\" }\n" + more + "\n";
}

QByteArray machineBlock(const Machine &machine, const QByteArray &person, const QByteArray &more)
{
    return "[[actor]]\nname = \"" + machine.name.toUtf8() + "\"\nkind = \"machine\"\nperson = \"" + person + "\"\nroles = [\"requester\"]\nkeys = { request = \""
        + keyText(machine.request) + "\" }\n" + more + "\n";
}

const QByteArray targetBlocks = "[[target]]\nname = \"db\"\nkind = \"sql\"\nenvironment = \"staging\"\nurl = \"postgresql://localhost/bookings\"\n\n"
                                "[[target]]\nname = \"other\"\nkind = \"sql\"\nenvironment = \"staging\"\nurl = \"postgresql://localhost/other\"\n\n"
                                "[[target]]\nname = \"tree\"\nkind = \"filesystem\"\nenvironment = \"staging\"\nroots = [\"/srv/tree\"]\n\n";

QByteArray ruleBlock(const QByteArray &more)
{
    return "[[rule]]\nid = \"r\"\n" + more + "\n";
}

QString codeOf(const std::optional<RpcReply> &reply)
{
    if (!reply)
        return QStringLiteral("no answer");
    if (const auto *error = std::get_if<RpcError>(&reply->outcome))
        return error->code ? toString(*error->code) : QString::number(error->rpcCode);
    return QStringLiteral("ok");
}

Json resultOf(const std::optional<RpcReply> &reply)
{
    const Json *result = reply ? std::get_if<Json>(&reply->outcome) : nullptr;
    if (result == nullptr)
        qFatal("a result was expected, not %s", qPrintable(codeOf(reply)));
    return *result;
}

} // namespace holdfast::tests
