// SPDX-License-Identifier: Apache-2.0
#include "core/documents/parts.h"

#include "core/base64.h"
#include "core/documents/registry.h"

#include <limits>
#include <set>

namespace holdfast {

using Kind = DocumentError::Kind;

Json BlobRef::toJson() const
{
    return JsonBuilder()
        .add(QStringLiteral("digest"), digest.toString())
        .add(QStringLiteral("size"), size)
        .add(QStringLiteral("media"), media)
        .build();
}

Parsed<BlobRef> BlobRef::fromJson(const Json &value, const QString &path)
{
    ObjectReader reader(value, path);
    BlobRef blob;
    if (!reader.failed())
        parts::readBlob(reader, blob);
    if (std::optional<DocumentError> error = reader.finish())
        return Failure{*std::move(error)};
    return blob;
}

namespace parts {

void readVersion(ObjectReader &reader)
{
    static_cast<void>(reader.integer(u"version", 1, 1));
}

QString readFilled(ObjectReader &reader, QStringView name)
{
    QString text = reader.text(name);
    if (!reader.failed() && text.isEmpty())
        reader.fail(Kind::InvalidValue, name, QStringLiteral("it must not be empty"));
    return text;
}

QString readName(ObjectReader &reader, QStringView name)
{
    QString text = readFilled(reader, name);
    if (text.size() > longestName)
        reader.fail(Kind::InvalidValue, name, QStringLiteral("at most %1 characters are expected").arg(longestName));
    return text;
}

VerifierKey readKey(ObjectReader &reader, QStringView name)
{
    VerifierKey key = reader.key(name);
    if (!reader.failed() && key.type != VerifierKey::Type::Ed25519)
        reader.fail(Kind::InvalidValue, name, QStringLiteral("a key of type 0x01 is expected"));
    return key;
}

QByteArray readNonce(ObjectReader &reader, QStringView name)
{
    return reader.base64(name, nonceSize);
}

HoldId readHoldId(ObjectReader &reader, QStringView name)
{
    const QString text = reader.text(name);
    const std::optional<HoldId> id = HoldId::parse(text);
    if (!reader.failed() && !id)
        reader.fail(Kind::InvalidValue, name, QStringLiteral("h and 24 letters of base32 are expected"));
    return id.value_or(HoldId());
}

int readRevision(ObjectReader &reader, int least)
{
    return static_cast<int>(reader.integer(u"revision", least, std::numeric_limits<int>::max()));
}

void readBlob(ObjectReader &reader, BlobRef &blob)
{
    blob.digest = reader.digest(u"digest");
    blob.size = reader.integer(u"size", 0, largestInteger);
    blob.media = readName(reader, u"media");
}

std::optional<BlobRef> readOptionalBlob(ObjectReader &reader, QStringView name)
{
    BlobRef blob;
    if (!reader.optionalObject(name, [&](ObjectReader &inner) { readBlob(inner, blob); }))
        return std::nullopt;
    return blob;
}

namespace {

struct PurposeType final
{
    QStringView name;
    VerifierKey::Type type;
};
constexpr std::array<PurposeType, 4> purposes{{
    {purpose::Request, VerifierKey::Type::Ed25519},
    {purpose::Session, VerifierKey::Type::Ed25519},
    {purpose::Decide, VerifierKey::Type::Ed25519},
    {purpose::Cosign, VerifierKey::Type::Cosignature},
}};

} // namespace

std::map<QString, VerifierKey> readKeys(ObjectReader &reader, QStringView name)
{
    std::map<QString, VerifierKey> keys;
    reader.object(name, [&](ObjectReader &inner) {
        std::set<PublicKeyBytes> seen;
        for (const PurposeType &known : purposes) {
            if (!inner.has(known.name))
                continue;
            const VerifierKey key = inner.key(known.name);
            if (inner.failed())
                return;
            if (key.type != known.type)
                inner.fail(Kind::InvalidValue, known.name, QStringLiteral("the purpose wants another type of key"));
            if (!seen.insert(key.bytes).second)
                inner.fail(Kind::InvalidValue, known.name, QStringLiteral("the same key serves another purpose"));
            keys.emplace(known.name.toString(), key);
        }
    });
    return keys;
}

namespace {

/// Where U+0000 stands below `value`, or nullopt.
std::optional<QString> pathOfNul(const Json &value, const QString &path)
{
    if (const QString *text = value.asString())
        return text->contains(QChar::Null) ? std::optional(path) : std::nullopt;
    if (const JsonArray *array = value.asArray()) {
        for (std::size_t i = 0; i < array->size(); ++i) {
            if (auto found = pathOfNul((*array)[i], QStringLiteral("%1[%2]").arg(path, QString::number(i))))
                return found;
        }
    }
    if (const JsonObject *object = value.asObject()) {
        for (const auto &[name, member] : *object) {
            const QString below = memberPath(path, name);
            if (name.contains(QChar::Null))
                return below;
            if (auto found = pathOfNul(member, below))
                return found;
        }
    }
    return std::nullopt;
}

} // namespace

void refuseNul(ObjectReader &reader, QStringView name, const Json &value)
{
    if (std::optional<QString> path = pathOfNul(value, memberPath(reader.path(), name)))
        reader.failAt(Kind::NulInAction, *std::move(path), {});
}

Json texts(const QStringList &list)
{
    JsonArray array;
    array.reserve(static_cast<std::size_t>(list.size()));
    for (const QString &text : list)
        array.emplace_back(text);
    return Json(std::move(array));
}

Json keysJson(const std::map<QString, VerifierKey> &keys)
{
    JsonBuilder builder;
    for (const auto &[name, key] : keys)
        builder.add(name, key.toString());
    return builder.build();
}

void addInstantIf(JsonBuilder &builder, QString name, const std::optional<Instant> &instant)
{
    if (instant)
        builder.add(std::move(name), formatInstant(*instant));
}

} // namespace parts
} // namespace holdfast
