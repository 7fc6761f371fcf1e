// SPDX-License-Identifier: Apache-2.0
#include "core/envelope.h"
#include "core/samples.h"

#include <QTest>

#include <algorithm>

using namespace holdfast;
using samples::Sample;

Q_DECLARE_METATYPE(holdfast::samples::Sample)

/// No bit of a signed document can change: payload, payload type and signature, for every kind of document.
class TamperingTest final : public QObject
{
    Q_OBJECT

private Q_SLOTS:
    void initTestCase() { initialiseCryptography(); }
    void everyBit_data();
    void everyBit();
    void everyOtherType_data() { everyBit_data(); }
    void everyOtherType();
    void everyEnrollingKeySigns();
    void strayBitsInPayloads();
};

namespace {

QByteArray flipped(QByteArray bytes, qsizetype bit)
{
    bytes[bit / 8] = static_cast<char>(bytes.at(bit / 8) ^ (1 << (bit % 8)));
    return bytes;
}

} // namespace

void TamperingTest::everyBit_data()
{
    QTest::addColumn<Sample>("sample");
    std::map<QString, Sample> shortest; // a longer document of the same kind only takes longer
    for (const Sample &sample : samples::all()) {
        const auto [found, isNew] = shortest.emplace(sample.schema, sample);
        if (!isNew && sample.payload.size() < found->second.payload.size())
            found->second = sample;
    }
    QCOMPARE(shortest.size(), std::size_t{11});
    for (const auto &[schema, sample] : shortest)
        QTest::newRow(qPrintable(schema)) << sample;
}

void TamperingTest::everyBit()
{
    QFETCH(Sample, sample);
    const SeedSigner signer = samples::signer(QStringLiteral("alice"));
    const Envelope good = Envelope::sign(signer, sample.payloadType, sample.payload);
    QVERIFY(verify(good, signer.key(), sample.payloadType));
    for (qsizetype bit = 0; bit < good.payload.size() * 8; ++bit) {
        Envelope bad = good;
        bad.payload = flipped(bad.payload, bit);
        QVERIFY2(!verify(bad, signer.key(), sample.payloadType), qPrintable(QStringLiteral("payload bit %1").arg(bit)));
        QVERIFY(bad.idDigest() != good.idDigest());
    }
    const QByteArray type = good.payloadType.toUtf8();
    for (qsizetype bit = 0; bit < type.size() * 8; ++bit) {
        Envelope bad = good;
        const QByteArray other = flipped(type, bit);
        bad.payloadType = QString::fromLatin1(other);
        QVERIFY2(!verify(bad, signer.key(), sample.payloadType), qPrintable(QStringLiteral("type bit %1").arg(bit)));
        // Even one who expected that type is not taken in: the signature covers it.
        QVERIFY(!verify(bad, signer.key(), other.constData()));
    }
    for (qsizetype bit = 0; bit < 64 * 8; ++bit) {
        Envelope bad = good;
        bad.signatures.front().signature = flipped(bad.signatures.front().signature, bit);
        QVERIFY2(!verify(bad, signer.key(), sample.payloadType), qPrintable(QStringLiteral("signature bit %1").arg(bit)));
    }
}

void TamperingTest::everyOtherType()
{
    QFETCH(Sample, sample);
    const SeedSigner signer = samples::signer(QStringLiteral("alice"));
    const Envelope good = Envelope::sign(signer, sample.payloadType, sample.payload);
    for (const Sample &other : samples::all())
        QCOMPARE(static_cast<bool>(verify(good, signer.key(), other.payloadType)), other.schema == sample.schema);
    QVERIFY(!verify(good, samples::key(QStringLiteral("bob")), sample.payloadType));
}

void TamperingTest::everyEnrollingKeySigns()
{
    const SeedSigner first = samples::signer(QStringLiteral("carol"));
    const SeedSigner second = samples::signer(QStringLiteral("carol-session"));
    const std::vector<Sample> every = samples::all();
    const auto enrol = std::find_if(every.begin(), every.end(), [](const Sample &each) { return each.schema == u"enrol"; });
    Envelope both = Envelope::sign(first, payloadtype::Enrol, enrol->payload);
    QVERIFY(!verifyAll(both, {first.key(), second.key()}, payloadtype::Enrol));
    both.signatures.push_back(Envelope::sign(second, payloadtype::Enrol, enrol->payload).signatures.front());
    QVERIFY(verifyAll(both, {first.key(), second.key()}, payloadtype::Enrol));
    for (qsizetype bit = 0; bit < both.payload.size() * 8; ++bit) {
        Envelope bad = both;
        bad.payload = flipped(bad.payload, bit);
        QVERIFY(!verifyAll(bad, {first.key(), second.key()}, payloadtype::Enrol));
    }
    for (qsizetype bit = 0; bit < both.payloadType.size() * 8; ++bit) {
        Envelope bad = both;
        bad.payloadType = QString::fromLatin1(flipped(both.payloadType.toUtf8(), bit));
        QVERIFY(!verifyAll(bad, {first.key(), second.key()}, payloadtype::Enrol));
    }
    for (std::size_t which : {std::size_t{0}, std::size_t{1}}) {
        for (qsizetype bit = 0; bit < 64 * 8; ++bit) {
            Envelope bad = both;
            bad.signatures[which].signature = flipped(bad.signatures[which].signature, bit);
            QVERIFY(!verifyAll(bad, {first.key(), second.key()}, payloadtype::Enrol));
        }
    }
}

void TamperingTest::strayBitsInPayloads()
{
    // What is base64 inside a payload has one way to be written, too: else two payloads would say the same.
    static const QByteArray alphabet = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/";
    QStringList kinds;
    for (const Sample &sample : samples::all()) {
        for (qsizetype at = sample.payload.indexOf("=\""); at >= 0; at = sample.payload.indexOf("=\"", at + 1)) {
            const qsizetype last = sample.payload.at(at - 1) == '=' ? at - 2 : at - 1;
            QByteArray stray = sample.payload;
            stray[last] = alphabet.at(alphabet.indexOf(stray.at(last)) + 1);
            QVERIFY(sample.rewrite(sample.payload));
            QVERIFY2(!sample.rewrite(stray), stray.constData());
            kinds.append(sample.schema);
        }
    }
    kinds.removeDuplicates();
    kinds.sort();
    QCOMPARE(kinds.join(u' '), QStringLiteral("command decision enrol grant receipt request session session-open"));
}

QTEST_GUILESS_MAIN(TamperingTest)
#include "tampering_test.moc"
