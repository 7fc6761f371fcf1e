// SPDX-License-Identifier: Apache-2.0
#include "core/documents/grant.h"
#include "daemonbench.h"
#include "fakes/gatebench.h"
#include "fakes/postgres.h"

#include <QtTest>

using namespace holdfast;
using namespace holdfast::tests;
using namespace std::chrono_literals;

/// Programs that reach what another target guards, through the real gate and before a real PostgreSQL.
class TestTools final : public QObject
{
    Q_OBJECT

private Q_SLOTS:
    void initTestCase();
    void psqlIsPerformedByTheOtherKind();
    void psqlLendsNobodyAnothersCredential();
    void whatPsqlWouldDoByItselfIsSaid();

private:
    [[nodiscard]] Envelope psql(const Client &client, const Machine &by, const QStringList &arguments) const;
    /// Asks and waits until it is measured.
    [[nodiscard]] HoldStatus ask(Client &client, const Envelope &request) const;
    [[nodiscard]] HoldStatus wait(Client &client, const HoldId &hold, std::int64_t after) const;
    [[nodiscard]] Envelope approve(Client &console, const HoldId &hold) const;
    [[nodiscard]] Hold shown(Client &console, const HoldId &hold) const;

    fakes::PostgresCluster m_cluster;
    QTemporaryDir m_work;
    Human m_lead{QStringLiteral("lead")};
    Machine m_agent{QStringLiteral("agent")}, m_stranger{QStringLiteral("stranger")};
    std::unique_ptr<Daemon> m_daemon;
};

void TestTools::initTestCase()
{
    initialiseCryptography();
    if (m_cluster.missing())
        QSKIP("PostgreSQL's server programs are not installed");
    QVERIFY2(!m_cluster.url().isEmpty(), qPrintable(m_cluster.why()));
    QCOMPARE(m_cluster.sql(QStringLiteral("CREATE TABLE bookings AS SELECT n FROM generate_series(1, 9) n")), QString());
    const QByteArray policy = humanBlock(m_lead) + machineBlock(m_agent, "dev") + machineBlock(m_stranger, "other-dev", "targets = [\"tools\"]\n")
        + "[[target]]\nname = \"db\"\nkind = \"sql\"\nenvironment = \"staging\"\nurl = \"" + m_cluster.url().toUtf8() + "\"\n\n"
        + "[[target]]\nname = \"tools\"\nkind = \"command\"\nenvironment = \"staging\"\nprograms = [\"/usr/bin/psql\"]\ncwd = \"" + m_work.path().toUtf8() + "\"\n\n"
        + ruleBlock("mode = \"hold\"\ntier = \"low\"\nconfirm = []\n");
    m_daemon = std::make_unique<Daemon>(policy);
    QVERIFY2(m_daemon->start(), m_daemon->errors().constData());
}

Envelope TestTools::psql(const Client &client, const Machine &by, const QStringList &arguments) const
{
    const QString host = m_cluster.dataDirectory().chopped(qsizetype(strlen("data"))) + u's';
    Request request;
    request.gate = client.challenge().gate;
    request.gateKey = client.challenge().key;
    request.nonce = randomBytes(16);
    request.kind = kind::Command.toString();
    request.target = QStringLiteral("tools");
    request.action = CommandAction{QStringList{QStringLiteral("psql"), QStringLiteral("-X"), QStringLiteral("-h"), host, QStringLiteral("-p"), QStringLiteral("5432"), QStringLiteral("-U"),
                                               QStringLiteral("postgres"), QStringLiteral("-d"), QStringLiteral("postgres")}
                                       + arguments,
                                   {}, {}};
    request.createdAt = SystemClock().now();
    return Envelope::sign(by.request, payloadtype::Request, request.toPayload());
}

HoldStatus TestTools::ask(Client &client, const Envelope &request) const
{
    const auto asked = HoldStatus::fromJson(resultOf(client.call(method::HoldRequest, envelopeParams(request))));
    return wait(client, asked->hold, asked->sequence);
}

HoldStatus TestTools::wait(Client &client, const HoldId &hold, std::int64_t after) const
{
    auto now = HoldStatus::fromJson(resultOf(client.call(method::HoldWait, WaitParams{hold, after, 20'000}.toJson())));
    now->hold = hold; // an answer leaves out what was asked
    return *now;
}

Hold TestTools::shown(Client &console, const HoldId &hold) const
{
    return *Hold::parse(HoldDocuments::fromJson(resultOf(console.call(method::HoldGet, HoldParams{hold}.toJson())))->current->payload);
}

Envelope TestTools::approve(Client &console, const HoldId &hold) const
{
    const auto view = HoldDocuments::fromJson(resultOf(console.call(method::HoldGet, HoldParams{hold}.toJson())));
    Decision decision;
    decision.hold = hold;
    decision.revision = view->head.revision;
    decision.request = view->request.payloadDigest();
    decision.holdDigest = view->current->payloadDigest();
    decision.verdict = Decision::Verdict::Approve;
    decision.gate = console.challenge().gate;
    decision.gateKey = console.challenge().key;
    decision.key = m_lead.decide.key();
    decision.nonce = randomBytes(16);
    decision.view.locale = QStringLiteral("en");
    decision.view.console = QStringLiteral("test");
    decision.decidedAt = SystemClock().now();
    decision.notAfter = decision.decidedAt + 10min;
    return signedDecision(m_lead, decision);
}

void TestTools::psqlIsPerformedByTheOtherKind()
{
    Client agent(m_daemon->url()), console(m_daemon->url());
    QVERIFY(agent.openSession(m_agent.request) && console.openSession(m_lead.session));
    auto now = ask(agent, psql(agent, m_agent, {QStringLiteral("-c"), QStringLiteral("DELETE FROM bookings WHERE n > 4")}));
    QCOMPARE(toString(now.state), toString(State::Pending));
    const Hold hold = shown(console, now.hold);
    QVERIFY2(hold.measured.uninspectable.isEmpty(), qPrintable(hold.measured.uninspectable.join(u'|')));
    QCOMPARE(hold.measured.fact(fact::DestroyedRows)->number, std::optional<std::int64_t>(5));
    QCOMPARE(hold.measured.operation, QStringLiteral("database.delete"));
    resultOf(console.call(method::DecisionSubmit, envelopeParams(approve(console, now.hold))));
    while (!isFinal(now.state) && !now.timedOut)
        now = wait(agent, now.hold, now.sequence);
    QVERIFY(now.receipt);
    const auto receipt = Receipt::parse(now.receipt->payload);
    QCOMPARE(toString(receipt->outcome), QStringLiteral("committed"));
    QVERIFY(std::any_of(receipt->effects.begin(), receipt->effects.end(), [](const Fact &each) { return each.number == 5; }));
    QCOMPARE(m_cluster.sql(QStringLiteral("SELECT count(*) FROM bookings")), QStringLiteral("4"));
}

void TestTools::psqlLendsNobodyAnothersCredential()
{
    const QString before = m_cluster.sql(QStringLiteral("SELECT count(*) FROM bookings"));
    Client stranger(m_daemon->url());
    QVERIFY(stranger.openSession(m_stranger.request));
    const auto now = ask(stranger, psql(stranger, m_stranger, {QStringLiteral("-c"), QStringLiteral("DELETE FROM bookings")}));
    QCOMPARE(toString(now.state), toString(State::Refused));
    QVERIFY2(now.reason->contains(QStringLiteral("hold sql --target 'db' 'DELETE FROM bookings'")), qPrintable(*now.reason));
    QCOMPARE(m_cluster.sql(QStringLiteral("SELECT count(*) FROM bookings")), before);
}

void TestTools::whatPsqlWouldDoByItselfIsSaid()
{
    Client agent(m_daemon->url()), console(m_daemon->url());
    QVERIFY(agent.openSession(m_agent.request) && console.openSession(m_lead.session));
    const auto now = ask(agent, psql(agent, m_agent, {QStringLiteral("-c"), QStringLiteral("SELECT 1"), QStringLiteral("-c"), QStringLiteral("DELETE FROM bookings")}));
    QCOMPARE(toString(now.state), toString(State::Pending));
    const Hold hold = shown(console, now.hold);
    QVERIFY2(hold.measured.uninspectable.join(u'|').contains(QStringLiteral("several -c or -f")), qPrintable(hold.measured.uninspectable.join(u'|')));
    QVERIFY(hold.measured.fact(fact::DestroyedRows)->quality == Quality::Unknown);
}

QTEST_GUILESS_MAIN(TestTools)
#include "tools_test.moc"
