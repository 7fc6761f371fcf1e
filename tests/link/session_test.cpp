// SPDX-License-Identifier: Apache-2.0
#include "link/blockinglink.h"
#include "link/enrolment.h"
#include "link/scriptedgate.h"

#include <QSignalSpy>
#include <QTcpServer>
#include <QTcpSocket>
#include <QTest>

using namespace holdfast;
using namespace std::chrono_literals;

/// What a gate must prove before a client believes anything, and what follows when it does not.
class SessionTest final : public QObject
{
    Q_OBJECT

private Q_SLOTS:
    void initTestCase() { initialiseCryptography(); }
    void opens();
    void pinnedKeysOnly_data();
    void pinnedKeysOnly();
    void forgedAnswers_data();
    void forgedAnswers();
    void refusals();
    void silence_data();
    void silence();
    void comesBackAfterALoss();
    void neverRetriesAForgery();
    void unreachable();
    void notAGate_data();
    void notAGate();
    void badAddresses();
    void enrols();
    void interrupts();
};

namespace {

struct Client final
{
    SeedSigner key{QStringLiteral("agent"), SecretBytes::random(32)};
    LinkOptions options;
    std::unique_ptr<BlockingLink> link;

    explicit Client(const ScriptedGate &gate)
    {
        options.address = gate.address();
        options.answer = 400ms;
        options.firstDelay = 20ms;
        options.longestDelay = 100ms;
    }
    Called<Session> open(std::chrono::milliseconds within = 1500ms)
    {
        link = std::make_unique<BlockingLink>(options, &key);
        return link->open(within);
    }
};

LinkError::Kind kindOf(const CallError &error)
{
    const auto *link = std::get_if<LinkError>(&error);
    return link != nullptr ? link->kind : LinkError::Kind::Interrupted;
}

void flip(QByteArray &bytes, qsizetype at)
{
    bytes[at] = static_cast<char>(bytes[at] ^ 1);
}

} // namespace

void SessionTest::opens()
{
    ScriptedGate gate;
    Client client(gate);
    const auto session = client.open();
    QVERIFY(session);
    QCOMPARE(session->key, client.key.key());
    QCOMPARE(session->actorName, QStringLiteral("agent"));
    QCOMPARE(client.link->link().ledgerKey(), gate.ledgerKey->key());
}

void SessionTest::pinnedKeysOnly_data()
{
    QTest::addColumn<int>("which");
    QTest::newRow("another gate key") << 0;
    QTest::newRow("another ledger key") << 1;
    QTest::newRow("the pinned key in the challenge, another one signs") << 2;
}

void SessionTest::pinnedKeysOnly()
{
    QFETCH(int, which);
    ScriptedGate gate;
    Client client(gate);
    const SeedSigner other(gate.name, SecretBytes::random(32));
    if (which == 0)
        client.options.address.key = other.key();
    if (which == 1)
        client.options.ledgerKey = other.key();
    if (which == 2)
        gate.bendAnswer = [&other](Envelope &answer) { answer = Envelope::sign(other, payloadtype::Session, answer.payload); };
    const auto session = client.open();
    QVERIFY(!session);
    QCOMPARE(kindOf(session.error()), which == 2 ? LinkError::Kind::BadSignature : LinkError::Kind::WrongGate);
    if (which < 2)
        QVERIFY(!gate.calls.contains(method::SessionOpen.toString())); // nothing was signed for it
}

void SessionTest::forgedAnswers_data()
{
    QTest::addColumn<QString>("what");
    for (const char *what : {"gate", "nonce", "client nonce", "key", "payload", "payload type", "signature", "second signature", "checkpoint gate",
                             "checkpoint signature", "checkpoint text", "unknown member"})
        QTest::newRow(what) << QString::fromLatin1(what);
}

void SessionTest::forgedAnswers()
{
    QFETCH(QString, what);
    ScriptedGate gate;
    const SeedSigner other(QStringLiteral("other"), SecretBytes::random(32));
    if (what == u"gate")
        gate.bendSession = [](Session &session) { session.gate = QStringLiteral("h.example/gate"); };
    else if (what == u"nonce")
        gate.bendSession = [](Session &session) { flip(session.nonce, 0); };
    else if (what == u"client nonce")
        gate.bendSession = [](Session &session) { flip(session.clientNonce, 15); };
    else if (what == u"key")
        gate.bendSession = [&other](Session &session) { session.key = other.key(); };
    else if (what == u"payload")
        gate.bendAnswer = [](Envelope &answer) { flip(answer.payload, answer.payload.size() / 2); };
    else if (what == u"payload type")
        gate.bendAnswer = [&gate](Envelope &answer) { answer = gate.signedByGate(payloadtype::Registry, answer.payload); };
    else if (what == u"signature")
        gate.bendAnswer = [](Envelope &answer) { flip(answer.signatures[0].signature, 63); };
    else if (what == u"second signature")
        gate.bendAnswer = [](Envelope &answer) { answer.signatures.push_back(answer.signatures[0]); };
    else if (what == u"checkpoint gate")
        gate.bendSession = [&gate](Session &session) { session.checkpoint = QString::fromUtf8(signCheckpoint({QStringLiteral("h.example/gate"), 1, sha256("r")}, *gate.ledgerKey)); };
    else if (what == u"checkpoint signature")
        gate.bendSession = [&gate](Session &session) { session.checkpoint = QString::fromUtf8(signCheckpoint({gate.name, 1, sha256("r")}, *gate.performKey)); };
    else if (what == u"checkpoint text")
        gate.bendSession = [](Session &session) { session.checkpoint.replace(QStringLiteral("\n1\n"), QStringLiteral("\n2\n")); };
    else
        gate.bendAnswer = [&gate](Envelope &answer) { answer = gate.signedByGate(payloadtype::Session, QByteArray(answer.payload).replace(0, 1, "{\"extra\":1,")); };
    Client client(gate);
    const auto session = client.open(800ms);
    QVERIFY(!session);
    QCOMPARE(kindOf(session.error()), what == u"unknown member" ? LinkError::Kind::BadMessage : LinkError::Kind::BadSignature);
    QVERIFY(client.link->link().state() != GateLink::State::Open);
}

void SessionTest::refusals()
{
    ScriptedGate gate;
    gate.refusesSession = RpcError::of(ErrorCode::Unauthenticated, QStringLiteral("no such key"));
    Client client(gate);
    auto session = client.open();
    QVERIFY(!session);
    QCOMPARE(kindOf(session.error()), LinkError::Kind::Refused);
    QCOMPARE(gate.connections, 1); // and is not asked again
    gate.refusesSession = RpcError::of(ErrorCode::Unavailable, QStringLiteral("starting"));
    const auto later = [&gate] { gate.refusesSession.reset(); };
    QTimer::singleShot(100, &gate, later);
    session = client.open();
    QVERIFY(session); // this one passes by itself
}

void SessionTest::silence_data()
{
    QTest::addColumn<bool>("challenges");
    QTest::newRow("no challenge") << false;
    QTest::newRow("no answer to session.open") << true;
}

void SessionTest::silence()
{
    QFETCH(bool, challenges);
    ScriptedGate gate;
    gate.challenges = challenges;
    gate.answersSession = false;
    Client client(gate);
    const auto session = client.open(700ms);
    QVERIFY(!session);
    QCOMPARE(kindOf(session.error()), LinkError::Kind::Timeout);
    QVERIFY(gate.connections >= 1);
}

void SessionTest::comesBackAfterALoss()
{
    ScriptedGate gate;
    Client client(gate);
    QVERIFY(client.open());
    QSignalSpy opened(&client.link->link(), &GateLink::opened);
    gate.drop();
    QTRY_COMPARE(client.link->link().state(), GateLink::State::Waiting);
    QVERIFY(gate.listen());
    QTRY_COMPARE(opened.size(), 1);
    QCOMPARE(gate.sessions, 2);
}

void SessionTest::neverRetriesAForgery()
{
    ScriptedGate gate;
    Client client(gate);
    QVERIFY(client.open());
    gate.bendSession = [](Session &session) { flip(session.nonce, 0); };
    gate.drop();
    QVERIFY(gate.listen());
    QTRY_COMPARE(client.link->link().state(), GateLink::State::Failed);
    const int connections = gate.connections;
    QSignalSpy states(&client.link->link(), &GateLink::stateChanged);
    QVERIFY(!states.wait(400)); // longer than the longest delay
    QCOMPARE(gate.connections, connections);
}

void SessionTest::unreachable()
{
    ScriptedGate gate;
    Client client(gate);
    gate.drop();
    const auto session = client.open(300ms);
    QVERIFY(!session);
    QCOMPARE(kindOf(session.error()), LinkError::Kind::Unreachable);
}

void SessionTest::notAGate_data()
{
    QTest::addColumn<QByteArray>("says");
    QTest::newRow("redirect") << QByteArray("HTTP/1.1 302 Found\r\nLocation: ws://127.0.0.1:%1/v1\r\nContent-Length: 0\r\n\r\n");
    QTest::newRow("page") << QByteArray("HTTP/1.1 200 OK\r\nContent-Length: 2\r\n\r\nhi");
    QTest::newRow("noise") << QByteArray("\x16\x03\x01 nothing that we know\r\n\r\n");
}

void SessionTest::notAGate()
{
    QFETCH(QByteArray, says);
    ScriptedGate elsewhere; // where a redirect would lead
    QTcpServer server;
    QVERIFY(server.listen(QHostAddress::LocalHost));
    const QByteArray answer = says.replace("%1", QByteArray::number(elsewhere.address().url.port()));
    connect(&server, &QTcpServer::newConnection, &server, [&server, answer] {
        QTcpSocket *socket = server.nextPendingConnection();
        connect(socket, &QTcpSocket::readyRead, socket, [socket, answer] {
            socket->readAll();
            socket->write(answer);
        });
    });
    Client client(elsewhere);
    client.options.address.url.setPort(server.serverPort());
    QVERIFY(!client.open(600ms));
    QCOMPARE(elsewhere.connections, 0);
}

void SessionTest::badAddresses()
{
    ScriptedGate gate;
    Client client(gate);
    for (const char *url : {"ws://gate.example:1/v1", "http://127.0.0.1:1/v1", "ws://127.0.0.1:1/v2"}) {
        client.options.address.url = QUrl(QString::fromLatin1(url));
        const auto session = client.open();
        QVERIFY(!session);
        QCOMPARE(kindOf(session.error()), LinkError::Kind::BadAddress);
    }
    QCOMPARE(gate.connections, 0);
}

void SessionTest::enrols()
{
    ScriptedGate gate;
    const SeedSigner mine(QStringLiteral("agent"), SecretBytes::random(32));
    const Invite invite{gate.key->key(), randomBytes(16)};
    const QString request = purpose::Request.toString();
    gate.on(method::ActorEnrol, [&](const Json &params, const ScriptedGate::Reply &reply) {
        const auto sent = EnvelopeParams::fromJson(params);
        QVERIFY(sent && verifyAll(sent->envelope, {mine.key()}, payloadtype::Enrol));
        const auto enrol = Enrol::parse(sent->envelope.payload);
        QVERIFY(enrol);
        QCOMPARE(enrol->mark, invite.mark());
        QCOMPARE(enrol->mac, enrolMac(invite.secret, enrol->nonce, enrol->keys));
        QVERIFY(!sent->envelope.payload.contains(invite.secret.toBase64()));
        Actor actor;
        actor.name = QStringLiteral("agent");
        actor.person = QStringLiteral("web-dev");
        actor.roles = {role::Requester.toString()};
        actor.keys = enrol->keys;
        gate.actors = {actor};
        reply(EnvelopeResult{gate.signedByGate(payloadtype::Registry, gate.registry().toPayload())}.toJson());
    });
    Client client(gate);
    BlockingLink link(client.options, nullptr);
    const auto challenge = link.challenge(1s);
    QVERIFY(challenge);
    const auto answer = link.enrol(enrolment(invite, *challenge, {{request, &mine}}));
    QVERIFY(answer);
    QVERIFY(enrolledRegistry(answer->envelope, gate.key->key(), {{request, mine.key()}}));
    const SeedSigner other(QStringLiteral("other"), SecretBytes::random(32));
    QVERIFY(!enrolledRegistry(answer->envelope, other.key(), {{request, mine.key()}}));
    QVERIFY(!enrolledRegistry(answer->envelope, gate.key->key(), {{request, other.key()}}));
}

void SessionTest::interrupts()
{
    ScriptedGate gate;
    gate.on(method::HoldWait, [](const Json &, const ScriptedGate::Reply &) {});
    Client client(gate);
    QVERIFY(client.open());
    QTimer::singleShot(20, &gate, [&client] { client.link->interrupt(); });
    const auto answer = client.link->call<Nothing>(method::HoldWait, Nothing{}.toJson(), 60s);
    QVERIFY(!answer);
    QCOMPARE(kindOf(answer.error()), LinkError::Kind::Interrupted);
    QCOMPARE(kindOf(client.link->open(1s).error()), LinkError::Kind::Interrupted);
}

QTEST_GUILESS_MAIN(SessionTest)
#include "session_test.moc"
