// SPDX-License-Identifier: Apache-2.0
#include "keys/plainfilestore.h"

#include <QFile>
#include <QFileInfo>
#include <QTemporaryDir>
#include <QTest>

#include <sys/stat.h>

using namespace holdfast;

/// Key files of gates and machines: made once, never overwritten, refused where others could have read them.
class PlainFileTest final : public QObject
{
    Q_OBJECT

private Q_SLOTS:
    void initTestCase() { initialiseCryptography(); }
    void init() { m_dir = std::make_unique<QTemporaryDir>(); }
    void makesAndReads();
    void neverOverwrites();
    void absentIsNotMade();
    void modes_data();
    void modes();
    void links();
    void damaged_data();
    void damaged();
    void names();

private:
    [[nodiscard]] QString path() const { return m_dir->filePath(QStringLiteral("keys/request.key")); }
    std::unique_ptr<QTemporaryDir> m_dir;
};

namespace {

QByteArray bytesOf(const QString &path)
{
    QFile file(path);
    return file.open(QIODevice::ReadOnly) ? file.readAll() : QByteArray();
}

} // namespace

void PlainFileTest::makesAndReads()
{
    const auto made = PlainFileStore::create(path(), QStringLiteral("g.example/gate"));
    QVERIFY(made);
    struct stat info{};
    QVERIFY(::stat(QFile::encodeName(path()).constData(), &info) == 0);
    QCOMPARE(info.st_mode & 0777, mode_t{0600});
    QVERIFY(::stat(QFile::encodeName(QFileInfo(path()).path()).constData(), &info) == 0);
    QCOMPARE(info.st_mode & 0777, mode_t{0700});
    const QByteArray line = bytesOf(path());
    QVERIFY(line.startsWith("PRIVATE+KEY+g.example/gate+"));
    QVERIFY(line.endsWith("\n"));
    const auto read = PlainFileStore::read(path());
    QVERIFY(read);
    QCOMPARE(read->key(), made->key());
    const SignatureBytes signature = read->sign("m");
    QVERIFY(verifySignature(made->key().bytes, "m", QByteArrayView(reinterpret_cast<const char *>(signature.data()), 64)));
}

void PlainFileTest::neverOverwrites()
{
    QVERIFY(PlainFileStore::create(path(), QStringLiteral("a")));
    const QByteArray before = bytesOf(path());
    QVERIFY(PlainFileStore::create(path(), QStringLiteral("a")).error().state == KeyState::Denied);
    QCOMPARE(bytesOf(path()), before);
    const QString dangling = m_dir->filePath(QStringLiteral("dangling"));
    QVERIFY(QFile::link(m_dir->filePath(QStringLiteral("nowhere")), dangling));
    QVERIFY(PlainFileStore::create(dangling, QStringLiteral("a")).error().state == KeyState::Denied);
    QVERIFY(!QFileInfo::exists(m_dir->filePath(QStringLiteral("nowhere"))));
}

void PlainFileTest::absentIsNotMade()
{
    QVERIFY(PlainFileStore::read(path()).error().state == KeyState::Absent);
    QVERIFY(!QFileInfo::exists(path()));
}

void PlainFileTest::modes_data()
{
    QTest::addColumn<uint>("mode");
    QTest::addColumn<bool>("allowed");
    const auto row = [](uint mode, bool allowed) { QTest::newRow(qPrintable(QString::number(mode, 8))) << mode << allowed; };
    row(0600, true);
    row(0400, true);
    row(0640, false);
    row(0604, false);
    row(0620, false);
    row(0610, false);
    row(0666, false);
}

void PlainFileTest::modes()
{
    QFETCH(uint, mode);
    QFETCH(bool, allowed);
    QVERIFY(PlainFileStore::create(path(), QStringLiteral("a")));
    QVERIFY(::chmod(QFile::encodeName(path()).constData(), static_cast<mode_t>(mode)) == 0);
    const auto read = PlainFileStore::read(path());
    QCOMPARE(static_cast<bool>(read), allowed);
    if (!allowed)
        QVERIFY(read.error().state == KeyState::Denied);
}

void PlainFileTest::links()
{
    QVERIFY(PlainFileStore::create(path(), QStringLiteral("a")));
    const QString link = m_dir->filePath(QStringLiteral("link"));
    QVERIFY(QFile::link(path(), link));
    QVERIFY(PlainFileStore::read(link).error().state == KeyState::Denied);
    QVERIFY(PlainFileStore::read(m_dir->path()).error().state == KeyState::Denied); // a directory
}

void PlainFileTest::damaged_data()
{
    QTest::addColumn<QByteArray>("from");
    QTest::addColumn<QByteArray>("to");
    QTest::newRow("prefix") << QByteArray("PRIVATE") << QByteArray("private");
    QTest::newRow("name") << QByteArray("+a+") << QByteArray("+b+");
    QTest::newRow("empty name") << QByteArray("+a+") << QByteArray("++");
    QTest::newRow("stray line") << QByteArray("\n") << QByteArray("\n\n");
    QTest::newRow("white space") << QByteArray("\n") << QByteArray(" \n");
    QTest::newRow("padding") << QByteArray("\n") << QByteArray("=\n");
    QTest::newRow("type") << QByteArray("+A") << QByteArray("+B");
}

void PlainFileTest::damaged()
{
    QFETCH(QByteArray, from);
    QFETCH(QByteArray, to);
    QVERIFY(PlainFileStore::create(path(), QStringLiteral("a")));
    QByteArray bytes = bytesOf(path());
    const qsizetype at = bytes.lastIndexOf(from);
    QVERIFY(at >= 0);
    bytes.replace(at, from.size(), to);
    QFile file(path());
    QVERIFY(file.open(QIODevice::WriteOnly | QIODevice::Truncate));
    file.write(bytes);
    file.close();
    QVERIFY(PlainFileStore::read(path()).error().state == KeyState::Unavailable);
}

void PlainFileTest::names()
{
    for (const char *name : {"", "a b", "a+b", "a\n"})
        QVERIFY(!PlainFileStore::create(path(), QString::fromLatin1(name)));
    QVERIFY(!QFileInfo::exists(path()));
}

QTEST_GUILESS_MAIN(PlainFileTest)
#include "plainfile_test.moc"
