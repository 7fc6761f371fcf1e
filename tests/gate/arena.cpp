// SPDX-License-Identifier: Apache-2.0
#include "arena.h"

#include <spdlog/sinks/null_sink.h>
#include <spdlog/spdlog.h>

namespace holdfast::tests {

using namespace std::chrono_literals;

namespace {

constexpr auto patience = 60s;

QString statementOf(const Request &request)
{
    return std::get<SqlAction>(request.action).statements.value_or(QString());
}

class StageMeasurer final : public Measurer
{
public:
    [[nodiscard]] MeasureOutput measure(const MeasureInput &input) const override
    {
        return {deletes(1, statementOf(*input.request).section(u' ', -1)), {}};
    }
};

class StagePerformer final : public Performer
{
public:
    explicit StagePerformer(Stage &stage) : m_stage(stage) {}
    [[nodiscard]] bool measureFirst() const override { return false; }
    [[nodiscard]] std::variant<Performed, Drifted> perform(const PerformInput &input) const override
    {
        m_stage.play(statementOf(*input.measure.request));
        return Performed{Outcome::Committed, {}, {}, {}};
    }

private:
    Stage &m_stage;
};

} // namespace

void Stage::play(const QString &statement)
{
    std::unique_lock lock(m_mutex);
    ++m_played[statement];
    m_changed.notify_all();
    if (statement.startsWith(QStringLiteral("block")))
        m_changed.wait(lock, [&] { return m_allFree || m_free.contains(statement); });
}

void Stage::letGo(const QString &statement)
{
    const std::lock_guard lock(m_mutex);
    m_free.insert(statement);
    m_changed.notify_all();
}

void Stage::letAllGo()
{
    const std::lock_guard lock(m_mutex);
    m_allFree = true;
    m_changed.notify_all();
}

int Stage::played(const QString &statement) const
{
    const std::lock_guard lock(m_mutex);
    const auto found = m_played.find(statement);
    return found == m_played.end() ? 0 : found->second;
}

Arena::Arena(const QByteArray &policy, Stage &stage)
{
    initialiseCryptography();
    if (!spdlog::get("gate"))
        spdlog::register_logger(std::make_shared<spdlog::logger>("gate", std::make_shared<spdlog::sinks::null_sink_mt>()));
    auto config = parseGateConfig("[gate]\nname = \"test.example/gate\"\nkey = \"file:gate.key\"\n\n" + policy, m_directory.filePath(QStringLiteral("gate.toml")));
    if (!config)
        qFatal("%s", qPrintable(config.error().sentence()));
    m_config = std::move(*config);
    m_identity = std::make_unique<GateIdentity>(std::move(loadIdentity(m_config.local)).value());
    m_store = std::move(Store::open(m_config.local.store)).value();
    Kinds kinds;
    kinds.emplace(kind::Sql.toString(), Kind{std::make_unique<StageMeasurer>(), std::make_unique<StagePerformer>(stage)});
    m_workers = std::make_unique<Workers>(std::move(kinds), Identifier(), clock, Workers::Options(), [this](Input input) { m_thread->post(std::move(input)); });
    m_engine = std::make_unique<Engine>(*m_store, clock, *m_identity, m_config, static_cast<Outside &>(*this), EngineOptions());
    if (const auto started = m_engine->start({}); !started)
        qFatal("%s", qPrintable(started.error().sentence()));
    m_thread = std::make_unique<StoreThread>(*m_engine);
    m_thread->start();
}

Arena::~Arena()
{
    stop();
}

void Arena::stop()
{
    m_engine->beginNothing();
    m_workers->stop();
    m_thread->stop();
}

void Arena::send(ConnectionId to, QByteArray message)
{
    const auto parsed = parseRpc(message);
    const std::lock_guard lock(m_mutex);
    if (const auto *reply = parsed ? std::get_if<RpcReply>(&*parsed) : nullptr; reply != nullptr && reply->id)
        m_replies.emplace(std::get<std::int64_t>(*reply->id), *reply);
    else if (const auto *told = parsed ? std::get_if<RpcCall>(&*parsed) : nullptr; told != nullptr && told->method == method::SessionChallenge)
        m_challenges.emplace(to, *Challenge::fromJson(told->params));
    m_heard.notify_all();
}

void Arena::broadcast(std::vector<ConnectionId> to, QByteArray message)
{
    for (const ConnectionId connection : to)
        send(connection, message);
}

std::optional<RpcReply> Arena::await(std::int64_t id)
{
    std::unique_lock lock(m_mutex);
    if (!m_heard.wait_for(lock, patience, [&] { return m_replies.contains(id); }))
        return std::nullopt;
    return m_replies.extract(id).mapped();
}

std::optional<RpcReply> Arena::call(ConnectionId connection, QStringView method, const Json &params)
{
    const std::int64_t id = ++m_lastCall;
    m_thread->post(Received{connection, encode(RpcCall{RpcId{id}, method.toString(), params})});
    return await(id);
}

ConnectionId Arena::session(const Signer &key)
{
    const ConnectionId connection = ++m_lastConnection;
    m_thread->post(Opened{connection});
    Challenge challenge;
    {
        std::unique_lock lock(m_mutex);
        if (!m_heard.wait_for(lock, patience, [&] { return m_challenges.contains(connection); }))
            qFatal("no challenge came");
        challenge = m_challenges.at(connection);
    }
    SessionOpen open;
    open.gate = challenge.gate;
    open.gateKey = challenge.key;
    open.nonce = challenge.nonce;
    open.clientNonce = randomBytes(16);
    open.key = key.key();
    open.clientName = QStringLiteral("arena");
    open.clientVersion = QStringLiteral("1");
    open.at = clock.now();
    resultOf(call(connection, method::SessionOpen, envelopeParams(Envelope::sign(key, payloadtype::SessionOpen, open.toPayload()))));
    return connection;
}

Envelope Arena::request(const Machine &by, const QString &statement, const QString &target) const
{
    Request request;
    request.gate = m_identity->name;
    request.gateKey = m_identity->key->key();
    request.nonce = randomBytes(16);
    request.kind = kind::Sql.toString();
    request.target = target;
    request.action = SqlAction{statement, {}};
    request.createdAt = clock.now();
    return Envelope::sign(by.request, payloadtype::Request, request.toPayload());
}

HoldId Arena::approved(ConnectionId requester, const Machine &agent, ConnectionId console, const Human &lead, const QString &statement, const QString &target)
{
    const auto asked = HoldStatus::fromJson(resultOf(call(requester, method::HoldRequest, envelopeParams(request(agent, statement, target)))));
    auto now = asked;
    while (now->state == State::Measuring)
        now = HoldStatus::fromJson(resultOf(call(requester, method::HoldWait, WaitParams{asked->hold, now->sequence, limit::WaitMs}.toJson())));
    resultOf(call(console, method::DecisionSubmit, envelopeParams(signedDecision(lead, decisionOn(console, lead, asked->hold, Decision::Verdict::Approve)))));
    return asked->hold;
}

Decision Arena::decisionOn(ConnectionId console, const Human &by, const HoldId &hold, Decision::Verdict verdict)
{
    const auto shown = HoldDocuments::fromJson(resultOf(call(console, method::HoldGet, HoldParams{hold}.toJson())));
    return decisionAbout(*shown, m_challenges.at(console), by, verdict, clock.now());
}

Command Arena::command(const Signer &by, Command::Verb verb) const
{
    Command command;
    command.verb = verb;
    command.gate = m_identity->name;
    command.gateKey = m_identity->key->key();
    command.key = by.key();
    command.reason = QStringLiteral("because");
    command.nonce = randomBytes(16);
    command.at = clock.now();
    command.notAfter = clock.now() + 10min;
    return command;
}

HoldStatus Arena::waitWhile(ConnectionId requester, const HoldId &hold, State state)
{
    auto now = HoldStatus::fromJson(resultOf(call(requester, method::HoldGet, HoldParams{hold}.toJson())));
    while (now->state == state)
        now = HoldStatus::fromJson(resultOf(call(requester, method::HoldWait, WaitParams{hold, now->sequence, 50}.toJson())));
    return *now;
}

} // namespace holdfast::tests
