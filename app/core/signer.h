// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "core/result.h"
#include "core/verifierkey.h"

#include <QByteArray>
#include <QString>

#include <memory>

namespace holdfast {

/// 32 secret bytes in guarded, locked memory (sodium_malloc); wiped when it ends. Movable, never copied.
class SecretBytes final
{
public:
    explicit SecretBytes(std::size_t size);
    ~SecretBytes();
    SecretBytes(SecretBytes &&other) noexcept;
    SecretBytes &operator=(SecretBytes &&other) noexcept;
    SecretBytes(const SecretBytes &) = delete;
    SecretBytes &operator=(const SecretBytes &) = delete;

    [[nodiscard]] static SecretBytes random(std::size_t size);
    /// Takes the bytes and wipes `source` in place (detaching it first would leave a copy: pass the only reference).
    [[nodiscard]] static SecretBytes take(QByteArray &source);
    [[nodiscard]] unsigned char *data() { return m_data; }
    [[nodiscard]] const unsigned char *data() const { return m_data; }
    [[nodiscard]] std::size_t size() const { return m_size; }
    /// Another secret of the same bytes: said aloud, since each copy is one more to guard.
    [[nodiscard]] SecretBytes copy() const;
    /// Takes the same time wherever they differ.
    [[nodiscard]] bool equals(const SecretBytes &other) const;

private:
    unsigned char *m_data;
    std::size_t m_size;
};

/// Must be called once before any cryptography; ends the program if libsodium cannot start.
void initialiseCryptography();

/// Something that can sign for one public key. Implementations hold the seed themselves.
class Signer
{
public:
    virtual ~Signer() = default;
    [[nodiscard]] virtual const VerifierKey &key() const = 0;
    /// Pure Ed25519 (RFC 8032) over `message`.
    [[nodiscard]] virtual SignatureBytes sign(QByteArrayView message) const = 0;
};

/// Signs with a 32-byte seed. The expanded secret lives only for the length of one sign().
class SeedSigner final : public Signer
{
public:
    SeedSigner(QString name, SecretBytes seed, VerifierKey::Type type = VerifierKey::Type::Ed25519);
    [[nodiscard]] const VerifierKey &key() const override { return m_key; }
    [[nodiscard]] SignatureBytes sign(QByteArrayView message) const override;
    [[nodiscard]] const SecretBytes &seed() const { return m_seed; }

private:
    SecretBytes m_seed;
    VerifierKey m_key;
};

/// libsodium's verification, and the point check first: the only verifier in the project.
[[nodiscard]] bool verifySignature(const PublicKeyBytes &key, QByteArrayView message, QByteArrayView signature);

[[nodiscard]] QByteArray randomBytes(qsizetype size);

} // namespace holdfast
