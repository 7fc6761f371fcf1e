// SPDX-License-Identifier: Apache-2.0
#include "ledger/note.h"

#include "core/base64.h"

#include <QStringDecoder>

#include <algorithm>

namespace holdfast {

namespace {

constexpr qsizetype maximumNoteSize = 1024LL * 1024;
constexpr std::size_t maximumSignatures = 100;
constexpr qsizetype keyHashSize = 4;
constexpr qsizetype timeSize = 8;
constexpr qsizetype ed25519Size = 64;
const QByteArray linePrefix = QByteArrayLiteral("\xe2\x80\x94 "); // em dash, space

bool isPlainText(QByteArrayView bytes)
{
    const auto control = [](char c) { return static_cast<unsigned char>(c) < 0x20 && c != '\n'; };
    if (std::any_of(bytes.begin(), bytes.end(), control))
        return false;
    QStringDecoder decode(QStringDecoder::Utf8, QStringDecoder::Flag::Stateless);
    const QString text = decode(bytes);
    return !decode.hasError() && !text.isNull();
}

bool isKeyName(const QString &name)
{
    return !name.isEmpty() && !name.contains(u'+') && std::none_of(name.begin(), name.end(), [](QChar c) { return c.isSpace(); });
}

std::optional<NoteSignature> parseLine(QByteArrayView line)
{
    if (!line.startsWith(linePrefix))
        return std::nullopt;
    const QByteArrayView rest = line.sliced(linePrefix.size());
    const qsizetype space = rest.indexOf(' ');
    if (space < 0)
        return std::nullopt;
    NoteSignature signature{QString::fromUtf8(rest.first(space)), {}, {}};
    const auto raw = fromBase64(QString::fromLatin1(rest.sliced(space + 1)));
    if (!isKeyName(signature.name) || !raw || raw->size() <= keyHashSize)
        return std::nullopt;
    std::copy_n(raw->begin(), keyHashSize, signature.keyHash.begin());
    signature.bytes = raw->sliced(keyHashSize);
    return signature;
}

std::int64_t bigEndian(QByteArrayView eight)
{
    std::uint64_t value = 0;
    for (const char byte : eight)
        value = value << 8 | static_cast<unsigned char>(byte);
    return static_cast<std::int64_t>(value);
}

QByteArray cosigned(std::int64_t time, QByteArrayView text)
{
    QByteArray message = "cosignature/v1\ntime " + QByteArray::number(static_cast<qlonglong>(time)) + '\n';
    return message.append(text);
}

std::optional<VerifiedSignature> verifyOne(const NoteSignature &signature, const VerifierKey &key, QByteArrayView text)
{
    if (key.type == VerifierKey::Type::Ed25519) {
        const bool holds = signature.bytes.size() == ed25519Size && verifySignature(key.bytes, text, signature.bytes);
        return holds ? std::optional(VerifiedSignature{key, {}}) : std::nullopt;
    }
    if (signature.bytes.size() != timeSize + ed25519Size)
        return std::nullopt;
    const std::int64_t time = bigEndian(QByteArrayView(signature.bytes).first(timeSize));
    if (time < 0 || !verifySignature(key.bytes, cosigned(time, text), QByteArrayView(signature.bytes).sliced(timeSize)))
        return std::nullopt;
    return VerifiedSignature{key, time};
}

QByteArray bytesOf(const SignatureBytes &signature)
{
    return {reinterpret_cast<const char *>(signature.data()), static_cast<qsizetype>(signature.size())};
}

} // namespace

QString NoteError::sentence() const
{
    switch (kind) {
    case Kind::Malformed: return QStringLiteral("this is not a signed note");
    case Kind::TooManySignatures: return QStringLiteral("the note carries more than 100 signatures");
    case Kind::BadSignature: return QStringLiteral("the signature by %1 does not hold").arg(name);
    case Kind::NoKnownSignature: return QStringLiteral("no signature is by a key that is known");
    case Kind::AmbiguousKey: return QStringLiteral("two known keys are named %1 and share a hash").arg(name);
    }
    return {};
}

QByteArray Note::toBytes() const
{
    QByteArray bytes = text + '\n';
    for (const NoteSignature &signature : signatures) {
        QByteArray raw(reinterpret_cast<const char *>(signature.keyHash.data()), keyHashSize);
        raw.append(signature.bytes);
        bytes += linePrefix + signature.name.toUtf8() + ' ' + toBase64(raw).toLatin1() + '\n';
    }
    return bytes;
}

Result<Note, NoteError> Note::parse(QByteArrayView bytes)
{
    const Failure<NoteError> malformed{NoteError{NoteError::Kind::Malformed, {}}};
    if (bytes.size() > maximumNoteSize || !bytes.endsWith('\n') || !isPlainText(bytes))
        return malformed;
    const qsizetype split = bytes.lastIndexOf("\n\n");
    if (split < 0)
        return malformed;
    Note note;
    note.text = bytes.first(split + 1).toByteArray();
    QByteArrayView rest = bytes.sliced(split + 2);
    while (!rest.isEmpty()) {
        if (note.signatures.size() == maximumSignatures)
            return Failure{NoteError{NoteError::Kind::TooManySignatures, {}}};
        const qsizetype end = rest.indexOf('\n');
        const auto signature = parseLine(rest.first(end));
        if (!signature)
            return malformed;
        note.signatures.push_back(*signature);
        rest = rest.sliced(end + 1);
    }
    if (note.signatures.empty())
        return malformed;
    return note;
}

Result<std::vector<VerifiedSignature>, NoteError> verifyNote(const Note &note, const std::vector<VerifierKey> &known)
{
    std::vector<VerifiedSignature> verified;
    for (const NoteSignature &signature : note.signatures) {
        const auto fits = [&](const VerifierKey &key) { return key.name == signature.name && key.hash() == signature.keyHash; };
        const auto key = std::find_if(known.begin(), known.end(), fits);
        if (key == known.end())
            continue;
        if (std::find_if(std::next(key), known.end(), fits) != known.end())
            return Failure{NoteError{NoteError::Kind::AmbiguousKey, signature.name}};
        if (std::any_of(verified.begin(), verified.end(), [&](const VerifiedSignature &seen) { return seen.key == *key; }))
            continue;
        const auto result = verifyOne(signature, *key, note.text);
        if (!result)
            return Failure{NoteError{NoteError::Kind::BadSignature, signature.name}};
        verified.push_back(*result);
    }
    if (verified.empty())
        return Failure{NoteError{NoteError::Kind::NoKnownSignature, {}}};
    return verified;
}

NoteSignature signNote(QByteArrayView text, const Signer &signer)
{
    return {signer.key().name, signer.key().hash(), bytesOf(signer.sign(text))};
}

NoteSignature cosignNote(QByteArrayView text, const Signer &signer, Instant at)
{
    const auto time = std::chrono::duration_cast<std::chrono::seconds>(at.time_since_epoch()).count();
    QByteArray bytes;
    for (int shift = 56; shift >= 0; shift -= 8)
        bytes.append(static_cast<char>(static_cast<std::uint64_t>(time) >> shift & 0xff));
    bytes.append(bytesOf(signer.sign(cosigned(time, text))));
    return {signer.key().name, signer.key().hash(), bytes};
}

} // namespace holdfast
