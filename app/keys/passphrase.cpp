// SPDX-License-Identifier: Apache-2.0
#include "keys/passphrase.h"

#include <sodium.h>

namespace holdfast {

static_assert(ArgonSaltSize == crypto_pwhash_SALTBYTES);
static_assert(WrappingKeySize == crypto_secretbox_KEYBYTES);

std::optional<SecretBytes> wrappingKey(const SecretBytes &passphrase, QByteArrayView salt, ArgonCost cost)
{
    constexpr std::uint32_t mostMemoryKiB = 1024 * 1024;
    if (salt.size() != ArgonSaltSize || cost.passes < crypto_pwhash_OPSLIMIT_MIN || cost.passes > 16
        || cost.memoryKiB < crypto_pwhash_MEMLIMIT_MIN / 1024 || cost.memoryKiB > mostMemoryKiB)
        return std::nullopt;
    SecretBytes key(WrappingKeySize);
    const int failed = crypto_pwhash(key.data(), key.size(), reinterpret_cast<const char *>(passphrase.data()), passphrase.size(),
                                     reinterpret_cast<const unsigned char *>(salt.data()), cost.passes,
                                     std::size_t{cost.memoryKiB} * 1024, crypto_pwhash_ALG_ARGON2ID13);
    if (failed != 0)
        return std::nullopt;
    return key;
}

} // namespace holdfast
