// SPDX-License-Identifier: Apache-2.0
#include "keys/sealedfilestore.h"

#include <QFile>
#include <QFileInfo>
#include <QTemporaryDir>
#include <QSet>
#include <QTest>

using namespace holdfast;

/// The passphrase-sealed file: chosen, never fallen back to; tampered, moved, loosened and half-written files.
class SealedFileTest final : public QObject
{
    Q_OBJECT

private Q_SLOTS:
    void initTestCase() { initialiseCryptography(); }
    void init() { m_dir = std::make_unique<QTemporaryDir>(); }
    void keepsAndGivesBack();
    void nothingIsCreatedByLooking();
    void neverOverwrites();
    void tampering();
    void looseFile();
    void locked();
    void freshNonceEachTime();
    void unwritableDirectory();

private:
    [[nodiscard]] QString path() const { return m_dir->filePath(QStringLiteral("keys.sealed")); }
    std::unique_ptr<QTemporaryDir> m_dir;
};

namespace {

constexpr ArgonCost Cheap{1, 64};

SecretBytes secret(const QByteArray &text)
{
    QByteArray bytes(text.constData(), text.size());
    return SecretBytes::take(bytes);
}

template<typename T>
Result<T, KeyStoreError> waitFor(const std::function<void(std::function<void(Result<T, KeyStoreError>)>)> &start)
{
    std::optional<Result<T, KeyStoreError>> outcome;
    start([&outcome](Result<T, KeyStoreError> result) { outcome = std::move(result); });
    [&outcome] { QVERIFY(!outcome); }(); // never before the call returns
    [&outcome] { QTRY_VERIFY(outcome.has_value()); }();
    return outcome ? std::move(*outcome) : Result<T, KeyStoreError>(Failure{KeyStoreError{}});
}

QByteArray read(SealedFileStore &store, const QString &name)
{
    const auto value = waitFor<SecretBytes>([&](KeyStore::ReadHandler handler) { store.read(name, std::move(handler)); });
    return value ? QByteArray(reinterpret_cast<const char *>(value->data()), static_cast<qsizetype>(value->size())) : toString(value.error().state).toUtf8();
}

QString write(SealedFileStore &store, const QString &name, const QByteArray &value)
{
    const auto done = waitFor<Done>([&](KeyStore::DoneHandler handler) { store.write(name, secret(value), std::move(handler)); });
    return done ? QStringLiteral("done") : toString(done.error().state);
}

QString remove(SealedFileStore &store, const QString &name)
{
    const auto done = waitFor<Done>([&](KeyStore::DoneHandler handler) { store.remove(name, std::move(handler)); });
    return done ? QStringLiteral("done") : toString(done.error().state);
}

QByteArray fileBytes(const QString &path)
{
    QFile file(path);
    return file.open(QIODevice::ReadOnly) ? file.readAll() : QByteArray();
}

void putBytes(const QString &path, const QByteArray &bytes)
{
    QFile file(path);
    QVERIFY(file.open(QIODevice::WriteOnly));
    file.write(bytes);
    file.close();
    QVERIFY(file.setPermissions(QFile::ReadOwner | QFile::WriteOwner));
}

} // namespace

void SealedFileTest::keepsAndGivesBack()
{
    const QByteArray binary("\0seed\0\xff", 7);
    {
        SealedFileStore store(path(), Cheap);
        QVERIFY(store.create(secret("passphrase")));
        QCOMPARE(write(store, QStringLiteral("gate decide"), binary), QStringLiteral("done"));
        QCOMPARE(write(store, QStringLiteral("gate session"), "second"), QStringLiteral("done"));
    }
    QCOMPARE(QFile::permissions(path()) & (QFile::ReadGroup | QFile::ReadOther | QFile::WriteGroup | QFile::WriteOther), QFile::Permissions());
    QVERIFY(!fileBytes(path()).contains("seed") && !fileBytes(path()).contains("gate"));
    SealedFileStore store(path(), Cheap);
    QVERIFY(store.unlock(secret("passphrase")));
    QCOMPARE(read(store, QStringLiteral("gate decide")), binary);
    QCOMPARE(remove(store, QStringLiteral("gate decide")), QStringLiteral("done"));
    QCOMPARE(read(store, QStringLiteral("gate decide")), QByteArray("absent"));
    QCOMPARE(read(store, QStringLiteral("gate session")), QByteArray("second"));
    QCOMPARE(remove(store, QStringLiteral("never was")), QStringLiteral("done"));
}

void SealedFileTest::nothingIsCreatedByLooking()
{
    SealedFileStore store(path(), Cheap);
    QCOMPARE(read(store, QStringLiteral("gate decide")), QByteArray("absent"));
    QCOMPARE(write(store, QStringLiteral("gate decide"), "x"), QStringLiteral("absent"));
    QCOMPARE(remove(store, QStringLiteral("gate decide")), QStringLiteral("absent"));
    QVERIFY(store.unlock(secret("passphrase")).error().state == KeyState::Absent);
    QVERIFY(!QFileInfo::exists(path()));
}

void SealedFileTest::neverOverwrites()
{
    SealedFileStore first(path(), Cheap);
    QVERIFY(!SealedFileStore(path(), Cheap).create(secret("")));
    QVERIFY(first.create(secret("passphrase")));
    const QByteArray before = fileBytes(path());
    QVERIFY(SealedFileStore(path(), Cheap).create(secret("another")).error().state == KeyState::Denied);
    QCOMPARE(fileBytes(path()), before);
}

void SealedFileTest::tampering()
{
    {
        SealedFileStore store(path(), Cheap);
        QVERIFY(store.create(secret("passphrase")));
        QCOMPARE(write(store, QStringLiteral("k"), "value"), QStringLiteral("done"));
    }
    const QByteArray good = fileBytes(path());
    QVERIFY(SealedFileStore(path(), Cheap).unlock(secret("Passphrase")).error().state == KeyState::Denied);
    for (qsizetype i = 0; i < good.size(); ++i) {
        if (i >= 8 && i < 16)
            continue; // the costs: tried below, they only cost time and memory
        QByteArray damaged = good;
        damaged[i] = static_cast<char>(damaged[i] ^ (1 << (i % 8)));
        putBytes(path(), damaged);
        SealedFileStore store(path(), Cheap);
        QVERIFY2(!store.unlock(secret("passphrase")), qPrintable(QString::number(i)));
        QVERIFY(!store.isUnlocked());
    }
    for (const qsizetype size : {qsizetype{0}, qsizetype{8}, qsizetype{71}, good.size() - 1}) {
        putBytes(path(), good.first(size));
        QVERIFY(!SealedFileStore(path(), Cheap).unlock(secret("passphrase")));
    }
    QByteArray greedy = good;
    greedy.replace(12, 4, QByteArray::fromHex("ffffffff"));
    putBytes(path(), greedy);
    QVERIFY(SealedFileStore(path(), Cheap).unlock(secret("passphrase")).error().state == KeyState::Unavailable);
    putBytes(path(), good);
    QVERIFY(SealedFileStore(path(), Cheap).unlock(secret("passphrase")));
}

void SealedFileTest::looseFile()
{
    SealedFileStore store(path(), Cheap);
    QVERIFY(store.create(secret("passphrase")));
    QVERIFY(QFile::setPermissions(path(), QFile::ReadOwner | QFile::WriteOwner | QFile::ReadOther));
    QVERIFY(SealedFileStore(path(), Cheap).unlock(secret("passphrase")).error().state == KeyState::Denied);
}

void SealedFileTest::locked()
{
    SealedFileStore store(path(), Cheap);
    QVERIFY(store.create(secret("passphrase")));
    QCOMPARE(write(store, QStringLiteral("k"), "value"), QStringLiteral("done"));
    store.lock();
    QCOMPARE(read(store, QStringLiteral("k")), QByteArray("locked"));
    QCOMPARE(read(store, QStringLiteral("other")), QByteArray("locked")); // what is in it is not told either
    QCOMPARE(write(store, QStringLiteral("k"), "x"), QStringLiteral("locked"));
    QCOMPARE(remove(store, QStringLiteral("k")), QStringLiteral("locked"));
    std::optional<KeyState> state;
    store.probe([&state](KeyState now, const QString &) { state = now; });
    QTRY_VERIFY(state.has_value());
    QVERIFY(*state == KeyState::Locked);
    QVERIFY(store.unlock(secret("passphrase")));
    QCOMPARE(read(store, QStringLiteral("k")), QByteArray("value"));
}

void SealedFileTest::freshNonceEachTime()
{
    SealedFileStore store(path(), Cheap);
    QVERIFY(store.create(secret("passphrase")));
    QSet<QByteArray> nonces;
    for (int i = 0; i < 10; ++i) {
        QCOMPARE(write(store, QStringLiteral("k"), "same"), QStringLiteral("done"));
        nonces.insert(fileBytes(path()).mid(32, 24));
    }
    QCOMPARE(nonces.size(), 10);
}

void SealedFileTest::unwritableDirectory()
{
    const QString blocked = m_dir->filePath(QStringLiteral("file"));
    putBytes(blocked, "x");
    SealedFileStore store(blocked + QStringLiteral("/keys.sealed"), Cheap);
    QVERIFY(store.create(secret("passphrase")).error().state == KeyState::Unavailable);
    QVERIFY(!store.isUnlocked());
}

QTEST_GUILESS_MAIN(SealedFileTest)
#include "sealedfile_test.moc"
