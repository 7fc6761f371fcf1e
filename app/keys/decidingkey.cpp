// SPDX-License-Identifier: Apache-2.0
#include "keys/decidingkey.h"

#include <QtEndian>

#include <sodium.h>

#include <algorithm>
#include <array>

namespace holdfast {

namespace {

constexpr QByteArrayView SeedMagic("hfseed1\n");
constexpr qsizetype SeedNonceSize = crypto_secretbox_NONCEBYTES;
constexpr std::size_t SeedSize = crypto_sign_SEEDBYTES;
constexpr qsizetype BoxSize = crypto_secretbox_MACBYTES + crypto_sign_SEEDBYTES;
/// secretbox leaves its first block, which is the seed, in its stack frame.
constexpr std::size_t StackOfOpening = 16UL * 1024;

static_assert(WrappedSeed::Size == 8 + 4 + 4 + ArgonSaltSize + SeedNonceSize + BoxSize);

const unsigned char *bytesOf(const QByteArray &bytes)
{
    return reinterpret_cast<const unsigned char *>(bytes.constData());
}

/// Unwraps inside sign() only, so that the seed exists no longer than one signature takes.
class OnceSigner final : public Signer
{
public:
    OnceSigner(VerifierKey key, WrappedSeed wrapped, SecretBytes wrappingKey)
        : m_key(std::move(key)), m_wrapped(std::move(wrapped)), m_wrappingKey(std::move(wrappingKey))
    {
    }
    [[nodiscard]] const VerifierKey &key() const override { return m_key; }
    [[nodiscard]] SignatureBytes sign(QByteArrayView message) const override
    {
        if (!m_wrappingKey)
            return {};
        auto seed = m_wrapped.unwrap(*m_wrappingKey);
        m_wrappingKey.reset();
        if (!seed)
            return {};
        return SeedSigner(m_key.name, *std::move(seed), m_key.type).sign(message);
    }

private:
    VerifierKey m_key;
    WrappedSeed m_wrapped;
    mutable std::optional<SecretBytes> m_wrappingKey; ///< wiped by the first signature
};

/// Whether `wrappingKey` opens the seed of `key`.
std::optional<UnlockError> whyNot(const VerifierKey &key, const WrappedSeed &wrapped, const SecretBytes &wrappingKey)
{
    auto seed = wrapped.unwrap(wrappingKey);
    if (!seed)
        return UnlockError::WrongPassphrase;
    if (SeedSigner(key.name, *std::move(seed), key.type).key() != key)
        return UnlockError::NotThisKey;
    return std::nullopt;
}

} // namespace

QByteArray WrappedSeed::toBytes() const
{
    QByteArray bytes = SeedMagic.toByteArray();
    std::array<char, 8> costs{};
    qToBigEndian(cost.passes, costs.data());
    qToBigEndian(cost.memoryKiB, costs.data() + 4);
    return bytes.append(costs.data(), costs.size()).append(salt).append(nonce).append(box);
}

std::optional<WrappedSeed> WrappedSeed::parse(QByteArrayView bytes)
{
    if (bytes.size() != Size || bytes.first(SeedMagic.size()) != SeedMagic)
        return std::nullopt;
    WrappedSeed wrapped;
    wrapped.cost.passes = qFromBigEndian<std::uint32_t>(bytes.sliced(8).data());
    wrapped.cost.memoryKiB = qFromBigEndian<std::uint32_t>(bytes.sliced(12).data());
    wrapped.salt = bytes.sliced(16, ArgonSaltSize).toByteArray();
    wrapped.nonce = bytes.sliced(32, SeedNonceSize).toByteArray();
    wrapped.box = bytes.sliced(56, BoxSize).toByteArray();
    return wrapped;
}

std::optional<WrappedSeed> WrappedSeed::wrap(const SecretBytes &seed, const SecretBytes &passphrase, ArgonCost cost)
{
    if (passphrase.size() == 0 || seed.size() != SeedSize)
        return std::nullopt;
    WrappedSeed wrapped{cost, randomBytes(ArgonSaltSize), randomBytes(SeedNonceSize), QByteArray(BoxSize, '\0')};
    const auto key = wrappingKey(passphrase, wrapped.salt, cost);
    if (!key)
        return std::nullopt;
    crypto_secretbox_easy(reinterpret_cast<unsigned char *>(wrapped.box.data()), seed.data(), seed.size(), bytesOf(wrapped.nonce), key->data());
    sodium_stackzero(StackOfOpening);
    return wrapped;
}

std::optional<SecretBytes> WrappedSeed::unwrap(const SecretBytes &wrappingKey) const
{
    if (wrappingKey.size() != WrappingKeySize || nonce.size() != SeedNonceSize || box.size() != BoxSize)
        return std::nullopt;
    SecretBytes seed(SeedSize);
    const int failed = crypto_secretbox_open_easy(seed.data(), bytesOf(box), static_cast<unsigned long long>(box.size()),
                                                  bytesOf(nonce), wrappingKey.data());
    sodium_stackzero(StackOfOpening);
    if (failed != 0)
        return std::nullopt;
    return seed;
}

Result<SecretBytes, UnlockError> DecidingKey::openSession(const SecretBytes &passphrase) const
{
    auto key = wrappingKey(passphrase, m_wrapped.salt, m_wrapped.cost);
    if (!key)
        return Failure{UnlockError::NoMemory};
    if (const auto error = whyNot(m_key, m_wrapped, *key))
        return Failure{*error};
    return *std::move(key);
}

Result<std::unique_ptr<Signer>, UnlockError> DecidingKey::unlock(const SecretBytes &passphrase) const
{
    auto key = openSession(passphrase);
    if (!key)
        return key.failure();
    return std::unique_ptr<Signer>(std::make_unique<OnceSigner>(m_key, m_wrapped, std::move(key).value()));
}

Result<std::unique_ptr<Signer>, UnlockError> DecidingKey::unlockWith(const SecretBytes &sessionKey) const
{
    if (const auto error = whyNot(m_key, m_wrapped, sessionKey))
        return Failure{*error};
    return std::unique_ptr<Signer>(std::make_unique<OnceSigner>(m_key, m_wrapped, sessionKey.copy()));
}

} // namespace holdfast
