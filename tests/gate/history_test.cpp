// SPDX-License-Identifier: Apache-2.0
#include "fakes/gatebench.h"
#include "gate/lifecycle/consoles.h"

#include <QtTest>

using namespace holdfast;
using namespace holdfast::tests;
using namespace std::chrono_literals;

/// Consoles follow and search: subscriptions by cursor, history, ledger, cosignatures, documents.
class TestHistory final : public QObject
{
    Q_OBJECT

private Q_SLOTS:
    void init();
    void subscribesInPages();
    void missesNothing();
    void searches_data();
    void searches();
    void pages();
    void ledger();
    void cosigns();
    void documents();
    void health();
    void largeEvidence();

private:
    HoldId ask(const QString &statements, bool measured = true);
    std::unique_ptr<Human> m_lead;
    std::unique_ptr<SeedSigner> m_cosign;
    std::unique_ptr<Machine> m_agent;
    std::unique_ptr<GateBench> m_gate;
    ConnectionId m_console = 0, m_requester = 0;
};

void TestHistory::init()
{
    initialiseCryptography();
    m_lead = std::make_unique<Human>(QStringLiteral("lead"));
    m_agent = std::make_unique<Machine>(QStringLiteral("agent"));
    m_cosign = std::make_unique<SeedSigner>(QStringLiteral("lead"), SecretBytes::random(32), VerifierKey::Type::Cosignature);
    QByteArray lead = humanBlock(*m_lead);
    lead.replace("decide = ", "cosign = \"" + m_cosign->key().toString().toUtf8() + "\", decide = ");
    m_gate = std::make_unique<GateBench>(lead + machineBlock(*m_agent, "dev") + targetBlocks + ruleBlock("mode = \"hold\"\ntier = \"low\"\n"));
    m_console = m_gate->session(m_lead->session);
    m_requester = m_gate->session(m_agent->request);
}

HoldId TestHistory::ask(const QString &statements, bool measured)
{
    const Json result = resultOf(m_gate->call(m_requester, method::HoldRequest, envelopeParams(sqlRequest(*m_gate, *m_agent, statements))));
    if (measured)
        m_gate->measure(deletes(3, statements));
    return *HoldId::parse(*result.find(u"hold")->asString());
}

void TestHistory::subscribesInPages()
{
    std::set<QString> asked;
    for (int i = 0; i < 505; ++i)
        asked.insert(ask(QStringLiteral("delete from t%1").arg(i), false).toString());
    std::set<QString> listed;
    SubscribeParams params;
    int pages = 0;
    do {
        const auto page = SubscribeResult::fromJson(resultOf(m_gate->call(m_console, method::HoldSubscribe, params.toJson())));
        QVERIFY(page->holds.size() <= 500);
        for (const Head &head : page->holds)
            QVERIFY(listed.insert(head.hold.toString()).second);
        params.after = page->after;
        ++pages;
    } while (params.after);
    QCOMPARE(pages, 2);
    QCOMPARE(listed, asked);
}

void TestHistory::missesNothing()
{
    const HoldId before = ask(QStringLiteral("a"));
    const auto first = SubscribeResult::fromJson(resultOf(m_gate->call(m_console, method::HoldSubscribe, Json(JsonObject{}))));
    QCOMPARE(first->holds.size(), std::size_t(1));
    QVERIFY(first->missed.empty());
    m_gate->disconnect(m_console);
    const ConnectionId other = m_gate->session(m_lead->session);
    resultOf(m_gate->call(other, method::DecisionSubmit, envelopeParams(denial(*m_gate, *m_lead, before))));
    const HoldId while_away = ask(QStringLiteral("b"));
    m_console = m_gate->session(m_lead->session);
    const auto second = SubscribeResult::fromJson(resultOf(m_gate->call(m_console, method::HoldSubscribe, SubscribeParams{first->cursor, {}}.toJson())));
    QCOMPARE(second->missed.size(), std::size_t(1));
    QCOMPARE(second->missed.front().hold.toString(), before.toString());
    QCOMPARE(second->holds.front().hold.toString(), while_away.toString());
    // From the answer's cursor on, every entry of a hold is notified once, whatever else happens in the same turn.
    const Envelope request = sqlRequest(*m_gate, *m_agent, QStringLiteral("c"));
    m_gate->turn({Received{m_requester, encode(RpcCall{RpcId{1000}, method::HoldRequest.toString(), envelopeParams(request)})},
                  Received{m_requester, encode(RpcCall{RpcId{1001}, method::HoldRequest.toString(), envelopeParams(request)})}});
    std::vector<std::int64_t> cursors;
    for (const RpcMessage &message : m_gate->sent[m_console])
        if (const auto *call = std::get_if<RpcCall>(&message); call != nullptr && call->method == method::HoldChanged)
            cursors.push_back(HoldChange::fromJson(call->params)->cursor);
    QCOMPARE(cursors, std::vector<std::int64_t>{second->cursor + 1});
}

void TestHistory::searches_data()
{
    QTest::addColumn<QString>("query");
    QTest::addColumn<int>("hits");
    QTest::newRow("everything") << "" << 3;
    QTest::newRow("beginning of a word") << "book" << 1;
    QTest::newRow("two words") << "agent room" << 1;
    QTest::newRow("no such word") << "zzz" << 0;
    QTest::newRow("longer than the index") << "delete" << 3;
    QTest::newRow("punctuation is no syntax") << "\"book* OR (" << 0;
    QTest::newRow("state") << "state:denied" << 1;
    QTest::newRow("state and word") << "state:pending room" << 1;
    QTest::newRow("tier") << "tier:low" << 3;
    QTest::newRow("tier none") << "tier:critical" << 0;
    QTest::newRow("requester") << "requester:agent kind:sql target:db" << 3;
    QTest::newRow("person") << "requester:dev" << 3;
    QTest::newRow("env") << "env:staging" << 3;
    QTest::newRow("before") << "before:2026-11-22" << 0;
    QTest::newRow("after") << "after:2026-11-22" << 3;
    QTest::newRow("odd key is a word") << "colour:red" << 0;
}

void TestHistory::searches()
{
    QFETCH(QString, query);
    QFETCH(int, hits);
    const HoldId denied = ask(QStringLiteral("bookings"));
    ask(QStringLiteral("rooms"));
    ask(QStringLiteral("guests"));
    resultOf(m_gate->call(m_console, method::DecisionSubmit, envelopeParams(denial(*m_gate, *m_lead, denied))));
    const auto found = SearchResult::fromJson(resultOf(m_gate->call(m_console, method::HistorySearch, SearchParams{query, 100, {}}.toJson())));
    QCOMPARE(found->items.size(), static_cast<std::size_t>(hits));
    QCOMPARE(found->total, hits);
    if (query == QStringLiteral("state:denied"))
        QVERIFY(found->items.front().decidedMs && found->items.front().summary == QStringLiteral("Deletes 3 rows."));
}

void TestHistory::pages()
{
    for (int i = 0; i < 7; ++i)
        ask(QStringLiteral("t%1").arg(i));
    SearchParams params{QStringLiteral("delete"), 3, {}};
    QStringList seen;
    do {
        const auto page = SearchResult::fromJson(resultOf(m_gate->call(m_console, method::HistorySearch, params.toJson())));
        for (const HistoryItem &item : page->items)
            seen.append(item.head.hold.toString());
        params.after = page->after;
    } while (params.after);
    QCOMPARE(seen.size(), 7);
    QCOMPARE(QSet<QString>(seen.begin(), seen.end()).size(), 7);
    QCOMPARE(tests::codeOf(m_gate->call(m_console, method::HistorySearch, SearchParams{QStringLiteral("before:soon"), 3, {}}.toJson())), QStringLiteral("-32602"));
}

void TestHistory::ledger()
{
    for (int i = 0; i < 6; ++i)
        ask(QStringLiteral("t%1").arg(i));
    const auto note = CheckpointResult::fromJson(resultOf(m_gate->call(m_console, method::LedgerCheckpoint, Json(JsonObject{}))));
    const auto head = openCheckpoint(note->checkpoint.toUtf8(), m_gate->identity().ledgerKey->key(), m_gate->identity().name);
    QVERIFY(head);
    QCOMPARE(head->size, m_gate->store().ledger.size());
    const auto entries = EntriesResult::fromJson(resultOf(m_gate->call(m_console, method::LedgerEntries, RangeParams{0, head->size}.toJson())));
    QCOMPARE(entries->entries.size(), static_cast<std::size_t>(head->size));
    MerkleNodes tree;
    std::vector<Digest> roots{emptyRoot()};
    for (const QByteArray &entry : entries->entries) {
        tree.append(leafHash(entry));
        roots.push_back(tree.root());
    }
    QCOMPARE(roots.back().toString(), head->root.toString());
    for (std::int64_t from = 1; from <= head->size; ++from) {
        const auto proof = ProofResult::fromJson(resultOf(m_gate->call(m_console, method::LedgerConsistency, RangeParams{from, head->size}.toJson())));
        QVERIFY(verifyConsistency(from, head->size, roots[static_cast<std::size_t>(from)], head->root, proof->proof));
        const auto inclusion = ProofResult::fromJson(resultOf(m_gate->call(m_console, method::LedgerInclusion, InclusionParams{from - 1, head->size}.toJson())));
        QVERIFY(verifyInclusion(from - 1, head->size, leafHash(entries->entries[static_cast<std::size_t>(from - 1)]), inclusion->proof, head->root));
    }
    QCOMPARE(tests::codeOf(m_gate->call(m_console, method::LedgerEntries, RangeParams{0, head->size + 1}.toJson())), QStringLiteral("not-found"));
    QCOMPARE(tests::codeOf(m_gate->call(m_console, method::LedgerConsistency, RangeParams{1, head->size + 1}.toJson())), QStringLiteral("not-found"));
}

void TestHistory::cosigns()
{
    const QByteArray note = m_gate->keptCheckpoint;
    const auto cosigned = cosignCheckpoint(note, *m_cosign, m_gate->clock.now());
    QVERIFY(cosigned);
    resultOf(m_gate->call(m_console, method::LedgerCosign, CosignParams{QString::fromUtf8(*cosigned)}.toJson()));
    QCOMPARE(tests::codeOf(m_gate->call(m_console, method::LedgerCosign, CosignParams{QString::fromUtf8(note)}.toJson())), QStringLiteral("invalid-signature"));
    const SeedSigner stranger(QStringLiteral("lead"), SecretBytes::random(32), VerifierKey::Type::Cosignature);
    QCOMPARE(tests::codeOf(m_gate->call(m_console, method::LedgerCosign, CosignParams{QString::fromUtf8(*cosignCheckpoint(note, stranger, m_gate->clock.now()))}.toJson())),
             QStringLiteral("invalid-signature"));
    const QByteArray foreign = signCheckpoint({m_gate->identity().name, 1, sha256("another tree")}, *m_gate->identity().ledgerKey);
    QCOMPARE(tests::codeOf(m_gate->call(m_console, method::LedgerCosign, CosignParams{QString::fromUtf8(*cosignCheckpoint(foreign, *m_cosign, m_gate->clock.now()))}.toJson())),
             QStringLiteral("conflict"));
}

void TestHistory::documents()
{
    const HoldId hold = ask(QStringLiteral("t"));
    const auto view = HoldDocuments::fromJson(resultOf(m_gate->call(m_console, method::HoldGet, HoldParams{hold}.toJson())));
    QCOMPARE(view->documents.size(), std::size_t(2));
    QVERIFY(view->current);
    for (const DocumentRow &row : view->documents) {
        const auto document = DocumentResult::fromJson(resultOf(m_gate->call(m_console, method::DocumentGet, DocumentParams{row.idDigest}.toJson())));
        QCOMPARE(document->envelope.idDigest().toString(), row.idDigest.toString());
        QCOMPARE(document->index, row.index);
    }
    QCOMPARE(tests::codeOf(m_gate->call(m_console, method::DocumentGet, DocumentParams{sha256("x")}.toJson())), QStringLiteral("not-found"));
    QCOMPARE(tests::codeOf(m_gate->call(m_console, method::HoldGet, HoldParams{HoldId::of(m_lead->session.key().bytes, "x")}.toJson())), QStringLiteral("not-found"));
}

void TestHistory::health()
{
    ask(QStringLiteral("t"));
    m_gate->clock.advance(90s);
    const auto health = HealthResult::fromJson(resultOf(m_gate->call(m_console, method::GateHealth, Json(JsonObject{}))));
    QCOMPARE(health->pending, 1);
    QCOMPARE(health->oldestSeconds, 90);
    QCOMPARE(health->store, QStringLiteral("sqlite"));
}

/// A revision beyond 65,535 bytes: the entry names its payload, which is a blob, and everything reads as before.
void TestHistory::largeEvidence()
{
    const HoldId hold = ask(QStringLiteral("t"), false);
    Measurement measured = deletes(3);
    const int most = 300; // what a revision shows of a list; more stands in a blob beside it
    for (int i = 0; i < most; ++i)
        measured.dependents.push_back({QStringLiteral("table:public.a_rather_long_name_of_a_dependent_table_%1").arg(i).leftJustified(300, u'x'), QStringLiteral("table"), QStringLiteral("cascade"), i, -1});
    m_gate->measure(measured);
    const auto view = HoldDocuments::fromJson(resultOf(m_gate->call(m_console, method::HoldGet, HoldParams{hold}.toJson())));
    QCOMPARE(Hold::parse(view->current->payload)->measured.dependents.size(), std::size_t(most));
    QVERIFY(m_gate->store().ledger.entry(view->documents.back().index)->size() <= maximumEntrySize);
    resultOf(m_gate->call(m_console, method::DecisionSubmit, envelopeParams(approval(*m_gate, *m_lead, hold))));
    QCOMPARE(toString(m_gate->row(hold).state), QStringLiteral("executing"));
}

QTEST_GUILESS_MAIN(TestHistory)
#include "history_test.moc"
