// SPDX-License-Identifier: Apache-2.0
#include "killground.h"

#include <QElapsedTimer>
#include <QtTest>

#include <algorithm>
#include <random>

using namespace holdfast;
using namespace holdfast::tests;

/// kill -9 of the real gate at random moments while it performs `UPDATE t SET n = n + 1` on a real PostgreSQL: nothing that it told is
/// lost, n is 0 or 1, what was interrupted ends `unknown` and is never run again, and the ledger verifies.
///
/// HOLDFAST_LONG=1: at least 200 kills, 60 of them in `executing` with n still 0, and 20 more between COMMIT and receipt.
/// HOLDFAST_SEED repeats the choices; what the machine does meanwhile is its own.
class TestKills final : public QObject
{
    Q_OBJECT

private Q_SLOTS:
    void campaign();

private:
    /// After what the kill is timed.
    enum class Stage {
        Asking, ///< the request leaves
        Pending, ///< it is being measured again
        Deciding, ///< the approval leaves
        Told, ///< an answer comes: at once
        Locked, ///< the approval is acknowledged, and the UPDATE waits for a row that somebody else holds
        Seen, ///< n is seen to be 1
        Recovering, ///< the gate begins again after it was killed while executing
    };
    struct Round final
    {
        Stage stage = Stage::Asking;
        quint32 seed = 0;
        QString table;
        HoldId hold;
        Envelope request;
        std::optional<Envelope> decision;
        double delayMs = 0;
        std::unique_ptr<Rows> lock;
        bool unlocksFirst = false; ///< before the gate begins again
    };
    struct Counts final
    {
        int kills = 0, beforeCommit = 0, beforeReceipt = 0;
        std::map<QString, int> states, outcomes;
    };

    [[nodiscard]] static const char *name(Stage stage);
    [[nodiscard]] Stage draw();
    [[nodiscard]] bool isEnough() const;
    void warmUp();
    void killOnce();
    void drive(Round &round, Killer &killer);
    void arm(Round &round, Killer &killer, double span);
    void lockRow(Round &round);
    /// Gives the second death its own line.
    [[nodiscard]] std::function<void()> killRecovery(const Round &round);
    void judge(const Round &round, const std::optional<Standing> &was);
    void report(const Round &round, const std::optional<Standing> &was);
    void sendAgain(const Round &round, const std::optional<Standing> &was);
    void approvePending(std::size_t keep);
    void finish();

    std::unique_ptr<KillGround> m_ground;
    std::mt19937 m_random; ///< of the campaign: which stage, and the seed of each kill
    QRandomGenerator m_dice; ///< of the running kill
    std::vector<Stage> m_deck;
    Counts m_counts, m_wanted;
    double m_askingMs = 0, m_performingMs = 0; ///< how long it takes on this machine
    std::deque<std::pair<HoldId, QString>> m_pending;
};

const char *TestKills::name(Stage stage)
{
    switch (stage) {
    case Stage::Asking: return "asking";
    case Stage::Pending: return "pending";
    case Stage::Deciding: return "deciding";
    case Stage::Told: return "told";
    case Stage::Locked: return "row locked";
    case Stage::Seen: return "n seen";
    case Stage::Recovering: return "recovering";
    }
    return "";
}

/// From a shuffled deck: every stage comes, in an order of its own.
TestKills::Stage TestKills::draw()
{
    if (m_deck.empty()) {
        const std::map<Stage, int> cards{{Stage::Asking, 2}, {Stage::Pending, 1}, {Stage::Deciding, 3}, {Stage::Told, 2}, {Stage::Locked, 3}, {Stage::Seen, 4}};
        for (const auto &[stage, count] : cards)
            m_deck.insert(m_deck.end(), static_cast<std::size_t>(count), stage);
        std::shuffle(m_deck.begin(), m_deck.end(), m_random);
    }
    const Stage drawn = m_deck.back();
    m_deck.pop_back();
    return drawn;
}

bool TestKills::isEnough() const
{
    return m_counts.kills >= m_wanted.kills && m_counts.beforeCommit >= m_wanted.beforeCommit && m_counts.beforeReceipt >= m_wanted.beforeReceipt;
}

void TestKills::campaign()
{
    initialiseCryptography();
    const bool isLong = qEnvironmentVariableIntValue("HOLDFAST_LONG") != 0;
    m_wanted.kills = isLong ? 200 : 12;
    m_wanted.beforeCommit = isLong ? 60 : 3;
    m_wanted.beforeReceipt = isLong ? 20 : 1;
    const quint32 seed = qEnvironmentVariableIsSet("HOLDFAST_SEED") ? qEnvironmentVariable("HOLDFAST_SEED").toUInt() : QRandomGenerator::global()->generate();
    qInfo("seed %u", seed);
    m_random.seed(seed);
    m_ground = std::make_unique<KillGround>();
    if (m_ground->cluster().missing())
        QSKIP("PostgreSQL's server programs are not installed");
    QVERIFY2(!m_ground->url().isEmpty(), qPrintable(m_ground->cluster().why()));
    m_ground->comeBack();
    QVERIFY2(m_ground->problem().isEmpty(), qPrintable(m_ground->problem()));
    warmUp();
    while (!isEnough() && !QTest::currentTestFailed()) {
        killOnce();
        QVERIFY2(m_ground->problem().isEmpty(), qPrintable(m_ground->problem()));
        QVERIFY2(m_counts.kills < 3 * m_wanted.kills, "the quotas are out of reach");
    }
    finish();
}

/// Uninterrupted work is committed; and how long that takes on this machine.
void TestKills::warmUp()
{
    const QString table = m_ground->makeTable(0);
    QElapsedTimer timer;
    timer.start();
    const Envelope request = m_ground->request(table);
    QVERIFY(m_ground->ask(request));
    const auto pending = m_ground->settle(m_ground->idOf(request));
    QVERIFY2(pending && pending->state == State::Pending, qPrintable(m_ground->problem()));
    m_askingMs = static_cast<double>(timer.restart());
    const auto decision = m_ground->approval(m_ground->idOf(request));
    QVERIFY(decision && m_ground->decide(*decision));
    const auto done = m_ground->settle(m_ground->idOf(request));
    m_performingMs = static_cast<double>(timer.elapsed());
    QVERIFY2(done && done->receipt, qPrintable(m_ground->problem()));
    QCOMPARE(toString(Receipt::parse(done->receipt->payload)->outcome), QStringLiteral("committed"));
    QCOMPARE(m_ground->n(table), 1);
    m_ground->expect(table, 1);
    qInfo("measured in %.0f ms, performed in %.0f ms", m_askingMs, m_performingMs);
}

void TestKills::killOnce()
{
    Round round;
    round.stage = draw();
    round.seed = static_cast<quint32>(m_random());
    m_dice.seed(round.seed);
    round.unlocksFirst = m_dice.bounded(2) == 0;
    round.table = m_ground->makeTable(m_counts.kills + 1);
    round.request = m_ground->request(round.table);
    round.hold = m_ground->idOf(round.request);
    {
        Killer killer(m_ground->daemon().pid());
        drive(round, killer);
        QVERIFY2(m_ground->problem().isEmpty(), qPrintable(m_ground->problem()));
        QVERIFY(m_ground->daemon().endsKilled());
    }
    const QStringList sessions = m_ground->sessions();
    const auto was = m_ground->autopsy(round.hold);
    std::function<void()> tellSecond = [] {};
    if (was && was->state == State::Executing && m_dice.bounded(3) == 0)
        tellSecond = killRecovery(round);
    if (round.unlocksFirst)
        round.lock.reset();
    m_ground->comeBack();
    round.lock.reset();
    m_ground->waitForEndOf(sessions);
    if (!m_ground->problem().isEmpty())
        return;
    judge(round, was);
    tellSecond();
    sendAgain(round, was);
    approvePending(6);
    m_ground->check();
}

/// Goes on until the gate is gone.
void TestKills::drive(Round &round, Killer &killer)
{
    const int tells = round.stage == Stage::Told ? static_cast<int>(m_dice.bounded(5)) : -1;
    // Half of what is sent is caught while it arrives: what comes before the first commit is short.
    const auto spanOf = [this](double whole) { return m_dice.bounded(2) == 0 ? 5 : whole; };
    if (round.stage == Stage::Asking)
        arm(round, killer, spanOf(1.3 * m_askingMs));
    auto asked = m_ground->ask(round.request);
    if (!asked)
        return;
    if (tells == 0)
        arm(round, killer, 2);
    while (asked && asked->state == State::Measuring)
        asked = m_ground->wait(round.hold, asked->sequence);
    if (!asked)
        return;
    if (tells == 1)
        arm(round, killer, 2);
    if (round.stage == Stage::Pending) {
        arm(round, killer, 1.3 * m_askingMs);
        return m_ground->measureAgain(round.hold);
    }
    round.decision = m_ground->approval(round.hold);
    if (!round.decision)
        return;
    if (round.stage == Stage::Locked)
        lockRow(round);
    if (round.stage == Stage::Deciding)
        arm(round, killer, spanOf(1.1 * m_performingMs));
    if (round.stage == Stage::Seen) {
        round.delayMs = m_dice.bounded(1.5);
        killer.whenOne(m_ground->url(), QStringLiteral("SELECT n FROM ") + round.table, Killer::Microseconds(static_cast<int>(round.delayMs * 1000)));
    }
    if (!m_ground->decide(*round.decision))
        return;
    if (tells == 2 || tells == 3 || round.stage == Stage::Locked)
        arm(round, killer, round.stage == Stage::Locked ? 3 * m_performingMs : 2);
    if (m_ground->settle(round.hold) && tells == 4)
        arm(round, killer, 2);
}

/// Once, `span` milliseconds from now at the latest.
void TestKills::arm(Round &round, Killer &killer, double span)
{
    round.delayMs = m_dice.bounded(span);
    killer.after(Killer::Microseconds(static_cast<int>(round.delayMs * 1000)));
}

/// The gate may measure, and lock the table as it does; the UPDATE itself must wait.
void TestKills::lockRow(Round &round)
{
    round.lock = std::make_unique<Rows>(m_ground->url());
    round.lock->run(QStringLiteral("BEGIN"));
    round.lock->run(QStringLiteral("SELECT n FROM %1 FOR UPDATE").arg(round.table));
}

/// Once more, while the gate that comes back still reads what the last one left.
std::function<void()> TestKills::killRecovery(const Round &round)
{
    auto again = std::make_shared<Round>();
    again->stage = Stage::Recovering;
    again->seed = round.seed;
    again->hold = round.hold;
    again->table = round.table;
    if (!m_ground->daemon().launch())
        m_ground->blame(QStringLiteral("the gate does not start"));
    {
        Killer killer(m_ground->daemon().pid());
        arm(*again, killer, m_ground->startingMs());
        if (!m_ground->daemon().endsKilled())
            m_ground->blame(QStringLiteral("the gate ended by itself while it began"));
    }
    const auto was = m_ground->autopsy(round.hold);
    return [this, again, was] { report(*again, was); };
}

void TestKills::judge(const Round &round, const std::optional<Standing> &was)
{
    const qint64 n = m_ground->n(round.table);
    m_ground->expect(round.table, n);
    if (!was) {
        if (!m_ground->isUnknown(round.hold) || n != 0)
            m_ground->blame(QStringLiteral("a hold that the store never had is known, or n is %1").arg(n));
        return report(round, was);
    }
    m_ground->settle(round.hold);
    m_ground->check();
    const Standing now = m_ground->witness().ledger().of(round.hold).value_or(Standing{});
    const bool interrupted = was->state == State::Executing;
    const bool fits = now.state == State::Pending ? n == 0 && !interrupted
        : now.state != State::Done || !now.outcome ? false
        : *now.outcome == Outcome::Unknown         ? n == 0 || n == 1
        : *now.outcome == Outcome::Committed       ? n == 1 && !interrupted && was->outcome == now.outcome
                                                   : false; // nothing here fails, or lets itself not be started
    // An effect that was seen stays; one that could not happen while the row was locked did not happen afterwards.
    if ((round.stage == Stage::Seen && n != 1) || (round.stage == Stage::Locked && interrupted && n != 0))
        m_ground->blame(QStringLiteral("n of %1 is %2").arg(round.table).arg(n));
    if (!fits)
        m_ground->blame(QStringLiteral("hold %1 was %2, is %3 %4, and n is %5").arg(round.hold.toString(), toString(was->state), toString(now.state),
                                                                                     now.outcome ? toString(*now.outcome) : QString()).arg(n));
    if (now.state == State::Pending)
        m_pending.emplace_back(round.hold, round.table);
    if (interrupted)
        ++(n == 1 ? m_counts.beforeReceipt : m_counts.beforeCommit);
    report(round, was);
}

void TestKills::report(const Round &round, const std::optional<Standing> &was)
{
    const auto now = m_ground->witness().ledger().of(round.hold);
    const QString before = was ? toString(was->state) : QStringLiteral("not recorded");
    const QString after = now ? toString(now->state) + (now->outcome ? QStringLiteral(": ") + toString(*now->outcome) : QString()) : QStringLiteral("not recorded");
    const qint64 n = m_ground->n(round.table);
    const bool interrupted = was && was->state == State::Executing && round.stage != Stage::Recovering;
    ++m_counts.kills;
    ++m_counts.states[before];
    ++m_counts.outcomes[after];
    qInfo("kill %3d  seed %10u  %-10s + %6.2f ms  died %-12s  then %-15s  n %lld%s", m_counts.kills, round.seed, name(round.stage), round.delayMs, qPrintable(before),
          qPrintable(after), n, !interrupted ? "" : n == 1 ? "  between COMMIT and receipt" : "  before COMMIT");
}

/// A client without an answer asks again, with the same bytes: that is the same hold and the same decision, and nothing runs twice.
void TestKills::sendAgain(const Round &round, const std::optional<Standing> &was)
{
    const auto asked = m_ground->ask(round.request);
    if (!asked || asked->hold != round.hold)
        return m_ground->blame(QStringLiteral("the same request again is not the same hold"));
    const auto before = m_ground->settle(round.hold);
    if (!was)
        m_pending.emplace_back(round.hold, round.table);
    if (!round.decision)
        return;
    if (!m_ground->decide(*round.decision))
        return m_ground->blame(QStringLiteral("the same decision again is refused"));
    const auto after = m_ground->settle(round.hold);
    if (was && was->state == State::Pending && before && before->state == State::Pending) {
        m_pending.pop_back();
        m_ground->expect(round.table, 1); // it had not been taken: now it was
    }
    if (before && after && before->state == State::Done && before->sequence != after->sequence)
        m_ground->blame(QStringLiteral("the same decision again moved a hold that was done"));
}

/// A hold that was pending over any number of deaths is as good as on its first day.
void TestKills::approvePending(std::size_t keep)
{
    while (m_pending.size() > keep && m_ground->problem().isEmpty()) {
        const auto [hold, table] = m_pending.front();
        m_pending.pop_front();
        const auto decision = m_ground->approval(hold);
        const auto done = decision && m_ground->decide(*decision) ? m_ground->settle(hold) : std::nullopt;
        const auto receipt = done && done->receipt ? Receipt::parse(done->receipt->payload) : Parsed<Receipt>(Failure{DocumentError{}});
        if (!receipt || receipt->outcome != Outcome::Committed)
            m_ground->blame(QStringLiteral("hold %1 was pending, was approved, and is not committed").arg(hold.toString()));
        m_ground->expect(table, 1);
    }
}

void TestKills::finish()
{
    approvePending(0);
    m_ground->check(true);
    QVERIFY2(m_ground->problem().isEmpty(), qPrintable(m_ground->problem()));
    QCOMPARE(m_ground->audit(), QString());
    QCOMPARE(m_ground->exportAndVerify(), QString());
    const auto listed = [](const std::map<QString, int> &counts) {
        QStringList parts;
        for (const auto &[what, count] : counts)
            parts.append(QStringLiteral("%1 %2").arg(count).arg(what));
        return parts.join(QStringLiteral(", "));
    };
    qInfo("%d kills: %d while executing before COMMIT, %d between COMMIT and receipt", m_counts.kills, m_counts.beforeCommit, m_counts.beforeReceipt);
    qInfo("died: %s", qPrintable(listed(m_counts.states)));
    qInfo("then: %s", qPrintable(listed(m_counts.outcomes)));
    const Witness &witness = m_ground->witness();
    qInfo("nothing is lost of %zu statements, %zu acknowledgements and %zu checkpoints; every n is as it should be; %lld entries verify", witness.tellings(),
          witness.acknowledgements(), witness.checkpoints(), static_cast<long long>(witness.ledger().size()));
}

QTEST_GUILESS_MAIN(TestKills)
#include "kills_test.moc"
