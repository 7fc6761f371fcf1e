// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "core/signer.h"

#include <cstdint>
#include <optional>

namespace holdfast {

/// What Argon2id costs whoever guesses; libsodium's crypto_pwhash.
struct ArgonCost final
{
    std::uint32_t passes = 3;
    std::uint32_t memoryKiB = 128 * 1024;
    friend bool operator==(const ArgonCost &, const ArgonCost &) = default;
};
inline constexpr qsizetype ArgonSaltSize = 16;
inline constexpr std::size_t WrappingKeySize = 32;

/// Argon2id. nullopt: `salt` is not 16 bytes, the cost lies outside 1…16 passes and 8 KiB…1 GiB, or there is no memory.
[[nodiscard]] std::optional<SecretBytes> wrappingKey(const SecretBytes &passphrase, QByteArrayView salt, ArgonCost cost);

} // namespace holdfast
