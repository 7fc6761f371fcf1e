// SPDX-License-Identifier: Apache-2.0
#include "keys/sealedfilestore.h"

#include <QDir>
#include <QFile>
#include <QFileInfo>
#include <QSaveFile>
#include <QTimer>
#include <QtEndian>

#include <sodium.h>

#include <algorithm>
#include <array>
#include <cstring>
#include <memory>
#include <sys/stat.h>

namespace holdfast {

namespace {

constexpr QByteArrayView Magic("hfkeys1\n");
constexpr qsizetype NonceSize = crypto_secretbox_NONCEBYTES;
constexpr qsizetype HeaderSize = 8 + 4 + 4 + ArgonSaltSize + NonceSize;
constexpr qsizetype LargestFile = 1024LL * 1024;
constexpr std::size_t LongestField = 0xFFFF;

Failure<KeyStoreError> noSealed(KeyState state, const QString &path, const QString &what)
{
    return Failure{KeyStoreError{state, QStringLiteral("%1: %2").arg(path, what)}};
}

const unsigned char *unsignedData(QByteArrayView bytes)
{
    return reinterpret_cast<const unsigned char *>(bytes.data());
}

Result<QByteArray, KeyStoreError> readSealed(const QString &path)
{
    QFile file(path);
    if (!QFileInfo::exists(path))
        return noSealed(KeyState::Absent, path, QStringLiteral("no such key file"));
    if (!file.open(QIODevice::ReadOnly))
        return noSealed(KeyState::Unavailable, path, file.errorString());
    struct stat info{};
    if (::fstat(file.handle(), &info) != 0 || !S_ISREG(info.st_mode) || (info.st_mode & 077) != 0)
        return noSealed(KeyState::Denied, path, QStringLiteral("a regular file of mode 600 was expected"));
    QByteArray bytes = file.read(LargestFile + 1);
    if (bytes.size() < HeaderSize + static_cast<qsizetype>(crypto_secretbox_MACBYTES) || bytes.size() > LargestFile || !bytes.startsWith(Magic))
        return noSealed(KeyState::Unavailable, path, QStringLiteral("not a sealed key file"));
    return bytes;
}

class FieldWriter final
{
public:
    explicit FieldWriter(unsigned char *at) : m_at(at) {}
    void put(const unsigned char *bytes, std::size_t size)
    {
        qToBigEndian(static_cast<quint16>(size), m_at);
        if (size > 0)
            std::memcpy(m_at + 2, bytes, size);
        m_at += 2 + size;
    }

private:
    unsigned char *m_at;
};

struct Field final
{
    const unsigned char *bytes = nullptr;
    std::size_t size = 0;
};
std::optional<Field> takeField(const SecretBytes &plain, std::size_t &at)
{
    if (plain.size() - at < 2)
        return std::nullopt;
    const std::size_t size = qFromBigEndian<quint16>(plain.data() + at);
    at += 2;
    if (plain.size() - at < size)
        return std::nullopt;
    const Field field{plain.data() + at, size};
    at += size;
    return field;
}

std::optional<std::map<QString, SecretBytes>> readFields(const SecretBytes &plain)
{
    std::map<QString, SecretBytes> values;
    std::size_t at = 0;
    while (at < plain.size()) {
        const auto name = takeField(plain, at);
        const auto value = name ? takeField(plain, at) : std::nullopt;
        if (!value)
            return std::nullopt;
        SecretBytes bytes(value->size);
        std::memcpy(bytes.data(), value->bytes, value->size);
        values.insert_or_assign(QString::fromUtf8(reinterpret_cast<const char *>(name->bytes), static_cast<qsizetype>(name->size)), std::move(bytes));
    }
    return values;
}

SecretBytes writeFields(const std::map<QString, SecretBytes> &values)
{
    std::size_t size = 0;
    for (const auto &[name, value] : values)
        size += 4 + static_cast<std::size_t>(name.toUtf8().size()) + value.size();
    SecretBytes plain(size);
    FieldWriter writer(plain.data());
    for (const auto &[name, value] : values) {
        const QByteArray utf8 = name.toUtf8();
        writer.put(unsignedData(utf8), static_cast<std::size_t>(utf8.size()));
        writer.put(value.data(), value.size());
    }
    return plain;
}

} // namespace

SealedFileStore::SealedFileStore(QString path, ArgonCost cost)
    : m_path(std::move(path)), m_cost(cost)
{
}

SealedFileStore::~SealedFileStore() = default;

Result<Done, KeyStoreError> SealedFileStore::create(const SecretBytes &passphrase)
{
    if (QFileInfo::exists(m_path) || QFileInfo(m_path).isSymLink())
        return noSealed(KeyState::Denied, m_path, QStringLiteral("exists already; no key is overwritten"));
    if (passphrase.size() == 0)
        return noSealed(KeyState::Denied, m_path, QStringLiteral("an empty passphrase seals nothing"));
    QByteArray salt = randomBytes(ArgonSaltSize);
    auto key = wrappingKey(passphrase, salt, m_cost);
    if (!key)
        return noSealed(KeyState::Unavailable, m_path, QStringLiteral("no memory for Argon2id"));
    QDir().mkpath(QFileInfo(m_path).absolutePath());
    m_salt = std::move(salt);
    m_key = std::move(key);
    m_values.clear();
    auto saved = save();
    if (!saved)
        m_key.reset();
    return saved;
}

Result<Done, KeyStoreError> SealedFileStore::unlock(const SecretBytes &passphrase)
{
    const auto file = readSealed(m_path);
    if (!file)
        return file.failure();
    const ArgonCost cost{qFromBigEndian<quint32>(file->constData() + 8), qFromBigEndian<quint32>(file->constData() + 12)};
    auto key = wrappingKey(passphrase, QByteArrayView(*file).sliced(16, ArgonSaltSize), cost);
    if (!key)
        return noSealed(KeyState::Unavailable, m_path, QStringLiteral("its cost is not one of ours, or there is no memory for Argon2id"));
    auto values = openWith(*key, *file);
    if (!values)
        return values.failure();
    m_cost = cost;
    m_salt = file->mid(16, ArgonSaltSize);
    m_key = std::move(key);
    m_values = std::move(values).value();
    return Done{};
}

void SealedFileStore::lock()
{
    m_key.reset();
    m_values.clear();
}

Result<SealedFileStore::Values, KeyStoreError> SealedFileStore::openWith(const SecretBytes &key, const QByteArray &file) const
{
    const QByteArrayView view(file);
    const QByteArrayView box = view.sliced(HeaderSize);
    SecretBytes plain(static_cast<std::size_t>(box.size()) - crypto_secretbox_MACBYTES);
    const int failed = crypto_secretbox_open_easy(plain.data(), unsignedData(box), static_cast<unsigned long long>(box.size()),
                                                  unsignedData(view.sliced(HeaderSize - NonceSize, NonceSize)), key.data());
    if (failed != 0)
        return noSealed(KeyState::Denied, m_path, QStringLiteral("the passphrase is wrong, or the file was changed"));
    auto values = readFields(plain);
    if (!values)
        return noSealed(KeyState::Unavailable, m_path, QStringLiteral("opened, but what is in it cannot be read"));
    return *std::move(values);
}

Result<Done, KeyStoreError> SealedFileStore::save() const
{
    const SecretBytes plain = writeFields(m_values);
    std::array<char, 8> costs{};
    qToBigEndian(m_cost.passes, costs.data());
    qToBigEndian(m_cost.memoryKiB, costs.data() + 4);
    const QByteArray nonce = randomBytes(NonceSize);
    QByteArray bytes = Magic.toByteArray().append(costs.data(), costs.size()).append(m_salt).append(nonce);
    bytes.resize(HeaderSize + static_cast<qsizetype>(crypto_secretbox_MACBYTES + plain.size()));
    crypto_secretbox_easy(reinterpret_cast<unsigned char *>(bytes.data()) + HeaderSize, plain.data(), plain.size(), unsignedData(nonce), m_key->data());
    QSaveFile file(m_path);
    if (!file.open(QIODevice::WriteOnly) || !file.setPermissions(QFile::ReadOwner | QFile::WriteOwner) || file.write(bytes) != bytes.size()
        || !file.commit())
        return noSealed(KeyState::Unavailable, m_path, file.errorString());
    return Done{};
}

Result<Done, KeyStoreError> SealedFileStore::saveAndCompare()
{
    if (auto saved = save(); !saved)
        return saved;
    const auto file = readSealed(m_path);
    if (!file)
        return file.failure();
    const auto values = openWith(*m_key, *file);
    if (!values)
        return values.failure();
    const bool same = std::equal(values->begin(), values->end(), m_values.begin(), m_values.end(),
                                 [](const auto &a, const auto &b) { return a.first == b.first && a.second.equals(b.second); });
    if (!same)
        return noSealed(KeyState::Unavailable, m_path, QStringLiteral("what was written does not read back"));
    return Done{};
}

std::optional<KeyStoreError> SealedFileStore::notUsable() const
{
    if (m_key)
        return std::nullopt;
    const auto file = readSealed(m_path);
    if (!file)
        return file.error();
    return KeyStoreError{KeyState::Locked, QStringLiteral("%1: locked with its passphrase").arg(m_path)};
}

void SealedFileStore::probe(StateHandler handler)
{
    const auto error = notUsable();
    QTimer::singleShot(0, this, [handler = std::move(handler), error] {
        handler(error ? error->state : KeyState::Present, error ? error->detail : QString());
    });
}

void SealedFileStore::read(const QString &name, ReadHandler handler)
{
    QTimer::singleShot(0, this, [this, name, handler = std::move(handler)] {
        if (auto error = notUsable())
            return handler(Failure{*std::move(error)});
        const auto value = m_values.find(name);
        if (value == m_values.end())
            return handler(noSealed(KeyState::Absent, m_path, QStringLiteral("has no such key")));
        handler(value->second.copy());
    });
}

void SealedFileStore::write(const QString &name, SecretBytes value, DoneHandler handler)
{
    QTimer::singleShot(0, this, [this, name, shared = std::make_shared<SecretBytes>(std::move(value)), handler = std::move(handler)] {
        if (auto error = notUsable())
            return handler(Failure{*std::move(error)});
        if (shared->size() > LongestField || static_cast<std::size_t>(name.toUtf8().size()) > LongestField)
            return handler(noSealed(KeyState::Denied, m_path, QStringLiteral("a key of at most 65535 bytes was expected")));
        m_values.insert_or_assign(name, std::move(*shared));
        handler(saveAndCompare());
    });
}

void SealedFileStore::remove(const QString &name, DoneHandler handler)
{
    QTimer::singleShot(0, this, [this, name, handler = std::move(handler)] {
        if (auto error = notUsable())
            return handler(Failure{*std::move(error)});
        if (m_values.erase(name) == 0)
            return handler(Done{});
        handler(saveAndCompare());
    });
}

} // namespace holdfast
