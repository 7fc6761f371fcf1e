// SPDX-License-Identifier: Apache-2.0
#include "fakes/gatebench.h"
#include "kinds/policy/weakening.h"
#include "ledger/auditor.h"
#include "config/policyreader.h"

#include <QtTest>

using namespace holdfast;
using namespace holdfast::tests;
using namespace std::chrono_literals;

/// The policy changes through the same door as everything else, and everything that was held before notices.
class TestPolicy final : public QObject
{
    Q_OBJECT

private Q_SLOTS:
    void init();
    void cleanup();
    void takesEffect();
    void inviteToSession();
    void unreadable();
    void drifted();
    void pendingHoldsAreMeasuredAgain();
    void revokedKeysStayRevoked();
    void weakened_data();
    void weakened();
    void loosened_data();
    void loosened();
    void groupsAndEnvironments();
    void pastHoldsAreRuled();

private:
    HoldId askPolicy(const QByteArray &toml);
    void approve(const HoldId &hold);
    [[nodiscard]] QByteArray toml() const { return m_gate->context().active().toml; }
    [[nodiscard]] QString stateOf(const HoldId &hold) const { return toString(m_gate->row(hold).state); }
    [[nodiscard]] Hold current(const HoldId &hold) const;

    std::unique_ptr<Human> m_lead, m_second;
    std::unique_ptr<Machine> m_admin, m_agent;
    std::unique_ptr<GateBench> m_gate;
    ConnectionId m_console = 0, m_owner = 0;
};

void TestPolicy::init()
{
    initialiseCryptography();
    m_lead = std::make_unique<Human>(QStringLiteral("lead"));
    m_second = std::make_unique<Human>(QStringLiteral("second"));
    m_admin = std::make_unique<Machine>(QStringLiteral("admin-machine"));
    m_agent = std::make_unique<Machine>(QStringLiteral("agent"));
    m_gate = std::make_unique<GateBench>(humanBlock(*m_lead) + humanBlock(*m_second) + machineBlock(*m_admin, "lead", "kinds = [\"policy\"]")
                                         + machineBlock(*m_agent, "dev") + targetBlocks + ruleBlock("mode = \"hold\"\ntier = \"low\"\n"));
    m_console = m_gate->session(m_second->session);
    m_owner = m_gate->session(m_admin->request);
}

void TestPolicy::cleanup()
{
    AuditorOptions options;
    options.pin = m_gate->identity().key->key();
    options.blobs = [this](const Digest &digest) { return m_gate->store().blobs.read(digest); };
    options.policy = policyOrNothing;
    LedgerAuditor auditor(std::move(options));
    for (std::int64_t index = 0; index < m_gate->store().ledger.size(); ++index)
        for (const Finding &finding : auditor.add(*m_gate->store().ledger.entry(index)))
            QFAIL(qPrintable(QStringLiteral("entry %1: %2").arg(index).arg(finding.sentence)));
}

HoldId TestPolicy::askPolicy(const QByteArray &text)
{
    resultOf(m_gate->call(m_owner, method::BlobWrite, BlobWriteParams{sha256(text), 0, text, text.size()}.toJson()));
    Request request;
    request.gate = m_gate->identity().name;
    request.gateKey = m_gate->identity().key->key();
    request.nonce = randomBytes(16);
    request.kind = request.target = QStringLiteral("policy");
    request.action = PolicyAction{{sha256(text), text.size(), tomlMedia}};
    request.createdAt = m_gate->clock.now();
    const Envelope envelope = Envelope::sign(m_admin->request, payloadtype::Request, request.toPayload());
    const Json result = resultOf(m_gate->call(m_owner, method::HoldRequest, envelopeParams(envelope)));
    m_gate->measure({});
    return *HoldId::parse(*result.find(u"hold")->asString());
}

void TestPolicy::approve(const HoldId &hold)
{
    resultOf(m_gate->call(m_console, method::DecisionSubmit, envelopeParams(approval(*m_gate, *m_second, hold))));
}

Hold TestPolicy::current(const HoldId &hold) const
{
    return *Hold::parse(m_gate->context().book.document(*m_gate->row(hold).holdDocument)->payload);
}

void TestPolicy::takesEffect()
{
    const QByteArray next = toml() + "\n[[target]]\nname = \"new-db\"\nkind = \"sql\"\nenvironment = \"staging\"\nurl = \"postgresql://h/new\"\n";
    const HoldId hold = askPolicy(next);
    QCOMPARE(stateOf(hold), QStringLiteral("pending"));
    QCOMPARE(m_gate->row(hold).operation, QStringLiteral("policy.add-target"));
    QCOMPARE(*current(hold).measured.fact(u"policy.targets-added")->number, 1);
    QCOMPARE(current(hold).measured.diffs.size(), std::size_t(1));
    const auto diff = m_gate->store().blobs.read(current(hold).measured.diffs.front().blob.digest);
    QVERIFY(diff && diff->contains("+name = \"new-db\""));
    approve(hold);
    QCOMPARE(stateOf(hold), QStringLiteral("approved")); // measured once more before there is a grant to spend
    m_gate->measure({});
    QCOMPARE(stateOf(hold), QStringLiteral("done"));
    QCOMPARE(toString(*m_gate->row(hold).outcome), QStringLiteral("committed"));
    QCOMPARE(m_gate->context().active().registry.serial, 1);
    QVERIFY(m_gate->context().active().policy->target(u"new-db"));
    QCOMPARE(m_gate->rewritten, next);
    const auto answer = EnvelopeResult::fromJson(resultOf(m_gate->call(m_owner, method::RegistryGet, Json(JsonObject{}))));
    QCOMPARE(Registry::parse(answer->envelope.payload)->serial, 1);
    QCOMPARE(Registry::parse(EnvelopeResult::fromJson(resultOf(m_gate->call(m_owner, method::RegistryGet, RegistryParams{0}.toJson())))->envelope.payload)->serial, 0);
}

void TestPolicy::inviteToSession()
{
    const Json made = resultOf(m_gate->call(m_owner, method::InviteNew, Json(JsonObject{})));
    const auto invite = Invite::parse(*made.find(u"invite")->asString());
    const HoldId hold = askPolicy(toml() + "\n[[actor]]\nname = \"newcomer\"\nkind = \"machine\"\nperson = \"lead\"\nroles = [\"requester\"]\ninvite = \""
                                  + invite->mark().toUtf8() + "\"\n");
    QCOMPARE(m_gate->row(hold).operation, QStringLiteral("policy.add-actor"));
    approve(hold);
    m_gate->measure({});
    QCOMPARE(stateOf(hold), QStringLiteral("done"));
    const Machine newcomer(QStringLiteral("newcomer"));
    const ConnectionId connection = m_gate->connect();
    Enrol enrol;
    enrol.gate = m_gate->identity().name;
    enrol.gateKey = m_gate->identity().key->key();
    enrol.nonce = m_gate->challengeOf(connection).nonce;
    enrol.keys = {{QStringLiteral("request"), newcomer.request.key()}};
    enrol.mark = invite->mark();
    enrol.mac = enrolMac(invite->secret, enrol.nonce, enrol.keys);
    resultOf(m_gate->call(connection, method::ActorEnrol, envelopeParams(Envelope::sign(newcomer.request, payloadtype::Enrol, enrol.toPayload()))));
    // The same connection goes on to its session.
    resultOf(m_gate->call(connection, method::SessionOpen, envelopeParams(m_gate->openEnvelope(connection, newcomer.request))));
    // Enrolled keys stay when the policy changes again.
    const HoldId next = askPolicy(toml() + "\n# a remark\n");
    approve(next);
    m_gate->measure({});
    QCOMPARE(stateOf(next), QStringLiteral("done"));
    (void)m_gate->session(newcomer.request);
}

void TestPolicy::unreadable()
{
    const HoldId hold = askPolicy(toml() + "\n[[target]]\nname = \"x\"\nkind = \"sql\"\nenvironment = \"staging\"\nurl = \"postgresql://h/x\"\ncolour = 1\n");
    QCOMPARE(stateOf(hold), QStringLiteral("pending"));
    QVERIFY(!current(hold).measured.uninspectable.isEmpty());
    QVERIFY(current(hold).measured.uninspectable.front().contains(u"colour"));
    approve(hold);
    m_gate->measure({});
    QCOMPARE(stateOf(hold), QStringLiteral("done"));
    QCOMPARE(toString(*m_gate->row(hold).outcome), QStringLiteral("failed"));
    QCOMPARE(m_gate->context().active().registry.serial, 0);
}

void TestPolicy::drifted()
{
    const QByteArray base = toml();
    const HoldId first = askPolicy(base + "\n[[target]]\nname = \"one\"\nkind = \"sql\"\nenvironment = \"staging\"\nurl = \"postgresql://h/1\"\n");
    const HoldId second = askPolicy(base + "\n[[target]]\nname = \"two\"\nkind = \"sql\"\nenvironment = \"staging\"\nurl = \"postgresql://h/2\"\n");
    approve(first);
    m_gate->measure({});
    approve(second); // of a change that was measured against the policy before
    m_gate->measure({});
    QCOMPARE(stateOf(second), QStringLiteral("pending"));
    QCOMPARE(m_gate->row(second).revision, 2);
    QCOMPARE(*current(second).measured.fact(u"policy.targets-removed")->number, 1);
}

void TestPolicy::pendingHoldsAreMeasuredAgain()
{
    const ConnectionId agent = m_gate->session(m_agent->request);
    const Json asked = resultOf(m_gate->call(agent, method::HoldRequest, envelopeParams(sqlRequest(*m_gate, *m_agent, QStringLiteral("delete from t")))));
    const HoldId held = *HoldId::parse(*asked.find(u"hold")->asString());
    m_gate->measure(deletes(3));
    const Envelope old = approval(*m_gate, *m_second, held);
    QByteArray stricter = toml();
    stricter.replace("tier = \"low\"", "tier = \"critical\"\nquorum = { need = 2, from = [\"approver\"] }");
    const HoldId change = askPolicy(stricter);
    approve(change);
    m_gate->measure(deletes(3)); // the policy once more; then, once it is in force, what was pending
    QCOMPARE(stateOf(change), QStringLiteral("done"));
    QCOMPARE(m_gate->row(held).revision, 2);
    QCOMPARE(current(held).policy.need, 2);
    QCOMPARE(tests::codeOf(m_gate->call(m_console, method::DecisionSubmit, envelopeParams(old))), QStringLiteral("stale-revision"));
}

void TestPolicy::revokedKeysStayRevoked()
{
    const ConnectionId lead = m_gate->session(m_lead->session);
    Command command = commandTo(*m_gate, m_lead->decide, Command::Verb::Revoke);
    command.actor = QStringLiteral("agent");
    resultOf(m_gate->call(lead, method::CommandSubmit, envelopeParams(signedCommand(m_lead->decide, command))));
    const HoldId hold = askPolicy(toml() + "\n# the TOML still writes the key\n");
    approve(hold);
    m_gate->measure({});
    QCOMPARE(stateOf(hold), QStringLiteral("done"));
    QVERIFY(m_gate->context().active().registry.actor(u"agent")->keys.empty());
}

void TestPolicy::weakened_data()
{
    QTest::addColumn<QByteArray>("from");
    QTest::addColumn<QByteArray>("to");
    QTest::addColumn<int>("count");
    QTest::newRow("looser mode") << QByteArray("mode = \"hold\"") << QByteArray("mode = \"allow\"") << 1;
    QTest::newRow("stricter tier") << QByteArray("tier = \"low\"") << QByteArray("tier = \"high\"") << 0;
    QTest::newRow("sponsor") << QByteArray("tier = \"low\"") << QByteArray("tier = \"low\"\nsponsor_may_approve = true") << 1;
    QTest::newRow("no confirmation") << QByteArray("tier = \"low\"") << QByteArray("tier = \"low\"\nconfirm = []") << 1;
    QTest::newRow("tolerance") << QByteArray("tier = \"low\"") << QByteArray("tier = \"low\"\ntolerance = { \"destroyed.rows\" = \"5%\" }") << 1;
    QTest::newRow("another server") << QByteArray("localhost/bookings") << QByteArray("elsewhere/bookings") << 1;
    QTest::newRow("secrets") << QByteArray("url = \"postgresql://localhost/other\"") << QByteArray("url = \"postgresql://localhost/other\"\nallow_secrets = true") << 1;
    QTest::newRow("a remark") << QByteArray("id = \"r\"") << QByteArray("id = \"r\" # same") << 0;
    QTest::newRow("another name of the rule") << QByteArray("id = \"r\"") << QByteArray("id = \"another\"") << 0;
    const QByteArray strict = "[[rule]]\nid = \"strict\"\nwhen = { operation = \"database.drop-*\", environment = \"production\" }\nmode = \"forbid\"\n\n";
    const QByteArray first = "[[rule]]\nid = \"r\"";
    QTest::newRow("a rule that is no use") << first << strict + first << 0;
    QTest::newRow("a new rule that shadows") << first << "[[rule]]\nid = \"quick\"\nwhen = { operation = \"database.read\" }\nmode = \"allow\"\n\n" + first << 1;
    QTest::newRow("a new rule for one requester") << first << "[[rule]]\nid = \"quick\"\nwhen = { requester = \"agent\" }\nmode = \"allow\"\n\n" + first << 1;
    QTest::newRow("a new rule at night") << first
        << "[[rule]]\nid = \"quick\"\nwhen = { between = [\"22:00\", \"06:00\"] }\nmode = \"hold\"\ntier = \"low\"\nconfirm = []\n\n" + first << 1;
    QTest::newRow("only leads approve") << QByteArray("tier = \"low\"") << QByteArray("tier = \"low\"\nquorum = { need = 1, from = [\"lead\"] }") << 0;
    QTest::newRow("a longer time to run") << QByteArray("tier = \"low\"") << QByteArray("tier = \"low\"\nexecute_within = \"2h\"") << 1;
}

/// Two policies over the same holds, where only the order, a condition, a group or an environment moved.
void TestPolicy::loosened_data()
{
    QTest::addColumn<QByteArray>("before");
    QTest::addColumn<QByteArray>("after");
    QTest::addColumn<bool>("weaker");
    const auto rule = [](const QByteArray &id, const QByteArray &when, const QByteArray &rest) {
        return QByteArray("[[rule]]\nid = \"" + id + "\"\n" + (when.isEmpty() ? QByteArray() : "when = { " + when + " }\n") + rest + "\n");
    };
    const QByteArray forbid = "mode = \"forbid\"\n", allow = "mode = \"allow\"\ntier = \"low\"\n", low = "tier = \"low\"\n";
    const QByteArray drops = rule("drops", "operation = \"database.drop-*\"", forbid), all = rule("all", "", low);
    const QByteArray reads = rule("reads", "operation = \"*.drop-view\"", allow);
    QTest::newRow("removed") << drops + all << all << true;
    QTest::newRow("reordered") << drops + all << all + drops << true;
    QTest::newRow("reordered, of what two globs have in common") << drops + reads + all << reads + drops + all << true;
    QTest::newRow("reordered, and it is all the same") << drops + rule("other", "operation = \"git.*\"", forbid) + all
                                                       << rule("other", "operation = \"git.*\"", forbid) + drops + all << false;
    QTest::newRow("narrowed by the environment") << drops + all << rule("drops", "operation = \"database.drop-*\", environment = \"production\"", forbid) + all << true;
    QTest::newRow("narrowed by the hour") << drops + all << rule("drops", "operation = \"database.drop-*\", between = [\"08:00\", \"18:00\"]", forbid) + all << true;
    QTest::newRow("narrowed by rows") << rule("many", "rows_over = 10", forbid) + all << rule("many", "rows_over = 1000", forbid) + all << true;
    QTest::newRow("widened by rows") << rule("many", "rows_over = 1000", forbid) + all << rule("many", "rows_over = 10", forbid) + all << false;
    QTest::newRow("narrowed by severity") << rule("bad", "severity = \"warning\"", forbid) + all << rule("bad", "severity = \"danger\"", forbid) + all << true;
    QTest::newRow("narrowed by recovery") << rule("gone", "recovery = \"none\"", forbid) + all << all << true;
    QTest::newRow("an allowance widened") << rule("a", "target = \"db\"", allow) + all << rule("a", "", allow) + all << true;
    QTest::newRow("an allowance narrowed") << rule("a", "", allow) + all << rule("a", "target = \"db\"", allow) + all << false;
    QTest::newRow("an allowance for another origin") << rule("a", "origin = \"x\"", allow) + all << rule("a", "origin = \"y\"", allow) + all << true;
    QTest::newRow("stricter") << all << drops + all << false;
}

void TestPolicy::loosened()
{
    QFETCH(QByteArray, before);
    QFETCH(QByteArray, after);
    QFETCH(bool, weaker);
    const auto was = readPolicy(targetBlocks + before), is = readPolicy(targetBlocks + after);
    QVERIFY(was && is);
    Weakening weakening(*was, *is);
    weakening.judgeMadeUp();
    QVERIFY(!weakening.isSample());
    QVERIFY2(weakening.phrases().isEmpty() != weaker, qPrintable(weakening.phrases().join(u'\n')));
}

void TestPolicy::groupsAndEnvironments()
{
    const auto policy = [](const QByteArray &text) { return *readPolicy(text); };
    const auto weaker = [](const PolicyDocument &was, const PolicyDocument &is) {
        Weakening weakening(was, is);
        weakening.judgeMadeUp();
        return weakening.phrases().join(u'\n');
    };
    const QByteArray rules = ruleBlock("when = { environment = \"production\" }\nquorum = { need = 1, from = [\"dba\"] }\n")
        + "[[rule]]\nid = \"rest\"\nmode = \"allow\"\n";
    const QByteArray dba = "groups = [\"dba\"]\n";
    const PolicyDocument before = policy(humanBlock(*m_lead, "\"approver\"", dba) + humanBlock(*m_second, "\"approver\"") + targetBlocks + rules);
    const PolicyDocument joined = policy(humanBlock(*m_lead, "\"approver\"", dba) + humanBlock(*m_second, "\"approver\"", dba) + targetBlocks + rules);
    QVERIFY(weaker(before, joined).contains(u"other approvers"));
    QCOMPARE(weaker(joined, before), QString());
    QByteArray production = targetBlocks;
    production.replace("environment = \"staging\"\nurl = \"postgresql://localhost/other\"", "environment = \"production\"\nurl = \"postgresql://localhost/other\"");
    QVERIFY(weaker(policy(production + rules), policy(targetBlocks + rules)).contains(u"allow instead of hold"));
    QCOMPARE(weaker(policy(targetBlocks + rules), policy(production + rules)), QString());
    QByteArray guarded = targetBlocks;
    guarded.replace("roots = [\"/srv/tree\"]", "roots = [\"/srv/tree\"]\nprotected = true");
    QVERIFY(weaker(policy(guarded + rules), policy(targetBlocks + rules)).contains(u"instead of forbid"));
}

/// A hold that nobody would make up is ruled under both policies as well.
void TestPolicy::pastHoldsAreRuled()
{
    const QByteArray rules = "[[rule]]\nid = \"deletes\"\nwhen = { kind = \"sql\", operation = \"database.*delete*\" }\nmode = \"hold\"\n\n" + ruleBlock("mode = \"hold\"\ntier = \"low\"\n");
    m_gate = std::make_unique<GateBench>(humanBlock(*m_lead) + humanBlock(*m_second) + machineBlock(*m_admin, "lead", "kinds = [\"policy\"]")
                                         + machineBlock(*m_agent, "dev") + targetBlocks + rules);
    m_console = m_gate->session(m_second->session);
    m_owner = m_gate->session(m_admin->request);
    const ConnectionId agent = m_gate->session(m_agent->request);
    (void)m_gate->call(agent, method::HoldRequest, envelopeParams(sqlRequest(*m_gate, *m_agent, QStringLiteral("delete from t"))));
    Measurement unusual = deletes(3);
    unusual.operation = QStringLiteral("database.mass-delete.by-hand");
    m_gate->measure(unusual);
    QByteArray narrower = toml();
    narrower.replace("database.*delete*", "database.delete*");
    const HoldId hold = askPolicy(narrower);
    const Measurement measured = current(hold).measured;
    QVERIFY(measured.uninspectable.isEmpty());
    QVERIFY2(measured.fact(u"policy.weakened")->how.contains(u"database.mass-delete.by-hand"), qPrintable(measured.fact(u"policy.weakened")->how));
}

void TestPolicy::weakened()
{
    QFETCH(QByteArray, from);
    QFETCH(QByteArray, to);
    QFETCH(int, count);
    QByteArray changed = toml();
    QVERIFY(changed.contains(from));
    const HoldId hold = askPolicy(changed.replace(from, to));
    QCOMPARE(*current(hold).measured.fact(u"policy.weakened")->number, count);
}

QTEST_GUILESS_MAIN(TestPolicy)
#include "policy_test.moc"
