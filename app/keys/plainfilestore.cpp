// SPDX-License-Identifier: Apache-2.0
#include "keys/plainfilestore.h"

#include "core/base64.h"

#include <QDir>
#include <QFile>
#include <QFileInfo>

#include <sodium.h>

#include <cerrno>
#include <cstring>
#include <fcntl.h>
#include <sys/stat.h>
#include <unistd.h>

namespace holdfast {

namespace {

constexpr qsizetype LongestFile = 4096;
constexpr QByteArrayView Prefix("PRIVATE+KEY+");
constexpr std::size_t KeyedSize = 1 + crypto_sign_SEEDBYTES; ///< type ‖ seed

struct Descriptor final
{
    int fd;
    explicit Descriptor(int opened) : fd(opened) {}
    ~Descriptor() { ::close(fd); }
    Descriptor(const Descriptor &) = delete;
    Descriptor &operator=(const Descriptor &) = delete;
};

Failure<KeyStoreError> fail(KeyState state, const QString &path, const QString &what)
{
    return Failure{KeyStoreError{state, QStringLiteral("%1: %2").arg(path, what)}};
}

QString reason(int error)
{
    return QString::fromLocal8Bit(std::strerror(error));
}

std::optional<KeyStoreError> looseness(int fd, const QString &path)
{
    struct stat info{};
    if (::fstat(fd, &info) != 0 || !S_ISREG(info.st_mode))
        return KeyStoreError{KeyState::Denied, QStringLiteral("%1: not a regular file").arg(path)};
    if (info.st_uid != ::geteuid())
        return KeyStoreError{KeyState::Denied, QStringLiteral("%1: belongs to another user").arg(path)};
    if ((info.st_mode & 077) != 0)
        return KeyStoreError{KeyState::Denied, QStringLiteral("%1: others can read or write it; chmod 600 it, or make a new key").arg(path)};
    return std::nullopt;
}

std::optional<SecretBytes> readAll(int fd)
{
    SecretBytes bytes(LongestFile);
    std::size_t have = 0;
    while (have < bytes.size()) {
        const ssize_t got = ::read(fd, bytes.data() + have, bytes.size() - have);
        if (got < 0 && errno == EINTR)
            continue;
        if (got < 0)
            return std::nullopt;
        if (got == 0)
            break;
        have += static_cast<std::size_t>(got);
    }
    SecretBytes exact(have);
    std::memcpy(exact.data(), bytes.data(), have);
    return exact;
}

/// `PRIVATE+KEY+name+hex8+base64\n`; the seed goes from the file into locked memory without a copy elsewhere.
std::optional<SeedSigner> parseKeyLine(const SecretBytes &file)
{
    const QByteArrayView all(reinterpret_cast<const char *>(file.data()), static_cast<qsizetype>(file.size()));
    const QByteArrayView line = all.endsWith('\n') ? all.chopped(1) : all;
    if (!line.startsWith(Prefix))
        return std::nullopt;
    const QByteArrayView rest = line.sliced(Prefix.size());
    const qsizetype afterName = rest.indexOf('+');
    const qsizetype afterHash = afterName < 0 ? -1 : rest.indexOf('+', afterName + 1);
    if (afterName <= 0 || afterHash < 0)
        return std::nullopt;
    SecretBytes keyed(KeyedSize);
    std::size_t length = 0;
    const QByteArrayView encoded = rest.sliced(afterHash + 1);
    if (sodium_base642bin(keyed.data(), keyed.size(), encoded.data(), static_cast<std::size_t>(encoded.size()), nullptr, &length, nullptr,
                          sodium_base64_VARIANT_ORIGINAL) != 0
        || length != KeyedSize || keyed.data()[0] != static_cast<unsigned char>(VerifierKey::Type::Ed25519))
        return std::nullopt;
    SecretBytes seed(crypto_sign_SEEDBYTES);
    std::memcpy(seed.data(), keyed.data() + 1, seed.size());
    SeedSigner signer(QString::fromUtf8(rest.first(afterName)), std::move(seed));
    const QByteArrayView hint = rest.first(afterHash); // name+hex8, as VerifierKey::hint() writes it
    if (signer.key().hint().toUtf8() != hint)
        return std::nullopt;
    return signer;
}

SecretBytes keyLine(const SeedSigner &signer)
{
    SecretBytes keyed(KeyedSize);
    keyed.data()[0] = static_cast<unsigned char>(signer.key().type);
    std::memcpy(keyed.data() + 1, signer.seed().data(), signer.seed().size());
    const QByteArray head = Prefix.toByteArray() + signer.key().hint().toUtf8() + '+';
    const auto headSize = static_cast<std::size_t>(head.size());
    const std::size_t encodedSize = sodium_base64_ENCODED_LEN(KeyedSize, sodium_base64_VARIANT_ORIGINAL); // with its final NUL
    SecretBytes line(headSize + encodedSize);
    std::memcpy(line.data(), head.constData(), headSize);
    sodium_bin2base64(reinterpret_cast<char *>(line.data()) + headSize, encodedSize, keyed.data(), keyed.size(), sodium_base64_VARIANT_ORIGINAL);
    line.data()[line.size() - 1] = '\n';
    return line;
}

bool writeAll(int fd, const SecretBytes &bytes)
{
    std::size_t done = 0;
    while (done < bytes.size()) {
        const ssize_t put = ::write(fd, bytes.data() + done, bytes.size() - done);
        if (put < 0 && errno == EINTR)
            continue;
        if (put <= 0)
            return false;
        done += static_cast<std::size_t>(put);
    }
    return ::fsync(fd) == 0;
}

void syncDirectory(const QString &directory)
{
    const int fd = ::open(QFile::encodeName(directory).constData(), O_RDONLY | O_DIRECTORY | O_CLOEXEC);
    if (fd < 0)
        return;
    const Descriptor opened(fd);
    ::fsync(opened.fd);
}

bool makeDirectory(const QString &directory)
{
    if (QFileInfo(directory).isDir())
        return true;
    return makeDirectory(QFileInfo(directory).path()) && ::mkdir(QFile::encodeName(directory).constData(), 0700) == 0;
}

} // namespace

Result<SeedSigner, KeyStoreError> PlainFileStore::read(const QString &path)
{
    const int fd = ::open(QFile::encodeName(path).constData(), O_RDONLY | O_NOFOLLOW | O_CLOEXEC | O_NONBLOCK);
    if (fd < 0 && (errno == ENOENT || errno == ENOTDIR))
        return fail(KeyState::Absent, path, QStringLiteral("no such key file"));
    if (fd < 0)
        return fail(errno == ELOOP || errno == EACCES ? KeyState::Denied : KeyState::Unavailable, path,
                    errno == ELOOP ? QStringLiteral("is a link") : reason(errno));
    const Descriptor opened(fd);
    if (auto loose = looseness(fd, path))
        return Failure{*std::move(loose)};
    const auto bytes = readAll(fd);
    auto signer = bytes ? parseKeyLine(*bytes) : std::nullopt;
    if (!signer)
        return fail(KeyState::Unavailable, path, QStringLiteral("not a key file: one line PRIVATE+KEY+name+hash+base64 was expected"));
    return *std::move(signer);
}

Result<SeedSigner, KeyStoreError> PlainFileStore::create(const QString &path, const QString &name)
{
    SeedSigner signer(name, SecretBytes::random(crypto_sign_SEEDBYTES));
    if (VerifierKey::parse(signer.key().toString()) != signer.key())
        return fail(KeyState::Denied, path, QStringLiteral("a key's name has no white space and no +, and is not empty"));
    if (auto written = write(path, signer); !written)
        return written.failure();
    return signer;
}

Result<Done, KeyStoreError> PlainFileStore::write(const QString &path, const SeedSigner &signer)
{
    const QString directory = QFileInfo(path).absolutePath();
    if (!makeDirectory(directory))
        return fail(KeyState::Denied, path, QStringLiteral("its directory cannot be made: %1").arg(reason(errno)));
    const int fd = ::open(QFile::encodeName(path).constData(), O_WRONLY | O_CREAT | O_EXCL | O_NOFOLLOW | O_CLOEXEC, 0600);
    if (fd < 0)
        return fail(KeyState::Denied, path, errno == EEXIST ? QStringLiteral("exists already; no key is overwritten") : reason(errno));
    const Descriptor opened(fd);
    if (!writeAll(fd, keyLine(signer))) {
        const QString why = reason(errno);
        ::unlink(QFile::encodeName(path).constData());
        return fail(KeyState::Unavailable, path, why);
    }
    syncDirectory(directory);
    return Done{};
}

} // namespace holdfast
