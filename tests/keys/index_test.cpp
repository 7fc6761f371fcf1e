// SPDX-License-Identifier: Apache-2.0
#include "core/signer.h"
#include "keys/keyindex.h"

#include <QFile>
#include <QTemporaryDir>
#include <QTest>

using namespace holdfast;

/// What was enrolled stays known, whatever the store says.
class IndexTest final : public QObject
{
    Q_OBJECT

private Q_SLOTS:
    void initTestCase() { initialiseCryptography(); }
    void survives();
    void damagedIsNotEmpty();
    void ofBeforeStoresWereNoted();
    void unwritable();
};

namespace {

KeyRecord record(const QString &gate, const QString &purpose, const char *at)
{
    const SeedSigner signer(QStringLiteral("ops-lead"), SecretBytes::random(32));
    return {gate, QStringLiteral("ops-lead"), purpose, signer.key(), QStringLiteral("id"), KeyPlace::SealedFile, *parseInstant(QString::fromLatin1(at)), {QStringLiteral("gnome-keyring-d"), QStringLiteral("Login"), QStringLiteral("/org/freedesktop/secrets/collection/login"), 1'795'000'000}};
}

} // namespace

void IndexTest::survives()
{
    const QTemporaryDir dir;
    const QString path = dir.filePath(QStringLiteral("new/keys.json"));
    auto index = KeyIndex::load(path);
    QVERIFY(index && index->records().empty());
    const KeyRecord older = record(QStringLiteral("a/gate"), QStringLiteral("decide"), "2026-11-22T10:00:00.000Z");
    const KeyRecord newer = record(QStringLiteral("a/gate"), QStringLiteral("decide"), "2026-11-22T11:00:00.000Z");
    QVERIFY(index->add(newer) && index->add(older));
    QVERIFY(index->add(record(QStringLiteral("b/gate"), QStringLiteral("session"), "2026-11-22T12:00:00.000Z")));
    const auto again = KeyIndex::load(path);
    QCOMPARE(again->records(), index->records());
    QCOMPARE(*again->find(u"a/gate", u"decide"), newer);
    QVERIFY(again->find(u"a/gate", u"session") == nullptr);
    QVERIFY(index->remove(newer.key));
    QCOMPARE(*KeyIndex::load(path)->find(u"a/gate", u"decide"), older);
    QCOMPARE(QFile::permissions(path) & (QFile::ReadGroup | QFile::ReadOther), QFile::Permissions());
}

void IndexTest::damagedIsNotEmpty()
{
    const QTemporaryDir dir;
    const QString path = dir.filePath(QStringLiteral("keys.json"));
    for (const char *bytes : {"", "{", "{}", R"({"version":2,"keys":[]})", R"({"version":1,"keys":[{}]})", R"({"version":1,"keys":[],"more":1})"}) {
        QFile file(path);
        QVERIFY(file.open(QIODevice::WriteOnly | QIODevice::Truncate));
        file.write(bytes);
        file.close();
        QVERIFY2(!KeyIndex::load(path), bytes);
    }
}

void IndexTest::ofBeforeStoresWereNoted()
{
    const QTemporaryDir dir;
    const QString path = dir.filePath(QStringLiteral("keys.json"));
    auto index = KeyIndex::load(path);
    auto old = record(QStringLiteral("a/gate"), QStringLiteral("decide"), "2026-11-22T10:00:00.000Z");
    old.store = {};
    QVERIFY(index->add(old));
    QFile file(path);
    QVERIFY(file.open(QIODevice::ReadOnly));
    QVERIFY(!file.readAll().contains("store"));
    const auto again = KeyIndex::load(path);
    QVERIFY(again);
    QCOMPARE(again->records(), index->records());
    QVERIFY(!again->records().front().store.isKnown());
}

void IndexTest::unwritable()
{
    const QTemporaryDir dir;
    QFile file(dir.filePath(QStringLiteral("file")));
    QVERIFY(file.open(QIODevice::WriteOnly));
    auto index = KeyIndex::load(dir.filePath(QStringLiteral("file/keys.json")));
    QVERIFY(index);
    QVERIFY(!index->add(record(QStringLiteral("a/gate"), QStringLiteral("decide"), "2026-11-22T10:00:00.000Z")));
    QVERIFY(index->records().empty());
}

QTEST_GUILESS_MAIN(IndexTest)
#include "index_test.moc"
