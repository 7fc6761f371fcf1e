// SPDX-License-Identifier: Apache-2.0
#include "wire/messages.h"

#include "core/base64.h"
#include "wire/fields.h"

namespace holdfast {

Parsed<Nothing> Nothing::fromJson(const Json &params)
{
    return fields::params<Nothing>(params, [](ObjectReader &, Nothing &) {});
}

Json EnvelopeParams::toJson() const
{
    return JsonBuilder().add(QStringLiteral("envelope"), envelope.toJson()).build();
}

Parsed<EnvelopeParams> EnvelopeParams::fromJson(const Json &params)
{
    return fields::params<EnvelopeParams>(
        params, [](ObjectReader &reader, EnvelopeParams &out) { out.envelope = fields::envelope(reader, u"envelope"); });
}

Json EnvelopeResult::toJson() const
{
    return JsonBuilder().add(QStringLiteral("envelope"), envelope.toJson()).build();
}

Parsed<EnvelopeResult> EnvelopeResult::fromJson(const Json &result)
{
    return fields::result<EnvelopeResult>(
        result, [](ObjectReader &reader, EnvelopeResult &out) { out.envelope = fields::envelope(reader, u"envelope"); });
}

Json HoldParams::toJson() const
{
    return JsonBuilder().add(QStringLiteral("hold"), hold.toString()).build();
}

Parsed<HoldParams> HoldParams::fromJson(const Json &params)
{
    return fields::params<HoldParams>(params, [](ObjectReader &reader, HoldParams &out) { out.hold = fields::hold(reader, u"hold"); });
}

Json RegistryParams::toJson() const
{
    return JsonBuilder().addIf(QStringLiteral("serial"), serial).build();
}

Parsed<RegistryParams> RegistryParams::fromJson(const Json &params)
{
    return fields::params<RegistryParams>(
        params, [](ObjectReader &reader, RegistryParams &out) { out.serial = fields::optionalCount(reader, u"serial"); });
}

Json Challenge::toJson() const
{
    JsonBuilder names;
    names.add(QStringLiteral("name"), gate).add(QStringLiteral("key"), key.toString());
    names.add(QStringLiteral("ledger_key"), ledgerKey.toString());
    return JsonBuilder()
        .add(QStringLiteral("gate"), names.build())
        .add(QStringLiteral("nonce"), toBase64(nonce))
        .add(QStringLiteral("time"), formatInstant(time))
        .add(QStringLiteral("versions"), fields::array(versions, [](std::int64_t version) { return Json(version); }))
        .build();
}

Parsed<Challenge> Challenge::fromJson(const Json &params)
{
    // Read by clients, who ignore what they do not know.
    return fields::result<Challenge>(params, [](ObjectReader &reader, Challenge &out) {
        reader.object(u"gate", [&out](ObjectReader &gate) {
            out.gate = gate.text(u"name");
            out.key = gate.key(u"key");
            out.ledgerKey = gate.key(u"ledger_key");
        });
        out.nonce = reader.base64(u"nonce");
        out.time = reader.instant(u"time");
        out.versions = fields::list<std::int64_t>(reader, u"versions", [](const Json &value, const QString &path) -> Parsed<std::int64_t> {
            if (const auto *number = value.asInteger())
                return *number;
            return Failure{DocumentError{DocumentError::Kind::WrongType, path, QStringLiteral("an integer was expected")}};
        });
    });
}

} // namespace holdfast
