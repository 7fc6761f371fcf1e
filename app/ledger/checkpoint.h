// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "core/documents/decision.h"
#include "ledger/note.h"

namespace holdfast {

/// The head of a ledger: `<gate>/ledger\n<size>\n<base64 root>\n`.
struct Checkpoint final
{
    QString gate; ///< without `/ledger`
    std::int64_t size = 0;
    Digest root;

    [[nodiscard]] QByteArray toText() const;
    /// Strict: exactly those three lines, no leading zeros, no extension lines.
    [[nodiscard]] static std::optional<Checkpoint> fromText(QByteArrayView text);
    [[nodiscard]] CheckpointRef ref() const { return {size, root}; }
    friend bool operator==(const Checkpoint &, const Checkpoint &) = default;
};

struct CheckpointError final
{
    enum class Kind { BadNote, NotACheckpoint, WrongGate };
    Kind kind;
    std::optional<NoteError> note;
    [[nodiscard]] QString sentence() const;
};

/// The signed note as bytes.
[[nodiscard]] QByteArray signCheckpoint(const Checkpoint &checkpoint, const Signer &ledgerKey);
/// Signature by `ledgerKey` first, then the text, then the gate's name.
[[nodiscard]] Result<Checkpoint, CheckpointError> openCheckpoint(QByteArrayView note, const VerifierKey &ledgerKey, const QString &gate);
/// The same note with one more signature line.
[[nodiscard]] Result<QByteArray, NoteError> cosignCheckpoint(QByteArrayView note, const Signer &cosigner, Instant at);

} // namespace holdfast
