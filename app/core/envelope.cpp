// SPDX-License-Identifier: Apache-2.0
#include "core/envelope.h"

#include "core/base64.h"

#include <algorithm>

namespace holdfast {

namespace {

using EnvelopeFault = EnvelopeError::Kind;

/// A payload of 256 KiB in base64, and room for the members around it.
constexpr JsonLimits envelopeLimits{512LL * 1024, 8};
/// An enrolment carries one signature per key; nobody has more keys than this.
constexpr std::size_t mostSignatures = 8;
constexpr qsizetype signatureSize = 64;

const QString *textOf(const Json &object, QStringView name)
{
    const Json *value = object.find(name);
    return value != nullptr ? value->asString() : nullptr;
}

Result<EnvelopeSignature, EnvelopeError> readSignature(const Json &value, const QString &path)
{
    const QString *signature = textOf(value, u"sig");
    const QString *hint = textOf(value, u"keyid");
    if (signature == nullptr)
        return Failure{EnvelopeError{EnvelopeFault::Malformed, path + QStringLiteral(".sig")}};
    if (hint == nullptr && value.find(u"keyid") != nullptr)
        return Failure{EnvelopeError{EnvelopeFault::Malformed, path + QStringLiteral(".keyid")}};
    std::optional<QByteArray> bytes = fromBase64(*signature);
    if (!bytes)
        return Failure{EnvelopeError{EnvelopeFault::StrayBase64, path + QStringLiteral(".sig")}};
    if (bytes->size() != signatureSize)
        return Failure{EnvelopeError{EnvelopeFault::Malformed, path + QStringLiteral(".sig")}};
    return EnvelopeSignature{hint != nullptr ? *hint : QString(), std::move(*bytes)};
}

EnvelopeError badSignature(std::size_t index)
{
    return {EnvelopeFault::BadSignature, QStringLiteral("signatures[%1].sig").arg(index)};
}

Result<Done, EnvelopeError> checkType(const Envelope &envelope, const char *payloadType)
{
    if (envelope.payloadType != QLatin1StringView(payloadType))
        return Failure{EnvelopeError{EnvelopeFault::WrongPayloadType, QStringLiteral("payloadType")}};
    return Done{};
}

bool hasTwins(const std::vector<VerifierKey> &keys)
{
    return std::any_of(keys.begin(), keys.end(), [&](const VerifierKey &key) {
        return std::count_if(keys.begin(), keys.end(), [&](const VerifierKey &other) { return other.bytes == key.bytes; }) > 1;
    });
}

} // namespace

QByteArray preAuthenticationEncoding(QByteArrayView type, QByteArrayView body)
{
    QByteArray out;
    out.reserve(type.size() + body.size() + 40);
    out.append("DSSEv1 ").append(QByteArray::number(type.size())).append(' ').append(type);
    return out.append(' ').append(QByteArray::number(body.size())).append(' ').append(body);
}

QString EnvelopeError::sentence() const
{
    switch (kind) {
    case EnvelopeFault::NotJson:
        return QStringLiteral("The envelope is not strict JSON: %1").arg(member);
    case EnvelopeFault::Malformed:
        return QStringLiteral("The envelope's %1 is missing or malformed.").arg(member);
    case EnvelopeFault::StrayBase64:
        return QStringLiteral("The envelope's %1 is not exact base64.").arg(member);
    case EnvelopeFault::SignatureCount:
        return QStringLiteral("The envelope's %1 are not as many as the document must carry.").arg(member);
    case EnvelopeFault::BadSignature:
        return QStringLiteral("The envelope's %1 does not verify.").arg(member);
    case EnvelopeFault::WrongPayloadType:
        return QStringLiteral("The envelope's %1 is not that of the document wanted here.").arg(member);
    }
    return {};
}

Digest Envelope::idDigest() const
{
    return sha256(preAuthenticationEncoding(payloadType.toUtf8(), payload));
}

Json Envelope::toJson() const
{
    JsonArray list;
    for (const EnvelopeSignature &signature : signatures)
        list.push_back(JsonBuilder().add(QStringLiteral("keyid"), signature.keyHint).add(QStringLiteral("sig"), toBase64(signature.signature)).build());
    return JsonBuilder()
        .add(QStringLiteral("payload"), toBase64(payload))
        .add(QStringLiteral("payloadType"), payloadType)
        .add(QStringLiteral("signatures"), std::move(list))
        .build();
}

Result<Envelope, EnvelopeError> Envelope::fromJson(const Json &value)
{
    const QString *payload = textOf(value, u"payload");
    const QString *type = textOf(value, u"payloadType");
    const Json *signatures = value.find(u"signatures");
    const JsonArray *list = signatures != nullptr ? signatures->asArray() : nullptr;
    if (payload == nullptr)
        return Failure{EnvelopeError{EnvelopeFault::Malformed, QStringLiteral("payload")}};
    if (type == nullptr)
        return Failure{EnvelopeError{EnvelopeFault::Malformed, QStringLiteral("payloadType")}};
    if (list == nullptr)
        return Failure{EnvelopeError{EnvelopeFault::Malformed, QStringLiteral("signatures")}};
    if (list->empty() || list->size() > mostSignatures)
        return Failure{EnvelopeError{EnvelopeFault::SignatureCount, QStringLiteral("signatures")}};
    // Before it is decoded and hashed: no document is that large.
    if (payload->size() > envelopeLimits.size)
        return Failure{EnvelopeError{EnvelopeFault::Malformed, QStringLiteral("payload")}};
    std::optional<QByteArray> bytes = fromBase64(*payload);
    if (!bytes)
        return Failure{EnvelopeError{EnvelopeFault::StrayBase64, QStringLiteral("payload")}};
    Envelope envelope{std::move(*bytes), *type, {}};
    for (std::size_t i = 0; i < list->size(); ++i) {
        auto signature = readSignature((*list)[i], QStringLiteral("signatures[%1]").arg(i));
        if (!signature)
            return signature.failure();
        envelope.signatures.push_back(std::move(*signature));
    }
    return envelope;
}

Result<Envelope, EnvelopeError> Envelope::fromBytes(QByteArrayView bytes)
{
    const auto json = parseJson(bytes, envelopeLimits);
    return json ? fromJson(*json) : Failure{EnvelopeError{EnvelopeFault::NotJson, json.error().sentence()}};
}

Envelope Envelope::sign(const Signer &signer, const char *payloadType, QByteArray payload)
{
    const SignatureBytes signature = signer.sign(preAuthenticationEncoding(payloadType, payload));
    const QByteArrayView bytes(signature.data(), static_cast<qsizetype>(signature.size()));
    return {std::move(payload), QLatin1StringView(payloadType), {{signer.key().hint(), bytes.toByteArray()}}};
}

Result<Done, EnvelopeError> verify(const Envelope &envelope, const VerifierKey &key, const char *payloadType)
{
    return verifyAll(envelope, {key}, payloadType);
}

Result<Done, EnvelopeError> verifyAll(const Envelope &envelope, const std::vector<VerifierKey> &keys, const char *payloadType)
{
    if (keys.empty() || hasTwins(keys) || envelope.signatures.size() != keys.size())
        return Failure{EnvelopeError{EnvelopeFault::SignatureCount, QStringLiteral("signatures")}};
    const QByteArray message = preAuthenticationEncoding(envelope.payloadType.toUtf8(), envelope.payload);
    // As many signatures as keys, and every signature by a key that no other signature used.
    std::vector<VerifierKey> left = keys;
    for (std::size_t i = 0; i < envelope.signatures.size(); ++i) {
        const auto signedBy = std::find_if(left.begin(), left.end(),
            [&](const VerifierKey &key) { return verifySignature(key.bytes, message, envelope.signatures[i].signature); });
        if (signedBy == left.end())
            return Failure{badSignature(i)};
        left.erase(signedBy);
    }
    return checkType(envelope, payloadType);
}

} // namespace holdfast
