// SPDX-License-Identifier: Apache-2.0
#include "core/base64.h"
#include "fakes/gatebench.h"

#include <QtTest>

using namespace holdfast;
using namespace holdfast::tests;
using namespace std::chrono_literals;

/// Admission: sessions, the first owner, invites, revocation (protocol 3.2).
class TestSessions final : public QObject
{
    Q_OBJECT

private Q_SLOTS:
    void init();
    void opens();
    void refuses_data();
    void refuses();
    void nothingBeforeTheSession();
    void malformed();
    void firstOwner();
    void fiveWrongSecretsEndTheOwner();
    void invited();
    void aMachinesInviteEnrolsNoPerson();
    void fiveWrongSecretsBurn();
    void revoked();
    void lastApproverStays();
    void expiredActor();

private:
    Envelope enrolment(ConnectionId connection, const Invite &invite, const std::map<QString, const SeedSigner *> &keys, const QString &mac = {});

    std::unique_ptr<Human> m_lead;
    std::unique_ptr<Machine> m_agent;
    std::unique_ptr<GateBench> m_gate;
};

void TestSessions::init()
{
    initialiseCryptography();
    m_lead = std::make_unique<Human>(QStringLiteral("lead"));
    m_agent = std::make_unique<Machine>(QStringLiteral("agent"));
    m_gate = std::make_unique<GateBench>(humanBlock(*m_lead) + machineBlock(*m_agent, "lead", "kinds = [\"sql\", \"policy\"]") + targetBlocks);
}

Envelope TestSessions::enrolment(ConnectionId connection, const Invite &invite, const std::map<QString, const SeedSigner *> &keys, const QString &mac)
{
    const Challenge challenge = m_gate->challengeOf(connection);
    Enrol enrol;
    enrol.gate = challenge.gate;
    enrol.gateKey = challenge.key;
    enrol.nonce = challenge.nonce;
    for (const auto &[name, signer] : keys)
        enrol.keys.emplace(name, signer->key());
    enrol.mark = invite.mark();
    enrol.mac = mac.isEmpty() ? enrolMac(invite.secret, challenge.nonce, enrol.keys) : mac;
    Envelope envelope;
    for (const auto &[name, signer] : keys) {
        Envelope one = Envelope::sign(*signer, payloadtype::Enrol, enrol.toPayload());
        if (envelope.signatures.empty())
            envelope = one;
        else
            envelope.signatures.push_back(one.signatures.front());
    }
    return envelope;
}

void TestSessions::opens()
{
    const ConnectionId connection = m_gate->connect();
    const Envelope open = m_gate->openEnvelope(connection, m_lead->session);
    const auto answer = EnvelopeResult::fromJson(resultOf(m_gate->call(connection, method::SessionOpen, envelopeParams(open))));
    QVERIFY(answer);
    QVERIFY(verify(answer->envelope, m_gate->identity().key->key(), payloadtype::Session));
    const auto session = Session::parse(answer->envelope.payload);
    QVERIFY(session);
    QCOMPARE(session->actorName, QStringLiteral("lead"));
    QCOMPARE(session->nonce, m_gate->challengeOf(connection).nonce);
    QCOMPARE(session->registry.toString(), m_gate->context().active().payload.toString());
    QCOMPARE(session->checkpoint.toUtf8(), m_gate->keptCheckpoint);
    // A second session on the same connection, and the same opening on another one, are refused.
    QCOMPARE(tests::codeOf(m_gate->call(connection, method::SessionOpen, envelopeParams(open))), QStringLiteral("conflict"));
    const ConnectionId other = m_gate->connect();
    QCOMPARE(tests::codeOf(m_gate->call(other, method::SessionOpen, envelopeParams(open))), QStringLiteral("unauthenticated"));
    QVERIFY(m_gate->closed.contains(other));
}

void TestSessions::refuses_data()
{
    QTest::addColumn<int>("what");
    QTest::addColumn<QString>("code");
    QTest::newRow("unknown key") << 0 << QStringLiteral("unauthenticated");
    QTest::newRow("wrong signature") << 1 << QStringLiteral("invalid-signature");
    QTest::newRow("another gate") << 2 << QStringLiteral("unauthenticated");
    QTest::newRow("another gate key") << 3 << QStringLiteral("unauthenticated");
    QTest::newRow("another nonce") << 4 << QStringLiteral("unauthenticated");
    QTest::newRow("late") << 5 << QStringLiteral("expired");
    QTest::newRow("deciding key") << 6 << QStringLiteral("unauthenticated");
    QTest::newRow("channel on loopback") << 7 << QStringLiteral("unauthenticated");
    QTest::newRow("unknown member") << 8 << QStringLiteral("invalid-document");
    QTest::newRow("low-order signature") << 9 << QStringLiteral("unauthenticated");
}

void TestSessions::refuses()
{
    QFETCH(int, what);
    QFETCH(QString, code);
    const ConnectionId connection = m_gate->connect();
    const Human stranger(QStringLiteral("lead"));
    Envelope open = m_gate->openEnvelope(connection, what == 0 ? stranger.session : what == 6 ? m_lead->decide : m_lead->session);
    auto session = *SessionOpen::parse(open.payload);
    const auto signAgain = [&] { open = Envelope::sign(m_lead->session, payloadtype::SessionOpen, session.toPayload()); };
    if (what == 1)
        open.signatures.front().signature[5] = static_cast<char>(open.signatures.front().signature[5] ^ 1);
    if (what == 2)
        session.gate = QStringLiteral("other/gate"), signAgain();
    if (what == 3)
        session.gateKey = stranger.session.key(), signAgain();
    if (what == 4)
        session.nonce = QByteArray(16, '\0'), signAgain();
    if (what == 5)
        session.at -= 11min, signAgain();
    if (what == 7)
        session.channel = sha256("x"), signAgain();
    if (what == 8)
        open = Envelope::sign(m_lead->session, payloadtype::SessionOpen, session.toPayload().chopped(1) + ",\"more\":1}");
    if (what == 9) {
        QByteArray universal(64, '\0');
        universal[0] = 1;
        open.signatures.front() = {QStringLiteral("x"), universal};
    }
    QCOMPARE(tests::codeOf(m_gate->call(connection, method::SessionOpen, envelopeParams(open))), code);
    QCOMPARE(tests::codeOf(m_gate->call(connection, method::GateHealth, Json(JsonObject{}))), QStringLiteral("unauthenticated"));
}

void TestSessions::nothingBeforeTheSession()
{
    for (const QStringView name : {method::HoldRequest, method::HoldSubscribe, method::LedgerCheckpoint, QStringView(u"no.such")}) {
        const ConnectionId connection = m_gate->connect();
        QCOMPARE(tests::codeOf(m_gate->call(connection, name, Json(JsonObject{}))), QStringLiteral("unauthenticated"));
        QVERIFY(m_gate->closed.contains(connection));
    }
    const ConnectionId console = m_gate->session(m_lead->session);
    QCOMPARE(tests::codeOf(m_gate->call(console, u"no.such", Json(JsonObject{}))), QStringLiteral("-32601"));
    QCOMPARE(tests::codeOf(m_gate->call(console, method::HoldRequest, Json(JsonObject{}))), QStringLiteral("forbidden"));
    const ConnectionId agent = m_gate->session(m_agent->request);
    for (const QStringView name : {method::DecisionSubmit, method::HoldSubscribe, method::DocumentGet, method::LedgerEntries, method::HistorySearch})
        QCOMPARE(tests::codeOf(m_gate->call(agent, name, Json(JsonObject{}))), QStringLiteral("forbidden"));
    QCOMPARE(tests::codeOf(m_gate->call(console, method::GateHealth, JsonBuilder().add(QStringLiteral("x"), 1).build())), QStringLiteral("-32602"));
}

void TestSessions::malformed()
{
    const ConnectionId console = m_gate->session(m_lead->session);
    for (const QByteArray &message : {QByteArray("{"), QByteArray("[]"), QByteArray("{\"jsonrpc\":\"2.0\",\"method\":\"gate.health\"}"),
                                      QByteArray("{\"jsonrpc\":\"2.0\",\"id\":1,\"id\":2,\"method\":\"x\"}")}) {
        const std::size_t before = m_gate->sent[console].size();
        m_gate->turn({Received{console, message}});
        QCOMPARE(m_gate->sent[console].size(), before + 1);
        QVERIFY(std::holds_alternative<RpcError>(std::get<RpcReply>(m_gate->sent[console].back()).outcome));
    }
    resultOf(m_gate->call(console, method::GateHealth, Json(JsonObject{})));
    const Json broken = JsonBuilder().add(QStringLiteral("envelope"), JsonBuilder().add(QStringLiteral("payload"), QStringLiteral("YR==")).build()).build();
    QCOMPARE(tests::codeOf(m_gate->call(console, method::DecisionSubmit, broken)), QStringLiteral("invalid-document"));
}

void TestSessions::firstOwner()
{
    const QByteArray secret = randomBytes(16);
    m_gate = std::make_unique<GateBench>(machineBlock(*m_agent, "owner") + targetBlocks, secret);
    const ConnectionId agent = m_gate->connect();
    QCOMPARE(tests::codeOf(m_gate->call(agent, method::SessionOpen, envelopeParams(m_gate->openEnvelope(agent, m_agent->request)))), QStringLiteral("unavailable"));
    const Invite invite{m_gate->identity().key->key(), secret};
    const Human owner(QStringLiteral("owner"));
    const ConnectionId connection = m_gate->connect();
    const std::map<QString, const SeedSigner *> keys{{QStringLiteral("session"), &owner.session}, {QStringLiteral("decide"), &owner.decide}};
    const auto answer = EnvelopeResult::fromJson(
        resultOf(m_gate->call(connection, method::ActorEnrol, envelopeParams(enrolment(connection, invite, keys)))));
    const auto registry = Registry::parse(answer->envelope.payload);
    QCOMPARE(registry->serial, 0);
    QVERIFY(registry->actor(u"owner")->has(role::Admin));
    QVERIFY(registry->actor(u"agent"));
    const auto first = Entry::parse(*m_gate->store().ledger.entry(0));
    QCOMPARE(toString(first->kind), toString(EntryKind::Registry));
    QCOMPARE(toString(Entry::parse(*m_gate->store().ledger.entry(1))->kind), toString(EntryKind::Enrol));
    (void)m_gate->session(owner.session);
    (void)m_gate->session(m_agent->request);
    // A second owner is none.
    const ConnectionId again = m_gate->connect();
    QCOMPARE(tests::codeOf(m_gate->call(again, method::ActorEnrol, envelopeParams(enrolment(again, invite, keys)))), QStringLiteral("forbidden"));
}

void TestSessions::fiveWrongSecretsEndTheOwner()
{
    const QByteArray secret = randomBytes(16);
    m_gate = std::make_unique<GateBench>(machineBlock(*m_agent, "owner") + targetBlocks, secret);
    const Human owner(QStringLiteral("owner"));
    const std::map<QString, const SeedSigner *> keys{{QStringLiteral("session"), &owner.session}, {QStringLiteral("decide"), &owner.decide}};
    for (int i = 0; i < 6; ++i) {
        const ConnectionId connection = m_gate->connect();
        const Invite wrong{m_gate->identity().key->key(), i < 5 ? randomBytes(16) : secret};
        QCOMPARE(tests::codeOf(m_gate->call(connection, method::ActorEnrol, envelopeParams(enrolment(connection, wrong, keys)))),
                 i < 5 ? QStringLiteral("forbidden") : QStringLiteral("unavailable"));
    }
    QCOMPARE(m_gate->store().ledger.size(), 0);
}

void TestSessions::invited()
{
    const ConnectionId console = m_gate->session(m_lead->session);
    const Json made = resultOf(m_gate->call(console, u"invite.new", Json(JsonObject{})));
    const auto invite = Invite::parse(*made.find(u"invite")->asString());
    QVERIFY(invite);
    QCOMPARE(*made.find(u"mark")->asString(), invite->mark());
    // Registered by the policy, as hold admin invite has it registered.
    const QByteArray mark = invite->mark().toUtf8();
    const Machine newcomer(QStringLiteral("newcomer"));
    const std::map<QString, const SeedSigner *> keys{{QStringLiteral("request"), &newcomer.request}};
    ConnectionId connection = m_gate->connect();
    QCOMPARE(tests::codeOf(m_gate->call(connection, method::ActorEnrol, envelopeParams(enrolment(connection, *invite, keys)))), QStringLiteral("forbidden"));
    const QByteArray toml = m_gate->context().active().toml + "[[actor]]\nname = \"newcomer\"\nkind = \"machine\"\nperson = \"lead\"\nroles = [\"requester\"]\ninvite = \""
        + mark + "\"\n";
    const ConnectionId agent = m_gate->session(m_agent->request);
    resultOf(m_gate->call(agent, method::BlobWrite, BlobWriteParams{sha256(toml), 0, toml, toml.size()}.toJson()));
    Request request;
    request.gate = m_gate->identity().name;
    request.gateKey = m_gate->identity().key->key();
    request.nonce = randomBytes(16);
    request.kind = request.target = QStringLiteral("policy");
    request.action = PolicyAction{{sha256(toml), toml.size(), tomlMedia}};
    request.createdAt = m_gate->clock.now();
    const Envelope signedRequest = Envelope::sign(m_agent->request, payloadtype::Request, request.toPayload());
    const auto asked = HoldStatus::fromJson(resultOf(m_gate->call(agent, method::HoldRequest, envelopeParams(signedRequest))));
    m_gate->measure({});
    // The built-in rule has no sponsor_may_approve: the lead is the agent's person, so nobody could approve this here.
    QCOMPARE(tests::codeOf(m_gate->call(console, method::DecisionSubmit, envelopeParams(approval(*m_gate, *m_lead, asked->hold)))), QStringLiteral("self-approval"));
}

// Seen: a machine that may ask for policy received the secret of the approver whom it had asked for.
void TestSessions::aMachinesInviteEnrolsNoPerson()
{
    const Human newcomer(QStringLiteral("newcomer"));
    const std::map<QString, const SeedSigner *> keys{{QStringLiteral("session"), &newcomer.session}, {QStringLiteral("decide"), &newcomer.decide}};
    for (const bool byMachine : {true, false}) {
        const Invite invite{{}, randomBytes(16)};
        m_gate = std::make_unique<GateBench>(humanBlock(*m_lead) + "[[actor]]\nname = \"newcomer\"\nkind = \"human\"\nperson = \"newcomer\"\nroles = [\"approver\"]\ninvite = \""
                                             + invite.mark().toUtf8() + "\"\n" + targetBlocks);
        m_gate->store().begin();
        m_gate->store().standing.addInvite(invite.mark(), invite.secret, m_gate->clock.now(), byMachine);
        QVERIFY(m_gate->store().commit());
        const ConnectionId connection = m_gate->connect();
        const auto answer = m_gate->call(connection, method::ActorEnrol, envelopeParams(enrolment(connection, invite, keys)));
        QCOMPARE(tests::codeOf(answer), byMachine ? QStringLiteral("forbidden") : QStringLiteral("ok"));
        QCOMPARE(m_gate->context().active().registry.actor(u"newcomer")->keys.empty(), byMachine);
    }
}

void TestSessions::fiveWrongSecretsBurn()
{
    const Invite invite{{}, randomBytes(16)};
    m_gate = std::make_unique<GateBench>(humanBlock(*m_lead) + "[[actor]]\nname = \"n\"\nkind = \"machine\"\nperson = \"lead\"\nroles = [\"requester\"]\ninvite = \""
                                         + invite.mark().toUtf8() + "\"\n" + targetBlocks);
    m_gate->store().begin();
    m_gate->store().standing.addInvite(invite.mark(), invite.secret, m_gate->clock.now(), false);
    QVERIFY(m_gate->store().commit());
    const Machine newcomer(QStringLiteral("n"));
    const std::map<QString, const SeedSigner *> keys{{QStringLiteral("request"), &newcomer.request}};
    for (int i = 0; i < 5; ++i) {
        const ConnectionId connection = m_gate->connect();
        QCOMPARE(tests::codeOf(m_gate->call(connection, method::ActorEnrol, envelopeParams(enrolment(connection, invite, keys, QString(64, u'0'))))),
                 QStringLiteral("forbidden"));
    }
    const ConnectionId connection = m_gate->connect();
    QCOMPARE(tests::codeOf(m_gate->call(connection, method::ActorEnrol, envelopeParams(enrolment(connection, invite, keys)))), QStringLiteral("forbidden"));
    QVERIFY(!m_gate->store().standing.invite(invite.mark()));
}

void TestSessions::revoked()
{
    const ConnectionId console = m_gate->session(m_lead->session);
    const ConnectionId agent = m_gate->session(m_agent->request);
    Command command = commandTo(*m_gate, m_lead->decide, Command::Verb::Revoke);
    command.actor = QStringLiteral("agent");
    resultOf(m_gate->call(console, method::CommandSubmit, envelopeParams(signedCommand(m_lead->decide, command))));
    QVERIFY(m_gate->closed.contains(agent));
    QCOMPARE(m_gate->context().active().registry.serial, 1);
    QCOMPARE(tests::codeOf(m_gate->call(agent, method::TargetList, Json(JsonObject{}))), QStringLiteral("unauthenticated"));
    const ConnectionId again = m_gate->connect();
    const auto refused = m_gate->call(again, method::SessionOpen, envelopeParams(m_gate->openEnvelope(again, m_agent->request)));
    QCOMPARE(tests::codeOf(refused), QStringLiteral("unauthenticated"));
    QVERIFY(std::get<RpcError>(refused->outcome).detail.contains(QStringLiteral("revoked")));
}

void TestSessions::lastApproverStays()
{
    const ConnectionId console = m_gate->session(m_lead->session);
    Command command = commandTo(*m_gate, m_lead->decide, Command::Verb::Revoke);
    command.actor = QStringLiteral("lead");
    QCOMPARE(tests::codeOf(m_gate->call(console, method::CommandSubmit, envelopeParams(signedCommand(m_lead->decide, command)))), QStringLiteral("conflict"));
}

void TestSessions::expiredActor()
{
    m_gate = std::make_unique<GateBench>(humanBlock(*m_lead) + machineBlock(*m_agent, "lead", "expires = 2026-11-22T10:30:00Z") + targetBlocks);
    const ConnectionId agent = m_gate->session(m_agent->request);
    m_gate->clock.advance(31min);
    QCOMPARE(tests::codeOf(m_gate->call(agent, method::TargetList, Json(JsonObject{}))), QStringLiteral("unauthenticated"));
    const ConnectionId again = m_gate->connect();
    QCOMPARE(tests::codeOf(m_gate->call(again, method::SessionOpen, envelopeParams(m_gate->openEnvelope(again, m_agent->request)))),
             QStringLiteral("unauthenticated"));
}

QTEST_GUILESS_MAIN(TestSessions)
#include "sessions_test.moc"
