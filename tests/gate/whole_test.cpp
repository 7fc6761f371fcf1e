// SPDX-License-Identifier: Apache-2.0
#include "config/policyreader.h"
#include "core/documents/wholelists.h"
#include "fakes/gatebench.h"
#include "ledger/auditor.h"

#include <QtTest>

using namespace holdfast;
using namespace holdfast::tests;
using namespace Qt::StringLiterals;

/// A reached resource decides, however many others are reached beside it.
class TestWhole final : public QObject
{
    Q_OBJECT

private Q_SLOTS:
    void init();
    void protectedBehindDecoys();
    void deniedBehindDecoys();
    void approvedWithDecoys();
    void driftBehindDecoys();
    void nothingIsApprovedWithoutTheList();
    void tooMuchForABlob();

private:
    HoldId ask(const Measurement &measured);
    [[nodiscard]] QString stateOf(const HoldId &hold) const { return toString(m_gate->row(hold).state); }
    [[nodiscard]] Hold current(const HoldId &hold) const { return *Hold::parse(m_gate->context().book.document(*m_gate->row(hold).holdDocument)->payload); }
    QString approve(const HoldId &hold) { return tests::codeOf(m_gate->call(m_console, method::DecisionSubmit, envelopeParams(approval(*m_gate, *m_lead, hold)))); }
    /// The verifier's report, with all blobs but one.
    [[nodiscard]] QStringList audit(const std::optional<Digest> &without = {}) const;

    std::unique_ptr<Human> m_lead;
    std::unique_ptr<Machine> m_agent;
    std::unique_ptr<GateBench> m_gate;
    ConnectionId m_console = 0, m_requester = 0;
    int m_asked = 0;
};

namespace {

Measurement decoys(int count, const QStringList &also = {})
{
    Measurement measured = deletes(3);
    measured.resources = also;
    for (int i = 0; i < count; ++i)
        measured.resources.append(u"/aaa/decoy/%1"_s.arg(i, 6, 10, QChar(u'0')));
    sortBytewise(measured.resources);
    measured.fingerprint = sha256(measured.resources.join(u' ').toUtf8());
    return measured;
}

} // namespace

void TestWhole::init()
{
    initialiseCryptography();
    m_lead = std::make_unique<Human>(u"lead"_s);
    m_agent = std::make_unique<Machine>(u"agent"_s);
    const QByteArray guarded = "[[target]]\nname = \"guarded\"\nkind = \"filesystem\"\nenvironment = \"staging\"\nroots = [\"/zzz/protected\"]\nprotected = true\n\n";
    m_gate = std::make_unique<GateBench>(humanBlock(*m_lead) + machineBlock(*m_agent, "dev") + targetBlocks + guarded + ruleBlock("tier = \"low\"\nconfirm = []\n"));
    m_console = m_gate->session(m_lead->session);
    m_requester = m_gate->session(m_agent->request);
}

HoldId TestWhole::ask(const Measurement &measured)
{
    const Envelope envelope = sqlRequest(*m_gate, *m_agent, u"delete from t%1"_s.arg(++m_asked));
    (void)m_gate->call(m_requester, method::HoldRequest, envelopeParams(envelope));
    m_gate->measure(measured);
    return HoldId::of(m_agent->request.key().bytes, envelope.payload);
}

QStringList TestWhole::audit(const std::optional<Digest> &without) const
{
    AuditorOptions options;
    options.pin = m_gate->identity().key->key();
    options.blobs = [&](const Digest &digest) { return digest == without ? std::nullopt : m_gate->store().blobs.read(digest); };
    options.policy = policyOrNothing;
    LedgerAuditor auditor(std::move(options));
    QStringList findings;
    for (std::int64_t index = 0; index < m_gate->store().ledger.size(); ++index)
        for (const Finding &finding : auditor.add(*m_gate->store().ledger.entry(index)))
            findings.append(finding.sentence);
    return findings;
}

void TestWhole::protectedBehindDecoys()
{
    const HoldId hold = ask(decoys(10'000, {u"/zzz/protected/data"_s}));
    QCOMPARE(stateOf(hold), u"refused"_s);
    QVERIFY(current(hold).mode == Mode::Forbid);
    QVERIFY(current(hold).ruleBecause.contains(u"guarded"_s));
    QVERIFY(current(hold).measured.resources.size() <= 300);
    QVERIFY(current(hold).measured.resources.contains(u"/zzz/protected/data"_s)); // what decides is seen
    QCOMPARE(audit(), QStringList());
    // A reader without the list says so, and rules nothing.
    QCOMPARE(audit(current(hold).measured.whole.resources->digest), QStringList(u"the whole list of resources that decided is not there"_s));
}

void TestWhole::deniedBehindDecoys()
{
    const HoldId denied = ask(decoys(1000, {u"/zzz/ledger/2026"_s}));
    QVERIFY(!current(denied).measured.resources.contains(u"/zzz/ledger/2026"_s));
    resultOf(m_gate->call(m_console, method::DecisionSubmit, envelopeParams(denial(*m_gate, *m_lead, denied, Decision::Scope::Resource))));
    Measurement within = deletes(1, u"/zzz/ledger/2026/11"_s), around = deletes(1, u"/zzz/ledger"_s), beside = deletes(1, u"/zzz/ledger/2027"_s);
    QCOMPARE(stateOf(ask(within)), u"refused"_s);
    QCOMPARE(stateOf(ask(around)), u"refused"_s);
    QCOMPARE(stateOf(ask(beside)), u"pending"_s);
    QCOMPARE(stateOf(ask(decoys(2000, {u"/zzz/ledger/2026/11"_s}))), u"refused"_s);
    QCOMPARE(audit(), QStringList());
}

void TestWhole::approvedWithDecoys()
{
    const HoldId hold = ask(decoys(10'000));
    QCOMPARE(stateOf(hold), u"pending"_s);
    QVERIFY(current(hold).measured.uninspectable.isEmpty());
    QCOMPARE(approve(hold), u"ok"_s);
    QCOMPARE(m_gate->performing.size(), std::size_t{1});
    QCOMPARE(m_gate->performing.front().approved.measured.resources.size(), 10'000);
    m_gate->perform(Performed{Outcome::Committed, {}, {}, {}});
    QCOMPARE(stateOf(hold), u"done"_s);
    QCOMPARE(audit(), QStringList());
}

void TestWhole::driftBehindDecoys()
{
    const HoldId hold = ask(decoys(10'000, {u"/zzz/one"_s}));
    (void)m_gate->call(m_console, method::HoldMeasure, HoldParams{hold}.toJson());
    m_gate->measure(decoys(10'000, {u"/zzz/two"_s}));
    QCOMPARE(m_gate->row(hold).revision, 2);
    (void)m_gate->call(m_console, method::HoldMeasure, HoldParams{hold}.toJson());
    m_gate->measure(decoys(10'000, {u"/zzz/two"_s}));
    QCOMPARE(m_gate->row(hold).revision, 2);
    QCOMPARE(audit(), QStringList());
}

void TestWhole::nothingIsApprovedWithoutTheList()
{
    const HoldId hold = ask(decoys(1000));
    const Digest list = current(hold).measured.whole.resources->digest;
    const auto behind = Database::open(m_gate->path(u"gate.db"_s));
    QVERIFY(behind);
    Query(**behind, "DELETE FROM blobs WHERE digest = ?").bind(list).run();
    QVERIFY(!m_gate->store().blobs.read(list));
    QCOMPARE(approve(hold), u"stale-revision"_s);
    QCOMPARE(stateOf(hold), u"pending"_s);
    QCOMPARE(m_gate->measuring.size(), std::size_t{1});
}

void TestWhole::tooMuchForABlob()
{
    Measurement huge = deletes(1);
    const QString part(200'000, u'x');
    huge.resources.clear();
    for (int i = 0; i < 200; ++i)
        huge.resources.append(u"/aaa/%1/"_s.arg(i, 4, 10, QChar(u'0')) + part);
    const HoldId hold = ask(huge);
    QCOMPARE(stateOf(hold), u"refused"_s);
    QVERIFY(current(hold).ruleBecause.contains(u"never performed"_s));
    QCOMPARE(audit(), QStringList());
}

QTEST_GUILESS_MAIN(TestWhole)
#include "whole_test.moc"
