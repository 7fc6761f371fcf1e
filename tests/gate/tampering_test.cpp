// SPDX-License-Identifier: Apache-2.0
#include "core/base64.h"
#include "fakes/gatebench.h"

#include <QtTest>

using namespace holdfast;
using namespace holdfast::tests;

/// At the gate's own door: of everything that a client may sign, no bit can change, no base64 can be written otherwise, and the
/// signature that fits every message under a key of low order fits none.
class TestTampering final : public QObject
{
    Q_OBJECT

private Q_SLOTS:
    void init();
    void everyBit_data() { kinds(); }
    void everyBit();
    void strayBase64Bits_data() { kinds(); }
    void strayBase64Bits();
    void universalSignature_data();
    void universalSignature();
    void universalOwner();

private:
    /// A document, and where it belongs. Sent, it is accepted.
    struct Document final
    {
        QStringView method;
        ConnectionId from = 0;
        Envelope envelope;
    };
    static void kinds();
    /// `filler` makes its payload longer. A `key` takes the place of the signer's own inside the payload.
    [[nodiscard]] Document make(const QString &kind, const QString &filler = {}, const std::optional<VerifierKey> &key = {});
    [[nodiscard]] Envelope enrolment(ConnectionId connection, const SeedSigner &signer, const std::optional<VerifierKey> &key);
    [[nodiscard]] QString send(const Document &to, const Json &params) { return tests::codeOf(m_gate->call(to.from, to.method, params)); }
    [[nodiscard]] QString send(const Document &document) { return send(document, envelopeParams(document.envelope)); }

    std::unique_ptr<Human> m_lead;
    std::unique_ptr<Machine> m_agent;
    std::unique_ptr<SeedSigner> m_newcomer;
    Invite m_invite;
    std::unique_ptr<GateBench> m_gate;
};

namespace {

const PublicKeyBytes lowOrder{1};

/// R is the point of order one, S is zero: under a key of order one it verifies for every message, where the key is not looked at.
QByteArray universal()
{
    return QByteArray(1, '\1') + QByteArray(63, '\0');
}

bool isRefusal(const QString &code)
{
    return QStringList{QStringLiteral("invalid-signature"), QStringLiteral("invalid-document"), QStringLiteral("unauthenticated")}.contains(code);
}

void flip(QByteArray &bytes, qsizetype bit)
{
    bytes[bit / 8] = static_cast<char>(bytes.at(bit / 8) ^ (1 << (bit % 8)));
}

/// The bits to flip in `size` bytes: all of them in the long form, else one in each byte, another one each time.
std::vector<qsizetype> bitsOf(qsizetype size)
{
    const bool all = qEnvironmentVariableIntValue("HOLDFAST_LONG") != 0;
    std::vector<qsizetype> bits;
    for (qsizetype byte = 0; byte < size; ++byte)
        for (qsizetype bit = 0; bit < 8; ++bit)
            if (all || bit == (byte * 5 + 3) % 8)
                bits.push_back(byte * 8 + bit);
    return bits;
}

/// Sets a bit that no byte of the content needs, before the padding.
QString strayed(QString text)
{
    static const QString alphabet = QStringLiteral("ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/");
    const qsizetype last = text.indexOf(u'=') - 1;
    if (last >= 0)
        text[last] = alphabet.at(alphabet.indexOf(text.at(last)) + 1);
    return text;
}

} // namespace

void TestTampering::init()
{
    initialiseCryptography();
    m_lead = std::make_unique<Human>(QStringLiteral("lead"));
    m_agent = std::make_unique<Machine>(QStringLiteral("agent"));
    m_invite = Invite{{}, randomBytes(16)};
    m_gate = std::make_unique<GateBench>(humanBlock(*m_lead) + machineBlock(*m_agent, "dev")
                                         + "[[actor]]\nname = \"n\"\nkind = \"machine\"\nperson = \"dev\"\nroles = [\"requester\"]\ninvite = \""
                                         + m_invite.mark().toUtf8() + "\"\n\n" + targetBlocks + ruleBlock("mode = \"hold\"\ntier = \"low\"\nconfirm = []\n"));
    m_gate->store().begin();
    m_gate->store().standing.addInvite(m_invite.mark(), m_invite.secret, m_gate->clock.now(), false);
    QVERIFY(m_gate->store().commit());
}

void TestTampering::kinds()
{
    QTest::addColumn<QString>("kind");
    for (const char *kind : {"open", "enrol", "request", "decision", "command"})
        QTest::newRow(kind) << QString::fromLatin1(kind);
}

Envelope TestTampering::enrolment(ConnectionId connection, const SeedSigner &signer, const std::optional<VerifierKey> &key)
{
    const Challenge challenge = m_gate->challengeOf(connection);
    Enrol enrol;
    enrol.gate = challenge.gate;
    enrol.gateKey = challenge.key;
    enrol.nonce = challenge.nonce;
    enrol.keys = {{purpose::Request.toString(), key.value_or(signer.key())}};
    enrol.mark = m_invite.mark();
    enrol.mac = enrolMac(m_invite.secret, challenge.nonce, enrol.keys);
    return Envelope::sign(signer, payloadtype::Enrol, enrol.toPayload());
}

TestTampering::Document TestTampering::make(const QString &kind, const QString &filler, const std::optional<VerifierKey> &key)
{
    if (kind == u"open") {
        const ConnectionId connection = m_gate->connect();
        SessionOpen open = *SessionOpen::parse(m_gate->openEnvelope(connection, m_lead->session).payload);
        open.clientName += filler;
        open.key = key.value_or(open.key);
        return {method::SessionOpen, connection, Envelope::sign(m_lead->session, payloadtype::SessionOpen, open.toPayload())};
    }
    if (kind == u"enrol") {
        const ConnectionId connection = m_gate->connect();
        m_newcomer = std::make_unique<SeedSigner>(QStringLiteral("n") + filler, SecretBytes::random(32));
        return {method::ActorEnrol, connection, enrolment(connection, *m_newcomer, key)};
    }
    if (kind == u"request") {
        Request request = *Request::parse(sqlRequest(*m_gate, *m_agent, QStringLiteral("delete from t")).payload);
        request.claims.intent = QStringLiteral("tidy") + filler;
        return {method::HoldRequest, m_gate->session(m_agent->request), Envelope::sign(m_agent->request, payloadtype::Request, request.toPayload())};
    }
    const ConnectionId console = m_gate->session(m_lead->session);
    if (kind == u"command") {
        Command command = commandTo(*m_gate, m_lead->decide, Command::Verb::Freeze);
        command.actor = QStringLiteral("agent");
        command.reason += filler;
        command.key = key.value_or(command.key);
        return {method::CommandSubmit, console, signedCommand(m_lead->decide, command)};
    }
    const ConnectionId agent = m_gate->session(m_agent->request);
    const Envelope request = sqlRequest(*m_gate, *m_agent, QStringLiteral("delete from u"));
    const auto asked = HoldStatus::fromJson(resultOf(m_gate->call(agent, method::HoldRequest, envelopeParams(request))));
    m_gate->measure(deletes(3));
    Decision decision = decisionOn(*m_gate, *m_lead, asked->hold, Decision::Verdict::Approve);
    decision.view.console += filler;
    decision.key = key.value_or(decision.key);
    return {method::DecisionSubmit, console, signedDecision(*m_lead, decision)};
}

void TestTampering::everyBit()
{
    QFETCH(QString, kind);
    Document good = make(kind);
    const std::int64_t before = m_gate->store().ledger.size();
    const bool isStranger = kind == u"open" || kind == u"enrol";
    int sent = 0;
    const auto copy = [&] {
        if (isStranger && ++sent % 10 == 0) // without a session a connection has a few messages
            good = make(kind);
        return good;
    };
    for (const qsizetype bit : bitsOf(good.envelope.payload.size())) {
        Document bad = copy();
        flip(bad.envelope.payload, bit);
        QVERIFY2(isRefusal(send(bad)), qPrintable(QStringLiteral("payload bit %1").arg(bit)));
    }
    const QByteArray type = good.envelope.payloadType.toUtf8();
    for (const qsizetype bit : bitsOf(type.size())) {
        QByteArray flipped = type;
        flip(flipped, bit);
        Document bad = copy();
        bad.envelope.payloadType = QString::fromLatin1(flipped);
        QVERIFY2(isRefusal(send(bad)), qPrintable(QStringLiteral("type bit %1").arg(bit)));
    }
    for (qsizetype bit = 0; bit < 64 * 8; ++bit) {
        Document bad = copy();
        flip(bad.envelope.signatures.front().signature, bit);
        QVERIFY2(isRefusal(send(bad)), qPrintable(QStringLiteral("signature bit %1").arg(bit)));
    }
    QCOMPARE(m_gate->store().ledger.size(), before);
    // Nothing was spent by it: the document itself is as good as ever.
    QCOMPARE(send(good), QStringLiteral("ok"));
}

void TestTampering::strayBase64Bits()
{
    QFETCH(QString, kind);
    Document good = make(kind);
    for (QString filler = QStringLiteral("."); good.envelope.payload.size() % 3 == 0; filler += u'.')
        good = make(kind, filler);
    const std::int64_t before = m_gate->store().ledger.size();
    const QByteArray params = envelopeParams(good.envelope).toBytes();
    for (const QByteArray &bytes : {good.envelope.payload, good.envelope.signatures.front().signature}) {
        const QString written = toBase64(bytes);
        QVERIFY(written.endsWith(u'=') && strayed(written) != written);
        QCOMPARE(QByteArray::fromBase64(strayed(written).toLatin1()), bytes); // a lenient reader sees the same bytes
        const auto bad = parseJson(QByteArray(params).replace(written.toLatin1(), strayed(written).toLatin1()));
        QVERIFY(bad && bad->toBytes() != params);
        QCOMPARE(send(good, *bad), QStringLiteral("invalid-document"));
    }
    QCOMPARE(m_gate->store().ledger.size(), before);
    QCOMPARE(send(good), QStringLiteral("ok"));
}

void TestTampering::universalSignature_data()
{
    QTest::addColumn<QString>("kind");
    QTest::addColumn<bool>("ownKey");
    for (const char *kind : {"open", "enrol", "request", "decision", "command"}) {
        QTest::addRow("%s, for a registered key", kind) << QString::fromLatin1(kind) << false;
        if (qstrcmp(kind, "request") != 0) // it names no key
            QTest::addRow("%s, naming the key of low order", kind) << QString::fromLatin1(kind) << true;
    }
}

void TestTampering::universalSignature()
{
    QFETCH(QString, kind);
    QFETCH(bool, ownKey);
    const VerifierKey low{QStringLiteral("lead"), VerifierKey::Type::Ed25519, lowOrder};
    Document forged = make(kind, {}, ownKey ? std::optional(low) : std::nullopt);
    const std::int64_t before = m_gate->store().ledger.size();
    // With every hint that it might be given.
    for (const QString &hint : {low.hint(), m_lead->session.key().hint(), m_lead->decide.key().hint(), m_agent->request.key().hint(), QString()}) {
        forged.envelope.signatures = {{hint, universal()}};
        QVERIFY2(isRefusal(send(forged)), qPrintable(hint));
        QCOMPARE(m_gate->store().ledger.size(), before);
    }
    if (kind == u"open" || kind == u"enrol")
        QCOMPARE(tests::codeOf(m_gate->call(forged.from, method::GateHealth, Json(JsonObject{}))), QStringLiteral("unauthenticated"));
}

void TestTampering::universalOwner()
{
    const QByteArray secret = randomBytes(16);
    m_invite = Invite{{}, secret};
    m_gate = std::make_unique<GateBench>(targetBlocks, secret);
    const ConnectionId connection = m_gate->connect();
    const SeedSigner session(QStringLiteral("eve"), SecretBytes::random(32));
    const Challenge challenge = m_gate->challengeOf(connection);
    Enrol enrol;
    enrol.gate = challenge.gate;
    enrol.gateKey = challenge.key;
    enrol.nonce = challenge.nonce;
    enrol.keys = {{purpose::Session.toString(), session.key()},
                  {purpose::Decide.toString(), VerifierKey{QStringLiteral("eve"), VerifierKey::Type::Ed25519, lowOrder}}};
    enrol.mark = m_invite.mark();
    enrol.mac = enrolMac(secret, challenge.nonce, enrol.keys);
    Envelope envelope = Envelope::sign(session, payloadtype::Enrol, enrol.toPayload());
    envelope.signatures.push_back({QString(), universal()});
    QCOMPARE(tests::codeOf(m_gate->call(connection, method::ActorEnrol, envelopeParams(envelope))), QStringLiteral("invalid-document"));
    QCOMPARE(m_gate->store().ledger.size(), 0);
}

QTEST_GUILESS_MAIN(TestTampering)
#include "tampering_test.moc"
