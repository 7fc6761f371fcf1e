// SPDX-License-Identifier: Apache-2.0
#include "storemaker.h"

#include "core/documents/decision.h"
#include "core/documents/session.h"
#include "kinds/command/commandmeasurer.h"
#include "socket.h"

#include <spdlog/sinks/null_sink.h>
#include <spdlog/spdlog.h>

#include <QDir>
#include <QFile>

namespace holdfast::bench {

namespace {

using namespace std::chrono_literals;

constexpr int atOnce = 200; ///< the gate hears no more unanswered calls of one actor than 256
constexpr auto betweenTurns = 40s;
constexpr auto past = 24h * 90;
constexpr qsizetype requestSize = 700; ///< of the past; what is measured asks with 2 KB

Decision decisionOn(const Context &context, const Cast &cast, const HoldRow &row)
{
    Decision decision;
    decision.hold = row.id;
    decision.revision = row.revision;
    decision.request = row.requestDigest;
    decision.holdDigest = *row.holdDigest;
    decision.verdict = Decision::Verdict::Approve;
    decision.gate = context.identity.name;
    decision.gateKey = context.identity.key->key();
    decision.key = cast.decide.key();
    decision.nonce = randomBytes(16);
    decision.view.locale = QStringLiteral("en");
    decision.view.console = QStringLiteral("bench");
    decision.decidedAt = context.clock.now();
    decision.notAfter = context.clock.now() + 10min;
    return decision;
}

} // namespace

StoreMaker::StoreMaker(const QString &directory, const Cast &cast) : m_cast(cast)
{
    spdlog::register_logger(std::make_shared<spdlog::logger>("gate", std::make_shared<spdlog::sinks::null_sink_mt>()));
    const QString file = directory + QStringLiteral("/gate.toml");
    QFile toml(file);
    if (!QDir().mkpath(directory) || !toml.open(QIODevice::WriteOnly) || toml.write(gateToml(cast)) <= 0)
        fail(file + QStringLiteral(" cannot be written"));
    toml.close();
    auto config = readGateConfig(file);
    if (!config)
        fail(config.error().sentence());
    m_config = std::move(*config);
    auto identity = loadIdentity(m_config.local);
    if (!identity)
        fail(identity.error());
    m_identity = std::make_unique<GateIdentity>(std::move(*identity));
    auto store = Store::open(m_config.local.store);
    if (!store)
        fail(store.error().sentence());
    m_store = std::move(*store);
    m_housekeeper = std::make_unique<Housekeeper>(m_config.local.store, m_config.local.store + QStringLiteral(".checkpoint"));
    m_store->onCommitted([this](int pages) { m_housekeeper->logGrew(pages); });
    m_clock.at = SystemClock().now() - past;
    m_engine = std::make_unique<Engine>(*m_store, m_clock, *m_identity, m_config, static_cast<Outside &>(*this), EngineOptions{});
    if (const auto started = m_engine->start({}); !started)
        fail(started.error().sentence());
    m_agent = session(cast.request);
    m_owner = session(cast.session);
}

StoreMaker::~StoreMaker() = default;

void StoreMaker::send(ConnectionId, QByteArray message)
{
    const auto parsed = parseRpc(message);
    if (const auto *reply = parsed ? std::get_if<RpcReply>(&*parsed) : nullptr)
        if (const auto *error = std::get_if<RpcError>(&reply->outcome))
            fail(QStringLiteral("the engine refused: %1").arg(error->detail));
    if (const auto *call = parsed ? std::get_if<RpcCall>(&*parsed) : nullptr; call != nullptr && call->method == method::SessionChallenge)
        m_challenge = Challenge::fromJson(call->params)->nonce;
}

void StoreMaker::close(ConnectionId, std::uint16_t, QString reason)
{
    fail(reason);
}

void StoreMaker::turn(std::vector<Input> inputs)
{
    (void)m_engine->turn(std::move(inputs));
}

Received StoreMaker::received(ConnectionId from, QStringView method, const Json &params)
{
    return {from, encode(RpcCall{RpcId{++m_call}, method.toString(), params})};
}

ConnectionId StoreMaker::session(const Signer &key)
{
    const ConnectionId connection = ++m_last;
    turn({Opened{connection}});
    SessionOpen open;
    open.gate = m_identity->name;
    open.gateKey = m_identity->key->key();
    open.nonce = m_challenge;
    open.clientNonce = randomBytes(16);
    open.key = key.key();
    open.clientName = QStringLiteral("bench");
    open.clientVersion = QStringLiteral("1");
    open.at = m_clock.now();
    turn({received(connection, method::SessionOpen, EnvelopeParams{Envelope::sign(key, payloadtype::SessionOpen, open.toPayload())}.toJson())});
    return connection;
}

std::vector<HoldId> StoreMaker::ask(int holds)
{
    std::vector<HoldId> asked;
    std::vector<Input> inputs;
    for (int i = 0; i < holds; ++i) {
        const auto payload = requestPayload(m_identity->name, m_identity->key->key(), BacklogTarget, m_clock.now(), requestSize);
        asked.push_back(HoldId::of(m_cast.request.key().bytes, payload));
        inputs.push_back(received(m_agent, method::HoldRequest, EnvelopeParams{Envelope::sign(m_cast.request, payloadtype::Request, payload)}.toJson()));
    }
    turn(std::move(inputs));
    inputs.clear();
    const auto measurer = makeCommandMeasurer();
    for (const MeasureJob &job : std::exchange(m_measuring, {})) {
        MeasureInput input;
        input.request = &job.subject->request;
        input.requesterPerson = job.subject->person;
        input.target = &job.subject->target;
        input.targets = &job.subject->policy->targets;
        input.at = m_clock.now();
        inputs.push_back(Measured{job.purpose, job.revision, job.subject->hold, m_clock.now(), measurer->measure(input), true});
    }
    turn(std::move(inputs));
    return asked;
}

void StoreMaker::approve(const std::vector<HoldId> &holds)
{
    std::vector<Input> inputs;
    for (const HoldId &hold : holds) {
        const auto row = m_store->holds.find(hold);
        if (!row || row->state != State::Pending)
            fail(QStringLiteral("a hold of the made past does not wait for a decision"));
        const Decision decision = decisionOn(m_engine->context(), m_cast, *row);
        inputs.push_back(received(m_owner, method::DecisionSubmit, EnvelopeParams{Envelope::sign(m_cast.decide, payloadtype::Decision, decision.toPayload())}.toJson()));
    }
    turn(std::move(inputs));
}

void StoreMaker::perform()
{
    std::vector<Input> inputs;
    for (const PerformJob &job : std::exchange(m_performing, {})) {
        Performed done;
        done.outcome = Outcome::Committed;
        done.exitCode = 0;
        inputs.push_back(PerformedHold{job.subject->hold, job.grant, m_clock.now(), m_clock.now(), std::move(done), true});
    }
    turn(std::move(inputs));
}

void StoreMaker::live(std::int64_t entries)
{
    constexpr std::int64_t perHold = 7; // request, hold, decision, approved, grant, executing, receipt
    while (size() + perHold <= entries) {
        const auto holds = ask(static_cast<int>(std::min<std::int64_t>(atOnce, (entries - size()) / perHold)));
        approve(holds);
        perform();
        m_clock.at = std::min(m_clock.at + betweenTurns, SystemClock().now() - 1h);
    }
}

void StoreMaker::leaveWaiting(int holds)
{
    m_clock.at = SystemClock().now() - 1h;
    for (int left = holds; left > 0; left -= atOnce)
        (void)ask(std::min(left, atOnce));
}

} // namespace holdfast::bench
