// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "core/documents/request.h"
#include "core/reader.h"

#include <array>
#include <map>

/// What the readers and writers of documents share; no part of the contract of core.
namespace holdfast::parts {

inline constexpr std::int64_t largestInteger = (std::int64_t{1} << 53) - 1;
inline constexpr qsizetype nonceSize = 16;
inline constexpr qsizetype longestName = 256; ///< UTF-16 units

/// An enumeration beside its spelling in documents.
template<typename E, std::size_t N>
using Words = std::array<std::pair<E, QStringView>, N>;

template<typename E, std::size_t N>
[[nodiscard]] QString wordOf(const Words<E, N> &words, E value)
{
    for (const auto &[candidate, word] : words) {
        if (candidate == value)
            return word.toString();
    }
    return {};
}

template<typename E, std::size_t N>
[[nodiscard]] std::optional<E> fromWord(const Words<E, N> &words, QStringView text)
{
    for (const auto &[candidate, word] : words) {
        if (word == text)
            return candidate;
    }
    return std::nullopt;
}

template<typename E, std::size_t N>
[[nodiscard]] E readWord(ObjectReader &reader, QStringView name, const Words<E, N> &words)
{
    QStringList allowed;
    for (const auto &[value, word] : words)
        allowed.append(word.toString());
    return fromWord(words, reader.textOneOf(name, allowed)).value_or(words.front().first);
}

/// Strict JSON, then `read`, then no member left over.
template<typename T>
[[nodiscard]] Parsed<T> parseDocument(QByteArrayView payload, void (*read)(ObjectReader &, T &))
{
    const Result<Json, JsonError> json = parseJson(payload);
    if (!json)
        return Failure{DocumentError{DocumentError::Kind::NotJson, json.error().path, json.error().sentence()}};
    ObjectReader reader(*json);
    T document;
    if (!reader.failed())
        read(reader, document);
    if (std::optional<DocumentError> error = reader.finish())
        return Failure{*std::move(error)};
    return document;
}

void readVersion(ObjectReader &reader); ///< `version`, always 1
[[nodiscard]] QString readName(ObjectReader &reader, QStringView name); ///< 1 to longestName units
[[nodiscard]] QString readFilled(ObjectReader &reader, QStringView name); ///< not empty
[[nodiscard]] VerifierKey readKey(ObjectReader &reader, QStringView name); ///< of type Ed25519
[[nodiscard]] QByteArray readNonce(ObjectReader &reader, QStringView name); ///< exactly nonceSize bytes
[[nodiscard]] HoldId readHoldId(ObjectReader &reader, QStringView name);
[[nodiscard]] int readRevision(ObjectReader &reader, int least = 1);
void readBlob(ObjectReader &reader, BlobRef &blob);
[[nodiscard]] std::optional<BlobRef> readOptionalBlob(ObjectReader &reader, QStringView name);
/// Keys by purpose: known purposes, the type that each wants, no key bytes twice.
[[nodiscard]] std::map<QString, VerifierKey> readKeys(ObjectReader &reader, QStringView name);

/// Refuses U+0000 in any text or member name below `value`, naming where it stands.
void refuseNul(ObjectReader &reader, QStringView name, const Json &value);

[[nodiscard]] Json texts(const QStringList &list);
[[nodiscard]] Json keysJson(const std::map<QString, VerifierKey> &keys);
/// What `items` become through their toJson-like `write`.
template<typename T, typename F>
[[nodiscard]] Json list(const std::vector<T> &items, F write)
{
    JsonArray array;
    array.reserve(items.size());
    for (const T &item : items)
        array.push_back(write(item));
    return Json(std::move(array));
}
void addInstantIf(JsonBuilder &builder, QString name, const std::optional<Instant> &instant);

} // namespace holdfast::parts
