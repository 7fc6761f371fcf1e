// SPDX-License-Identifier: Apache-2.0
#include "core/signer.h"

#include "core/validkey.h"

#include <QtGlobal>

#include <sodium.h>

#include <algorithm>
#include <cstring>
#include <utility>

namespace holdfast {

namespace {

/// More than libsodium's deepest frame under crypto_sign: registers that it spilled are wiped with it.
constexpr std::size_t stackOfSigning = 16UL * 1024;

const unsigned char *unsignedData(QByteArrayView bytes)
{
    return reinterpret_cast<const unsigned char *>(bytes.data());
}

PublicKeyBytes publicKeyOf(const SecretBytes &seed)
{
    if (seed.size() != crypto_sign_SEEDBYTES)
        qFatal("an Ed25519 seed has 32 bytes");
    PublicKeyBytes publicKey{};
    SecretBytes secret(crypto_sign_SECRETKEYBYTES);
    crypto_sign_seed_keypair(publicKey.data(), secret.data(), seed.data());
    return publicKey;
}

} // namespace

void initialiseCryptography()
{
    static const int started = sodium_init();
    if (started < 0)
        qFatal("libsodium cannot start");
}

SecretBytes::SecretBytes(std::size_t size)
    : m_data(nullptr)
    , m_size(size)
{
    initialiseCryptography();
    m_data = static_cast<unsigned char *>(sodium_malloc(size)); // guard pages, locked against swapping
    if (m_data == nullptr)
        qFatal("no locked memory for a secret");
    sodium_memzero(m_data, size);
}

SecretBytes::~SecretBytes()
{
    sodium_free(m_data); // wipes
}

SecretBytes::SecretBytes(SecretBytes &&other) noexcept
    : m_data(std::exchange(other.m_data, nullptr))
    , m_size(std::exchange(other.m_size, 0))
{
}

SecretBytes &SecretBytes::operator=(SecretBytes &&other) noexcept
{
    std::swap(m_data, other.m_data);
    std::swap(m_size, other.m_size);
    return *this;
}

SecretBytes SecretBytes::copy() const
{
    SecretBytes same(m_size);
    std::copy_n(m_data, m_size, same.m_data);
    return same;
}

bool SecretBytes::equals(const SecretBytes &other) const
{
    return m_size == other.m_size && sodium_memcmp(m_data, other.m_data, m_size) == 0;
}

SecretBytes SecretBytes::random(std::size_t size)
{
    SecretBytes secret(size);
    randombytes_buf(secret.m_data, size);
    return secret;
}

SecretBytes SecretBytes::take(QByteArray &source)
{
    SecretBytes secret(static_cast<std::size_t>(source.size()));
    std::memcpy(secret.m_data, source.constData(), secret.m_size);
    // Not data(): on a shared array that would wipe a fresh copy and leave the original. Bytes that are not on the heap
    // (literals) cannot be wiped.
    if (source.data_ptr().d_ptr() != nullptr)
        sodium_memzero(const_cast<char *>(source.constData()), secret.m_size);
    source.clear();
    return secret;
}

SeedSigner::SeedSigner(QString name, SecretBytes seed, VerifierKey::Type type)
    : m_seed(std::move(seed))
    , m_key{std::move(name), type, publicKeyOf(m_seed)}
{
    sodium_stackzero(stackOfSigning);
}

SignatureBytes SeedSigner::sign(QByteArrayView message) const
{
    SignatureBytes signature{};
    // On the stack, where libsodium itself hashes the seed for these microseconds: locked pages for them would cost more than the signature.
    std::array<unsigned char, crypto_sign_SECRETKEYBYTES> secret;
    PublicKeyBytes publicKey;
    crypto_sign_seed_keypair(publicKey.data(), secret.data(), m_seed.data());
    crypto_sign_detached(signature.data(), nullptr, unsignedData(message), static_cast<unsigned long long>(message.size()), secret.data());
    sodium_memzero(secret.data(), secret.size());
    sodium_stackzero(stackOfSigning);
    return signature;
}

bool verifySignature(const PublicKeyBytes &key, QByteArrayView message, QByteArrayView signature)
{
    return signature.size() == static_cast<qsizetype>(crypto_sign_BYTES) && isValidKey(key)
        && crypto_sign_verify_detached(unsignedData(signature), unsignedData(message), static_cast<unsigned long long>(message.size()), key.data()) == 0;
}

QByteArray randomBytes(qsizetype size)
{
    initialiseCryptography();
    QByteArray bytes(size, Qt::Uninitialized);
    randombytes_buf(bytes.data(), static_cast<std::size_t>(size));
    return bytes;
}

} // namespace holdfast
