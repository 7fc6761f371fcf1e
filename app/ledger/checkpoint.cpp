// SPDX-License-Identifier: Apache-2.0
#include "ledger/checkpoint.h"

#include "core/base64.h"

namespace holdfast {

namespace {

const QByteArray originSuffix = QByteArrayLiteral("/ledger");
constexpr std::int64_t maximumSize = (std::int64_t{1} << 53) - 1;

std::optional<std::int64_t> sizeFrom(const QByteArray &text)
{
    bool ok = false;
    const qlonglong value = text.toLongLong(&ok);
    const bool canonical = ok && value >= 0 && value <= maximumSize && QByteArray::number(value) == text;
    return canonical ? std::optional<std::int64_t>(value) : std::nullopt;
}

} // namespace

QByteArray Checkpoint::toText() const
{
    return gate.toUtf8() + originSuffix + '\n' + QByteArray::number(static_cast<qlonglong>(size)) + '\n' + toBase64(root.toBytes()).toLatin1() + '\n';
}

std::optional<Checkpoint> Checkpoint::fromText(QByteArrayView text)
{
    const QList<QByteArray> lines = text.toByteArray().split('\n');
    if (lines.size() != 4 || !lines[3].isEmpty() || !lines[0].endsWith(originSuffix))
        return std::nullopt;
    const auto size = sizeFrom(lines[1]);
    const auto raw = fromBase64(QString::fromLatin1(lines[2]));
    const auto root = raw ? Digest::fromBytes(*raw) : std::nullopt;
    if (!size || !root)
        return std::nullopt;
    const Checkpoint checkpoint{QString::fromUtf8(lines[0].chopped(originSuffix.size())), *size, *root};
    // The signed bytes must be this value's own, byte for byte: no URL-safe base64, no odd UTF-8.
    if (checkpoint.gate.isEmpty() || checkpoint.toText() != text)
        return std::nullopt;
    return checkpoint;
}

QString CheckpointError::sentence() const
{
    switch (kind) {
    case Kind::BadNote: return QStringLiteral("checkpoint: %1").arg(note ? note->sentence() : QString());
    case Kind::NotACheckpoint: return QStringLiteral("checkpoint: the signed text is not a checkpoint");
    case Kind::WrongGate: return QStringLiteral("checkpoint: it is of another gate's ledger");
    }
    return {};
}

QByteArray signCheckpoint(const Checkpoint &checkpoint, const Signer &ledgerKey)
{
    Note note{checkpoint.toText(), {}};
    note.signatures.push_back(signNote(note.text, ledgerKey));
    return note.toBytes();
}

Result<Checkpoint, CheckpointError> openCheckpoint(QByteArrayView bytes, const VerifierKey &ledgerKey, const QString &gate)
{
    const auto note = Note::parse(bytes);
    if (!note)
        return Failure{CheckpointError{CheckpointError::Kind::BadNote, note.error()}};
    if (const auto verified = verifyNote(*note, {ledgerKey}); !verified)
        return Failure{CheckpointError{CheckpointError::Kind::BadNote, verified.error()}};
    const auto checkpoint = Checkpoint::fromText(note->text);
    if (!checkpoint)
        return Failure{CheckpointError{CheckpointError::Kind::NotACheckpoint, {}}};
    if (checkpoint->gate != gate)
        return Failure{CheckpointError{CheckpointError::Kind::WrongGate, {}}};
    return *checkpoint;
}

Result<QByteArray, NoteError> cosignCheckpoint(QByteArrayView bytes, const Signer &cosigner, Instant at)
{
    auto note = Note::parse(bytes);
    if (!note)
        return note.failure();
    note->signatures.push_back(cosignNote(note->text, cosigner, at));
    return note->toBytes();
}

} // namespace holdfast
