// SPDX-License-Identifier: Apache-2.0
#include "core/signer.h"
#include "core/vectors.h"

#include <sodium.h>

#include <algorithm>
#include <array>
#include <cstring>

using namespace holdfast;

class SignaturesTest final : public QObject
{
    Q_OBJECT

private Q_SLOTS:
    void initTestCase() { initialiseCryptography(); }
    void wycheproof();
    void lowOrderKeyIsRefused();
    void mixedOrderKeyIsRefused();
    void verifierKeys();
    void verifierKeysRefused();
    void mangledVerifierKeysRefused();
    void signsRfc8032();
    void secretsMove();
    void seedLeavesNoTrace();
};

namespace {

PublicKeyBytes keyOf(const QByteArray &bytes)
{
    PublicKeyBytes key{};
    std::copy_n(bytes.begin(), std::min<qsizetype>(bytes.size(), 32), key.begin());
    return key;
}

SecretBytes seedOf(const char *hex)
{
    QByteArray bytes = QByteArray::fromHex(hex);
    return SecretBytes::take(bytes);
}

/// Counts where `masked` ^ mask stands in this process's writable memory; what is sought is itself never in memory.
class MemoryScan final
{
public:
    static constexpr unsigned char mask = 0xA5;

    MemoryScan()
        : m_memory(QStringLiteral("/proc/self/mem"))
        , m_buffer(1 << 20, '\0')
    {
        m_open = m_memory.open(QIODevice::ReadOnly | QIODevice::Unbuffered);
    }

    [[nodiscard]] bool isOpen() const { return m_open; }

    int count(const QByteArray &masked)
    {
        QFile maps(QStringLiteral("/proc/self/maps"));
        if (!maps.open(QIODevice::ReadOnly))
            return -1;
        int hits = 0;
        for (const QByteArray &line : maps.readAll().split('\n')) {
            const QList<QByteArray> fields = line.simplified().split(' ');
            if (fields.size() < 2 || !fields[1].startsWith("rw"))
                continue;
            const QList<QByteArray> ends = fields[0].split('-');
            hits += countIn(ends[0].toULongLong(nullptr, 16), ends[1].toULongLong(nullptr, 16), masked);
        }
        return hits;
    }

private:
    int countIn(quint64 from, quint64 to, const QByteArray &masked)
    {
        if (to - from > (quint64{1} << 30))
            return 0; // reserved, not used
        int hits = 0;
        const auto overlap = static_cast<quint64>(masked.size() - 1);
        for (quint64 at = from; at < to; at += static_cast<quint64>(m_buffer.size()) - overlap) {
            const qint64 size = std::min<qint64>(m_buffer.size(), static_cast<qint64>(to - at));
            if (!m_memory.seek(static_cast<qint64>(at)) || m_memory.read(m_buffer.data(), size) != size)
                break;
            hits += countInBuffer(size, masked);
        }
        m_buffer.fill('\0');
        return hits;
    }

    int countInBuffer(qint64 size, const QByteArray &masked) const
    {
        int hits = 0;
        const auto same = [](char wanted, char memory) { return static_cast<unsigned char>(memory) == (static_cast<unsigned char>(wanted) ^ mask); };
        const char *at = m_buffer.constData();
        const char *const end = at + size - masked.size() + 1;
        const int first = static_cast<unsigned char>(masked[0]) ^ mask;
        while (at < end && (at = static_cast<const char *>(std::memchr(at, first, static_cast<std::size_t>(end - at)))) != nullptr) {
            hits += std::equal(masked.begin(), masked.end(), at, same) ? 1 : 0;
            ++at;
        }
        return hits;
    }

    QFile m_memory;
    QByteArray m_buffer;
    bool m_open = false;
};

QByteArray maskedCopy(const unsigned char *bytes, std::size_t size)
{
    QByteArray out;
    for (std::size_t i = 0; i < size; ++i)
        out.append(static_cast<char>(bytes[i] ^ MemoryScan::mask));
    return out;
}

} // namespace

void SignaturesTest::wycheproof()
{
    NEED_VECTORS();
    int cases = 0;
    for (const QJsonValue &group : vectorObject(QStringLiteral("wycheproof/ed25519_test.json"))[QStringLiteral("testGroups")].toArray()) {
        const PublicKeyBytes key = keyOf(fromHex(group[QStringLiteral("publicKey")][QStringLiteral("pk")]));
        for (const QJsonValue &test : group[QStringLiteral("tests")].toArray()) {
            const bool valid = test[QStringLiteral("result")].toString() == QStringLiteral("valid");
            const bool verified = verifySignature(key, fromHex(test[QStringLiteral("msg")]), fromHex(test[QStringLiteral("sig")]));
            QVERIFY2(verified == valid, qPrintable(QString::number(test[QStringLiteral("tcId")].toInt())));
            ++cases;
        }
    }
    QCOMPARE(cases, 151);
}

void SignaturesTest::lowOrderKeyIsRefused()
{
    PublicKeyBytes key{1};
    QByteArray signature(64, '\0');
    signature[0] = 1;
    for (const char *message : {"", "release everything", "x"})
        QVERIFY(!verifySignature(key, message, signature));
    for (const VerifierKey::Type type : {VerifierKey::Type::Ed25519, VerifierKey::Type::Cosignature})
        QVERIFY(!VerifierKey::parse(VerifierKey{QStringLiteral("low"), type, key}.toString()));
    QVERIFY(!VerifierKey::parse(VerifierKey{QStringLiteral("zero"), VerifierKey::Type::Ed25519, {}}.toString()));
    PublicKeyBytes unreduced;
    unreduced.fill(0xff);
    QVERIFY(!VerifierKey::parse(VerifierKey{QStringLiteral("beyond"), VerifierKey::Type::Ed25519, unreduced}.toString()));
}

void SignaturesTest::mixedOrderKeyIsRefused()
{
    // A good key plus the point of order two: libsodium alone accepts the signatures whose challenge is even.
    std::array<unsigned char, 32> pair[2]; // scalar and its point
    crypto_core_ed25519_scalar_random(pair[0].data());
    QCOMPARE(crypto_scalarmult_ed25519_base_noclamp(pair[1].data(), pair[0].data()), 0);
    PublicKeyBytes orderTwo, mixed;
    orderTwo.fill(0xff);
    orderTwo.front() = 0xec;
    orderTwo.back() = 0x7f;
    QCOMPARE(crypto_core_ed25519_add(mixed.data(), pair[1].data(), orderTwo.data()), 0);
    QVERIFY(!VerifierKey::parse(VerifierKey{QStringLiteral("mixed"), VerifierKey::Type::Ed25519, mixed}.toString()));
    int acceptedBySodium = 0;
    for (int i = 0; i < 64; ++i) {
        std::array<unsigned char, 32> nonce, challenge, product;
        std::array<unsigned char, 64> hash, signature;
        const QByteArray message = QByteArray::number(i);
        crypto_core_ed25519_scalar_random(nonce.data());
        QCOMPARE(crypto_scalarmult_ed25519_base_noclamp(signature.data(), nonce.data()), 0);
        const QByteArray hashed = QByteArrayView(signature.data(), 32).toByteArray() + QByteArrayView(mixed.data(), 32).toByteArray() + message;
        crypto_hash_sha512(hash.data(), reinterpret_cast<const unsigned char *>(hashed.constData()), static_cast<unsigned long long>(hashed.size()));
        crypto_core_ed25519_scalar_reduce(challenge.data(), hash.data());
        crypto_core_ed25519_scalar_mul(product.data(), challenge.data(), pair[0].data());
        crypto_core_ed25519_scalar_add(signature.data() + 32, product.data(), nonce.data());
        const auto *text = reinterpret_cast<const unsigned char *>(message.constData());
        acceptedBySodium += crypto_sign_verify_detached(signature.data(), text, static_cast<unsigned long long>(message.size()), mixed.data()) == 0 ? 1 : 0;
        QVERIFY(!verifySignature(mixed, message, QByteArrayView(signature.data(), 64)));
    }
    QVERIFY(acceptedBySodium > 0);
}

void SignaturesTest::verifierKeys()
{
    for (const QString &text : {QStringLiteral("example.com/foo+530d903a+AekyeRrm56hApGFkyQR4ZCbV54Id2LKaANYcrnKv3U2k"),
             QStringLiteral("PeterNeumann+c74f20a3+ARpc2QcUPDhMQegwxbzhKqiBfsVkmqq/LDE4izWy10TW")}) {
        const auto key = VerifierKey::parse(text);
        QVERIFY(key);
        QCOMPARE(key->toString(), text);
        QCOMPARE(key->hint(), text.left(text.lastIndexOf(u'+')));
    }
    const SeedSigner witness(QStringLiteral("witness"), SecretBytes::random(32), VerifierKey::Type::Cosignature);
    QCOMPARE(*VerifierKey::parse(witness.key().toString()), witness.key());
}

void SignaturesTest::verifierKeysRefused()
{
    const VerifierKey key = SeedSigner(QStringLiteral("k"), SecretBytes::random(32)).key();
    const auto named = [&](const QString &name) { return VerifierKey{name, key.type, key.bytes}.toString(); };
    QVERIFY(VerifierKey::parse(named(QStringLiteral("a/b.c-d"))));
    for (const QString &name : {QString(), QStringLiteral("a b"), QStringLiteral("a+b"), QStringLiteral("a\n"), QStringLiteral("a\u00a0b"), QStringLiteral("a\u3000"), QStringLiteral("a\u202eb"), QStringLiteral("a\u200b")})
        QVERIFY2(!VerifierKey::parse(named(name)), qPrintable(name));
    QString upper = key.toString();
    upper.replace(2, 8, upper.mid(2, 8).toUpper());
    QVERIFY(upper == key.toString() || !VerifierKey::parse(upper));
    QString otherType = VerifierKey{key.name, static_cast<VerifierKey::Type>(2), key.bytes}.toString();
    QVERIFY(!VerifierKey::parse(otherType));
}

void SignaturesTest::mangledVerifierKeysRefused()
{
    NEED_VECTORS();
    for (const QJsonValue &bad : vectorObject(QStringLiteral("signed-note/note_vectors.json"))[QStringLiteral("vkeys_bad")].toArray())
        QVERIFY(!VerifierKey::parse(bad.toString()));
    const QString good = QStringLiteral("PeterNeumann+c74f20a3+ARpc2QcUPDhMQegwxbzhKqiBfsVkmqq/LDE4izWy10TW");
    int refused = 0;
    for (qsizetype from = 0; from < good.size(); ++from) {
        for (qsizetype to = from + 1; to <= good.size(); ++to)
            refused += to - from < good.size() && !VerifierKey::parse(QStringView(good).mid(from, to - from)) ? 1 : 0;
        QString raised = good;
        raised[from] = QChar(static_cast<char16_t>(raised[from].unicode() + 1));
        refused += !VerifierKey::parse(raised) ? 1 : 0;
    }
    QCOMPARE(refused, 2210 + 66);
}

void SignaturesTest::signsRfc8032()
{
    const SeedSigner first(QStringLiteral("one"), seedOf("9d61b19deffd5a60ba844af492ec2cc44449c5697b326919703bac031cae7f60"));
    const SignatureBytes signature = first.sign({});
    QCOMPARE(QByteArray(reinterpret_cast<const char *>(signature.data()), 64).toHex(),
        QByteArray("e5564300c360ac729086e2cc806e828a84877f1eb8e5d974d873e065224901555fb8821590a33bacc61e39701cf9b46bd25bf5f0595bbe24655141438e7a100b"));
    QVERIFY(verifySignature(first.key().bytes, {}, QByteArrayView(signature.data(), 64)));
    QVERIFY(!verifySignature(first.key().bytes, "x", QByteArrayView(signature.data(), 64)));
    QVERIFY(!verifySignature(first.key().bytes, {}, QByteArrayView(signature.data(), 63)));
}

void SignaturesTest::secretsMove()
{
    QByteArray source("0123456789abcdef");
    source.detach();
    const char *const where = source.constData();
    QByteArray keepsTheBlock = source;
    SecretBytes secret = SecretBytes::take(source);
    QVERIFY(source.isEmpty());
    QCOMPARE(QByteArray(where, 16), QByteArray(16, '\0'));
    QCOMPARE(QByteArray(reinterpret_cast<const char *>(secret.data()), 16), QByteArray("0123456789abcdef"));
    SecretBytes moved = std::move(secret);
    QCOMPARE(moved.size(), 16u);
    SecretBytes other = SecretBytes::random(4);
    other = std::move(moved);
    QCOMPARE(other.size(), 16u);
    QCOMPARE(other.data()[0], static_cast<unsigned char>('0'));
}

void SignaturesTest::seedLeavesNoTrace()
{
#ifdef __SANITIZE_ADDRESS__
    QSKIP("a sanitizer maps terabytes and keeps what was freed");
#endif
    MemoryScan scan;
    if (!scan.isOpen())
        QSKIP("/proc/self/mem cannot be read here");
    SecretBytes seed = SecretBytes::random(32);
    SecretBytes expanded(64);
    crypto_hash_sha512(expanded.data(), seed.data(), 32);
    expanded.data()[0] &= 248;
    expanded.data()[31] = static_cast<unsigned char>((expanded.data()[31] & 63) | 64);
    // Either half of the seed, the scalar and the prefix: half of one betrays enough.
    const QList<QByteArray> sought = {maskedCopy(seed.data(), 16), maskedCopy(seed.data() + 16, 16), maskedCopy(expanded.data(), 32), maskedCopy(expanded.data() + 32, 32)};
    expanded = SecretBytes(1);
    {
        const SeedSigner signer(QStringLiteral("k"), std::move(seed));
        for (int i = 0; i < 20; ++i) {
            const SignatureBytes signature = signer.sign(QByteArray(1000 * i, 'm'));
            QVERIFY(verifySignature(signer.key().bytes, QByteArray(1000 * i, 'm'), QByteArrayView(signature.data(), 64)));
        }
        QCOMPARE(scan.count(sought[0]), 1); // the signer's own copy, in guarded memory: the scan does find
        QCOMPARE(scan.count(sought[1]), 1);
        QCOMPARE(scan.count(sought[2]), 0);
        QCOMPARE(scan.count(sought[3]), 0);
    }
    for (const QByteArray &masked : sought)
        QCOMPARE(scan.count(masked), 0);
}

QTEST_GUILESS_MAIN(SignaturesTest)
#include "signatures_test.moc"
