// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "core/result.h"
#include "keys/passphrase.h"

#include <memory>

namespace holdfast {

/// A deciding seed wrapped with a passphrase: the only form in which it is ever stored, in whichever place.
///
///   0   8  "hfseed1\n"
///   8   4  Argon2id passes, big-endian
///  12   4  Argon2id memory in KiB, big-endian
///  16  16  salt
///  32  24  nonce
///  56  48  crypto_secretbox (16 bytes tag ‖ 32 bytes) of the Ed25519 seed under the Argon2id key
struct WrappedSeed final
{
    static constexpr qsizetype Size = 104;

    ArgonCost cost;
    QByteArray salt; ///< 16 bytes
    QByteArray nonce; ///< 24 bytes
    QByteArray box; ///< 48 bytes

    [[nodiscard]] QByteArray toBytes() const;
    [[nodiscard]] static std::optional<WrappedSeed> parse(QByteArrayView bytes);
    /// nullopt: the passphrase is empty, or there is no memory for Argon2id.
    [[nodiscard]] static std::optional<WrappedSeed> wrap(const SecretBytes &seed, const SecretBytes &passphrase, ArgonCost cost = {});
    /// nullopt: the wrapping key is not the one, or the bytes were changed. The stack that held the seed is wiped.
    [[nodiscard]] std::optional<SecretBytes> unwrap(const SecretBytes &wrappingKey) const;
};

enum class UnlockError {
    WrongPassphrase, ///< or the wrapped bytes were changed
    NotThisKey, ///< opened, but it is the seed of another public key
    NoMemory,
};

/// A human's deciding key at rest. Cheap to copy, holds no secret.
class DecidingKey final
{
public:
    DecidingKey(VerifierKey key, WrappedSeed wrapped) : m_key(std::move(key)), m_wrapped(std::move(wrapped)) {}

    [[nodiscard]] const VerifierKey &key() const { return m_key; }

    /// For what must be asked each time: a Signer for exactly one signature. Takes as long as Argon2id does, about half a
    /// second: call it off the GUI thread. A second sign() gives 64 zero bytes, which nobody accepts.
    [[nodiscard]] Result<std::unique_ptr<Signer>, UnlockError> unlock(const SecretBytes &passphrase) const;

    /// For what is asked once a session: the wrapping key, in locked memory, never the seed. As slow as unlock().
    [[nodiscard]] Result<SecretBytes, UnlockError> openSession(const SecretBytes &passphrase) const;
    /// A Signer for exactly one signature with the session's wrapping key. Quick.
    [[nodiscard]] Result<std::unique_ptr<Signer>, UnlockError> unlockWith(const SecretBytes &sessionKey) const;

private:
    VerifierKey m_key;
    WrappedSeed m_wrapped;
};

} // namespace holdfast
