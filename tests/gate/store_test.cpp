// SPDX-License-Identifier: Apache-2.0
#include "config/policyreader.h"
#include "fakes/faultyvfs.h"
#include "fakes/gatebench.h"
#include "ledger/auditor.h"

#include <QtTest>

using namespace holdfast;
using namespace holdfast::tests;

/// A disk that fails at the n-th write or sync, for every n: nothing that was acknowledged is lost, nothing is half done.
class TestStore final : public QObject
{
    Q_OBJECT

private Q_SLOTS:
    void initTestCase() { installFaultyVfs(); }
    void everyFault_data();
    void everyFault();
    void spentOnce();
    void behindTheCheckpoint();
    void anotherHistory();
    void anotherVersion();
    void anEarlierVersion();

private:
    void flow(GateBench &gate, const Human &lead, const Machine &agent, std::map<HoldId, std::int64_t> &told, const QString &statements);
    void audit(GateBench &gate);
};

void TestStore::audit(GateBench &gate)
{
    AuditorOptions options;
    options.pin = gate.identity().key->key();
    options.blobs = [&gate](const Digest &digest) { return gate.store().blobs.read(digest); };
    options.policy = policyOrNothing;
    LedgerAuditor auditor(std::move(options));
    MerkleNodes tree;
    for (std::int64_t index = 0; index < gate.store().ledger.size(); ++index) {
        const QByteArray entry = *gate.store().ledger.entry(index);
        tree.append(leafHash(entry));
        for (const Finding &finding : auditor.add(entry))
            QFAIL(qPrintable(QStringLiteral("entry %1: %2").arg(index).arg(finding.sentence)));
    }
    QCOMPARE(rootAt(tree.size(), gate.store().ledger.nodes())->toString(), tree.root().toString());
}

void TestStore::flow(GateBench &gate, const Human &lead, const Machine &agent, std::map<HoldId, std::int64_t> &told, const QString &statements)
{
    const ConnectionId requester = gate.connect();
    const ConnectionId console = gate.connect();
    if (gate.sent[requester].empty() || gate.sent[console].empty())
        return; // not even a challenge: the transaction that made it failed
    (void)gate.call(requester, method::SessionOpen, envelopeParams(gate.openEnvelope(requester, agent.request)));
    (void)gate.call(console, method::SessionOpen, envelopeParams(gate.openEnvelope(console, lead.session)));
    const auto asked = gate.call(requester, method::HoldRequest, envelopeParams(sqlRequest(gate, agent, statements)));
    if (tests::codeOf(asked) != QStringLiteral("ok"))
        return;
    const auto status = HoldStatus::fromJson(resultOf(asked));
    told[status->hold] = status->sequence;
    gate.measure(deletes(3));
    if (!gate.row(status->hold).holdDocument)
        return;
    const auto decided = gate.call(console, method::DecisionSubmit, envelopeParams(approval(gate, lead, status->hold)));
    if (tests::codeOf(decided) == QStringLiteral("ok"))
        told[status->hold] = *SubmitResult::fromJson(resultOf(decided))->sequence;
    // Nothing is performed that is not on record as executing.
    if (!gate.performing.empty())
        QCOMPARE(tests::codeOf(decided), QStringLiteral("ok"));
    gate.perform(Performed{Outcome::Committed, {}, {}, {}});
}

void TestStore::everyFault_data()
{
    QTest::addColumn<bool>("forGood");
    QTest::addColumn<bool>("crashes");
    QTest::newRow("once") << false << true;
    QTest::newRow("from then on") << true << true;
    QTest::newRow("once, and the gate goes on") << false << false;
}

void TestStore::everyFault()
{
    QFETCH(bool, forGood);
    QFETCH(bool, crashes);
    initialiseCryptography();
    const Human lead(QStringLiteral("lead"));
    const Machine agent(QStringLiteral("agent"));
    int faults = 0;
    for (int n = 1; n < 400; n += n < 60 ? 1 : 7) {
        GateBench gate(humanBlock(lead) + machineBlock(agent, "dev") + targetBlocks + ruleBlock("mode = \"hold\"\ntier = \"low\"\n"));
        std::map<HoldId, std::int64_t> told;
        failFrom(n, forGood);
        flow(gate, lead, agent, told, QStringLiteral("delete from t"));
        const bool was = faultStruck();
        failFrom(0, false);
        if (crashes) {
            gate.crash();
            QCOMPARE(gate.start(), QString());
        }
        for (const auto &[hold, sequence] : told)
            QVERIFY2(gate.row(hold).sequence >= sequence, qPrintable(QStringLiteral("fault %1").arg(n)));
        audit(gate);
        if (QTest::currentTestFailed())
            return;
        // And the gate works again.
        told.clear();
        gate.turn();
        gate.perform(Performed{Outcome::Committed, {}, {}, {}}); // what it had begun, or begins now
        flow(gate, lead, agent, told, QStringLiteral("delete from t where true"));
        QVERIFY2(told.size() == 1, qPrintable(QStringLiteral("fault %1").arg(n)));
        QVERIFY2(toString(gate.row(told.begin()->first).state) == QStringLiteral("done"), qPrintable(QStringLiteral("fault %1").arg(n)));
        if (!was)
            break;
        ++faults;
    }
    QVERIFY(faults > 10);
}

void TestStore::spentOnce()
{
    initialiseCryptography();
    const Human lead(QStringLiteral("lead"));
    GateBench gate(humanBlock(lead) + targetBlocks);
    const HoldId hold = HoldId::of(lead.session.key().bytes, "x");
    gate.store().begin();
    gate.store().grants.issue(hold, {QByteArray(16, 'g'), 1, sha256("g"), false});
    QVERIFY(gate.store().grants.spend(QByteArray(16, 'g')));
    QVERIFY(!gate.store().grants.spend(QByteArray(16, 'g')));
    gate.store().grants.issue(hold, {QByteArray(16, 'h'), 2, sha256("h"), false});
    gate.store().grants.cancel(QByteArray(16, 'h'));
    QVERIFY(!gate.store().grants.spend(QByteArray(16, 'h')));
    // One grant for a revision, ever.
    gate.store().grants.issue(hold, {QByteArray(16, 'i'), 1, sha256("i"), false});
    QVERIFY(gate.store().failed());
    QVERIFY(!gate.store().commit());
}

void TestStore::behindTheCheckpoint()
{
    initialiseCryptography();
    const Human lead(QStringLiteral("lead"));
    const Machine agent(QStringLiteral("agent"));
    GateBench gate(humanBlock(lead) + machineBlock(agent, "dev") + targetBlocks);
    const auto head = openCheckpoint(gate.keptCheckpoint, gate.identity().ledgerKey->key(), gate.identity().name);
    gate.keptCheckpoint = signCheckpoint({gate.identity().name, head->size + 1, sha256("later")}, *gate.identity().ledgerKey);
    gate.crash();
    QVERIFY(gate.start().contains(u"behind the highest checkpoint"));
}

void TestStore::anotherHistory()
{
    initialiseCryptography();
    const Human lead(QStringLiteral("lead"));
    GateBench gate(humanBlock(lead) + targetBlocks);
    const auto head = openCheckpoint(gate.keptCheckpoint, gate.identity().ledgerKey->key(), gate.identity().name);
    gate.keptCheckpoint = signCheckpoint({gate.identity().name, head->size, sha256("another")}, *gate.identity().ledgerKey);
    gate.crash();
    QVERIFY(gate.start().contains(u"does not lead to"));
    gate.keptCheckpoint = "not a note";
    gate.crash();
    QVERIFY(!gate.start().isEmpty());
}

void TestStore::anotherVersion()
{
    initialiseCryptography();
    const Human lead(QStringLiteral("lead"));
    GateBench gate(humanBlock(lead) + targetBlocks);
    gate.crash();
    {
        auto database = Database::open(gate.path(QStringLiteral("gate.db")));
        QVERIFY(database);
        QVERIFY((*database)->execute("UPDATE schema_version SET version = 99"));
    }
    QVERIFY(gate.start().contains(u"another version"));
}

void TestStore::anEarlierVersion()
{
    initialiseCryptography();
    const Human lead(QStringLiteral("lead"));
    GateBench gate(humanBlock(lead) + targetBlocks);
    const std::int64_t size = gate.store().ledger.size();
    gate.crash();
    const QByteArray large = QByteArray("0123456789").repeated(20'000), small("small");
    {
        auto database = Database::open(gate.path(QStringLiteral("gate.db")));
        QVERIFY(database);
        QVERIFY((*database)->execute("DROP TRIGGER blobs_forgotten; DROP TABLE blob_pieces; DROP INDEX blob_owners_idle; ALTER TABLE blob_owners DROP COLUMN named"));
        for (const QByteArray &blob : {large, small})
            Query(**database, "INSERT INTO blobs (digest, size, bytes) VALUES (?, ?, ?)").bind(sha256(blob)).bind(std::int64_t{blob.size()}).bind(blob).run();
        QVERIFY((*database)->execute("ALTER TABLE invites DROP COLUMN machines_only; DROP TABLE deaths; DROP INDEX holds_action; UPDATE schema_version SET version = 1;"
                                     "INSERT INTO invites (mark, secret, failures, at) VALUES ('m', x'00', 0, 0)"));
    }
    QCOMPARE(gate.start(), QString());
    QCOMPARE(gate.store().ledger.size(), size);
    QVERIFY(gate.store().standing.invite(QStringLiteral("m"))->machinesOnly);
    QCOMPARE(gate.store().blobs.read(sha256(large)), std::optional(large));
    QCOMPARE(gate.store().blobs.part(sha256(large), 199'990, 131'072), std::optional(QByteArray("0123456789")));
    QCOMPARE(gate.store().blobs.read(sha256(small)), std::optional(small));
}

QTEST_GUILESS_MAIN(TestStore)
#include "store_test.moc"
