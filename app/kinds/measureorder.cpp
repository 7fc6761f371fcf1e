// SPDX-License-Identifier: Apache-2.0
#include "kinds/measureorder.h"

#include "core/reader.h"

#include <QtEndian>

#include <algorithm>

namespace holdfast {

namespace {

using Kind = DocumentError::Kind;

// A parcel is u32 big-endian length of the head ‖ the head (strict JSON, whose `sizes` are those of the parts) ‖ the parts, end to end.
constexpr qsizetype longestHead = 8LL * 1024 * 1024;
constexpr std::int64_t longestPart = 128LL * 1024 * 1024;
constexpr int headDepth = 8;

QByteArray pack(JsonBuilder head, const std::vector<QByteArray> &parts)
{
    JsonArray sizes;
    for (const QByteArray &part : parts)
        sizes.emplace_back(std::int64_t{part.size()});
    const QByteArray text = head.add(QStringLiteral("sizes"), std::move(sizes)).build().toBytes();
    QByteArray bytes(4, '\0');
    qToBigEndian(static_cast<quint32>(text.size()), bytes.data());
    bytes += text;
    for (const QByteArray &part : parts)
        bytes += part;
    return bytes;
}

DocumentError noParcel(const char *why)
{
    return {Kind::NotJson, QStringLiteral("$"), QString::fromLatin1(why)};
}

/// The head and the parts of a parcel; nothing may be missing or left over.
class Parcel final
{
public:
    [[nodiscard]] static Result<Parcel, DocumentError> open(const QByteArray &bytes)
    {
        if (bytes.size() < 4)
            return Failure{noParcel("it is cut off")};
        const qsizetype size = qFromBigEndian<quint32>(bytes.constData());
        if (size > longestHead || size > bytes.size() - 4)
            return Failure{noParcel("its head is cut off, or too long")};
        auto head = parseJson(QByteArrayView(bytes).sliced(4, size), {longestHead, headDepth});
        if (!head)
            return Failure{DocumentError{Kind::NotJson, head.error().path, head.error().sentence()}};
        Parcel parcel;
        parcel.m_head = std::move(*head);
        if (!parcel.cut(bytes, 4 + size))
            return Failure{noParcel("its parts are not those that its head tells of")};
        return parcel;
    }

    [[nodiscard]] const Json &head() const { return m_head; }
    [[nodiscard]] const std::vector<QByteArray> &parts() const { return m_parts; }

private:
    bool cut(const QByteArray &bytes, qsizetype at)
    {
        const Json *sizes = m_head.find(u"sizes");
        if (sizes == nullptr || sizes->asArray() == nullptr)
            return false;
        for (const Json &each : *sizes->asArray()) {
            const std::int64_t *size = each.asInteger();
            if (size == nullptr || *size < 0 || *size > longestPart || *size > bytes.size() - at)
                return false;
            m_parts.push_back(bytes.mid(at, *size));
            at += *size;
        }
        return at == bytes.size();
    }

    Json m_head;
    std::vector<QByteArray> m_parts;
};

Json textsJson(const QStringList &texts)
{
    JsonArray array;
    for (const QString &text : texts)
        array.emplace_back(text);
    return Json(std::move(array));
}

Json credentialJson(const Credential &credential)
{
    return JsonBuilder()
        .add(QStringLiteral("name"), credential.name)
        .add(QStringLiteral("secret"), QString::fromLatin1(credential.secret.toBase64()))
        .add(QStringLiteral("reachable_by_requester"), credential.reachableByRequester)
        .build();
}

Json otherJson(const QString &target, const Result<Credential, QString> &other)
{
    JsonBuilder json;
    json.add(QStringLiteral("target"), target);
    return (other ? json.add(QStringLiteral("credential"), credentialJson(*other)) : json.add(QStringLiteral("problem"), other.error())).build();
}

void readCredentialInto(ObjectReader &reader, Credential &credential)
{
    reader.object(u"credential", [&](ObjectReader &inner) {
        credential = {inner.text(u"name"), inner.base64(u"secret"), inner.boolean(u"reachable_by_requester")};
    });
}

void readOther(ObjectReader &reader, MeasureOrder &order)
{
    const QString target = reader.text(u"target");
    Credential credential;
    if (const auto problem = reader.optionalText(u"problem")) {
        order.others.emplace(target, Failure{*problem});
    } else {
        readCredentialInto(reader, credential);
        order.others.emplace(target, std::move(credential));
    }
}

struct NamedBlob final
{
    Digest digest;
    qsizetype size = 0;
};

void readOrder(ObjectReader &reader, MeasureOrder &order, std::vector<NamedBlob> &blobs)
{
    (void)reader.any(u"sizes");
    order.actor = reader.text(u"actor");
    order.person = reader.text(u"person");
    order.at = reader.instant(u"at");
    order.scratch = reader.text(u"scratch");
    order.withheld = reader.texts(u"withheld");
    order.askable = reader.texts(u"askable");
    readCredentialInto(reader, order.credential);
    reader.each(u"others", [&](ObjectReader &inner) { readOther(inner, order); });
    reader.each(u"environment", [&](ObjectReader &inner) {
        const QString name = inner.text(u"name");
        order.environment[name] = inner.base64(u"value");
    });
    reader.each(u"blobs", [&](ObjectReader &inner) { blobs.push_back({inner.digest(u"digest"), inner.integer(u"size", 0, longestPart)}); });
}

/// False unless there is a descriptor for each blob, and none besides.
bool takeBlobs(MeasureOrder &order, const std::vector<NamedBlob> &named, std::vector<UniqueFd> descriptors)
{
    if (named.size() != descriptors.size())
        return false;
    for (std::size_t i = 0; i < named.size(); ++i) {
        auto bytes = SealedBytes::from(std::move(descriptors[i]), named[i].size);
        if (!bytes || !order.blobs.emplace(named[i].digest, std::move(*bytes)).second)
            return false;
    }
    return true;
}

bool carriesItsBlobs(const MeasureOutput &output)
{
    Hold hold;
    hold.measured = output.measurement;
    const auto named = hold.blobs();
    return std::all_of(named.begin(), named.end(), [&](const BlobRef &ref) {
        return std::any_of(output.blobs.begin(), output.blobs.end(), [&](const MadeBlob &made) { return refOf(made) == ref; });
    });
}

} // namespace

QByteArray MeasureOrder::toBytes() const
{
    JsonArray variables, more, named;
    for (const auto &[target, other] : others)
        more.push_back(otherJson(target, other));
    for (const auto &[name, value] : environment)
        variables.push_back(
            JsonBuilder().add(QStringLiteral("name"), name).add(QStringLiteral("value"), QString::fromLatin1(value.toBase64())).build());
    for (const auto &[digest, bytes] : blobs)
        named.push_back(JsonBuilder().add(QStringLiteral("digest"), digest.toString()).add(QStringLiteral("size"), std::int64_t{bytes.size()}).build());
    JsonBuilder head;
    head.add(QStringLiteral("actor"), actor)
        .add(QStringLiteral("person"), person)
        .add(QStringLiteral("at"), formatInstant(at))
        .add(QStringLiteral("scratch"), scratch)
        .add(QStringLiteral("withheld"), textsJson(withheld))
        .add(QStringLiteral("askable"), textsJson(askable))
        .add(QStringLiteral("credential"), credentialJson(credential))
        .add(QStringLiteral("others"), std::move(more))
        .add(QStringLiteral("environment"), std::move(variables))
        .add(QStringLiteral("blobs"), std::move(named));
    return pack(std::move(head), {request.toPayload(), policyToml});
}

std::vector<int> MeasureOrder::descriptors() const
{
    std::vector<int> all;
    for (const auto &[digest, bytes] : blobs)
        all.push_back(bytes.descriptor());
    return all;
}

Parsed<MeasureOrder> MeasureOrder::parse(const QByteArray &bytes, std::vector<UniqueFd> descriptors)
{
    auto parcel = Parcel::open(bytes);
    if (!parcel)
        return Failure{parcel.error()};
    ObjectReader reader(parcel->head());
    MeasureOrder order;
    std::vector<NamedBlob> blobs;
    if (!reader.failed())
        readOrder(reader, order, blobs);
    if (auto error = reader.finish())
        return Failure{*std::move(error)};
    if (parcel->parts().size() != 2)
        return Failure{noParcel("request and policy were expected")};
    if (!takeBlobs(order, blobs, std::move(descriptors)))
        return Failure{noParcel("the blobs are not those that it names")};
    auto request = Request::parse(parcel->parts()[0]);
    if (!request)
        return Failure{request.error()};
    order.request = std::move(*request);
    order.policyToml = parcel->parts()[1];
    return order;
}

QByteArray toBytes(const MeasureOutput &output)
{
    JsonArray media;
    std::vector<QByteArray> parts{output.measurement.toBytes()};
    for (const MadeBlob &blob : output.blobs) {
        media.emplace_back(blob.media);
        parts.push_back(blob.bytes);
    }
    JsonBuilder head;
    head.add(QStringLiteral("media"), std::move(media));
    return pack(std::move(head), parts);
}

QByteArray toBytes(const WantsCredential &wants)
{
    JsonBuilder head;
    head.add(QStringLiteral("wants"), wants.target);
    return pack(std::move(head), {});
}

namespace {

Parsed<MeasureAnswer> readOutput(const QStringList &media, const std::vector<QByteArray> &parts)
{
    if (static_cast<std::size_t>(media.size()) + 1 != parts.size())
        return Failure{noParcel("media and parts do not fit each other")};
    auto measurement = Measurement::parse(parts[0]);
    if (!measurement)
        return Failure{measurement.error()};
    MeasureOutput output;
    output.measurement = std::move(*measurement);
    for (qsizetype i = 0; i < media.size(); ++i)
        output.blobs.push_back(makeBlob(parts[static_cast<std::size_t>(i) + 1], media[i]));
    if (!carriesItsBlobs(output))
        return Failure{noParcel("it names a blob that did not come with it")};
    return MeasureAnswer(std::move(output));
}

} // namespace

Parsed<MeasureAnswer> parseMeasureAnswer(const QByteArray &bytes)
{
    auto parcel = Parcel::open(bytes);
    if (!parcel)
        return Failure{parcel.error()};
    ObjectReader reader(parcel->head());
    (void)reader.any(u"sizes");
    const auto wants = reader.optionalText(u"wants");
    const QStringList media = wants ? QStringList() : reader.texts(u"media");
    if (auto error = reader.finish())
        return Failure{*std::move(error)};
    if (!wants)
        return readOutput(media, parcel->parts());
    return parcel->parts().empty() ? Parsed<MeasureAnswer>(MeasureAnswer(WantsCredential{*wants})) : Failure{noParcel("it wants and tells at once")};
}

} // namespace holdfast
