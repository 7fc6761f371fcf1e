// SPDX-License-Identifier: Apache-2.0
#include "core/envelope.h"
#include "keys/decidingkey.h"

#include <QFile>
#include <QTest>

#include <sodium.h>

#include <algorithm>
#include <array>
#include <optional>

using namespace holdfast;

/// The deciding seed at rest is only ever wrapped, and in memory only while one signature is made.
class DecidingTest final : public QObject
{
    Q_OBJECT

private Q_SLOTS:
    void initTestCase() { initialiseCryptography(); }
    void format();
    void everyBitIsBound();
    void wrongPassphrase();
    void oneSignatureOnly();
    void session();
    void anotherKeysSeed();
    void costs();
    void nothingRemainsInMemory();
};

namespace {

constexpr ArgonCost Cheap{1, 64};

SecretBytes secret(const char *text)
{
    QByteArray bytes(text);
    bytes.detach();
    return SecretBytes::take(bytes);
}

struct Kept final
{
    VerifierKey key;
    WrappedSeed wrapped;
};
Kept kept(const char *passphrase)
{
    const SeedSigner signer(QStringLiteral("ops-lead"), SecretBytes::random(32));
    return {signer.key(), *WrappedSeed::wrap(signer.seed(), secret(passphrase), Cheap)};
}

bool signs(const Signer &signer, const VerifierKey &key)
{
    const SignatureBytes signature = signer.sign("message");
    return verifySignature(key.bytes, "message", QByteArrayView(reinterpret_cast<const char *>(signature.data()), 64));
}

/// How often the bytes whose complement is `inverted` stand in this process's writable memory; nullopt where it cannot be read.
std::optional<int> occurrences(const QByteArray &inverted)
{
    QFile maps(QStringLiteral("/proc/self/maps"));
    QFile memory(QStringLiteral("/proc/self/mem"));
    if (!maps.open(QIODevice::ReadOnly) || !memory.open(QIODevice::ReadOnly | QIODevice::Unbuffered))
        return std::nullopt;
    int found = 0;
    static std::array<char, 65536 + 31> window; // overlaps, so that nothing hides on an edge
    const QList<QByteArray> regions = maps.readAll().split('\n');
    for (const QByteArray &region : regions) {
        const QList<QByteArray> words = region.simplified().split(' ');
        if (words.size() < 2 || !words[1].startsWith("rw"))
            continue;
        const qsizetype dash = words[0].indexOf('-');
        const quint64 from = words[0].first(dash).toULongLong(nullptr, 16);
        const quint64 to = words[0].sliced(dash + 1).toULongLong(nullptr, 16);
        for (quint64 at = from; at < to; at += 65536) {
            if (at >= reinterpret_cast<quintptr>(window.data()) - 65536 && at < reinterpret_cast<quintptr>(window.data()) + window.size())
                continue; // the window sees itself
            if (!memory.seek(static_cast<qint64>(at)))
                break;
            const qint64 got = memory.read(window.data(), static_cast<qint64>(std::min<quint64>(to - at, window.size())));
            for (qint64 i = 0; i < got; ++i)
                window[static_cast<std::size_t>(i)] = static_cast<char>(~window[static_cast<std::size_t>(i)]);
            found += got > 0 ? static_cast<int>(QByteArray::fromRawData(window.data(), got).count(inverted)) : 0;
        }
    }
    sodium_memzero(window.data(), window.size());
    return found;
}

} // namespace

void DecidingTest::format()
{
    const Kept one = kept("correct horse");
    const QByteArray bytes = one.wrapped.toBytes();
    QCOMPARE(bytes.size(), WrappedSeed::Size);
    QVERIFY(bytes.startsWith("hfseed1\n"));
    QCOMPARE(bytes.mid(8, 8), QByteArray::fromHex("0000000100000040"));
    QCOMPARE(WrappedSeed::parse(bytes)->toBytes(), bytes);
    QVERIFY(!WrappedSeed::parse(bytes.chopped(1)));
    QVERIFY(!WrappedSeed::parse(bytes + 'x'));
    QVERIFY(!WrappedSeed::parse(QByteArray(bytes).replace("hfseed1", "hfseed2")));
    QVERIFY(kept("a").wrapped.salt != kept("a").wrapped.salt);
}

void DecidingTest::everyBitIsBound()
{
    const Kept one = kept("correct horse");
    const QByteArray bytes = one.wrapped.toBytes();
    for (qsizetype i = 16; i < bytes.size(); ++i) { // cost bytes change how long it takes, and are tried below
        QByteArray damaged = bytes;
        damaged[i] = static_cast<char>(damaged[i] ^ (1 << (i % 8)));
        const auto wrapped = WrappedSeed::parse(damaged);
        QVERIFY(!wrapped || !DecidingKey(one.key, *wrapped).unlock(secret("correct horse")));
    }
    QByteArray slower = bytes;
    slower[11] = 2;
    QVERIFY(!DecidingKey(one.key, *WrappedSeed::parse(slower)).unlock(secret("correct horse")));
}

void DecidingTest::wrongPassphrase()
{
    const Kept one = kept("correct horse");
    const DecidingKey key(one.key, one.wrapped);
    for (const char *wrong : {"correct hors", "Correct horse", "correct horse ", ""})
        QVERIFY(key.unlock(secret(wrong)).error() == UnlockError::WrongPassphrase);
    QVERIFY(!WrappedSeed::wrap(SecretBytes::random(32), secret(""), Cheap));
}

void DecidingTest::oneSignatureOnly()
{
    const Kept one = kept("correct horse");
    const auto signer = DecidingKey(one.key, one.wrapped).unlock(secret("correct horse"));
    QVERIFY(signer);
    QCOMPARE((*signer)->key(), one.key);
    QVERIFY(signs(**signer, one.key));
    QVERIFY(!signs(**signer, one.key));
    QCOMPARE((*signer)->sign("message"), SignatureBytes{});
}

void DecidingTest::session()
{
    const Kept one = kept("correct horse");
    const DecidingKey key(one.key, one.wrapped);
    const auto session = key.openSession(secret("correct horse"));
    QVERIFY(session);
    for (int i = 0; i < 3; ++i) {
        const auto signer = key.unlockWith(*session);
        QVERIFY(signer && signs(**signer, one.key));
        QVERIFY(!signs(**signer, one.key));
    }
    QVERIFY(key.unlockWith(SecretBytes::random(32)).error() == UnlockError::WrongPassphrase);
    QVERIFY(key.openSession(secret("wrong")).error() == UnlockError::WrongPassphrase);
}

void DecidingTest::anotherKeysSeed()
{
    const Kept one = kept("correct horse");
    const Kept other = kept("correct horse");
    QVERIFY(DecidingKey(one.key, other.wrapped).unlock(secret("correct horse")).error() == UnlockError::NotThisKey);
}

void DecidingTest::costs()
{
    const SecretBytes passphrase = secret("p");
    const QByteArray salt(ArgonSaltSize, 's');
    QVERIFY(wrappingKey(passphrase, salt, Cheap));
    QVERIFY(!wrappingKey(passphrase, salt, {0, 64}));
    QVERIFY(!wrappingKey(passphrase, salt, {17, 64}));
    QVERIFY(!wrappingKey(passphrase, salt, {1, 4}));
    QVERIFY(!wrappingKey(passphrase, salt, {1, 1024 * 1024 + 1}));
    QVERIFY(!wrappingKey(passphrase, salt.chopped(1), Cheap));
    Kept one = kept("correct horse");
    one.wrapped.cost.memoryKiB = 0xFFFFFFFF; // a planted blob cannot make the console take all memory
    QVERIFY(DecidingKey(one.key, one.wrapped).unlock(secret("correct horse")).error() == UnlockError::NoMemory);
}

void DecidingTest::nothingRemainsInMemory()
{
#ifdef __SANITIZE_ADDRESS__
    QSKIP("a sanitizer maps terabytes and keeps what was freed");
#endif
    QByteArray inverted; // so that the search does not find its own needle
    Kept one;
    {
        const SeedSigner signer(QStringLiteral("ops-lead"), SecretBytes::random(32));
        for (std::size_t i = 0; i < 32; ++i)
            inverted += static_cast<char>(~signer.seed().data()[i]);
        one = {signer.key(), *WrappedSeed::wrap(signer.seed(), secret("correct horse"), Cheap)};
        const auto here = occurrences(inverted);
        if (!here)
            QSKIP("this system does not let a process read its own memory");
        QCOMPARE(*here, 1); // the search finds what is there: the signer's seed
    }
    const DecidingKey key(one.key, one.wrapped);
    const auto session = key.openSession(secret("correct horse"));
    for (int i = 0; i < 3; ++i) {
        const auto signer = i == 0 ? key.unlock(secret("correct horse")) : key.unlockWith(*session);
        const Envelope envelope = Envelope::sign(**signer, payloadtype::Decision, QByteArray(200'000, 'x'));
        QVERIFY(verify(envelope, one.key, payloadtype::Decision));
        QCOMPARE(*occurrences(inverted), 0);
    }
}

QTEST_GUILESS_MAIN(DecidingTest)
#include "deciding_test.moc"
