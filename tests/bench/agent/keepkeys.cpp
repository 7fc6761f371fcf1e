// SPDX-License-Identifier: Apache-2.0
// bench_keys CAST-DIRECTORY GATE: puts the owner's keys into the keychain of this session and into keys.json, as enrolling does.
// Prints the public keys of the agent and of the owner's decisions in hex, for the peer's gate.
#include "identity.h"
#include "keys/keychainstore.h"
#include "keys/keykeeper.h"
#include "socket.h"

#include <QCoreApplication>
#include <QTimer>

#include <cstdio>

using namespace holdfast;

namespace {

QByteArray hexOf(const VerifierKey &key)
{
    return QByteArray(reinterpret_cast<const char *>(key.bytes.data()), qsizetype(key.bytes.size())).toHex();
}

} // namespace

int main(int argc, char **argv)
{
    QCoreApplication application(argc, argv);
    initialiseCryptography();
    const QStringList words = QCoreApplication::arguments();
    auto index = KeyIndex::load(KeyIndex::defaultPath());
    if (words.size() != 3 || !index)
        bench::fail(index ? QStringLiteral("bench_keys CAST-DIRECTORY GATE") : index.error().sentence());
    auto cast = bench::Cast::of(words[1]);
    std::printf("%s %s\n", hexOf(cast.request.key()).constData(), hexOf(cast.decide.key()).constData());
    const FreshKeys keys{std::move(cast.session), std::move(cast.decide)};
    KeychainStore keychain;
    KeyKeeper keeper(std::move(*index), &keychain, nullptr);
    QByteArray typed("bench");
    const auto passphrase = SecretBytes::take(typed);
    keeper.keep(keys, words[2], bench::OwnerName, KeyPlace::Keychain, passphrase, [&](Result<Done, KeyStoreError> kept) {
        if (!kept)
            bench::fail(QStringLiteral("the keychain: ") + kept.error().detail);
        application.exit(0);
    });
    QTimer::singleShot(60'000, &application, [] { bench::fail(QStringLiteral("the keychain does not answer")); });
    return application.exec();
}
