// SPDX-License-Identifier: Apache-2.0
#include "core/signer.h"
#include "wire/gateaddress.h"

#include <QFile>
#include <QFileInfo>
#include <QTemporaryDir>
#include <QTest>

using namespace holdfast;

/// Where `hold` may connect, and which gate.json it believes.
class GateAddressTest final : public QObject
{
    Q_OBJECT

private Q_SLOTS:
    void urls_data();
    void urls();
    void texts();
    void files();
    void looseFiles_data();
    void looseFiles();
};

namespace {

VerifierKey key(const char *name)
{
    return SeedSigner(QString::fromLatin1(name), SecretBytes::random(32)).key();
}

GateFile sample()
{
    return {{QUrl(QStringLiteral("ws://127.0.0.1:7420/v1")), key("g/gate")}, key("g/gate/ledger"), key("g/gate/perform"), QCoreApplication::applicationPid(), true};
}

} // namespace

void GateAddressTest::urls_data()
{
    QTest::addColumn<QString>("url");
    QTest::addColumn<bool>("allowed");
    const auto row = [](const char *url, bool allowed) { QTest::newRow(url) << QString::fromLatin1(url) << allowed; };
    row("ws://127.0.0.1:7420/v1", true);
    row("ws://127.8.9.10:1/v1", true);
    row("ws://[::1]:7420/v1", true);
    row("ws://localhost:7420/v1", true);
    row("wss://gate.example:7420/v1", true);
    row("ws://gate.example:7420/v1", false);
    row("ws://127.0.0.1.evil.example/v1", false);
    row("ws://10.0.0.1/v1", false);
    row("http://127.0.0.1:7420/v1", false);
    row("ws://127.0.0.1:7420/", false);
    row("ws://127.0.0.1:7420/v1/x", false);
    row("ws://127.0.0.1:7420/v1?x=1", false);
    row("ws://user@127.0.0.1:7420/v1", false);
    row("ws:///v1", false);
}

void GateAddressTest::urls()
{
    QFETCH(QString, url);
    QFETCH(bool, allowed);
    QCOMPARE(isGateUrl(QUrl(url, QUrl::StrictMode)), allowed);
}

void GateAddressTest::texts()
{
    const GateAddress address = sample().address;
    const auto back = GateAddress::parse(address.toString());
    QVERIFY(back);
    QCOMPARE(back->url, address.url);
    QCOMPARE(back->key, address.key);
    QVERIFY(!GateAddress::parse(address.url.toString()));
    QVERIFY(!GateAddress::parse(address.toString().chopped(1)));
    QVERIFY(!GateAddress::parse(QStringLiteral("ws://gate.example/v1#") + address.key.toString()));
}

void GateAddressTest::files()
{
    const QTemporaryDir dir;
    const QString path = dir.filePath(QStringLiteral("new/gate.json"));
    QVERIFY(!GateFile::read(path));
    const GateFile file = sample();
    QVERIFY(file.write(path));
    QCOMPARE(QFile::permissions(path) & (QFile::ReadGroup | QFile::WriteGroup | QFile::ReadOther | QFile::WriteOther), QFile::Permissions());
    QCOMPARE(QFile::permissions(QFileInfo(path).path()) & (QFile::ExeGroup | QFile::ExeOther), QFile::Permissions());
    const auto back = GateFile::read(path);
    QVERIFY(back);
    QCOMPARE(back->address.key, file.address.key);
    QCOMPARE(back->performKey, file.performKey);
    QCOMPARE(back->pid, file.pid);
    QVERIFY(back->awaitsOwner && back->isOfRunning());
}

void GateAddressTest::looseFiles_data()
{
    QTest::addColumn<int>("permissions");
    QTest::addColumn<QByteArray>("bytes");
    const GateFile file = sample();
    const QTemporaryDir dir;
    QVERIFY(file.write(dir.filePath(QStringLiteral("g"))));
    QFile written(dir.filePath(QStringLiteral("g")));
    QVERIFY(written.open(QIODevice::ReadOnly));
    const QByteArray good = written.readAll();
    constexpr int mine = QFile::ReadOwner | QFile::WriteOwner;
    QTest::newRow("group reads") << (mine | QFile::ReadGroup) << good;
    QTest::newRow("others write") << (mine | QFile::WriteOther) << good;
    QTest::newRow("empty") << mine << QByteArray();
    QTest::newRow("unknown member") << mine << QByteArray(good).replace("{\"url\"", "{\"x\":1,\"url\"");
    QTest::newRow("far url") << mine << QByteArray(good).replace("127.0.0.1", "gate.example");
    QTest::newRow("no process") << mine << QByteArray(good).replace("\"pid\":", "\"pid\":-");
    QTest::newRow("not JSON") << mine << good.chopped(1);
}

void GateAddressTest::looseFiles()
{
    QFETCH(int, permissions);
    QFETCH(QByteArray, bytes);
    const QTemporaryDir dir;
    const QString path = dir.filePath(QStringLiteral("gate.json"));
    QFile file(path);
    QVERIFY(file.open(QIODevice::WriteOnly));
    file.write(bytes);
    file.close();
    QVERIFY(file.setPermissions(QFile::Permissions(permissions)));
    const auto read = GateFile::read(path);
    QVERIFY(!read);
    QVERIFY2(read.error().startsWith(path), qPrintable(read.error()));
}

QTEST_GUILESS_MAIN(GateAddressTest)
#include "gateaddress_test.moc"
