// SPDX-License-Identifier: Apache-2.0
#include "core/verifierkey.h"

#include "core/base64.h"
#include "core/digest.h"
#include "core/text/visible.h"
#include "core/validkey.h"

#include <sodium.h>

#include <algorithm>

namespace holdfast {

namespace {

/// type ‖ key
QByteArray typedKey(const VerifierKey &key)
{
    QByteArray bytes(1, static_cast<char>(key.type));
    return bytes.append(QByteArrayView(key.bytes.data(), static_cast<qsizetype>(key.bytes.size())));
}

bool isName(QStringView name)
{
    const auto refused = [](QChar c) { return c == u'+' || c.isSpace(); };
    return !name.isEmpty() && std::none_of(name.begin(), name.end(), refused) && !hasInvisible(name);
}

/// How many keys a thread remembers to be points of prime order: more than take part in anything that it does at once.
constexpr std::size_t keysRemembered = 16;

} // namespace

bool isValidKey(const PublicKeyBytes &key)
{
    // As dear as a signature's verification, and asked of the same few keys in every document; the answer never changes.
    thread_local std::array<PublicKeyBytes, keysRemembered> known{};
    thread_local std::size_t count = 0;
    const auto end = known.begin() + static_cast<std::ptrdiff_t>(std::min(count, keysRemembered));
    if (std::find(known.begin(), end, key) != end)
        return true;
    if (crypto_core_ed25519_is_valid_point(key.data()) != 1)
        return false;
    known[count++ % keysRemembered] = key;
    return true;
}

std::array<unsigned char, 4> VerifierKey::hash() const
{
    const Digest digest = Sha256().add(name.toUtf8()).add(QByteArrayView("\n")).add(typedKey(*this)).finish();
    return {digest.bytes[0], digest.bytes[1], digest.bytes[2], digest.bytes[3]};
}

QString VerifierKey::hint() const
{
    const std::array<unsigned char, 4> four = hash();
    const QByteArray hex = QByteArrayView(four.data(), 4).toByteArray().toHex();
    return name + u'+' + QString::fromLatin1(hex);
}

QString VerifierKey::toString() const
{
    return hint() + u'+' + toBase64(typedKey(*this));
}

std::optional<VerifierKey> VerifierKey::parse(QStringView text)
{
    const qsizetype first = text.indexOf(u'+');
    const qsizetype second = first < 0 ? -1 : text.indexOf(u'+', first + 1);
    if (second < 0 || !isName(text.left(first)))
        return std::nullopt;
    const std::optional<QByteArray> typed = fromBase64(text.mid(second + 1));
    if (!typed || typed->size() != 33)
        return std::nullopt;
    const auto type = static_cast<unsigned char>(typed->front());
    if (type != static_cast<unsigned char>(Type::Ed25519) && type != static_cast<unsigned char>(Type::Cosignature))
        return std::nullopt;
    VerifierKey key{text.left(first).toString(), static_cast<Type>(type), {}};
    std::transform(typed->begin() + 1, typed->end(), key.bytes.begin(), [](char c) { return static_cast<unsigned char>(c); });
    if (!isValidKey(key.bytes))
        return std::nullopt;
    // One key has one text: this refuses a wrong hash, upper-case digits and the other base64 alphabet at once.
    return key.toString() == text ? std::optional(std::move(key)) : std::nullopt;
}

} // namespace holdfast
