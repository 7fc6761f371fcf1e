// SPDX-License-Identifier: Apache-2.0
#include "config/policyreader.h"
#include "fakes/gatebench.h"
#include "gate/lifecycle/unmeasured.h"
#include "ledger/auditor.h"

#include <QtTest>

using namespace holdfast;
using namespace holdfast::tests;
using namespace std::chrono_literals;

namespace {

const QString bySegv = QStringLiteral("the measuring process ended by signal 11");

} // namespace

/// A request whose measuring ends the process that measures it.
class TestDeaths final : public QObject
{
    Q_OBJECT

private Q_SLOTS:
    void init();
    void cleanup();
    void twiceWaitsForAPerson();
    void onceIsMeasuredAgain();
    void neverAfterARestart();
    void aPersonHasItMeasured();
    void neverPerformedUnmeasured_data();
    void neverPerformedUnmeasured();
    void neverPassesByItself();
    void countsWhatComesLate();
    void theGateItself();

private:
    void make(const QByteArray &rule = "mode = \"hold\"\ntier = \"low\"\nconfirm = []\n");
    HoldId ask();
    /// Ends every job that waits as a process that died; how many there were.
    int die();
    [[nodiscard]] Hold current(const HoldId &hold) const;
    [[nodiscard]] QString because(const HoldId &hold) const;
    void approve(const HoldId &hold);

    std::unique_ptr<Human> m_lead;
    std::unique_ptr<Machine> m_agent;
    std::unique_ptr<GateBench> m_gate;
    ConnectionId m_console = 0, m_requester = 0;
};

void TestDeaths::init()
{
    initialiseCryptography();
    m_lead = std::make_unique<Human>(QStringLiteral("lead"));
    m_agent = std::make_unique<Machine>(QStringLiteral("agent"));
}

void TestDeaths::cleanup()
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
}

void TestDeaths::make(const QByteArray &rule)
{
    m_gate = std::make_unique<GateBench>(humanBlock(*m_lead) + machineBlock(*m_agent, "dev") + targetBlocks + ruleBlock(rule));
    m_console = m_gate->session(m_lead->session);
    m_requester = m_gate->session(m_agent->request);
}

HoldId TestDeaths::ask()
{
    const Envelope request = sqlRequest(*m_gate, *m_agent, QStringLiteral("delete from bookings"));
    return *HoldId::parse(*resultOf(m_gate->call(m_requester, method::HoldRequest, envelopeParams(request))).find(u"hold")->asString());
}

int TestDeaths::die()
{
    const std::deque<MeasureJob> jobs = std::exchange(m_gate->measuring, {});
    for (const MeasureJob &job : jobs) {
        Measured result;
        result.purpose = job.purpose;
        result.revision = job.revision;
        result.hold = job.subject->hold;
        result.at = m_gate->clock.now();
        result.asked = job.asked;
        result.died = job.never.isEmpty();
        result.unmeasured = result.died ? bySegv : job.never;
        result.output = unmeasured(*job.subject, result.unmeasured, result.at);
        m_gate->turn({std::move(result)});
    }
    return static_cast<int>(std::count_if(jobs.begin(), jobs.end(), [](const MeasureJob &job) { return job.never.isEmpty(); }));
}

Hold TestDeaths::current(const HoldId &hold) const
{
    const auto document = m_gate->context().book.document(*m_gate->row(hold).holdDocument);
    return *Hold::parse(document->payload);
}

QString TestDeaths::because(const HoldId &hold) const
{
    const auto entry = parseJson(*m_gate->store().ledger.entry(m_gate->row(hold).sequence - 1));
    const auto envelope = Envelope::fromJson(*entry->find(u"envelope"));
    return Event::parse(envelope->payload)->because;
}

void TestDeaths::approve(const HoldId &hold)
{
    resultOf(m_gate->call(m_console, method::DecisionSubmit, envelopeParams(approval(*m_gate, *m_lead, hold))));
}

void TestDeaths::twiceWaitsForAPerson()
{
    make();
    const HoldId hold = ask();
    QCOMPARE(die(), 1);
    QCOMPARE(toString(m_gate->row(hold).state), toString(State::Measuring));
    QCOMPARE(because(hold), bySegv + QStringLiteral(": it is measured once more"));
    QCOMPARE(die(), 1);
    QCOMPARE(toString(m_gate->row(hold).state), toString(State::Pending));
    QVERIFY(m_gate->measuring.empty());
    const Hold shown = current(hold);
    QCOMPARE(shown.measured.uninspectable, QStringList{bySegv});
    const Fact *rows = shown.measured.fact(fact::DestroyedRows);
    QVERIFY(rows != nullptr && rows->quality == Quality::Unknown && !rows->number);
    QCOMPARE(rows->how, bySegv);
    QCOMPARE(toString(shown.tier), toString(Tier::Elevated)); // one higher than the rule's
}

void TestDeaths::onceIsMeasuredAgain()
{
    make();
    const HoldId hold = ask();
    QCOMPARE(die(), 1);
    m_gate->measure(deletes(3));
    QCOMPARE(toString(m_gate->row(hold).state), toString(State::Pending));
    QVERIFY(current(hold).measured.uninspectable.isEmpty());
    QCOMPARE(m_gate->store().deaths.of(hold).count, 1);
}

void TestDeaths::neverAfterARestart()
{
    make();
    const HoldId hold = ask();
    QCOMPARE(die(), 1);
    for (int i = 0; i < 3; ++i) {
        m_gate->crash();
        QCOMPARE(m_gate->start(), QString());
    }
    QCOMPARE(die(), 1); // the second death, counted over the restarts
    QCOMPARE(toString(m_gate->row(hold).state), toString(State::Pending));
    m_gate->crash();
    QCOMPARE(m_gate->start(), QString());
    QVERIFY(m_gate->measuring.empty());
    QCOMPARE(m_gate->store().deaths.of(hold).count, 2);
}

void TestDeaths::aPersonHasItMeasured()
{
    make();
    const HoldId hold = ask();
    QCOMPARE(die() + die(), 2);
    // Each time it is measured once, and the answer comes.
    for (int count = 3; count < 5; ++count) {
        m_gate->clock.advance(1s);
        QVERIFY(!m_gate->call(m_console, method::HoldMeasure, HoldParams{hold}.toJson()));
        QCOMPARE(die(), 1);
        QVERIFY(m_gate->laterReply(m_console));
        QCOMPARE(m_gate->store().deaths.of(hold).count, count);
        QVERIFY(m_gate->measuring.empty());
        QCOMPARE(because(hold), bySegv);
        QCOMPARE(m_gate->row(hold).revision, 1);
    }
    QVERIFY(!m_gate->call(m_console, method::HoldMeasure, HoldParams{hold}.toJson()));
    m_gate->measure(deletes(3));
    QCOMPARE(m_gate->row(hold).revision, 2);
    QVERIFY(current(hold).measured.uninspectable.isEmpty());
    QCOMPARE(m_gate->store().deaths.of(hold).count, 0);
    approve(hold);
    QCOMPARE(toString(m_gate->row(hold).state), toString(State::Executing));
}

void TestDeaths::neverPerformedUnmeasured_data()
{
    QTest::addColumn<bool>("restarts");
    QTest::newRow("at once") << false;
    QTest::newRow("over a restart") << true;
}

/// Somebody approves what could not be measured: it is measured first, and if that ends as before, it waits again.
void TestDeaths::neverPerformedUnmeasured()
{
    QFETCH(const bool, restarts);
    make();
    const HoldId hold = ask();
    QCOMPARE(die() + die(), 2);
    approve(hold);
    QCOMPARE(toString(m_gate->row(hold).state), toString(State::Approved));
    if (restarts) {
        m_gate->crash();
        QCOMPARE(m_gate->start(), QString());
        m_gate->turn();
    }
    QCOMPARE(die(), restarts ? 0 : 1);
    QCOMPARE(toString(m_gate->row(hold).state), toString(State::Pending));
    QCOMPARE(m_gate->row(hold).revision, 2);
    QVERIFY(m_gate->performing.empty());
    QVERIFY(m_gate->measuring.empty());
    if (restarts)
        m_console = m_gate->session(m_lead->session);
    // And what is found out meanwhile is a change that has to be approved anew.
    approve(hold);
    m_gate->measure(deletes(3));
    QCOMPARE(toString(m_gate->row(hold).state), toString(State::Pending));
    QCOMPARE(m_gate->row(hold).revision, 3);
    QVERIFY(m_gate->performing.empty());
    approve(hold);
    QCOMPARE(m_gate->performing.size(), std::size_t(1));
}

/// A rule that lets pass what nobody understands does not let pass what nobody has seen.
void TestDeaths::neverPassesByItself()
{
    make("when = { uninspectable = true }\nmode = \"allow\"\ntier = \"low\"\n");
    const HoldId hold = ask();
    QCOMPARE(die() + die(), 2);
    QCOMPARE(toString(m_gate->row(hold).state), toString(State::Pending));
    QVERIFY(m_gate->measuring.empty());
    QVERIFY(m_gate->performing.empty());
}

void TestDeaths::countsWhatComesLate()
{
    make();
    const HoldId hold = ask();
    m_gate->measure(deletes(3));
    QVERIFY(!m_gate->call(m_console, method::HoldMeasure, HoldParams{hold}.toJson()));
    resultOf(m_gate->call(m_console, method::DecisionSubmit, envelopeParams(denial(*m_gate, *m_lead, hold))));
    QCOMPARE(die(), 1);
    QCOMPARE(toString(m_gate->row(hold).state), toString(State::Denied));
    QCOMPARE(m_gate->store().deaths.of(hold).count, 1);
    QVERIFY(m_gate->measuring.empty());
}

/// A policy is measured by the gate itself: whatever ended the gate meanwhile, it does not end it for ever.
void TestDeaths::theGateItself()
{
    m_gate = std::make_unique<GateBench>(humanBlock(*m_lead) + machineBlock(*m_agent, "dev", "kinds = [\"policy\"]\ntargets = [\"policy\"]\n") + targetBlocks
                                         + ruleBlock("mode = \"hold\"\ntier = \"low\"\nconfirm = []\n"));
    m_requester = m_gate->session(m_agent->request);
    const QByteArray toml = m_gate->context().active().toml + "\n# another\n";
    const Json written = resultOf(m_gate->call(m_requester, method::BlobWrite, BlobWriteParams{sha256(toml), 0, toml, toml.size()}.toJson()));
    Request request;
    request.gate = m_gate->identity().name;
    request.gateKey = m_gate->identity().key->key();
    request.nonce = randomBytes(16);
    request.kind = request.target = kind::Policy.toString();
    request.action = PolicyAction{{sha256(toml), toml.size(), QStringLiteral("application/toml")}};
    request.createdAt = m_gate->clock.now();
    const Envelope asked = Envelope::sign(m_agent->request, payloadtype::Request, request.toPayload());
    const HoldId hold = *HoldId::parse(*resultOf(m_gate->call(m_requester, method::HoldRequest, envelopeParams(asked))).find(u"hold")->asString());
    for (int starts = 1; starts <= 2; ++starts) {
        QCOMPARE(toString(m_gate->row(hold).state), toString(State::Measuring));
        m_gate->crash();
        QCOMPARE(m_gate->start(), QString());
        QCOMPARE(m_gate->measuring.size(), std::size_t(1));
        QCOMPARE(m_gate->measuring.front().never.isEmpty(), starts < 2);
    }
    QCOMPARE(die(), 0);
    QCOMPARE(toString(m_gate->row(hold).state), toString(State::Pending));
    QVERIFY(current(hold).measured.uninspectable.front().startsWith(QStringLiteral("the gate ended while this was measured")));
}

QTEST_GUILESS_MAIN(TestDeaths)
#include "deaths_test.moc"
