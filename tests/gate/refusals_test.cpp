// SPDX-License-Identifier: Apache-2.0
#include "core/base64.h"
#include "fakes/gatebench.h"

#include <QtTest>

using namespace holdfast;
using namespace holdfast::tests;
using namespace std::chrono_literals;

/// Bad input gets a clear error that names the offending thing; nothing is lost, nothing half done.
class TestRefusals final : public QObject
{
    Q_OBJECT

private Q_SLOTS:
    void init();
    void requests_data();
    void requests();
    void secrets();
    void blobs();
    void othersHoldsDoNotExist();
    void sameWhileOpen();
    void decisions_data();
    void decisions();
    void flippedBits();
    void sponsorMatrix_data();
    void sponsorMatrix();
    void denialScopes_data();
    void denialScopes();
    void freeze();
    void forgedUnfreeze_data();
    void forgedUnfreeze();
    void undoing();
    void replayedAtEveryState();

private:
    void make(const QByteArray &more = {});
    HoldId ask(const QString &statements = QStringLiteral("delete from bookings"));
    QString send(ConnectionId to, QStringView method, const Envelope &envelope) { return tests::codeOf(m_gate->call(to, method, envelopeParams(envelope))); }

    std::unique_ptr<Human> m_lead, m_second, m_dev;
    std::unique_ptr<Machine> m_agent, m_other;
    std::unique_ptr<GateBench> m_gate;
    ConnectionId m_console = 0, m_requester = 0;
};

void TestRefusals::init()
{
    initialiseCryptography();
    m_lead = std::make_unique<Human>(QStringLiteral("lead"));
    m_second = std::make_unique<Human>(QStringLiteral("second"));
    m_dev = std::make_unique<Human>(QStringLiteral("dev"));
    m_agent = std::make_unique<Machine>(QStringLiteral("agent"));
    m_other = std::make_unique<Machine>(QStringLiteral("other-agent"));
    make();
}

void TestRefusals::make(const QByteArray &more)
{
    m_gate = std::make_unique<GateBench>(humanBlock(*m_lead) + humanBlock(*m_second, "\"approver\"") + humanBlock(*m_dev, "\"approver\"")
                                         + machineBlock(*m_agent, "dev", "targets = [\"db\", \"tree\"]\nkinds = [\"sql\"]") + machineBlock(*m_other, "second")
                                         + targetBlocks + ruleBlock("mode = \"hold\"\ntier = \"low\"\nconfirm = [\"type-target\"]\n" + more));
    m_console = m_gate->session(m_lead->session);
    m_requester = m_gate->session(m_agent->request);
}

HoldId TestRefusals::ask(const QString &statements)
{
    const Json result = resultOf(m_gate->call(m_requester, method::HoldRequest, envelopeParams(sqlRequest(*m_gate, *m_agent, statements))));
    return *HoldId::parse(*result.find(u"hold")->asString());
}

void TestRefusals::requests_data()
{
    QTest::addColumn<int>("what");
    QTest::addColumn<QString>("code");
    QTest::addColumn<QString>("names");
    const auto row = [](const char *name, int what, const char *code, const char *names) {
        QTest::newRow(name) << what << QString::fromLatin1(code) << QString::fromLatin1(names);
    };
    row("other gate", 0, "invalid-document", "gate");
    row("other gate key", 1, "invalid-document", "gate_key");
    row("too early", 2, "expired", "created_at");
    row("too late", 3, "expired", "created_at");
    row("target not his", 4, "unknown-target", "target");
    row("no such target", 5, "unknown-target", "target");
    row("kind not his", 6, "unknown-target", "filesystem");
    row("kind of another target", 7, "unknown-target", "target");
    row("policy not his", 8, "unknown-target", "policy");
    row("signed by another", 9, "forbidden", "another actor");
    row("broken signature", 10, "invalid-signature", "envelope");
    row("unknown member", 11, "invalid-document", "$.more");
    row("another type", 12, "invalid-document", "payloadType");
    row("nonce used before", 13, "conflict", "nonce");
    row("blob not handed in", 14, "invalid-document", "blob");
}

void TestRefusals::requests()
{
    QFETCH(int, what);
    QFETCH(QString, code);
    QFETCH(QString, names);
    Envelope envelope = sqlRequest(*m_gate, *m_agent, QStringLiteral("delete from bookings"));
    Request request = *Request::parse(envelope.payload);
    switch (what) {
    case 0: request.gate = QStringLiteral("other/gate"); break;
    case 1: request.gateKey = m_lead->decide.key(); break;
    case 2: request.createdAt += 11min; break;
    case 3: request.createdAt -= 11min; break;
    case 4: request.target = QStringLiteral("other"); break;
    case 5: request.target = QStringLiteral("nowhere"); break;
    case 6: request.kind = QStringLiteral("filesystem"), request.target = QStringLiteral("tree"), request.action = FilesystemAction{{QStringLiteral("/srv/tree/a")}, true}; break;
    case 7: request.target = QStringLiteral("tree"); break;
    case 8: request.kind = request.target = QStringLiteral("policy"), request.action = PolicyAction{{sha256("x"), 1, tomlMedia}}; break;
    case 13: request.action = SqlAction{QStringLiteral("delete from other"), {}}, request.nonce = Request::parse(m_gate->context().book.document(m_gate->row(ask()).requestDocument)->payload)->nonce; break;
    case 14: request.action = SqlAction{{}, BlobRef{sha256("x"), 1, QStringLiteral("application/sql")}}; break;
    default: break;
    }
    QByteArray payload = request.toPayload();
    if (what == 11)
        payload = payload.chopped(1) + ",\"more\":1}";
    envelope = Envelope::sign(what == 9 ? m_other->request : m_agent->request, what == 12 ? payloadtype::Command : payloadtype::Request, payload);
    if (what == 10)
        envelope.payload[40] = static_cast<char>(envelope.payload[40] ^ 1);
    const std::int64_t before = m_gate->store().ledger.size();
    const auto reply = m_gate->call(m_requester, method::HoldRequest, envelopeParams(envelope));
    QCOMPARE(tests::codeOf(reply), code);
    QVERIFY2(std::get<RpcError>(reply->outcome).detail.contains(names), qPrintable(std::get<RpcError>(reply->outcome).detail));
    QCOMPARE(m_gate->store().ledger.size(), before);
}

void TestRefusals::secrets()
{
    for (const char *text : {"update t set k = 'AKIAIOSFODNN7EXAMPLE'", "alter role x password 'hunter2'", "select dblink('postgresql://u:pw@h/d')",
                             "insert into k values ('-----BEGIN RSA PRIVATE KEY-----\nabc')"}) {
        const auto reply = m_gate->call(m_requester, method::HoldRequest, envelopeParams(sqlRequest(*m_gate, *m_agent, QString::fromLatin1(text))));
        QCOMPARE(tests::codeOf(reply), QStringLiteral("invalid-document"));
        QVERIFY(std::get<RpcError>(reply->outcome).detail.contains(QStringLiteral("$.action.statements")));
    }
    QCOMPARE(m_gate->store().holds.countOpen(), 0);
    const QByteArray sql = "create user x password 'hunter2'";
    resultOf(m_gate->call(m_requester, method::BlobWrite, BlobWriteParams{sha256(sql), 0, sql, sql.size()}.toJson()));
    Request request = *Request::parse(sqlRequest(*m_gate, *m_agent, QStringLiteral("x")).payload);
    request.action = SqlAction{{}, BlobRef{sha256(sql), sql.size(), QStringLiteral("application/sql")}};
    QCOMPARE(send(m_requester, method::HoldRequest, Envelope::sign(m_agent->request, payloadtype::Request, request.toPayload())), QStringLiteral("invalid-document"));
    QVERIFY(!m_gate->store().blobs.has(sha256(sql)));
}

void TestRefusals::blobs()
{
    const QByteArray bytes(300'000, 'x');
    const Digest digest = sha256(bytes);
    const ConnectionId other = m_gate->session(m_other->request);
    const auto write = [&](ConnectionId from, qsizetype offset, qsizetype length) {
        return m_gate->call(from, method::BlobWrite, BlobWriteParams{digest, offset, bytes.mid(offset, length), bytes.size()}.toJson());
    };
    QCOMPARE(BlobWriteResult::fromJson(resultOf(write(m_requester, 0, 100'000)))->have, 100'000);
    QCOMPARE(BlobWriteResult::fromJson(resultOf(write(m_requester, 200'000, 100'000)))->have, 100'000); // not where it ends
    QCOMPARE(BlobWriteResult::fromJson(resultOf(write(m_requester, 100'000, 100'000)))->have, 200'000);
    QCOMPARE(BlobWriteResult::fromJson(resultOf(write(m_requester, 200'000, 100'000)))->have, 300'000);
    // Another sender learns nothing: he begins at the beginning, and may not name it before he sent it.
    QCOMPARE(BlobWriteResult::fromJson(resultOf(write(other, 0, 100'000)))->have, 100'000);
    QCOMPARE(tests::codeOf(m_gate->call(m_requester, method::BlobRead, BlobReadParams{digest, 0, 10}.toJson())), QStringLiteral("not-found"));
    // A wrong digest is refused when it is whole; parts are forgotten after ten minutes.
    QCOMPARE(tests::codeOf(m_gate->call(other, method::BlobWrite, BlobWriteParams{sha256("y"), 0, "x", 1}.toJson())), QStringLiteral("invalid-document"));
    m_gate->clock.advance(11min);
    m_gate->turn();
    QCOMPARE(BlobWriteResult::fromJson(resultOf(write(other, 100'000, 100'000)))->have, 0);
    QCOMPARE(tests::codeOf(m_gate->call(other, method::BlobWrite, BlobWriteParams{digest, 0, "x", 100'000'000}.toJson())), QStringLiteral("too-large"));
    // Named by a request of his own, he reads it; another requester does not.
    Request request = *Request::parse(sqlRequest(*m_gate, *m_agent, QStringLiteral("x")).payload);
    request.action = SqlAction{{}, BlobRef{digest, bytes.size(), QStringLiteral("application/sql")}};
    resultOf(m_gate->call(m_requester, method::HoldRequest, envelopeParams(Envelope::sign(m_agent->request, payloadtype::Request, request.toPayload()))));
    QCOMPARE(BlobReadResult::fromJson(resultOf(m_gate->call(m_requester, method::BlobRead, BlobReadParams{digest, 299'999, 10}.toJson())))->data, QByteArray("x"));
    QCOMPARE(tests::codeOf(m_gate->call(other, method::BlobRead, BlobReadParams{digest, 0, 10}.toJson())), QStringLiteral("not-found"));
    resultOf(m_gate->call(m_console, method::BlobRead, BlobReadParams{digest, 0, 10}.toJson()));
}

void TestRefusals::othersHoldsDoNotExist()
{
    const HoldId hold = ask();
    const ConnectionId other = m_gate->session(m_other->request);
    QCOMPARE(tests::codeOf(m_gate->call(other, method::HoldGet, HoldParams{hold}.toJson())), QStringLiteral("not-found"));
    QCOMPARE(tests::codeOf(m_gate->call(other, method::HoldWait, WaitParams{hold, 0, 0}.toJson())), QStringLiteral("not-found"));
    Command command = commandTo(*m_gate, m_other->request, Command::Verb::Withdraw);
    command.hold = hold;
    QCOMPARE(send(other, method::CommandSubmit, signedCommand(m_other->request, command)), QStringLiteral("not-found"));
    command = commandTo(*m_gate, m_other->request, Command::Verb::Freeze);
    command.actor = QStringLiteral("agent");
    QCOMPARE(send(other, method::CommandSubmit, signedCommand(m_other->request, command)), QStringLiteral("forbidden"));
    const auto targets = TargetListResult::fromJson(resultOf(m_gate->call(m_requester, method::TargetList, Json(JsonObject{}))));
    QCOMPARE(targets->targets.size(), std::size_t(1));
    QCOMPARE(targets->targets.front().name, QStringLiteral("db"));
}

/// Exactly the same, asked by the same person while it is open: recorded, refused, and the hold that stands for it is named.
void TestRefusals::sameWhileOpen()
{
    const Machine twin(QStringLiteral("twin"));
    m_gate = std::make_unique<GateBench>(humanBlock(*m_lead) + machineBlock(*m_agent, "dev") + machineBlock(twin, "dev") + machineBlock(*m_other, "second") + targetBlocks
                                         + ruleBlock("mode = \"hold\"\ntier = \"low\"\n"));
    m_console = m_gate->session(m_lead->session);
    m_requester = m_gate->session(m_agent->request);
    const ConnectionId twins = m_gate->session(twin.request), others = m_gate->session(m_other->request);
    const QString statements = QStringLiteral("delete from bookings");
    const HoldId open = ask(statements);
    const auto again = [&](ConnectionId from, const Machine &by) {
        const Envelope envelope = sqlRequest(*m_gate, by, statements);
        const HoldId mine = HoldId::of(by.request.key().bytes, envelope.payload);
        const auto reply = m_gate->call(from, method::HoldRequest, envelopeParams(envelope));
        QCOMPARE(tests::codeOf(reply), QStringLiteral("conflict"));
        QCOMPARE(std::get<RpcError>(reply->outcome).hold, open.toString());
        QCOMPARE(toString(m_gate->row(mine).state), QStringLiteral("refused")); // recorded all the same
        QVERIFY(m_gate->row(mine).reason.contains(open.toString()));
    };
    QCOMPARE(tests::codeOf(m_gate->call(twins, method::HoldGet, HoldParams{open}.toJson())), QStringLiteral("not-found"));
    for (const bool measured : {false, true}) {
        again(m_requester, *m_agent);
        again(twins, twin);
        if (!measured)
            m_gate->measure(deletes(3));
    }
    // Another machine of his follows it now as its own; it asked for exactly that.
    resultOf(m_gate->call(twins, method::HoldGet, HoldParams{open}.toJson()));
    QCOMPARE(tests::codeOf(m_gate->call(others, method::HoldGet, HoldParams{open}.toJson())), QStringLiteral("not-found"));
    // Another person, another target: no conflict.
    QCOMPARE(send(others, method::HoldRequest, sqlRequest(*m_gate, *m_other, statements)), QStringLiteral("ok"));
    QCOMPARE(send(m_requester, method::HoldRequest, sqlRequest(*m_gate, *m_agent, statements, QStringLiteral("other"))), QStringLiteral("ok"));
    QCOMPARE(send(m_console, method::DecisionSubmit, approval(*m_gate, *m_lead, open)), QStringLiteral("ok"));
    again(m_requester, *m_agent);
    Performed done{Outcome::Committed, {}, "3 rows", {}};
    m_gate->perform(done);
    const auto receipt = Receipt::parse(HoldStatus::fromJson(resultOf(m_gate->call(twins, method::HoldGet, HoldParams{open}.toJson())))->receipt->payload);
    resultOf(m_gate->call(twins, method::BlobRead, BlobReadParams{receipt->output->digest, 0, 10}.toJson()));
    QCOMPARE(tests::codeOf(m_gate->call(others, method::BlobRead, BlobReadParams{receipt->output->digest, 0, 10}.toJson())), QStringLiteral("not-found"));
    // It has ended: asked again, it is measured again.
    QCOMPARE(send(m_requester, method::HoldRequest, sqlRequest(*m_gate, *m_agent, statements)), QStringLiteral("ok"));
}

void TestRefusals::decisions_data()
{
    QTest::addColumn<int>("what");
    QTest::addColumn<QString>("code");
    const auto row = [](const char *name, int what, const char *code) { QTest::newRow(name) << what << QString::fromLatin1(code); };
    row("own person", 0, "self-approval");
    row("another's signature", 1, "forbidden");
    row("broken signature", 2, "invalid-signature");
    row("session key", 3, "invalid-signature");
    row("other gate", 4, "invalid-document");
    row("no such hold", 5, "not-found");
    row("future revision", 6, "stale-revision");
    row("other request digest", 7, "stale-revision");
    row("too late", 8, "expired");
    row("no confirmation", 9, "invalid-document");
    row("wrong name typed", 10, "invalid-document");
    row("more confirmations", 11, "invalid-document");
    row("reused nonce", 12, "conflict");
    row("another type", 13, "invalid-document");
    row("deny, another revision's digest", 14, "stale-revision");
    row("deny, no such revision", 15, "stale-revision");
}

void TestRefusals::decisions()
{
    QFETCH(int, what);
    QFETCH(QString, code);
    const HoldId hold = ask();
    m_gate->measure(deletes(3));
    const Human &by = what == 0 ? *m_dev : *m_lead;
    const ConnectionId from = what == 0 ? m_gate->session(m_dev->session) : m_console;
    Decision decision = decisionOn(*m_gate, by, hold, what >= 14 ? Decision::Verdict::Deny : Decision::Verdict::Approve);
    switch (what) {
    case 4: decision.gate = QStringLiteral("other/gate"); break;
    case 5: decision.hold = HoldId::of(m_lead->session.key().bytes, "x"); break;
    case 6: decision.revision = 2; break;
    case 7: decision.request = sha256("x"); break;
    case 8: decision.notAfter = m_gate->clock.now(); break;
    case 9: decision.confirmations.clear(); break;
    case 10: decision.confirmations.front().value = QStringLiteral("Bookings"); break;
    case 11: decision.confirmations.push_back({QStringLiteral("press"), QStringLiteral("900")}); break;
    case 12: {
        const HoldId before = ask(QStringLiteral("delete from x"));
        m_gate->measure(deletes(1, QStringLiteral("x")));
        Decision first = decisionOn(*m_gate, *m_lead, before, Decision::Verdict::Deny);
        decision.nonce = first.nonce;
        resultOf(m_gate->call(m_console, method::DecisionSubmit, envelopeParams(signedDecision(*m_lead, first))));
        break;
    }
    case 14: decision.holdDigest = sha256("x"); break;
    case 15: decision.revision = 7; break;
    default: break;
    }
    Envelope envelope = signedDecision(by, decision);
    if (what == 1) {
        Decision of = decisionOn(*m_gate, *m_second, hold, Decision::Verdict::Approve);
        envelope = signedDecision(*m_second, of);
    }
    if (what == 2)
        envelope.payload[100] = static_cast<char>(envelope.payload[100] ^ 4);
    if (what == 3)
        envelope = Envelope::sign(m_lead->session, payloadtype::Decision, decision.toPayload());
    if (what == 13)
        envelope = Envelope::sign(m_lead->decide, payloadtype::Command, decision.toPayload());
    const std::int64_t before = m_gate->store().ledger.size();
    QCOMPARE(send(from, method::DecisionSubmit, envelope), code);
    QCOMPARE(m_gate->store().ledger.size(), before);
    QCOMPARE(toString(m_gate->row(hold).state), toString(State::Pending));
}

void TestRefusals::flippedBits()
{
    const HoldId hold = ask();
    m_gate->measure(deletes(3));
    const Envelope good = approval(*m_gate, *m_lead, hold);
    const auto refused = [&](const Envelope &envelope) {
        const QString code = send(m_console, method::DecisionSubmit, envelope);
        return code == QStringLiteral("invalid-signature") || code == QStringLiteral("invalid-document");
    };
    for (qsizetype byte = 0; byte < good.payload.size(); byte += 7) {
        Envelope flipped = good;
        flipped.payload[byte] = static_cast<char>(flipped.payload[byte] ^ (1 << (byte % 8)));
        QVERIFY(refused(flipped));
    }
    for (qsizetype byte = 0; byte < 64; ++byte) {
        Envelope flipped = good;
        flipped.signatures.front().signature[byte] = static_cast<char>(flipped.signatures.front().signature[byte] ^ (1 << (byte % 8)));
        QVERIFY(refused(flipped));
    }
    QCOMPARE(toString(m_gate->row(hold).state), toString(State::Pending));
    QCOMPARE(send(m_console, method::DecisionSubmit, good), QStringLiteral("ok"));
}

void TestRefusals::sponsorMatrix_data()
{
    QTest::addColumn<bool>("mayApprove");
    QTest::addColumn<bool>("secondApprover");
    QTest::addColumn<QString>("code");
    QTest::newRow("rule allows, alone") << true << false << QStringLiteral("ok");
    QTest::newRow("rule allows, a second approver") << true << true << QStringLiteral("self-approval");
    QTest::newRow("rule forbids, alone") << false << false << QStringLiteral("self-approval");
    QTest::newRow("rule forbids, a second approver") << false << true << QStringLiteral("self-approval");
}

void TestRefusals::sponsorMatrix()
{
    QFETCH(bool, mayApprove);
    QFETCH(bool, secondApprover);
    QFETCH(QString, code);
    m_gate = std::make_unique<GateBench>(humanBlock(*m_lead) + (secondApprover ? humanBlock(*m_second, "\"approver\"") : QByteArray())
                                         + machineBlock(*m_agent, "lead") + targetBlocks
                                         + ruleBlock(QByteArray("mode = \"hold\"\ntier = \"low\"\nsponsor_may_approve = ") + (mayApprove ? "true\n" : "false\n")));
    m_console = m_gate->session(m_lead->session);
    m_requester = m_gate->session(m_agent->request);
    const HoldId hold = ask();
    m_gate->measure(deletes(3));
    QCOMPARE(send(m_console, method::DecisionSubmit, approval(*m_gate, *m_lead, hold)), code);
    // Denying is everybody's right.
    const HoldId other = ask(QStringLiteral("delete from x"));
    m_gate->measure(deletes(1, QStringLiteral("x")));
    QCOMPARE(send(m_console, method::DecisionSubmit, denial(*m_gate, *m_lead, other)), QStringLiteral("ok"));
}

void TestRefusals::denialScopes_data()
{
    QTest::addColumn<int>("scope");
    QTest::addColumn<QString>("operation");
    QTest::addColumn<QString>("resource");
    QTest::addColumn<bool>("uninspectable");
    QTest::addColumn<QString>("state");
    const int self = static_cast<int>(Decision::Scope::This), resource = static_cast<int>(Decision::Scope::Resource), whole = static_cast<int>(Decision::Scope::Class);
    const QString refused = QStringLiteral("refused"), pending = QStringLiteral("pending");
    QTest::newRow("this, same") << self << "database.delete" << "a" << false << refused;
    QTest::newRow("this, other resource") << self << "database.delete" << "b" << false << pending;
    QTest::newRow("this, other operation") << self << "database.drop-table" << "a" << false << pending;
    QTest::newRow("this, uninspectable") << self << "database.unknown" << "b" << true << refused;
    QTest::newRow("resource, other operation") << resource << "database.drop-table" << "a" << false << refused;
    QTest::newRow("resource, other resource") << resource << "database.delete" << "b" << false << pending;
    QTest::newRow("class, other resource") << whole << "database.delete" << "b" << false << refused;
    QTest::newRow("class, other operation") << whole << "database.drop-table" << "a" << false << pending;
}

void TestRefusals::denialScopes()
{
    QFETCH(int, scope);
    QFETCH(QString, operation);
    QFETCH(QString, resource);
    QFETCH(bool, uninspectable);
    QFETCH(QString, state);
    const HoldId denied = ask();
    m_gate->measure(deletes(3, QStringLiteral("a")));
    QCOMPARE(send(m_console, method::DecisionSubmit, denial(*m_gate, *m_lead, denied, static_cast<Decision::Scope>(scope))), QStringLiteral("ok"));
    const HoldId next = ask(QStringLiteral("something else"));
    Measurement measured = deletes(1, resource);
    measured.operation = operation;
    if (uninspectable)
        measured.uninspectable.append(QStringLiteral("no parser"));
    m_gate->measure(measured);
    QCOMPARE(toString(m_gate->row(next).state), state);
    // Somebody else's person is not bound by it.
    const ConnectionId other = m_gate->session(m_other->request);
    const Json asked = resultOf(m_gate->call(other, method::HoldRequest, envelopeParams(sqlRequest(*m_gate, *m_other, QStringLiteral("delete from bookings")))));
    m_gate->measure(measured);
    QCOMPARE(toString(m_gate->row(*HoldId::parse(*asked.find(u"hold")->asString())).state), QStringLiteral("pending"));
}

void TestRefusals::freeze()
{
    const HoldId pending = ask(QStringLiteral("a")), released = ask(QStringLiteral("b"));
    m_gate->measure(deletes(3));
    m_gate->clock.advance(-1ms);
    QCOMPARE(send(m_console, method::DecisionSubmit, approval(*m_gate, *m_lead, released)), QStringLiteral("ok"));
    const HoldId measuring = ask(QStringLiteral("c"));
    Command command = commandTo(*m_gate, m_lead->decide, Command::Verb::Freeze);
    QCOMPARE(send(m_console, method::CommandSubmit, signedCommand(m_lead->decide, command)), QStringLiteral("invalid-document"));
    command.actor = QStringLiteral("agent");
    const Envelope freeze = signedCommand(m_lead->decide, command);
    QCOMPARE(send(m_console, method::CommandSubmit, freeze), QStringLiteral("ok"));
    QCOMPARE(toString(m_gate->row(released).state), QStringLiteral("stopped"));
    QCOMPARE(toString(m_gate->row(pending).state), QStringLiteral("pending"));
    QCOMPARE(send(m_console, method::DecisionSubmit, approval(*m_gate, *m_lead, pending)), QStringLiteral("frozen"));
    m_gate->measure(deletes(3));
    QCOMPARE(toString(m_gate->row(measuring).state), QStringLiteral("refused"));
    const auto asked = m_gate->call(m_requester, method::HoldRequest, envelopeParams(sqlRequest(*m_gate, *m_agent, QStringLiteral("d"))));
    QCOMPARE(tests::codeOf(asked), QStringLiteral("frozen"));
    QCOMPARE(toString(m_gate->row(*HoldId::parse(*std::get<RpcError>(asked->outcome).hold)).state), QStringLiteral("refused"));
    Command undo = commandTo(*m_gate, m_lead->decide, Command::Verb::Unfreeze);
    undo.subject = freeze.idDigest();
    QCOMPARE(send(m_console, method::CommandSubmit, signedCommand(m_lead->decide, undo)), QStringLiteral("ok"));
    m_gate->clock.advance(1min);
    QCOMPARE(send(m_console, method::DecisionSubmit, approval(*m_gate, *m_lead, pending)), QStringLiteral("ok"));
    QCOMPARE(toString(m_gate->row(pending).state), QStringLiteral("executing"));
}

void TestRefusals::forgedUnfreeze_data()
{
    QTest::addColumn<QString>("by");
    QTest::addColumn<QString>("state");
    QTest::newRow("the agent's key") << QStringLiteral("agent") << QStringLiteral("stopped");
    QTest::newRow("an approver who is no lead") << QStringLiteral("second") << QStringLiteral("stopped");
    QTest::newRow("nobody, the row is gone") << QString() << QStringLiteral("stopped");
    QTest::newRow("a lead") << QStringLiteral("lead") << QStringLiteral("executing");
}

/// Somebody who writes to the store takes the freeze away there. The performer goes by the ledger, and by who may have signed.
void TestRefusals::forgedUnfreeze()
{
    QFETCH(QString, by);
    QFETCH(QString, state);
    Command freeze = commandTo(*m_gate, m_lead->decide, Command::Verb::Freeze);
    freeze.actor = QStringLiteral("agent");
    const Envelope frozen = signedCommand(m_lead->decide, freeze);
    QCOMPARE(send(m_console, method::CommandSubmit, frozen), QStringLiteral("ok"));
    m_gate->store().begin();
    m_gate->store().standing.unfreeze(frozen.idDigest());
    if (!by.isEmpty()) {
        const Signer &signer = by == u"agent" ? m_agent->request : by == u"second" ? m_second->decide : m_lead->decide;
        Command undo = commandTo(*m_gate, signer, Command::Verb::Unfreeze);
        undo.subject = frozen.idDigest();
        (void)m_gate->book().append(EntryKind::Command, signedCommand(signer, undo), {}, {}, m_gate->clock.now());
    }
    QVERIFY(m_gate->store().commit());
    const HoldId hold = ask();
    m_gate->measure(deletes(3));
    QCOMPARE(send(m_console, method::DecisionSubmit, approval(*m_gate, *m_lead, hold)), QStringLiteral("ok"));
    QCOMPARE(toString(m_gate->row(hold).state), state);
    QCOMPARE(m_gate->performing.size(), std::size_t{by == u"lead" ? 1U : 0U});
}

void TestRefusals::undoing()
{
    const HoldId hold = ask();
    m_gate->measure(deletes(3));
    const Envelope deny = denial(*m_gate, *m_second, hold);
    const ConnectionId second = m_gate->session(m_second->session);
    QCOMPARE(send(second, method::DecisionSubmit, deny), QStringLiteral("ok"));
    const auto lift = [&](const Human &by) {
        Command command = commandTo(*m_gate, by.decide, Command::Verb::Lift);
        command.subject = deny.idDigest();
        return signedCommand(by.decide, command);
    };
    QCOMPARE(send(second, method::CommandSubmit, lift(*m_second)), QStringLiteral("forbidden")); // no lead
    QCOMPARE(send(m_console, method::CommandSubmit, lift(*m_lead)), QStringLiteral("ok"));
    QCOMPARE(send(m_console, method::CommandSubmit, lift(*m_lead)), QStringLiteral("not-found"));
    (void)ask();
    m_gate->measure(deletes(3));
    QCOMPARE(m_gate->store().holds.countOpen(), 1);
}

void TestRefusals::replayedAtEveryState()
{
    std::vector<std::tuple<ConnectionId, QStringView, Envelope>> captured;
    const Envelope request = sqlRequest(*m_gate, *m_agent, QStringLiteral("update t set n = n + 1"));
    captured.emplace_back(m_requester, method::HoldRequest, request);
    const HoldId hold = *HoldId::parse(*resultOf(m_gate->call(m_requester, method::HoldRequest, envelopeParams(request))).find(u"hold")->asString());
    const auto replayAll = [&] {
        const HoldRow before = m_gate->row(hold);
        const std::int64_t size = m_gate->store().ledger.size();
        for (const auto &[from, name, envelope] : captured)
            QCOMPARE(send(from, name, envelope), QStringLiteral("ok")); // each gives the first result again
        QCOMPARE(m_gate->store().ledger.size(), size);
        QCOMPARE(m_gate->row(hold).sequence, before.sequence);
    };
    replayAll();
    m_gate->measure(deletes(3));
    replayAll();
    const Envelope approve = approval(*m_gate, *m_lead, hold);
    captured.emplace_back(m_console, method::DecisionSubmit, approve);
    QCOMPARE(send(m_console, method::DecisionSubmit, approve), QStringLiteral("ok"));
    replayAll();
    QCOMPARE(m_gate->performing.size(), std::size_t(1));
    m_gate->perform(Performed{Outcome::Committed, {}, {}, {}});
    replayAll();
    QVERIFY(m_gate->performing.empty());
    const auto again = SubmitResult::fromJson(resultOf(m_gate->call(m_console, method::DecisionSubmit, envelopeParams(approve))));
    QVERIFY(again->entry.contains(toBase64(approve.payload).toLatin1()));
    // In another session, and after a crash, it is still the same document.
    m_gate->crash();
    QCOMPARE(m_gate->start(), QString());
    m_console = m_gate->session(m_lead->session);
    QCOMPARE(send(m_console, method::DecisionSubmit, approve), QStringLiteral("ok"));
    QCOMPARE(toString(m_gate->row(hold).state), QStringLiteral("done"));
    QVERIFY(m_gate->performing.empty());
}

QTEST_GUILESS_MAIN(TestRefusals)
#include "refusals_test.moc"
