// SPDX-License-Identifier: Apache-2.0
#include "fakes/gatebench.h"
#include "ledger/auditor.h"

#include <QtTest>

using namespace holdfast;
using namespace holdfast::tests;
using namespace std::chrono_literals;

/// An approved hold that waits for its turn: it has no grant, and any refusal wins until the performer begins.
class TestQueue final : public QObject
{
    Q_OBJECT

private Q_SLOTS:
    void init();
    void cleanup();
    void waitsWithoutAGrant();
    void refusedInLine_data();
    void refusedInLine();
    void approverRevoked();
    void deniedWithAnother();
    void slowTargetDelaysNobody();
    void unknownWaitsForItsTarget();
    void allowedWaitsToo();
    void measuredWhenItsTurnComes();
    void driftsWhenItsTurnComes();
    void crashed();
    void endingBeginsNothing();

private:
    void make(const QByteArray &rule = "mode = \"hold\"\ntier = \"low\"\nexecute_within = \"10m\"\n");
    HoldId ask(const QString &statements, const QString &target = QStringLiteral("db"));
    HoldId approved(const QString &statements, const Measurement &measured, const QString &target = QStringLiteral("db"));
    [[nodiscard]] QString stateOf(const HoldId &hold) const { return toString(m_gate->row(hold).state); }
    [[nodiscard]] int documentsOf(const HoldId &hold, EntryKind kind) const;
    void send(ConnectionId to, QStringView method, const Envelope &envelope) { resultOf(m_gate->call(to, method, envelopeParams(envelope))); }
    /// Ends what is performed now, and gives what began then.
    std::vector<HoldId> next();

    std::unique_ptr<Human> m_lead, m_second;
    std::unique_ptr<Machine> m_agent;
    std::unique_ptr<GateBench> m_gate;
    ConnectionId m_console = 0, m_requester = 0;
};

void TestQueue::init()
{
    initialiseCryptography();
    m_lead = std::make_unique<Human>(QStringLiteral("lead"));
    m_second = std::make_unique<Human>(QStringLiteral("second"));
    m_agent = std::make_unique<Machine>(QStringLiteral("agent"));
}

/// The offline verifier's report on the very ledger that this test made.
void TestQueue::cleanup()
{
    if (!m_gate || QTest::currentTestFailed())
        return;
    AuditorOptions options;
    options.pin = m_gate->identity().key->key();
    options.blobs = [this](const Digest &digest) { return m_gate->store().blobs.read(digest); };
    options.policy = policyOrNothing;
    LedgerAuditor auditor(std::move(options));
    for (std::int64_t index = 0; index < m_gate->store().ledger.size(); ++index)
        for (const Finding &finding : auditor.add(*m_gate->store().ledger.entry(index)))
            QFAIL(qPrintable(QStringLiteral("entry %1: %2").arg(index).arg(finding.sentence)));
    m_gate.reset();
}

void TestQueue::make(const QByteArray &rule)
{
    m_gate = std::make_unique<GateBench>(humanBlock(*m_lead) + humanBlock(*m_second) + machineBlock(*m_agent, "dev") + targetBlocks + ruleBlock(rule));
    m_console = m_gate->session(m_lead->session);
    m_requester = m_gate->session(m_agent->request);
}

HoldId TestQueue::ask(const QString &statements, const QString &target)
{
    const Envelope request = sqlRequest(*m_gate, *m_agent, statements, target);
    return *HoldId::parse(*resultOf(m_gate->call(m_requester, method::HoldRequest, envelopeParams(request))).find(u"hold")->asString());
}

HoldId TestQueue::approved(const QString &statements, const Measurement &measured, const QString &target)
{
    const HoldId hold = ask(statements, target);
    m_gate->measure(measured);
    send(m_console, method::DecisionSubmit, approval(*m_gate, *m_lead, hold));
    return hold;
}

int TestQueue::documentsOf(const HoldId &hold, EntryKind kind) const
{
    int found = 0;
    for (const DocumentPlace &place : m_gate->store().ledger.documentsOf(hold))
        found += place.kind == kind ? 1 : 0;
    return found;
}

std::vector<HoldId> TestQueue::next()
{
    std::vector<Input> ended;
    for (const PerformJob &job : std::exchange(m_gate->performing, {})) {
        PerformedHold result;
        result.hold = job.subject->hold;
        result.grant = job.grant;
        result.startedAt = result.finishedAt = m_gate->clock.now();
        result.outcome = Performed{Outcome::Committed, {}, {}, {}};
        ended.emplace_back(std::move(result));
    }
    m_gate->turn(std::move(ended));
    std::vector<HoldId> begun;
    for (const PerformJob &job : m_gate->performing)
        begun.push_back(job.subject->hold);
    return begun;
}

void TestQueue::waitsWithoutAGrant()
{
    make();
    const HoldId first = approved(QStringLiteral("delete 1"), deletes(1));
    const HoldId second = approved(QStringLiteral("delete 2"), deletes(2));
    const HoldId third = approved(QStringLiteral("delete 3"), deletes(3));
    QCOMPARE(stateOf(first), QStringLiteral("executing"));
    for (const HoldId &waiting : {second, third}) {
        QCOMPARE(stateOf(waiting), QStringLiteral("approved"));
        QVERIFY(!m_gate->store().grants.find(waiting, 1));
        QCOMPARE(documentsOf(waiting, EntryKind::Grant), 0);
    }
    QCOMPARE(next(), std::vector{second});
    QCOMPARE(stateOf(first), QStringLiteral("done"));
    QCOMPARE(stateOf(second), QStringLiteral("executing"));
    QCOMPARE(stateOf(third), QStringLiteral("approved"));
    QCOMPARE(next(), std::vector{third});
    QCOMPARE(next(), std::vector<HoldId>());
}

void TestQueue::refusedInLine_data()
{
    QTest::addColumn<QString>("by");
    QTest::addColumn<QString>("state");
    for (const char *by : {"stop", "deny", "freeze the actor", "freeze the target", "revoke"})
        QTest::newRow(by) << QString::fromLatin1(by) << QStringLiteral("stopped");
    QTest::newRow("withdraw") << "withdraw" << "withdrawn";
    QTest::newRow("time") << "time" << "lapsed";
}

void TestQueue::refusedInLine()
{
    QFETCH(QString, by);
    QFETCH(QString, state);
    make();
    const HoldId first = approved(QStringLiteral("delete 1"), deletes(1));
    const HoldId second = approved(QStringLiteral("delete 2"), deletes(2));
    QCOMPARE(stateOf(second), QStringLiteral("approved"));
    const auto command = [&](Command::Verb verb, const Signer &signer, ConnectionId from, auto fill) {
        Command made = commandTo(*m_gate, signer, verb);
        fill(made);
        send(from, method::CommandSubmit, signedCommand(signer, made));
    };
    if (by == u"stop")
        command(Command::Verb::Stop, m_lead->decide, m_console, [&](Command &made) { made.hold = second; });
    else if (by == u"withdraw")
        command(Command::Verb::Withdraw, m_agent->request, m_requester, [&](Command &made) { made.hold = second; });
    else if (by == u"freeze the actor")
        command(Command::Verb::Freeze, m_lead->decide, m_console, [&](Command &made) { made.actor = QStringLiteral("agent"); });
    else if (by == u"freeze the target")
        command(Command::Verb::Freeze, m_lead->decide, m_console, [&](Command &made) { made.target = QStringLiteral("db"); });
    else if (by == u"revoke")
        command(Command::Verb::Revoke, m_lead->decide, m_console, [&](Command &made) { made.actor = QStringLiteral("agent"); });
    else if (by == u"deny")
        send(m_console, method::DecisionSubmit, denial(*m_gate, *m_lead, second));
    else
        m_gate->clock.advance(10min);
    QCOMPARE(next(), std::vector<HoldId>());
    QCOMPARE(stateOf(first), QStringLiteral("done"));
    QCOMPARE(stateOf(second), state);
    QCOMPARE(documentsOf(second, EntryKind::Grant), 0);
}

/// Nobody ends the hold; when its turn comes, the performer finds that no quorum is left, and no grant was ever issued.
void TestQueue::approverRevoked()
{
    make();
    (void)approved(QStringLiteral("delete 1"), deletes(1));
    const HoldId second = approved(QStringLiteral("delete 2"), deletes(2));
    const ConnectionId other = m_gate->session(m_second->session);
    Command revoke = commandTo(*m_gate, m_second->decide, Command::Verb::Revoke);
    revoke.actor = QStringLiteral("lead");
    send(other, method::CommandSubmit, signedCommand(m_second->decide, revoke));
    QCOMPARE(next(), std::vector<HoldId>());
    QCOMPARE(stateOf(second), QStringLiteral("stopped"));
    QVERIFY2(m_gate->row(second).reason.contains(QStringLiteral("rests on a key that was revoked")), qPrintable(m_gate->row(second).reason));
    QCOMPARE(documentsOf(second, EntryKind::Grant), 0);
    QVERIFY(!m_gate->store().grants.find(second, 1));
}

void TestQueue::deniedWithAnother()
{
    make();
    (void)approved(QStringLiteral("delete 1"), deletes(1));
    const HoldId second = approved(QStringLiteral("delete 2"), deletes(2));
    const HoldId elsewhere = approved(QStringLiteral("delete 3"), deletes(2, QStringLiteral("table:public.elsewhere")));
    const HoldId pending = ask(QStringLiteral("delete 4"));
    m_gate->measure(deletes(4));
    send(m_console, method::DecisionSubmit, denial(*m_gate, *m_lead, pending, Decision::Scope::Resource));
    QCOMPARE(stateOf(second), QStringLiteral("stopped"));
    QVERIFY(m_gate->row(second).reason.contains(pending.toString()));
    QCOMPARE(stateOf(elsewhere), QStringLiteral("executing")); // began before
    QCOMPARE(next(), std::vector<HoldId>());
}

void TestQueue::slowTargetDelaysNobody()
{
    make();
    for (int i = 0; i < 20; ++i)
        (void)approved(QStringLiteral("delete %1").arg(i), deletes(1, QStringLiteral("table:public.t%1").arg(i)));
    QCOMPARE(m_gate->performing.size(), std::size_t(Line::Bounds().perTarget)); // and none of them ends
    const HoldId other = approved(QStringLiteral("delete x"), deletes(1, QStringLiteral("table:public.x")), QStringLiteral("other"));
    QCOMPARE(stateOf(other), QStringLiteral("executing"));
}

void TestQueue::unknownWaitsForItsTarget()
{
    make();
    Measurement unknown = deletes(1, QStringLiteral("table:public.u"));
    unknown.uninspectable = {QStringLiteral("a function that nobody read")};
    const HoldId first = approved(QStringLiteral("delete 1"), deletes(1));
    const HoldId second = approved(QStringLiteral("delete 2"), unknown);
    const HoldId third = approved(QStringLiteral("delete 3"), deletes(1, QStringLiteral("table:public.v")));
    QCOMPARE(stateOf(first), QStringLiteral("executing"));
    QCOMPARE(stateOf(third), QStringLiteral("approved"));
    QCOMPARE(next(), std::vector{second});
    QCOMPARE(next(), std::vector{third});
}

void TestQueue::allowedWaitsToo()
{
    make("mode = \"allow\"\ntier = \"low\"\n");
    const HoldId first = ask(QStringLiteral("delete 1"));
    m_gate->measure(deletes(1));
    const HoldId second = ask(QStringLiteral("delete 2"));
    m_gate->measure(deletes(2));
    QCOMPARE(stateOf(first), QStringLiteral("executing"));
    QCOMPARE(stateOf(second), QStringLiteral("approved")); // it asks for nobody's approval, and is not shown as if it did
    QVERIFY(!m_gate->store().grants.find(second, 1));
    QCOMPARE(next(), std::vector{second});
    QVERIFY(!m_gate->row(second).decidedMs);
}

void TestQueue::measuredWhenItsTurnComes()
{
    make("mode = \"hold\"\ntier = \"low\"\nexecute_within = \"10m\"\n");
    const auto command = [&](const QString &argument) {
        Request request = *Request::parse(sqlRequest(*m_gate, *m_agent, QStringLiteral("x")).payload);
        request.kind = kind::Command.toString();
        request.target = QStringLiteral("commands");
        request.action = CommandAction{{QStringLiteral("/usr/bin/rm"), argument}, QStringLiteral("/srv"), {}};
        const Envelope envelope = Envelope::sign(m_agent->request, payloadtype::Request, request.toPayload());
        const HoldId hold = *HoldId::parse(*resultOf(m_gate->call(m_requester, method::HoldRequest, envelopeParams(envelope))).find(u"hold")->asString());
        m_gate->measure(deletes(1));
        send(m_console, method::DecisionSubmit, approval(*m_gate, *m_lead, hold));
        return hold;
    };
    m_gate = std::make_unique<GateBench>(humanBlock(*m_lead) + machineBlock(*m_agent, "dev") + targetBlocks
                                         + "[[target]]\nname = \"commands\"\nkind = \"command\"\nenvironment = \"staging\"\nprograms = [\"/usr/bin/rm\"]\ncwd = \"/srv\"\n\n"
                                         + ruleBlock("mode = \"hold\"\ntier = \"low\"\n"));
    m_console = m_gate->session(m_lead->session);
    m_requester = m_gate->session(m_agent->request);
    const HoldId first = command(QStringLiteral("a"));
    // Its turn: measured once more, and only then is there a grant.
    QCOMPARE(stateOf(first), QStringLiteral("approved"));
    QCOMPARE(m_gate->measuring.size(), std::size_t(1));
    QVERIFY(m_gate->performing.empty());
    const MeasureJob mine = m_gate->measuring.front();
    m_gate->measuring.clear();
    const HoldId second = command(QStringLiteral("b"));
    QVERIFY(m_gate->measuring.empty()); // not its turn: nothing is measured of what the first will still change
    m_gate->measuring.push_back(mine);
    m_gate->measure(deletes(1));
    QCOMPARE(stateOf(first), QStringLiteral("executing"));
    m_gate->measuring.push_back(mine); // a result that comes twice begins nothing
    m_gate->measure(deletes(1));
    QCOMPARE(m_gate->performing.size(), std::size_t(1));
    QCOMPARE(next(), std::vector<HoldId>());
    QCOMPARE(m_gate->measuring.size(), std::size_t(1));
    // Stopped while it is measured: the result means nothing any more, and the next one follows.
    Command stop = commandTo(*m_gate, m_lead->decide, Command::Verb::Stop);
    stop.hold = second;
    send(m_console, method::CommandSubmit, signedCommand(m_lead->decide, stop));
    const MeasureJob late = m_gate->measuring.front();
    m_gate->measuring.clear();
    const HoldId third = command(QStringLiteral("c"));
    QVERIFY(m_gate->measuring.empty());
    m_gate->measuring.push_back(late);
    m_gate->measure(deletes(1));
    QCOMPARE(stateOf(second), QStringLiteral("stopped"));
    QCOMPARE(m_gate->performing.size(), std::size_t(1));
    QCOMPARE(m_gate->performing.front().subject->hold, third);
}

void TestQueue::driftsWhenItsTurnComes()
{
    make();
    const HoldId first = approved(QStringLiteral("delete 1"), deletes(1));
    const HoldId second = approved(QStringLiteral("delete 2"), deletes(2));
    const HoldId third = approved(QStringLiteral("delete 3"), deletes(3));
    m_gate->perform(Drifted{{deletes(9), {}}}); // each of them, when it begins
    for (const HoldId &hold : {first, second, third}) {
        QCOMPARE(stateOf(hold), QStringLiteral("pending"));
        QCOMPARE(m_gate->row(hold).revision, 2);
    }
    send(m_console, method::DecisionSubmit, approval(*m_gate, *m_lead, third));
    send(m_console, method::DecisionSubmit, approval(*m_gate, *m_lead, first));
    QCOMPARE(stateOf(third), QStringLiteral("executing"));
    QCOMPARE(next(), std::vector{first});
}

void TestQueue::crashed()
{
    make();
    const HoldId first = approved(QStringLiteral("delete 1"), deletes(1));
    const HoldId second = approved(QStringLiteral("delete 2"), deletes(2));
    const HoldId third = approved(QStringLiteral("delete 3"), deletes(3));
    m_gate->crash();
    QCOMPARE(m_gate->start(), QString());
    QCOMPARE(toString(*m_gate->row(first).outcome), QStringLiteral("unknown"));
    QCOMPARE(m_gate->performing.size(), std::size_t(1)); // the second goes on, in its order, and alone
    QCOMPARE(m_gate->performing.front().subject->hold, second);
    QCOMPARE(next(), std::vector{third});
}

void TestQueue::endingBeginsNothing()
{
    make();
    (void)approved(QStringLiteral("delete 1"), deletes(1));
    const HoldId second = approved(QStringLiteral("delete 2"), deletes(2));
    m_gate->beginNothing();
    QCOMPARE(next(), std::vector<HoldId>());
    QCOMPARE(stateOf(second), QStringLiteral("approved"));
    m_gate->crash();
    QCOMPARE(m_gate->start(), QString());
    QCOMPARE(stateOf(second), QStringLiteral("executing"));
}

QTEST_GUILESS_MAIN(TestQueue)
#include "queue_test.moc"
