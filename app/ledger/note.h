// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "core/clock.h"
#include "core/result.h"
#include "core/signer.h"
#include "core/verifierkey.h"

#include <array>
#include <optional>
#include <vector>

// C2SP signed-note: a text that ends in a newline, an empty line, and lines `— <name> <base64(keyhash4 ‖ signature)>`.
// The signature covers the text with its last newline.
namespace holdfast {

struct NoteError final
{
    enum class Kind { Malformed, TooManySignatures, BadSignature, NoKnownSignature, AmbiguousKey };
    Kind kind;
    QString name; ///< of the key, for BadSignature and AmbiguousKey
    [[nodiscard]] QString sentence() const;
};

struct NoteSignature final
{
    QString name;
    std::array<unsigned char, 4> keyHash{};
    QByteArray bytes; ///< Ed25519: 64 bytes; cosignature: 8 bytes of time (seconds, big-endian) ‖ 64 bytes
};

struct Note final
{
    QByteArray text; ///< UTF-8, ends in a newline
    std::vector<NoteSignature> signatures;

    [[nodiscard]] QByteArray toBytes() const;
    /// At most 1 MiB and 100 signatures; no control characters but newline.
    [[nodiscard]] static Result<Note, NoteError> parse(QByteArrayView bytes);
};

struct VerifiedSignature final
{
    VerifierKey key;
    std::optional<std::int64_t> time; ///< of a cosignature, seconds since 1970
};

/// Signatures of keys that are not known are ignored; a known name and hash whose signature fails refuses the whole note.
/// A second signature by the same key is ignored. At least one known signature is needed.
[[nodiscard]] Result<std::vector<VerifiedSignature>, NoteError> verifyNote(const Note &note, const std::vector<VerifierKey> &known);

/// For a signer whose key is of type Ed25519.
[[nodiscard]] NoteSignature signNote(QByteArrayView text, const Signer &signer);
/// For a signer whose key is of type Cosignature: over `cosignature/v1\ntime <t>\n` ‖ text.
[[nodiscard]] NoteSignature cosignNote(QByteArrayView text, const Signer &signer, Instant at);

} // namespace holdfast
