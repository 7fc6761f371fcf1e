// SPDX-License-Identifier: Apache-2.0
#include "core/envelope.h"

#include "core/base64.h"
#include "core/ids.h"
#include "core/vectors.h"

#include <algorithm>

using namespace holdfast;
using Kind = EnvelopeError::Kind;

class EnvelopeTest final : public QObject
{
    Q_OBJECT

private Q_SLOTS:
    void initTestCase() { initialiseCryptography(); }
    void preAuthenticationEncodings();
    void dsseMustError();
    void foreignLink();
    void holdfastVectors();
    void everyFlipIsRefused();
    void everyTextFlipIsRefused();
    void strayBase64BitsAreRefused();
    void typeIsChecked();
    void countsSignatures();
    void severalKeys();
    void unknownMembersAreIgnored();
    void malformed_data();
    void malformed();

private:
    SeedSigner m_signer{QStringLiteral("actor"), SecretBytes::random(32)};
};

namespace {

SecretBytes seedOf(const QJsonValue &hex)
{
    QByteArray bytes = fromHex(hex);
    return SecretBytes::take(bytes);
}

QString kindOf(const Result<Done, EnvelopeError> &result)
{
    return result ? QStringLiteral("ok") : result.error().sentence();
}

} // namespace

void EnvelopeTest::preAuthenticationEncodings()
{
    QCOMPARE(preAuthenticationEncoding("", ""), QByteArray("DSSEv1 0  0 "));
    QCOMPARE(preAuthenticationEncoding("http://example.com/HelloWorld", "hello world"), QByteArray("DSSEv1 29 http://example.com/HelloWorld 11 hello world"));
    NEED_VECTORS();
    const QJsonArray cases = vectorObject(QStringLiteral("dsse/dsse_vectors.json"))[QStringLiteral("pae")].toArray();
    QCOMPARE(cases.size(), 3);
    for (const QJsonValue &test : cases)
        QCOMPARE(preAuthenticationEncoding(test[QStringLiteral("payloadType")].toString().toUtf8(), fromHex(test[QStringLiteral("payload_hex")])),
            test[QStringLiteral("pae_utf8")].toString().toUtf8());
}

void EnvelopeTest::dsseMustError()
{
    NEED_VECTORS();
    int refused = 0;
    for (const QJsonValue &test : vectorObject(QStringLiteral("dsse/dsse_vectors.json"))[QStringLiteral("must_error")].toArray()) {
        if (!test[QStringLiteral("envelope")].isObject())
            continue; // thresholds: see severalKeys()
        const auto envelope = Envelope::fromBytes(QJsonDocument(test[QStringLiteral("envelope")].toObject()).toJson());
        QVERIFY2(!envelope, qPrintable(test[QStringLiteral("src")].toString()));
        ++refused;
    }
    QCOMPARE(refused, 4);
}

void EnvelopeTest::foreignLink()
{
    NEED_VECTORS();
    // A signature that go-securesystemslib made with this key over the canonical JSON of the link.
    const QJsonObject all = vectorObject(QStringLiteral("dsse/dsse_vectors.json"));
    const QJsonObject key = all[QStringLiteral("ed25519_key_go_securesystemslib")][QStringLiteral("keyval")].toObject();
    const QJsonObject link = all[QStringLiteral("ed25519_link_go_securesystemslib")].toObject();
    const SeedSigner signer(QStringLiteral("go"), seedOf(key[QStringLiteral("private")]));
    QCOMPARE(QByteArrayView(signer.key().bytes.data(), 32).toByteArray(), fromHex(key[QStringLiteral("public")]));
    const QByteArray message = QJsonDocument(link[QStringLiteral("signed")].toObject()).toJson(QJsonDocument::Compact);
    const QByteArray signature = fromHex(link[QStringLiteral("signatures")][0][QStringLiteral("sig")]);
    QVERIFY(verifySignature(signer.key().bytes, message, signature));
    QVERIFY(!verifySignature(signer.key().bytes, message + ' ', signature));
    const SignatureBytes ours = signer.sign(message);
    QCOMPARE(QByteArrayView(ours.data(), 64).toByteArray(), signature);
}

void EnvelopeTest::holdfastVectors()
{
    NEED_VECTORS();
    const QJsonObject vector = vectorObject(QStringLiteral("holdfast/request.json"));
    const auto text = [&](const char *name) { return vector[QLatin1StringView(name)].toString(); };
    const SeedSigner signer(QStringLiteral("cursor-frontend"), seedOf(vector[QStringLiteral("seed")]));
    QCOMPARE(signer.key().toString(), text("vkey"));
    QVERIFY(VerifierKey::parse(text("vkey")) == signer.key());
    QCOMPARE(VerifierKey::parse(text("gate_vkey"))->toString(), text("gate_vkey"));

    const QByteArray hello = preAuthenticationEncoding("http://example.com/HelloWorld", "hello world");
    QCOMPARE(sha256(hello).hex(), text("pae_sha256"));
    const SignatureBytes signature = signer.sign(hello);
    QCOMPARE(QString::fromLatin1(QByteArrayView(signature.data(), 64).toByteArray().toHex()), text("pae_signature"));

    const QByteArray payload = text("payload").toUtf8();
    QVERIFY(parseJson(payload));
    QCOMPARE(parseJson(payload)->toBytes(), payload);
    const QByteArray written = QJsonDocument(vector[QStringLiteral("envelope")].toObject()).toJson();
    const auto envelope = Envelope::fromBytes(written);
    QVERIFY(envelope);
    QCOMPARE(envelope->payload, payload);
    QCOMPARE(kindOf(verify(*envelope, signer.key(), payloadtype::Request)), QStringLiteral("ok"));
    QCOMPARE(envelope->payloadDigest().toString(), text("payload_digest"));
    QCOMPARE(envelope->idDigest().toString(), text("id_digest"));
    QCOMPARE(Envelope::sign(signer, payloadtype::Request, payload).toBytes(), parseJson(written)->toBytes());
    QCOMPARE(HoldId::of(signer.key().bytes, payload).toString(), text("hold_id"));
    QCOMPARE(codeOf(envelope->payloadDigest()), text("code_if_this_payload_were_a_hold"));
    const QJsonObject leaf = vector[QStringLiteral("ledger_leaf")].toObject();
    QCOMPARE(sha256(QByteArray(1, '\0') + leaf[QStringLiteral("entry")].toString().toUtf8()).hex(), leaf[QStringLiteral("leaf")].toString());
}

void EnvelopeTest::everyFlipIsRefused()
{
    const Envelope good = Envelope::sign(m_signer, payloadtype::Decision, "{\"version\":1,\"verdict\":\"approve\"}");
    QVERIFY(verify(good, m_signer.key(), payloadtype::Decision));
    const auto refusesFlips = [&](qsizetype size, auto flip) {
        for (qsizetype bit = 0; bit < size * 8; ++bit) {
            Envelope bad = good;
            flip(bad, bit / 8, static_cast<char>(1 << (bit % 8)));
            if (verify(bad, m_signer.key(), payloadtype::Decision))
                return false;
        }
        return true;
    };
    QVERIFY(refusesFlips(good.payload.size(), [](Envelope &e, qsizetype at, char bit) { e.payload[at] = static_cast<char>(e.payload[at] ^ bit); }));
    QVERIFY(refusesFlips(64, [](Envelope &e, qsizetype at, char bit) { e.signatures[0].signature[at] = static_cast<char>(e.signatures[0].signature[at] ^ bit); }));
    QVERIFY(refusesFlips(good.payloadType.size(), [](Envelope &e, qsizetype at, char bit) { e.payloadType[at] = QChar(static_cast<char16_t>(e.payloadType[at].unicode() ^ bit)); }));
}

void EnvelopeTest::everyTextFlipIsRefused()
{
    // The same on the written form: a flip yields another document or none, or touches only the hint.
    const Envelope good = Envelope::sign(m_signer, payloadtype::Event, "{\"a\":1}");
    const QByteArray text = good.toBytes();
    int harmless = 0;
    for (qsizetype bit = 0; bit < text.size() * 8; ++bit) {
        QByteArray bad = text;
        bad[bit / 8] = static_cast<char>(bad[bit / 8] ^ (1 << (bit % 8)));
        const auto envelope = Envelope::fromBytes(bad);
        if (!envelope || !verify(*envelope, m_signer.key(), payloadtype::Event))
            continue;
        QCOMPARE(envelope->payload, good.payload);
        QCOMPARE(envelope->idDigest(), good.idDigest());
        ++harmless;
    }
    QVERIFY2(harmless > 0 && harmless < (m_signer.key().hint().size() + 12) * 8, qPrintable(QString::number(harmless)));
}

void EnvelopeTest::strayBase64BitsAreRefused()
{
    const auto written = [](const QString &payload, const QString &signature) {
        return JsonBuilder().add(QStringLiteral("payload"), payload).add(QStringLiteral("payloadType"), QStringLiteral("t"))
            .add(QStringLiteral("signatures"), JsonArray{JsonBuilder().add(QStringLiteral("keyid"), QString()).add(QStringLiteral("sig"), signature).build()}).build();
    };
    const QString signature = toBase64(QByteArray(64, '\0'));
    QVERIFY(Envelope::fromJson(written(QStringLiteral("AAAA"), signature)));
    QVERIFY(Envelope::fromJson(written(QStringLiteral("AA=="), signature)));
    for (const QString &stray : {QStringLiteral("AB=="), QStringLiteral("AP=="), QStringLiteral("AAB="), QStringLiteral("AA"), QStringLiteral("AAA"), QStringLiteral("AAAA\n"), QStringLiteral("+_AA")}) {
        const auto envelope = Envelope::fromJson(written(stray, signature));
        QVERIFY2(!envelope && envelope.error().kind == Kind::StrayBase64, qPrintable(stray));
        QCOMPARE(envelope.error().member, QStringLiteral("payload"));
    }
    for (const char16_t last : {u'B', u'P'}) {
        QString stray = signature;
        stray[85] = QChar(last);
        const auto envelope = Envelope::fromJson(written(QStringLiteral("AAAA"), stray));
        QVERIFY(!envelope && envelope.error().kind == Kind::StrayBase64);
        QCOMPARE(envelope.error().member, QStringLiteral("signatures[0].sig"));
    }
}

void EnvelopeTest::typeIsChecked()
{
    const Envelope envelope = Envelope::sign(m_signer, payloadtype::Request, "{}");
    const auto result = verify(envelope, m_signer.key(), payloadtype::Command);
    QVERIFY(!result && result.error().kind == Kind::WrongPayloadType);
    // What does not verify is not even asked for its type.
    const SeedSigner other(QStringLiteral("other"), SecretBytes::random(32));
    const auto foreign = verify(envelope, other.key(), payloadtype::Command);
    QVERIFY(!foreign && foreign.error().kind == Kind::BadSignature);
}

void EnvelopeTest::countsSignatures()
{
    Envelope envelope = Envelope::sign(m_signer, payloadtype::Request, "{}");
    envelope.signatures.push_back(envelope.signatures.front());
    const auto two = verify(envelope, m_signer.key(), payloadtype::Request);
    QVERIFY(!two && two.error().kind == Kind::SignatureCount);
    envelope.signatures.clear();
    const auto none = verify(envelope, m_signer.key(), payloadtype::Request);
    QVERIFY(!none && none.error().kind == Kind::SignatureCount);
}

void EnvelopeTest::severalKeys()
{
    const SeedSigner second(QStringLiteral("second"), SecretBytes::random(32));
    Envelope envelope = Envelope::sign(m_signer, payloadtype::Enrol, "{}");
    envelope.signatures.push_back(Envelope::sign(second, payloadtype::Enrol, "{}").signatures.front());
    const std::vector<VerifierKey> keys = {m_signer.key(), second.key()};
    QVERIFY(verifyAll(envelope, keys, payloadtype::Enrol));
    std::swap(envelope.signatures[0], envelope.signatures[1]);
    QVERIFY(verifyAll(envelope, keys, payloadtype::Enrol));
    const auto refused = [&](const std::vector<VerifierKey> &by, Kind kind) {
        const auto result = verifyAll(envelope, by, payloadtype::Enrol);
        return !result && result.error().kind == kind;
    };
    QVERIFY(refused({}, Kind::SignatureCount));
    QVERIFY(refused({m_signer.key()}, Kind::SignatureCount));
    QVERIFY(refused({m_signer.key(), m_signer.key()}, Kind::SignatureCount));
    QVERIFY(refused({m_signer.key(), second.key(), VerifierKey{}}, Kind::SignatureCount));
    envelope.signatures[0] = envelope.signatures[1];
    QVERIFY(refused(keys, Kind::BadSignature));
}

void EnvelopeTest::unknownMembersAreIgnored()
{
    const Envelope envelope = Envelope::sign(m_signer, payloadtype::Request, "{}");
    QByteArray text = envelope.toBytes();
    text.insert(text.size() - 1, R"(,"extra":{"deep":[1]})");
    const auto read = Envelope::fromBytes(text);
    QVERIFY(read);
    QVERIFY(verify(*read, m_signer.key(), payloadtype::Request));
    QCOMPARE(read->toBytes(), envelope.toBytes());
}

void EnvelopeTest::malformed_data()
{
    QTest::addColumn<QByteArray>("text");
    QTest::addColumn<QString>("member");
    const QByteArray sig = '"' + QByteArray(64, '\0').toBase64() + '"';
    const auto row = [](const char *name, const QByteArray &text, const char *member) { QTest::newRow(name) << text << QString::fromLatin1(member); };
    row("array", "[]", "payload");
    row("no payload", R"({"payloadType":"t","signatures":[]})", "payload");
    row("payload kind", R"({"payload":1,"payloadType":"t","signatures":[]})", "payload");
    row("no type", R"({"payload":"","signatures":[]})", "payloadType");
    row("no signatures", R"({"payload":"","payloadType":"t"})", "signatures");
    row("empty signatures", R"({"payload":"","payloadType":"t","signatures":[]})", "signatures");
    row("many signatures", R"({"payload":"","payloadType":"t","signatures":[0,0,0,0,0,0,0,0,0]})", "signatures");
    row("signature kind", R"({"payload":"","payloadType":"t","signatures":[7]})", "signatures[0].sig");
    row("short signature", R"({"payload":"","payloadType":"t","signatures":[{"sig":"AAAA"}]})", "signatures[0].sig");
    row("hint kind", R"({"payload":"","payloadType":"t","signatures":[{"keyid":1,"sig":)" + sig + "}]}", "signatures[0].keyid");
}

void EnvelopeTest::malformed()
{
    QFETCH(QByteArray, text);
    QFETCH(QString, member);
    const auto envelope = Envelope::fromBytes(text);
    QVERIFY(!envelope);
    QCOMPARE(envelope.error().member, member);
    const auto twice = Envelope::fromBytes(R"({"payload":"","payload":"","payloadType":"t","signatures":[]})");
    QVERIFY(!twice && twice.error().kind == Kind::NotJson);
}

QTEST_GUILESS_MAIN(EnvelopeTest)
#include "envelope_test.moc"
