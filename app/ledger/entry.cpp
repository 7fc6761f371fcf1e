// SPDX-License-Identifier: Apache-2.0
#include "ledger/entry.h"

#include "core/base64.h"
#include "core/reader.h"

#include <algorithm>
#include <array>

namespace holdfast {

namespace {

struct KindName final
{
    EntryKind kind;
    QStringView name;
    const char *payloadType;
};

constexpr std::array kinds{
    KindName{EntryKind::Request, u"request", payloadtype::Request},
    KindName{EntryKind::Registry, u"registry", payloadtype::Registry},
    KindName{EntryKind::Enrol, u"enrol", payloadtype::Enrol},
    KindName{EntryKind::Hold, u"hold", payloadtype::Hold},
    KindName{EntryKind::Decision, u"decision", payloadtype::Decision},
    KindName{EntryKind::Command, u"command", payloadtype::Command},
    KindName{EntryKind::Event, u"event", payloadtype::Event},
    KindName{EntryKind::Grant, u"grant", payloadtype::Grant},
    KindName{EntryKind::Receipt, u"receipt", payloadtype::Receipt},
};

const KindName &rowOf(EntryKind kind)
{
    return *std::find_if(kinds.begin(), kinds.end(), [kind](const KindName &row) { return row.kind == kind; });
}

QByteArray entryBytes(Instant at, Json envelope, std::int64_t index, EntryKind kind)
{
    JsonBuilder object;
    object.add(QStringLiteral("at"), formatInstant(at)).add(QStringLiteral("envelope"), std::move(envelope));
    object.add(QStringLiteral("index"), index).add(QStringLiteral("kind"), toString(kind));
    return object.build().toBytes();
}

Json withoutPayload(const Envelope &envelope)
{
    const Json whole = envelope.toJson();
    JsonBuilder object;
    object.add(QStringLiteral("payload_digest"), envelope.payloadDigest().toString());
    object.add(QStringLiteral("payloadType"), *whole.find(u"payloadType"));
    object.add(QStringLiteral("signatures"), *whole.find(u"signatures"));
    return object.build();
}

Failure<EntryError> refuse(EntryError::Kind kind, QString detail)
{
    return Failure{EntryError{kind, std::move(detail)}};
}

/// An envelope whose payload stands elsewhere is read with an empty one in its place.
Result<std::pair<Envelope, std::optional<Digest>>, EntryError> readEnvelope(const Json &value)
{
    std::optional<Digest> digest;
    Json readable = value;
    if (const Json *named = value.find(u"payload_digest")) {
        const QString *text = named->asString();
        digest = text ? Digest::fromString(*text) : std::nullopt;
        if (!digest || value.find(u"payload"))
            return refuse(EntryError::Kind::Malformed, QStringLiteral("$.envelope.payload_digest"));
        JsonObject members = *value.asObject();
        members.emplace_back(QStringLiteral("payload"), QString());
        readable = Json(std::move(members));
    }
    auto envelope = Envelope::fromJson(readable);
    if (!envelope)
        return refuse(EntryError::Kind::BadEnvelope, envelope.error().sentence());
    return std::pair(std::move(*envelope), digest);
}

} // namespace

QString toString(EntryKind kind)
{
    return rowOf(kind).name.toString();
}

std::optional<EntryKind> entryKindFrom(QStringView text)
{
    const auto row = std::find_if(kinds.begin(), kinds.end(), [text](const KindName &each) { return each.name == text; });
    return row == kinds.end() ? std::nullopt : std::optional(row->kind);
}

const char *payloadTypeOf(EntryKind kind)
{
    return rowOf(kind).payloadType;
}

std::optional<EntryKind> entryKindOf(QStringView payloadType)
{
    const auto row = std::find_if(kinds.begin(), kinds.end(), [payloadType](const KindName &each) { return QLatin1StringView(each.payloadType) == payloadType; });
    return row == kinds.end() ? std::nullopt : std::optional(row->kind);
}

QString EntryError::sentence() const
{
    switch (kind) {
    case Kind::NotJson: return QStringLiteral("the entry is not strict JSON: %1").arg(detail);
    case Kind::Malformed: return QStringLiteral("the entry is malformed: %1").arg(detail);
    case Kind::BadEnvelope: return QStringLiteral("the entry's envelope is malformed: %1").arg(detail);
    case Kind::WrongPayloadType: return QStringLiteral("the entry's kind and its payloadType differ");
    case Kind::TooLarge: return QStringLiteral("the entry is larger than 65,535 bytes");
    case Kind::MissingPayload: return QStringLiteral("the payload is a blob that is not there: %1").arg(detail);
    case Kind::WrongPayload: return QStringLiteral("the payload does not have the digest that the entry names");
    }
    return {};
}

Result<Entry, EntryError> Entry::parse(QByteArrayView bytes)
{
    if (bytes.size() > maximumEntrySize)
        return refuse(EntryError::Kind::TooLarge, {});
    const auto json = parseJson(bytes);
    if (!json)
        return refuse(EntryError::Kind::NotJson, json.error().sentence());
    ObjectReader reader(*json);
    Entry entry;
    entry.at = reader.instant(u"at");
    const Json *envelope = reader.any(u"envelope");
    entry.index = reader.integer(u"index", 0, (std::int64_t{1} << 53) - 1);
    const QString kindText = reader.text(u"kind");
    if (const auto error = reader.finish())
        return refuse(EntryError::Kind::Malformed, error->sentence());
    const auto kind = entryKindFrom(kindText);
    if (!kind || !envelope->asObject())
        return refuse(EntryError::Kind::Malformed, kind ? QStringLiteral("$.envelope") : QStringLiteral("$.kind"));
    auto read = readEnvelope(*envelope);
    if (!read)
        return read.failure();
    entry.kind = *kind;
    entry.envelope = std::move(read->first);
    entry.payloadDigest = read->second;
    if (entry.envelope.payloadType != QLatin1StringView(payloadTypeOf(entry.kind)))
        return refuse(EntryError::Kind::WrongPayloadType, {});
    return entry;
}

Result<Envelope, EntryError> Entry::wholeEnvelope(const BlobSource &blobs) const
{
    if (!payloadDigest)
        return envelope;
    const auto payload = blobs ? blobs(*payloadDigest) : std::nullopt;
    if (!payload)
        return refuse(EntryError::Kind::MissingPayload, payloadDigest->toString());
    if (sha256(*payload) != *payloadDigest)
        return refuse(EntryError::Kind::WrongPayload, {});
    Envelope whole = envelope;
    whole.payload = *payload;
    return whole;
}

BuiltEntry buildEntry(Instant at, const Envelope &envelope, std::int64_t index, EntryKind kind)
{
    QByteArray bytes = entryBytes(at, envelope.toJson(), index, kind);
    if (bytes.size() <= maximumEntrySize)
        return {std::move(bytes), std::nullopt};
    return {entryBytes(at, withoutPayload(envelope), index, kind), envelope.payload};
}

} // namespace holdfast
