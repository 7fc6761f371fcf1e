// SPDX-License-Identifier: Apache-2.0
// Works one KeychainStore for the keychain scripts. Each command prints one line; several run one after the other.
//
//   keychain_probe [--deadline MS] COMMAND…       read NAME | write NAME TEXT | remove NAME | probe | unlock | twice NAME |
//                                                keep GATE | session GATE
//
// `keep` makes keys for a gate and records them in $KEYRING_HOME/keys.json; `session` fetches the session key.
// `twice` starts two reads and ends the store while they run. Exit 0 whenever every handler was called once.
#include "keys/keychainstore.h"
#include "keys/keykeeper.h"

#include <QCoreApplication>
#include <QElapsedTimer>
#include <QTimer>

#include <cstdio>

using namespace holdfast;

namespace {

void print(const QString &line)
{
    std::printf("%s\n", line.toUtf8().constData());
    std::fflush(stdout);
}

QString words(const KeyStoreError &error)
{
    return QStringLiteral("%1 (%2)").arg(toString(error.state), error.detail);
}

SecretBytes secretOf(const QString &text)
{
    QByteArray bytes = text.toUtf8();
    return SecretBytes::take(bytes);
}

class Script final
{
public:
    Script(KeychainStore::Patience patience, QStringList commands)
        : m_patience(patience), m_store(std::make_unique<KeychainStore>(QStringLiteral("holdfast-test"), patience)), m_commands(std::move(commands))
    {
        QObject::connect(m_store.get(), &KeychainStore::stillWaiting, [] { print(QStringLiteral("still waiting")); });
    }
    void next()
    {
        if (m_commands.isEmpty())
            return QCoreApplication::exit(0);
        const QString command = m_commands.takeFirst();
        if (command == u"probe")
            return m_store->probe([this](KeyState state, const QString &detail) { ended(QStringLiteral("probe: %1 (%2)").arg(toString(state), detail)); });
        if (command == u"unlock")
            return m_store->unlock([this](KeyState state, const QString &detail) { ended(QStringLiteral("unlock: %1 (%2)").arg(toString(state), detail)); });
        const QString name = m_commands.takeFirst();
        if (command == u"keep")
            return keep(name);
        if (command == u"session")
            return session(name);
        if (command == u"read")
            return m_store->read(name, [this](Result<SecretBytes, KeyStoreError> value) {
                ended(QStringLiteral("read: ") + (value ? QStringLiteral("present ") + QString::fromUtf8(reinterpret_cast<const char *>(value->data()), static_cast<qsizetype>(value->size())) : words(value.error())));
            });
        if (command == u"remove")
            return m_store->remove(name, [this](Result<Done, KeyStoreError> done) { ended(QStringLiteral("remove: ") + (done ? QStringLiteral("done") : words(done.error()))); });
        if (command == u"twice")
            return twice(name);
        m_store->write(name, secretOf(m_commands.takeFirst()),
                       [this](Result<Done, KeyStoreError> done) { ended(QStringLiteral("write: ") + (done ? QStringLiteral("done") : words(done.error()))); });
    }

private:
    void ended(const QString &line)
    {
        print(line);
        next();
    }
    void makeKeeper()
    {
        auto index = KeyIndex::load(qEnvironmentVariable("KEYRING_HOME") + QStringLiteral("/keys.json"));
        m_keeper = std::make_unique<KeyKeeper>(std::move(index).value(), m_store.get(), nullptr);
    }
    void keep(const QString &gate)
    {
        makeKeeper();
        m_keeper->keep(FreshKeys::make(QStringLiteral("sam")), gate, QStringLiteral("sam"), KeyPlace::Keychain, secretOf(QStringLiteral("correct horse")),
                       [this](Result<Done, KeyStoreError> done) { ended(QStringLiteral("keep: ") + (done ? QStringLiteral("done") : words(done.error()))); }, ArgonCost{1, 64});
    }
    void session(const QString &gate)
    {
        makeKeeper();
        m_keeper->sessionSigner(gate, [this](const Result<std::unique_ptr<Signer>, KeyStoreError> &signer) {
            ended(QStringLiteral("session: ") + (signer ? QStringLiteral("present") : words(signer.error())));
        });
    }
    void twice(const QString &name)
    {
        const auto never = [](const Result<SecretBytes, KeyStoreError> &) { print(QStringLiteral("a handler was called after the store ended")); };
        m_store->read(name, never);
        m_store->read(name, never);
        QTimer::singleShot(20, QCoreApplication::instance(), [this] {
            m_store = std::make_unique<KeychainStore>(QStringLiteral("holdfast-test"), m_patience);
            QTimer::singleShot(500, QCoreApplication::instance(), [this] { ended(QStringLiteral("twice: alive")); });
        });
    }

    KeychainStore::Patience m_patience;
    std::unique_ptr<KeychainStore> m_store;
    std::unique_ptr<KeyKeeper> m_keeper;
    QStringList m_commands;
};

} // namespace

int main(int argc, char **argv)
{
    QCoreApplication application(argc, argv);
    initialiseCryptography();
    QStringList commands = QCoreApplication::arguments().sliced(1);
    KeychainStore::Patience patience{std::chrono::milliseconds(300), std::chrono::milliseconds(15'000), std::chrono::milliseconds(3'000)};
    if (commands.value(0) == u"--deadline") {
        patience.deadline = std::chrono::milliseconds(commands.value(1).toInt());
        commands = commands.sliced(2);
    }
    Script script(patience, commands);
    QTimer::singleShot(0, &application, [&script] { script.next(); });
    return QCoreApplication::exec();
}
