// SPDX-License-Identifier: Apache-2.0
#include "cli/humankey.h"

#include "cli/program.h"
#include "keys/keychainstore.h"
#include "keys/keykeeper.h"
#include "keys/sealedfilestore.h"

#include <QEventLoop>

#include <termios.h>
#include <unistd.h>

#include <cstdio>

namespace holdfast {

namespace {

using namespace std::chrono_literals;

/// From the terminal, without echo; nullopt where there is none.
std::optional<SecretBytes> askPassphrase(const QString &path)
{
    if (::isatty(STDIN_FILENO) == 0)
        return std::nullopt;
    termios before{};
    if (::tcgetattr(STDIN_FILENO, &before) != 0)
        return std::nullopt;
    termios silent = before;
    silent.c_lflag &= ~static_cast<tcflag_t>(ECHO);
    std::fprintf(stderr, "Passphrase of %s: ", path.toUtf8().constData());
    ::tcsetattr(STDIN_FILENO, TCSAFLUSH, &silent);
    QByteArray typed(1024, '\0');
    const ssize_t got = ::read(STDIN_FILENO, typed.data(), static_cast<std::size_t>(typed.size()));
    ::tcsetattr(STDIN_FILENO, TCSAFLUSH, &before);
    std::fputc('\n', stderr);
    typed.truncate(got > 0 ? got - 1 : 0); // without the line feed
    return SecretBytes::take(typed);
}

std::optional<KeyStoreError> unlock(SealedFileStore &sealed)
{
    const auto passphrase = askPassphrase(sealed.path());
    if (!passphrase)
        return KeyStoreError{KeyState::Locked, sealed.path() + QStringLiteral(": its passphrase is asked on a terminal only")};
    if (const auto unlocked = sealed.unlock(*passphrase); !unlocked)
        return unlocked.error();
    return std::nullopt;
}

} // namespace

Expected<std::unique_ptr<Signer>> humanSessionKey(const QString &gate, const Output &output)
{
    const auto unusable = [](const QString &detail) { return Failure{Problem{ExitCode::Usage, detail}}; };
    auto index = KeyIndex::load(KeyIndex::defaultPath());
    if (!index)
        return unusable(index.error().sentence());
    const KeyRecord *record = index->find(gate, u"session");
    if (record == nullptr)
        return unusable(QStringLiteral("this needs the session key of a person enrolled at %1; the console makes one, or name a key file with --key").arg(gate));
    KeychainStore keychain(QStringLiteral("holdfast"), {.deadline = 30s});
    SealedFileStore sealed(place::data() + QStringLiteral("/keys.sealed"));
    if (record->place == KeyPlace::SealedFile) {
        if (const auto error = unlock(sealed))
            return unusable(error->detail);
    }
    QObject::connect(&keychain, &KeychainStore::stillWaiting, &keychain, [&output] { output.progress(QStringLiteral("Still waiting for your keyring…")); });
    KeyKeeper keeper(std::move(index).value(), &keychain, &sealed);
    std::optional<Result<std::unique_ptr<Signer>, KeyStoreError>> found;
    QEventLoop loop;
    keeper.sessionSigner(gate, [&](Result<std::unique_ptr<Signer>, KeyStoreError> signer) {
        found = std::move(signer);
        loop.quit();
    });
    if (!found)
        loop.exec();
    if (!*found)
        return unusable(QStringLiteral("your session key is %1: %2").arg(toString(found->error().state), found->error().detail));
    return std::move(*found).value();
}

} // namespace holdfast
