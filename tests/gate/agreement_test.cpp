// SPDX-License-Identifier: Apache-2.0
#include "config/policyreader.h"
#include "console/desk/evidencecheck.h"
#include "core/documents/wholelists.h"
#include "fakes/gatebench.h"
#include "ledger/auditor.h"

#include <QtTest>

#include <random>

using namespace holdfast;
using namespace holdfast::tests;
using namespace Qt::StringLiterals;
using namespace std::chrono_literals;

namespace {

constexpr int registries = 50;
constexpr int holdsEach = 20;

/// Draws policies, requests and measurements; the same seed draws the same.
class Draw final
{
public:
    explicit Draw(std::uint32_t seed) : m_random(seed) {}

    bool one(int of) { return m_random() % static_cast<unsigned>(of) == 0; }
    template<typename T>
    T any(std::initializer_list<T> list)
    {
        return *(list.begin() + static_cast<std::ptrdiff_t>(m_random() % list.size()));
    }
    template<typename T>
    T &among(std::vector<T> &list)
    {
        return list[m_random() % list.size()];
    }

    QByteArray rule(int number)
    {
        QByteArrayList when;
        const auto maybe = [&](QByteArray condition) {
            if (one(5))
                when.append(std::move(condition));
        };
        maybe("operation = \"" + any<QByteArray>({"database.*", "*.delete", "database.drop-*", "*.opaque"}) + '"');
        maybe("environment = \"" + any<QByteArray>({"production", "staging"}) + '"');
        maybe("target = \"" + any<QByteArray>({"db", "other"}) + '"');
        maybe("requester = \"" + any<QByteArray>({"m0", "m1"}) + '"');
        maybe("rows_over = " + any<QByteArray>({"0", "10", "1000"}));
        maybe("severity = \"" + any<QByteArray>({"notice", "warning", "danger"}) + '"');
        maybe("recovery = \"" + any<QByteArray>({"none", "partly", "recoverable"}) + '"');
        maybe("contradiction = " + any<QByteArray>({"true", "false"}));
        maybe("uninspectable = " + any<QByteArray>({"true", "false"}));
        QByteArray text = "[[rule]]\nid = \"r" + QByteArray::number(number) + "\"\n";
        if (!when.isEmpty())
            text += "when = { " + when.join(", ") + " }\n";
        text += "mode = \"" + any<QByteArray>({"hold", "hold", "hold", "hold", "hold", "propose", "allow", "forbid"}) + "\"\n";
        text += "tier = \"" + any<QByteArray>({"low", "elevated", "high", "critical"}) + "\"\n";
        text += "quorum = { need = " + any<QByteArray>({"1", "1", "2"}) + ", from = [" + any<QByteArray>({"\"approver\"", "\"lead\"", "\"dba\"", "\"dba\", \"lead\""}) + "] }\n";
        text += "sponsor_may_approve = " + any<QByteArray>({"true", "false"}) + '\n';
        return text + "confirm = [" + any<QByteArray>({"", "\"press\"", "\"type-target\"", "\"press\", \"type-target\""}) + "]\n\n";
    }

    Measurement measurement()
    {
        Measurement m = deletes(any<std::int64_t>({0, 5, 50, 5000}));
        m.operation = any<QString>({u"database.delete"_s, u"database.drop-table"_s, u"database.opaque"_s, u"database.read"_s});
        m.environment.value = any<QString>({u"production"_s, u"staging"_s, u"unknown"_s});
        m.environment.quality = m.environment.value == u"unknown" ? Quality::Unknown : any<Quality>({Quality::Measured, Quality::Configured});
        m.recovery.verdict = any<Verdict>({Verdict::Recoverable, Verdict::Partly, Verdict::None, Verdict::Unknown});
        m.facts.front().severity = any<Severity>({Severity::Info, Severity::Notice, Severity::Warning, Severity::Danger});
        if (one(6)) {
            m.facts.front().quality = Quality::Bounded;
            m.facts.front().most = std::exchange(m.facts.front().number, std::nullopt);
        }
        if (one(5))
            m.contradictions.push_back({u"target"_s, u"db"_s, any<QString>({u"other"_s, u"guarded"_s, u"elsewhere"_s}), Severity::Danger});
        for (int i = 0; one(4) && i < 1000; ++i)
            m.uninspectable.append(u"reason %1"_s.arg(i));
        if (one(12))
            for (int i = 0; i < 500; ++i)
                m.uninspectable.append(u"reason %1"_s.arg(i));
        const int decoys = any<int>({0, 0, 0, 3, 700});
        for (int i = 0; i < decoys; ++i)
            m.resources.append(u"/aaa/%1"_s.arg(i));
        if (one(6))
            m.resources.append(u"/zzz/protected/%1"_s.arg(decoys));
        sortBytewise(m.resources);
        return m;
    }

private:
    std::mt19937 m_random;
};

} // namespace

/// Gate, console and verifier read the same bytes, and say the same of mode, tier, quorum and who may approve.
class TestAgreement final : public QObject
{
    Q_OBJECT

private Q_SLOTS:
    void initTestCase() { initialiseCryptography(); }
    void theThreeAgree();

private:
    struct Ground final
    {
        std::vector<std::unique_ptr<Human>> humans;
        std::vector<std::unique_ptr<Machine>> machines;
        std::unique_ptr<GateBench> gate;
        std::vector<ConnectionId> consoles, requesters;
        std::optional<LedgerAuditor> auditor;
    };
    void build(Draw &draw, Ground &ground);
    void judge(Draw &draw, Ground &ground);
    void whoMayApprove(Ground &ground, const present::Evidence &evidence, std::size_t human);
    /// The new part of the ledger; the verifier must have no word against it.
    void follow(Ground &ground);
    [[nodiscard]] static AuditorOptions options(const Ground &ground);
    [[nodiscard]] static present::Evidence evidenceOf(const Ground &ground, const HoldId &hold);

    int m_asked = 0, m_may = 0, m_mayNot = 0;
    std::map<QString, int> m_modes;
};

void TestAgreement::build(Draw &draw, Ground &ground)
{
    QByteArray policy;
    const QByteArray soon = "expires = 2026-11-22T12:00:00Z\n";
    for (int i = 0; i < 4; ++i) {
        const auto &human = ground.humans.emplace_back(std::make_unique<Human>(u"h%1"_s.arg(i)));
        const QByteArray roles = draw.any<QByteArray>({"\"approver\"", "\"approver\"", "\"approver\", \"lead\"", "\"lead\""});
        policy += humanBlock(*human, roles, (draw.one(2) ? QByteArray("groups = [\"dba\"]\n") : QByteArray()) + (draw.one(4) ? soon : QByteArray()));
        if (draw.one(3))
            break; // somebody alone with his agents
    }
    for (int i = 0; i < 2; ++i) {
        const auto &machine = ground.machines.emplace_back(std::make_unique<Machine>(u"m%1"_s.arg(i)));
        policy += machineBlock(*machine, draw.any<QByteArray>({"h0", "h0", "h1", "dev"}), draw.one(8) ? soon : QByteArray());
    }
    policy += targetBlocks + "[[target]]\nname = \"guarded\"\nkind = \"filesystem\"\nenvironment = \"staging\"\nroots = [\"/zzz/protected\"]\nprotected = true\n\n";
    const int rules = draw.any<int>({0, 1, 2, 4, 6});
    for (int i = 0; i < rules; ++i)
        policy += draw.rule(i);
    ground.gate = std::make_unique<GateBench>(policy);
    for (const auto &human : ground.humans)
        ground.consoles.push_back(ground.gate->session(human->session));
    for (const auto &machine : ground.machines)
        ground.requesters.push_back(ground.gate->session(machine->request));
    ground.auditor.emplace(options(ground));
}

AuditorOptions TestAgreement::options(const Ground &ground)
{
    AuditorOptions options;
    options.pin = ground.gate->identity().key->key();
    options.blobs = [&ground](const Digest &digest) { return ground.gate->store().blobs.read(digest); };
    options.policy = policyOrNothing;
    return options;
}

void TestAgreement::follow(Ground &ground)
{
    while (ground.auditor->size() < ground.gate->store().ledger.size()) {
        const auto findings = ground.auditor->add(*ground.gate->store().ledger.entry(ground.auditor->size()));
        QVERIFY2(findings.empty(), findings.empty() ? "" : qPrintable(findings.front().sentence));
    }
}

present::Evidence TestAgreement::evidenceOf(const Ground &ground, const HoldId &hold)
{
    const HoldRow row = ground.gate->row(hold);
    const Book &book = ground.gate->context().book;
    present::Evidence evidence;
    evidence.head = {row.id, row.state, row.sequence, row.revision, row.holdDigest, row.requestDigest, row.approvals, row.changedAt};
    evidence.requestEnvelope = *book.document(row.requestDocument);
    evidence.holdEnvelope = book.document(*row.holdDocument);
    for (const BlobRef &blob : Hold::parse(evidence.holdEnvelope->payload)->blobs())
        if (const auto bytes = ground.gate->store().blobs.read(blob.digest))
            evidence.lists.emplace(blob.digest, *bytes);
    const ActiveRegistry &active = ground.gate->context().active();
    evidence.unverified = verifyEvidence(evidence, {active.registry, active.payload, *active.policy});
    return evidence;
}

void TestAgreement::judge(Draw &draw, Ground &ground)
{
    const std::size_t requester = draw.one(2) ? 0 : 1;
    const Envelope envelope = sqlRequest(*ground.gate, *ground.machines[requester], u"DELETE FROM t%1"_s.arg(++m_asked), draw.any<QString>({u"db"_s, u"other"_s}));
    (void)ground.gate->call(ground.requesters[requester], method::HoldRequest, envelopeParams(envelope));
    ground.gate->measure(draw.measurement());
    const HoldId id = HoldId::of(ground.machines[requester]->request.key().bytes, envelope.payload);
    if (!ground.gate->row(id).holdDocument)
        return; // the requester had expired, or asked before it was measured
    follow(ground);
    const present::Evidence evidence = evidenceOf(ground, id);
    QCOMPARE(evidence.unverified, QString());
    QVERIFY(evidence.ruling);
    const Hold &hold = *evidence.hold;
    QCOMPARE(toString(evidence.ruling->mode), toString(hold.mode));
    QCOMPARE(toString(evidence.ruling->tier), toString(hold.tier));
    QCOMPARE(evidence.ruling->rule.quorum.need, hold.policy.need);
    QCOMPARE(evidence.ruling->rule.quorum.from, hold.policy.from);
    QCOMPARE(evidence.ruling->rule.confirm, hold.policy.confirm);
    QVERIFY(agrees(evidence));
    ++m_modes[toString(hold.mode)];
    for (std::size_t human = 0; human < ground.humans.size(); ++human)
        whoMayApprove(ground, evidence, human);
    ground.gate->perform(Performed{Outcome::Committed, {}, {}, {}});
    follow(ground);
    QVERIFY2(ground.gate->row(id).state != State::Stopped, qPrintable(ground.gate->row(id).reason)); // the performer agrees as well
}

void TestAgreement::whoMayApprove(Ground &ground, const present::Evidence &evidence, std::size_t human)
{
    const HoldId id = evidence.head.hold;
    if (ground.gate->row(id).state != evidence.head.state)
        return; // the quorum is reached
    const Instant now = ground.gate->clock.now();
    const Registry &registry = ground.gate->context().active().registry;
    const auto refusal = whyNotApprovable(*registry.actor(ground.humans[human]->name), *evidence.hold, registry, termsOf(evidence), now);
    const bool console = !refusal && evidence.head.state == State::Pending;
    const Envelope approves = approval(*ground.gate, *ground.humans[human], id);

    auto verifier = LedgerAuditor::resume(options(ground), ground.auditor->save());
    QVERIFY(verifier);
    const auto findings = verifier->add(buildEntry(now, approves, verifier->size(), EntryKind::Decision).bytes);

    const QString answer = tests::codeOf(ground.gate->call(ground.consoles[human], method::DecisionSubmit, envelopeParams(approves)));
    const QString words = u"%1 on %2: gate %3, console %4, verifier %5"_s.arg(ground.humans[human]->name, evidence.hold->ruleBecause, answer,
                                                                               refusal ? toString(*refusal) : u"may"_s,
                                                                               findings.empty() ? u"nothing"_s : findings.front().sentence);
    QVERIFY2(console == (answer == u"ok") && console == findings.empty(), qPrintable(words));
    ++(console ? m_may : m_mayNot);
    follow(ground);
}

void TestAgreement::theThreeAgree()
{
    const QByteArray wanted = qgetenv("HOLDFAST_SEED");
    const std::uint32_t seed = wanted.isEmpty() ? QRandomGenerator::system()->generate() : wanted.toUInt();
    qInfo("seed %u (HOLDFAST_SEED repeats it)", seed);
    Draw draw(seed);
    int holds = 0;
    for (int i = 0; i < registries; ++i) {
        Ground ground;
        build(draw, ground);
        for (int j = 0; j < holdsEach && !QTest::currentTestFailed(); ++j) {
            if (j == holdsEach / 2)
                ground.gate->clock.advance(3h); // some have expired by now
            judge(draw, ground);
            ++holds;
        }
        if (QTest::currentTestFailed())
            return;
    }
    qInfo("%d holds under %d registries; %d times somebody might approve, %d times not", holds, registries, m_may, m_mayNot);
    QVERIFY(m_may > 100 && m_mayNot > 100);
    QCOMPARE(m_modes.size(), std::size_t{4}); // every mode came up
}

QTEST_GUILESS_MAIN(TestAgreement)
#include "agreement_test.moc"
