// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "keys/keystore.h"

namespace holdfast {

/// Unsealed keys of gates and machines, one file each: the line `PRIVATE+KEY+<name>+<hex8>+<base64(0x01 ‖ seed)>` (the private
/// form of a C2SP verifier key, as golang.org/x/mod/sumdb/note writes it). A regular file of the caller's own, mode 0600 or
/// stricter, not reached through a link in its last component; anything looser is Denied. Synchronous.
class PlainFileStore final
{
public:
    /// Absent: no such file. Never creates one.
    [[nodiscard]] static Result<SeedSigner, KeyStoreError> read(const QString &path);
    /// A new key under `name`. Denied where anything lies at `path` already: no key is overwritten. Missing directories are
    /// made 0700. Durable when it returns.
    [[nodiscard]] static Result<SeedSigner, KeyStoreError> create(const QString &path, const QString &name);
    /// Writes a key that was made elsewhere, under the same rules.
    [[nodiscard]] static Result<Done, KeyStoreError> write(const QString &path, const SeedSigner &signer);
};

} // namespace holdfast
