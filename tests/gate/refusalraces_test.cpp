// SPDX-License-Identifier: Apache-2.0
#include "arena.h"

#include <QRandomGenerator>
#include <QtTest>

#include <thread>

using namespace holdfast;
using namespace holdfast::tests;
using namespace std::chrono_literals;

/// A refusal against a performer that is queued: what was refused before it began is never performed, whatever the threads do. Each kind of
/// refusal is sent later when it won and sooner when it lost, so that both keep happening. When an arena ends, its ledger is read.
/// HOLDFAST_LONG=1: 10,000 races; else a few hundred. HOLDFAST_SEED repeats what a seed can repeat.
class TestRefusalRaces final : public QObject
{
    Q_OBJECT

private Q_SLOTS:
    void init();
    void cleanup();
    void races_data();
    void races();
    void slowTargetDelaysNobody();
    void oneAfterAnother();

private:
    enum class Refusal { Stop, Deny, Withdraw, FreezeActor, FreezeTarget, Revoke, Time };
    static constexpr int refusals = 7;
    struct Round final
    {
        int number;
        Refusal refusal;
        const Machine &agent;
        ConnectionId requester;
    };
    void begin();
    void race(const Round &round, QRandomGenerator &random);
    [[nodiscard]] std::pair<ConnectionId, Envelope> refusalOf(const Round &round, const HoldId &hold);
    void judge(const Round &round, const HoldId &hold, const std::optional<RpcReply> &reply, const QString &statement);
    void undo(const Round &round, const Envelope &refusal, const std::optional<RpcReply> &reply);
    /// The ledger's account of every race in the arena.
    void readLedger();

    static constexpr int roundsPerArena = 210;
    std::unique_ptr<Human> m_lead, m_second;
    std::vector<std::unique_ptr<Machine>> m_agents; ///< one for each round that revokes, and one for the others
    std::vector<ConnectionId> m_requesters;
    std::unique_ptr<Stage> m_stage;
    std::unique_ptr<Arena> m_arena;
    ConnectionId m_console = 0;
    /// A race as it was seen.
    struct Seen final
    {
        QString what, statement;
        HoldId hold;
        bool performed;
        std::optional<std::int64_t> refusedAt; ///< entry of a refusal that was taken
    };
    std::vector<Seen> m_seen; ///< in this arena
    std::array<std::array<int, 2>, refusals> m_outcomes{}; ///< refused in time, too late; by refusal
    std::array<quint32, refusals> m_reach{}; ///< how much later than the performer's release a refusal is sent at most, in turns of a loop
};

void TestRefusalRaces::init()
{
    m_lead = std::make_unique<Human>(QStringLiteral("lead"));
    m_second = std::make_unique<Human>(QStringLiteral("second"));
    begin();
}

void TestRefusalRaces::cleanup()
{
    if (m_arena && !QTest::currentTestFailed())
        readLedger();
    m_seen.clear();
    if (m_stage)
        m_stage->letAllGo();
    m_arena.reset();
    m_stage.reset();
}

void TestRefusalRaces::begin()
{
    cleanup();
    m_agents.clear();
    m_requesters.clear();
    QByteArray policy = humanBlock(*m_lead) + humanBlock(*m_second);
    for (int i = 0; i <= roundsPerArena / refusals; ++i) {
        m_agents.push_back(std::make_unique<Machine>(QStringLiteral("agent%1").arg(i)));
        policy += machineBlock(*m_agents.back(), "dev");
    }
    m_stage = std::make_unique<Stage>();
    m_arena = std::make_unique<Arena>(policy + targetBlocks + ruleBlock("mode = \"hold\"\ntier = \"low\"\nconfirm = []\nexecute_within = \"2m\"\n"), *m_stage);
    m_console = m_arena->session(m_lead->session);
    for (const auto &agent : m_agents)
        m_requesters.push_back(m_arena->session(agent->request));
}

std::pair<ConnectionId, Envelope> TestRefusalRaces::refusalOf(const Round &round, const HoldId &hold)
{
    const auto command = [&](Command::Verb verb, const Signer &by, auto fill) {
        Command made = m_arena->command(by, verb);
        fill(made);
        return signedCommand(by, made);
    };
    switch (round.refusal) {
    case Refusal::Stop: return {m_console, command(Command::Verb::Stop, m_lead->decide, [&](Command &made) { made.hold = hold; })};
    case Refusal::Withdraw: return {round.requester, command(Command::Verb::Withdraw, round.agent.request, [&](Command &made) { made.hold = hold; })};
    case Refusal::FreezeActor: return {m_console, command(Command::Verb::Freeze, m_lead->decide, [&](Command &made) { made.actor = round.agent.name; })};
    case Refusal::FreezeTarget: return {m_console, command(Command::Verb::Freeze, m_lead->decide, [&](Command &made) { made.target = QStringLiteral("db"); })};
    case Refusal::Revoke: return {m_console, command(Command::Verb::Revoke, m_lead->decide, [&](Command &made) { made.actor = round.agent.name; })};
    case Refusal::Deny: {
        Decision decision = m_arena->decisionOn(m_console, *m_lead, hold, Decision::Verdict::Deny);
        decision.scope = Decision::Scope::This;
        return {m_console, signedDecision(*m_lead, decision)};
    }
    case Refusal::Time: break;
    }
    return {};
}

void TestRefusalRaces::race(const Round &round, QRandomGenerator &random)
{
    const QString blocker = QStringLiteral("block %1 r%1").arg(round.number);
    const QString statement = QStringLiteral("race %1 r%1").arg(round.number);
    (void)m_arena->approved(round.requester, round.agent, m_console, *m_lead, blocker);
    const HoldId hold = m_arena->approved(round.requester, round.agent, m_console, *m_lead, statement);
    QVERIFY(m_stage->played(statement) == 0);
    const auto [from, refusal] = refusalOf(round, hold);
    // Both at once; by how much the refusal comes later is drawn.
    quint32 &reach = m_reach[static_cast<std::size_t>(round.refusal)];
    const quint32 later = random.bounded(reach);
    std::atomic<bool> go = false;
    std::thread other([&] {
        while (!go) { }
        m_stage->letGo(blocker);
    });
    go = true;
    for (std::atomic<quint32> turn = 0; turn < later; ++turn) { }
    std::optional<RpcReply> reply;
    if (round.refusal == Refusal::Time)
        m_arena->clock.advance(2min);
    else
        reply = m_arena->call(from, round.refusal == Refusal::Deny ? method::DecisionSubmit : method::CommandSubmit, envelopeParams(refusal));
    other.join();
    judge(round, hold, reply, statement);
    reach = std::clamp(m_stage->played(statement) == 0 ? reach / 2 * 3 : reach / 3 * 2, 1'000U, 100'000'000U);
    undo(round, refusal, reply);
}

void TestRefusalRaces::judge(const Round &round, const HoldId &hold, const std::optional<RpcReply> &reply, const QString &statement)
{
    // The requester is told the end; one whose key is revoked is told nothing any more, so the console looks.
    State state = State::Approved;
    while (!isFinal(state))
        state = HoldDocuments::fromJson(resultOf(m_arena->call(m_console, method::HoldGet, HoldParams{hold}.toJson())))->head.state;
    const bool performed = m_stage->played(statement) > 0;
    const bool acknowledged = round.refusal == Refusal::Time || tests::codeOf(reply) == QStringLiteral("ok");
    const bool covers = round.refusal == Refusal::FreezeActor || round.refusal == Refusal::FreezeTarget || round.refusal == Refusal::Revoke;
    const QString what = QStringLiteral("round %1, refusal %2: %3, %4, performed %5 times")
                             .arg(round.number).arg(static_cast<int>(round.refusal)).arg(toString(state), tests::codeOf(reply)).arg(m_stage->played(statement));
    ++m_outcomes[static_cast<std::size_t>(round.refusal)][performed ? 1 : 0];
    QVERIFY2(m_stage->played(statement) <= 1, qPrintable(what));
    QVERIFY2((state == State::Done) == performed, qPrintable(what));
    if (round.refusal == Refusal::Time)
        QVERIFY2(performed || state == State::Lapsed, qPrintable(what));
    else if (covers)
        QVERIFY2(acknowledged, qPrintable(what)); // a freeze or a revocation is always taken
    else
        QVERIFY2(acknowledged != performed, qPrintable(what)); // refused in time, or told that it is too late: never both, never neither
    const bool taken = acknowledged && round.refusal != Refusal::Time;
    m_seen.push_back({what, statement, hold, performed, taken ? std::optional(SubmitResult::fromJson(std::get<Json>(reply->outcome))->index) : std::nullopt});
}

void TestRefusalRaces::readLedger()
{
    m_stage->letAllGo();
    m_arena->stop();
    Store &store = m_arena->store();
    for (const Seen &race : std::exchange(m_seen, {})) {
        std::int64_t began = -1;
        for (const DocumentPlace &place : store.ledger.documentsOf(race.hold))
            if (place.kind == EntryKind::Event && Event::parse(Entry::parse(*store.ledger.entry(place.index))->envelope.payload)->state == State::Executing)
                began = place.index;
        QVERIFY2((began >= 0) == race.performed && m_stage->played(race.statement) == (race.performed ? 1 : 0), qPrintable(race.what));
        // Work that had begun stands before the refusal; work that had not never begins.
        QVERIFY2(began < 0 || !race.refusedAt || began < *race.refusedAt, qPrintable(race.what));
    }
}

void TestRefusalRaces::undo(const Round &round, const Envelope &refusal, const std::optional<RpcReply> &reply)
{
    const bool denied = round.refusal == Refusal::Deny && tests::codeOf(reply) == QStringLiteral("ok");
    if (round.refusal != Refusal::FreezeActor && round.refusal != Refusal::FreezeTarget && !denied)
        return;
    Command command = m_arena->command(m_lead->decide, denied ? Command::Verb::Lift : Command::Verb::Unfreeze);
    command.subject = refusal.idDigest();
    resultOf(m_arena->call(m_console, method::CommandSubmit, envelopeParams(signedCommand(m_lead->decide, command))));
}

void TestRefusalRaces::races_data()
{
    const bool isLong = qEnvironmentVariableIntValue("HOLDFAST_LONG") != 0;
    QTest::addColumn<int>("total");
    for (int row = 0; row < (isLong ? 20 : 1); ++row)
        QTest::addRow("%d", row) << (isLong ? 500 : 350);
}

void TestRefusalRaces::races()
{
    QFETCH(int, total);
    m_outcomes = {};
    m_reach.fill(20'000);
    const quint32 seed = qEnvironmentVariableIsSet("HOLDFAST_SEED") ? qEnvironmentVariable("HOLDFAST_SEED").toUInt() : QRandomGenerator::global()->generate();
    qInfo("seed %u, %d races", seed, total);
    QRandomGenerator random(seed);
    std::size_t agent = 0;
    for (int number = 0; number < total; ++number) {
        if (number > 0 && number % roundsPerArena == 0) {
            begin();
            agent = 0;
        }
        const auto refusal = static_cast<Refusal>(number % refusals);
        race({number, refusal, *m_agents[agent], m_requesters[agent]}, random);
        if (QTest::currentTestFailed())
            return;
        if (refusal == Refusal::Revoke)
            ++agent;
    }
    static constexpr std::array<const char *, refusals> names{"stop", "deny", "withdraw", "freeze the actor", "freeze the target", "revoke", "time"};
    for (std::size_t refusal = 0; refusal < names.size(); ++refusal) {
        const auto &[inTime, tooLate] = m_outcomes[refusal];
        qInfo("%s: %d in time, %d too late", names[refusal], inTime, tooLate);
        QVERIFY2(inTime > 0 && tooLate > 0, "this was no race: one side always won");
    }
}

void TestRefusalRaces::slowTargetDelaysNobody()
{
    // More than a target has performers, and none of them ever ends; nor does any measuring wait for them.
    for (int i = 0; i < 3 * Line::Bounds().perTarget; ++i)
        (void)m_arena->approved(m_requesters[0], *m_agents[0], m_console, *m_lead, QStringLiteral("block %1 s%1").arg(i));
    const HoldId quick = m_arena->approved(m_requesters[0], *m_agents[0], m_console, *m_lead, QStringLiteral("quick q"), QStringLiteral("other"));
    while (m_arena->waitWhile(m_requesters[0], quick, State::Executing).state != State::Done) { }
    QCOMPARE(m_stage->played(QStringLiteral("quick q")), 1);
    int begun = 0;
    for (int i = 0; i < 3 * Line::Bounds().perTarget; ++i)
        begun += m_stage->played(QStringLiteral("block %1 s%1").arg(i));
    QVERIFY(begun <= Line::Bounds().perTarget);
}

void TestRefusalRaces::oneAfterAnother()
{
    std::vector<HoldId> holds;
    for (int i = 0; i < 6; ++i)
        holds.push_back(m_arena->approved(m_requesters[0], *m_agents[0], m_console, *m_lead, QStringLiteral("block %1 same").arg(i)));
    for (int i = 0; i < 6; ++i) {
        QTRY_COMPARE(m_stage->played(QStringLiteral("block %1 same").arg(i)), 1);
        for (int later = i + 1; later < 6; ++later)
            QCOMPARE(m_stage->played(QStringLiteral("block %1 same").arg(later)), 0);
        m_stage->letGo(QStringLiteral("block %1 same").arg(i));
    }
    while (m_arena->waitWhile(m_requesters[0], holds.back(), State::Executing).state != State::Done) { }
}

QTEST_GUILESS_MAIN(TestRefusalRaces)
#include "refusalraces_test.moc"
