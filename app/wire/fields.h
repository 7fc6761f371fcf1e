// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "core/documents/event.h"
#include "core/envelope.h"
#include "core/reader.h"

namespace holdfast::fields {

// Reading and writing of members that several messages share. A reader that fails keeps its first error, as ObjectReader does.

[[nodiscard]] Envelope envelope(ObjectReader &reader, QStringView name);
[[nodiscard]] std::optional<Envelope> optionalEnvelope(ObjectReader &reader, QStringView name);
[[nodiscard]] HoldId hold(ObjectReader &reader, QStringView name);
[[nodiscard]] State state(ObjectReader &reader, QStringView name);
[[nodiscard]] std::vector<QByteArray> base64List(ObjectReader &reader, QStringView name);
[[nodiscard]] std::vector<Digest> proof(ObjectReader &reader, QStringView name); ///< base64 of 32 bytes each
[[nodiscard]] std::int64_t count(ObjectReader &reader, QStringView name); ///< 0 … 2^53−1
[[nodiscard]] std::optional<std::int64_t> optionalCount(ObjectReader &reader, QStringView name);

[[nodiscard]] Json base64List(const std::vector<QByteArray> &list);
[[nodiscard]] Json proof(const std::vector<Digest> &hashes);
[[nodiscard]] Json texts(const QStringList &list);
template<typename T, typename F>
[[nodiscard]] Json array(const std::vector<T> &list, F toJson)
{
    JsonArray result;
    result.reserve(list.size());
    for (const T &item : list)
        result.push_back(toJson(item));
    return Json(std::move(result));
}
template<typename T>
[[nodiscard]] Json objects(const std::vector<T> &list)
{
    return array(list, [](const T &item) { return item.toJson(); });
}

/// Params: members that `read` did not ask for are refused.
template<typename T, typename F>
[[nodiscard]] Parsed<T> params(const Json &value, F read)
{
    ObjectReader reader(value);
    T result;
    read(reader, result);
    if (auto error = reader.finish())
        return Failure{*std::move(error)};
    return result;
}
/// Results: members that `read` did not ask for are ignored.
template<typename T, typename F>
[[nodiscard]] Parsed<T> result(const Json &value, F read, const QString &path = QStringLiteral("$"))
{
    ObjectReader reader(value, path);
    T result;
    read(reader, result);
    if (reader.failed())
        return Failure{*reader.finish()};
    return result;
}
/// A required array whose elements are read by `read(value, path)`, which gives a Parsed<T>.
template<typename T, typename F>
[[nodiscard]] std::vector<T> list(ObjectReader &reader, QStringView name, F read)
{
    std::vector<T> result;
    const Json *value = reader.any(name);
    if (value == nullptr)
        return result;
    const JsonArray *items = value->asArray();
    if (items == nullptr) {
        reader.fail(DocumentError::Kind::WrongType, name, QStringLiteral("an array was expected"));
        return result;
    }
    result.reserve(items->size());
    for (std::size_t i = 0; i < items->size() && !reader.failed(); ++i) {
        const QString path = QStringLiteral("%1.%2[%3]").arg(reader.path(), name, QString::number(i));
        Parsed<T> item = read((*items)[i], path);
        if (item)
            result.push_back(std::move(item).value());
        else
            reader.fail(item.error().kind, name, item.error().detail);
    }
    return result;
}

} // namespace holdfast::fields
