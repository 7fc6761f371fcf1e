// SPDX-License-Identifier: Apache-2.0
#include "wire/fields.h"

#include "core/base64.h"

namespace holdfast::fields {

namespace {

constexpr std::int64_t Most = (std::int64_t{1} << 53) - 1;

Parsed<Envelope> parsedEnvelope(const Json &value, const QString &path)
{
    auto envelope = Envelope::fromJson(value);
    if (!envelope)
        return Failure{DocumentError{DocumentError::Kind::InvalidValue, path, envelope.error().sentence()}};
    return std::move(envelope).value();
}

Envelope taken(ObjectReader &reader, QStringView name, const Json &value)
{
    auto envelope = parsedEnvelope(value, reader.path());
    if (envelope)
        return std::move(envelope).value();
    reader.fail(envelope.error().kind, name, envelope.error().detail);
    return {};
}

Parsed<QByteArray> parsedBase64(const Json &value, const QString &path)
{
    const QString *text = value.asString();
    if (text == nullptr)
        return Failure{DocumentError{DocumentError::Kind::WrongType, path, QStringLiteral("a string was expected")}};
    auto bytes = fromBase64(*text);
    if (!bytes)
        return Failure{DocumentError{DocumentError::Kind::InvalidValue, path, QStringLiteral("base64 was expected")}};
    return *std::move(bytes);
}

} // namespace

Envelope envelope(ObjectReader &reader, QStringView name)
{
    const Json *value = reader.any(name);
    return value == nullptr ? Envelope{} : taken(reader, name, *value);
}

std::optional<Envelope> optionalEnvelope(ObjectReader &reader, QStringView name)
{
    const Json *value = reader.optionalAny(name);
    if (value == nullptr)
        return std::nullopt;
    return taken(reader, name, *value);
}

HoldId hold(ObjectReader &reader, QStringView name)
{
    const auto id = HoldId::parse(reader.text(name));
    if (!id)
        reader.fail(DocumentError::Kind::InvalidValue, name, QStringLiteral("a hold id was expected: h and 24 characters"));
    return id.value_or(HoldId{});
}

State state(ObjectReader &reader, QStringView name)
{
    const auto value = stateFrom(reader.text(name));
    if (!value)
        reader.fail(DocumentError::Kind::InvalidValue, name, QStringLiteral("a state was expected"));
    return value.value_or(State::Measuring);
}

std::vector<QByteArray> base64List(ObjectReader &reader, QStringView name)
{
    return list<QByteArray>(reader, name, parsedBase64);
}

std::vector<Digest> proof(ObjectReader &reader, QStringView name)
{
    return list<Digest>(reader, name, [](const Json &value, const QString &path) -> Parsed<Digest> {
        auto bytes = parsedBase64(value, path);
        if (!bytes)
            return bytes.failure();
        const auto digest = Digest::fromBytes(*bytes);
        if (!digest)
            return Failure{DocumentError{DocumentError::Kind::InvalidValue, path, QStringLiteral("32 bytes were expected")}};
        return *digest;
    });
}

std::int64_t count(ObjectReader &reader, QStringView name)
{
    return reader.integer(name, 0, Most);
}

std::optional<std::int64_t> optionalCount(ObjectReader &reader, QStringView name)
{
    return reader.optionalInteger(name, 0, Most);
}

Json base64List(const std::vector<QByteArray> &list)
{
    return array(list, [](const QByteArray &bytes) { return Json(toBase64(bytes)); });
}

Json proof(const std::vector<Digest> &hashes)
{
    return array(hashes, [](const Digest &hash) { return Json(toBase64(hash.toBytes())); });
}

Json texts(const QStringList &list)
{
    return array(std::vector<QString>(list.begin(), list.end()), [](const QString &text) { return Json(text); });
}

} // namespace holdfast::fields
