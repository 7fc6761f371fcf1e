// SPDX-License-Identifier: Apache-2.0
#include "core/signer.h"
#include "ledger/checkpoint.h"
#include "link/pins.h"

#include <QFile>
#include <QTemporaryDir>
#include <QTest>

using namespace holdfast;

/// What was pinned stays pinned.
class PinsTest final : public QObject
{
    Q_OBJECT

private Q_SLOTS:
    void initTestCase() { initialiseCryptography(); }
    void survives();
    void neverChangesAKey();
    void neverGoesBack();
    void damagedIsNotAFirstMeeting();
    void lists();
};

namespace {

const QString Gate = QStringLiteral("g.example/gate");

struct Keys final
{
    SeedSigner key{Gate, SecretBytes::random(32)};
    SeedSigner ledger{Gate + QStringLiteral("/ledger"), SecretBytes::random(32)};
    SeedSigner perform{Gate + QStringLiteral("/perform"), SecretBytes::random(32)};

    [[nodiscard]] Pins pins(std::int64_t size) const
    {
        return {Gate, QStringLiteral("ws://127.0.0.1:1/v1"), {key.key(), ledger.key(), perform.key()}, sha256("registry 0"), note(size)};
    }
    [[nodiscard]] QByteArray note(std::int64_t size) const { return signCheckpoint({Gate, size, sha256(QByteArray::number(qint64{size}))}, ledger); }
};

} // namespace

void PinsTest::survives()
{
    const QTemporaryDir dir;
    const Keys keys;
    const PinFile file(keys.key.key(), dir.filePath(QStringLiteral("pins")));
    QVERIFY(file.load() && !file.load()->has_value());
    QVERIFY(file.save(keys.pins(5)));
    const auto back = file.load();
    QVERIFY(back && back->has_value());
    QCOMPARE((*back)->keys, keys.pins(5).keys);
    QCOMPARE((*back)->checkpoint, keys.note(5));
    QCOMPARE((*back)->firstRegistry, std::optional(sha256("registry 0")));
    QCOMPARE(QFile::permissions(file.path()) & (QFile::ReadGroup | QFile::ReadOther), QFile::Permissions());
}

void PinsTest::neverChangesAKey()
{
    const QTemporaryDir dir;
    const Keys keys;
    const Keys other;
    const PinFile file(keys.key.key(), dir.path());
    QVERIFY(file.save(keys.pins(5)));
    for (int which = 0; which < 4; ++which) {
        Pins changed = keys.pins(6);
        if (which == 0)
            changed.keys.ledgerKey = other.ledger.key();
        else if (which == 1)
            changed.keys.performKey = other.perform.key();
        else if (which == 2)
            changed.gate = QStringLiteral("h.example/gate");
        else
            changed.firstRegistry = sha256("another registry 0");
        QVERIFY(!file.save(changed));
    }
    QCOMPARE((*file.load())->checkpoint, keys.note(5));
}

void PinsTest::neverGoesBack()
{
    const QTemporaryDir dir;
    const Keys keys;
    const PinFile file(keys.key.key(), dir.path());
    QVERIFY(file.save(keys.pins(9)));
    Pins lower = keys.pins(5);
    lower.firstRegistry.reset();
    QVERIFY(file.save(lower));
    QCOMPARE((*file.load())->checkpoint, keys.note(9));
    QVERIFY((*file.load())->firstRegistry.has_value());
    QVERIFY(file.save(keys.pins(10)));
    QCOMPARE((*file.load())->checkpoint, keys.note(10));
}

void PinsTest::damagedIsNotAFirstMeeting()
{
    const QTemporaryDir dir;
    const Keys keys;
    const PinFile pins(keys.key.key(), dir.path());
    QVERIFY(pins.save(keys.pins(5)));
    QFile file(pins.path());
    QVERIFY(file.open(QIODevice::ReadOnly));
    const QByteArray good = file.readAll();
    file.close();
    for (const QByteArray &bytes : {QByteArray(), good.chopped(1), QByteArray("{}"), QByteArray(good).replace("\"version\":1", "\"version\":2")}) {
        QVERIFY(file.open(QIODevice::WriteOnly | QIODevice::Truncate));
        file.write(bytes);
        file.close();
        QVERIFY(!pins.load());
        QVERIFY(!pins.save(keys.pins(6)));
    }
}

void PinsTest::lists()
{
    const QTemporaryDir dir;
    const Keys one;
    const Keys two;
    QVERIFY(PinFile(one.key.key(), dir.path()).save(one.pins(1)) && PinFile(two.key.key(), dir.path()).save(two.pins(1)));
    QCOMPARE(allPins(dir.path()).size(), std::size_t{2});
    QVERIFY(PinFile(one.key.key(), dir.path()).remove());
    QCOMPARE(allPins(dir.path()).size(), std::size_t{1});
    QVERIFY(allPins(dir.filePath(QStringLiteral("nowhere"))).empty());
}

QTEST_GUILESS_MAIN(PinsTest)
#include "pins_test.moc"
