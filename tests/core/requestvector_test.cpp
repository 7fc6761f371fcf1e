// SPDX-License-Identifier: Apache-2.0
#include "core/envelope.h"
#include "core/samples.h"

#include "core/vectors.h"

using namespace holdfast;

/// The worked example of the protocol (vectors/holdfast/request.json), through our own functions.
class RequestVectorTest final : public QObject
{
    Q_OBJECT

private Q_SLOTS:
    void initTestCase() { initialiseCryptography(); }
    void readsAndWritesTheSameBytes();
    void namesTheHold();
    void signsAsWritten();
};

namespace {

QJsonObject example()
{
    return vectorObject(QStringLiteral("holdfast/request.json"));
}

} // namespace

void RequestVectorTest::readsAndWritesTheSameBytes()
{
    NEED_VECTORS();
    const QByteArray payload = example()[QStringLiteral("payload")].toString().toUtf8();
    const auto request = Request::parse(payload);
    QVERIFY2(request, qPrintable(request ? QString() : request.error().sentence()));
    QCOMPARE(request->toPayload(), payload);
    QCOMPARE(request->gateKey.toString(), example()[QStringLiteral("gate_vkey")].toString());
    QCOMPARE(request->kind, QStringLiteral("sql"));
    QCOMPARE(std::get<SqlAction>(request->action).statements, QStringLiteral("DROP TABLE bookings CASCADE;"));
    QCOMPARE(request->actionBytes, QByteArray(R"({"statements":"DROP TABLE bookings CASCADE;"})"));
    QCOMPARE(request->claims.reversible, true);
    QVERIFY(!request->claims.ticket);
    QCOMPARE(formatInstant(request->createdAt), QStringLiteral("2026-11-22T10:00:00.000Z"));
    QVERIFY(request->blobs().empty());
}

void RequestVectorTest::namesTheHold()
{
    NEED_VECTORS();
    const QJsonObject vector = example();
    const QByteArray payload = vector[QStringLiteral("payload")].toString().toUtf8();
    const auto key = VerifierKey::parse(vector[QStringLiteral("vkey")].toString());
    QVERIFY(key);
    QCOMPARE(HoldId::of(key->bytes, payload).toString(), vector[QStringLiteral("hold_id")].toString());
    QCOMPARE(codeOf(sha256(payload)), vector[QStringLiteral("code_if_this_payload_were_a_hold")].toString());
    QCOMPARE(sha256(payload).toString(), vector[QStringLiteral("payload_digest")].toString());
}

void RequestVectorTest::signsAsWritten()
{
    NEED_VECTORS();
    const QJsonObject vector = example();
    QByteArray seed = QByteArray::fromHex(vector[QStringLiteral("seed")].toString().toLatin1());
    const SeedSigner signer(QStringLiteral("cursor-frontend"), SecretBytes::take(seed));
    QCOMPARE(signer.key().toString(), vector[QStringLiteral("vkey")].toString());
    const auto given = Envelope::fromBytes(QJsonDocument(vector[QStringLiteral("envelope")].toObject()).toJson());
    QVERIFY(given);
    QVERIFY(verify(*given, signer.key(), payloadtype::Request));
    const auto request = Request::parse(given->payload);
    QVERIFY(request);
    const Envelope ours = Envelope::sign(signer, payloadtype::Request, request->toPayload());
    QCOMPARE(ours.signatures.front().signature, given->signatures.front().signature);
    QCOMPARE(ours.idDigest().toString(), vector[QStringLiteral("id_digest")].toString());
}

QTEST_GUILESS_MAIN(RequestVectorTest)
#include "requestvector_test.moc"
