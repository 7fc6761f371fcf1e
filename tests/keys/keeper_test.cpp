// SPDX-License-Identifier: Apache-2.0
#include "keys/keykeeper.h"
#include "keys/memorystore.h"
#include "keys/sealedfilestore.h"

#include <QTemporaryDir>
#include <QTest>
#include <QTimer>

using namespace holdfast;

Q_DECLARE_METATYPE(StoreIdentity)

/// A person's keys over a real sealed file and over a store that fails at each step: nothing half kept, nothing made by looking.
class KeeperTest final : public QObject
{
    Q_OBJECT

private Q_SLOTS:
    void initTestCase() { initialiseCryptography(); }
    void keepsAndSigns();
    void neverMadeIsAbsent();
    void lostIsNotNew();
    void failingStore_data();
    void failingStore();
    void anotherKeyInTheStore();
    void forgets();
    void likeness_data();
    void likeness();
};

namespace {

constexpr ArgonCost Cheap{1, 64};
const QString Gate = QStringLiteral("g.example/gate");

SecretBytes secret(const char *text)
{
    QByteArray bytes(text);
    bytes.detach();
    return SecretBytes::take(bytes);
}

KeyIndex indexIn(const QTemporaryDir &dir)
{
    return *KeyIndex::load(dir.filePath(QStringLiteral("keys.json")));
}

KeyState keep(KeyKeeper &keeper, const FreshKeys &keys, KeyPlace place = KeyPlace::Keychain)
{
    std::optional<KeyState> state;
    keeper.keep(keys, Gate, QStringLiteral("ops-lead"), place, secret("correct horse"),
                [&state](Result<Done, KeyStoreError> done) { state = done ? KeyState::Present : done.error().state; }, Cheap);
    [&state] { QTRY_VERIFY(state.has_value()); }();
    return state.value_or(KeyState::Unavailable);
}

KeyState sessionState(KeyKeeper &keeper, std::unique_ptr<Signer> *out = nullptr)
{
    std::optional<KeyState> state;
    keeper.sessionSigner(Gate, [&](Result<std::unique_ptr<Signer>, KeyStoreError> signer) {
        state = signer ? KeyState::Present : signer.error().state;
        if (signer && out != nullptr)
            *out = std::move(signer).value();
    });
    [&state] { QTRY_VERIFY(state.has_value()); }();
    return state.value_or(KeyState::Unavailable);
}

} // namespace

void KeeperTest::keepsAndSigns()
{
    const QTemporaryDir dir;
    SealedFileStore sealed(dir.filePath(QStringLiteral("keys.sealed")), Cheap);
    QVERIFY(sealed.create(secret("file")));
    const FreshKeys keys = FreshKeys::make(QStringLiteral("ops-lead"));
    KeyKeeper keeper(indexIn(dir), nullptr, &sealed);
    QVERIFY(!keeper.wasMade(Gate));
    QVERIFY(keep(keeper, keys, KeyPlace::SealedFile) == KeyState::Present);

    KeyKeeper later(indexIn(dir), nullptr, &sealed);
    QVERIFY(later.wasMade(Gate));
    std::unique_ptr<Signer> session;
    QVERIFY(sessionState(later, &session) == KeyState::Present);
    QCOMPARE(session->key(), keys.session.key());
    std::optional<DecidingKey> deciding;
    later.decidingKey(Gate, [&deciding](Result<DecidingKey, KeyStoreError> key) {
        if (key)
            deciding = *key;
    });
    QTRY_VERIFY(deciding.has_value());
    QCOMPARE(deciding->key(), keys.decide.key());
    QVERIFY(deciding->unlock(secret("correct horse")));
    sealed.lock();
    QVERIFY(sessionState(later) == KeyState::Locked);
}

void KeeperTest::neverMadeIsAbsent()
{
    const QTemporaryDir dir;
    MemoryStore store;
    KeyKeeper keeper(indexIn(dir), &store, nullptr);
    QVERIFY(sessionState(keeper) == KeyState::Absent);
    QCOMPARE(store.writes, 0);
    QVERIFY(keeper.index().records().empty());
}

void KeeperTest::lostIsNotNew()
{
    const QTemporaryDir dir;
    MemoryStore store;
    KeyKeeper keeper(indexIn(dir), &store, nullptr);
    QVERIFY(keep(keeper, FreshKeys::make(QStringLiteral("ops-lead"))) == KeyState::Present);
    const int writes = store.writes;
    store.values.clear();
    QVERIFY(sessionState(keeper) == KeyState::Absent);
    QVERIFY(keeper.wasMade(Gate)); // known still: the console says that it is lost
    QCOMPARE(store.writes, writes);
}

void KeeperTest::failingStore_data()
{
    QTest::addColumn<int>("failAt");
    QTest::newRow("session") << 1;
    QTest::newRow("decide") << 2;
}

void KeeperTest::failingStore()
{
    QFETCH(int, failAt);
    const QTemporaryDir dir;
    MemoryStore store;
    store.failAt = failAt;
    KeyKeeper keeper(indexIn(dir), &store, nullptr);
    QVERIFY(keep(keeper, FreshKeys::make(QStringLiteral("ops-lead"))) == KeyState::Locked);
    QVERIFY(store.values.empty());
    QVERIFY(!keeper.wasMade(Gate));
    QVERIFY(indexIn(dir).records().empty());
}

void KeeperTest::anotherKeyInTheStore()
{
    const QTemporaryDir dir;
    MemoryStore store;
    KeyKeeper keeper(indexIn(dir), &store, nullptr);
    QVERIFY(keep(keeper, FreshKeys::make(QStringLiteral("ops-lead"))) == KeyState::Present);
    for (auto &[name, value] : store.values)
        value[0] = static_cast<char>(value[0] ^ 1);
    QVERIFY(sessionState(keeper) == KeyState::Unavailable);
    std::optional<KeyState> state;
    keeper.decidingKey(Gate, [&state](Result<DecidingKey, KeyStoreError> key) { state = key ? KeyState::Present : key.error().state; });
    QVERIFY(*state == KeyState::Unavailable);
}

void KeeperTest::forgets()
{
    const QTemporaryDir dir;
    MemoryStore store;
    KeyKeeper keeper(indexIn(dir), &store, nullptr);
    QVERIFY(keep(keeper, FreshKeys::make(QStringLiteral("ops-lead"))) == KeyState::Present);
    bool done = false;
    keeper.forget(Gate, [&done](Result<Done, KeyStoreError> result) { done = static_cast<bool>(result); });
    QVERIFY(done);
    QVERIFY(store.values.empty());
    QVERIFY(indexIn(dir).records().empty());
}

void KeeperTest::likeness_data()
{
    const StoreIdentity had{QStringLiteral("gnome-keyring-d"), QStringLiteral("Login"), QStringLiteral("/collection/login"), 1'790'000'000};
    QTest::addColumn<StoreIdentity>("now");
    QTest::addColumn<StoreIdentity>("had");
    QTest::addColumn<int>("likeness");
    const auto row = [&](const char *name, StoreIdentity now, const StoreIdentity &before, Likeness likeness) {
        QTest::newRow(name) << std::move(now) << before << static_cast<int>(likeness);
    };
    row("the same", had, had, Likeness::Same);
    row("made at another time", {had.program, had.label, had.collection, had.createdAt + 1}, had, Likeness::Other);
    row("does not say when it was made", {had.program, had.label, had.collection, 0}, had, Likeness::Maybe);
    row("did not say when it was made", had, {had.program, had.label, had.collection, 0}, Likeness::Maybe);
    row("another program", {QStringLiteral("kwalletd6"), had.label, had.collection, had.createdAt}, had, Likeness::Other);
    row("another name", {had.program, QStringLiteral("Default"), had.collection, had.createdAt}, had, Likeness::Other);
    row("another collection", {had.program, had.label, QStringLiteral("/collection/login_1"), had.createdAt}, had, Likeness::Other);
    row("nobody answers", {}, had, Likeness::Maybe);
    row("was not noted", had, {}, Likeness::Maybe);
    row("neither is known", {}, {}, Likeness::Maybe);
}

void KeeperTest::likeness()
{
    QFETCH(StoreIdentity, now);
    QFETCH(StoreIdentity, had);
    QTEST(static_cast<int>(likenessOf(now, had)), "likeness");
}

QTEST_GUILESS_MAIN(KeeperTest)
#include "keeper_test.moc"
