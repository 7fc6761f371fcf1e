// SPDX-License-Identifier: Apache-2.0
#include "wire/messagesrequester.h"

#include "wire/fields.h"

#include <limits>

namespace holdfast {

Json WaitParams::toJson() const
{
    return JsonBuilder()
        .add(QStringLiteral("hold"), hold.toString())
        .add(QStringLiteral("after"), after)
        .add(QStringLiteral("timeout_ms"), timeoutMs)
        .build();
}

Parsed<WaitParams> WaitParams::fromJson(const Json &params)
{
    return fields::params<WaitParams>(params, [](ObjectReader &reader, WaitParams &out) {
        out.hold = fields::hold(reader, u"hold");
        out.after = fields::count(reader, u"after");
        out.timeoutMs = reader.integer(u"timeout_ms", 0, limit::WaitMs);
    });
}

Json HoldStatus::toJson(Form form) const
{
    JsonBuilder result;
    if (form == Form::Request)
        result.add(QStringLiteral("hold"), hold.toString());
    result.add(QStringLiteral("state"), toString(state)).add(QStringLiteral("sequence"), sequence);
    result.add(QStringLiteral("revision"), revision);
    if (holdDigest)
        result.add(QStringLiteral("hold_digest"), holdDigest->toString());
    result.addIf(QStringLiteral("code"), code);
    if (envelope)
        result.add(QStringLiteral("envelope"), envelope->toJson());
    if (form == Form::Request)
        return result.build();
    result.addIf(QStringLiteral("reason"), reason).addIf(QStringLiteral("counter"), counter);
    result.add(QStringLiteral("decisions"), fields::objects(decisions));
    if (receipt)
        result.add(QStringLiteral("receipt"), receipt->toJson());
    result.add(QStringLiteral("timed_out"), timedOut);
    if (form == Form::Get && request)
        result.add(QStringLiteral("request"), request->toJson());
    return result.build();
}

Parsed<HoldStatus> HoldStatus::fromJson(const Json &result)
{
    return fields::result<HoldStatus>(result, [](ObjectReader &reader, HoldStatus &out) {
        if (reader.has(u"hold"))
            out.hold = fields::hold(reader, u"hold");
        out.state = fields::state(reader, u"state");
        out.sequence = fields::count(reader, u"sequence");
        out.revision = static_cast<int>(reader.integer(u"revision", 0, std::numeric_limits<int>::max()));
        out.holdDigest = reader.optionalDigest(u"hold_digest");
        out.code = reader.optionalText(u"code");
        out.envelope = fields::optionalEnvelope(reader, u"envelope");
        out.reason = reader.optionalText(u"reason");
        if (const Json *counter = reader.optionalAny(u"counter"))
            out.counter = *counter;
        if (reader.has(u"decisions")) {
            out.decisions = fields::list<Envelope>(reader, u"decisions", [](const Json &value, const QString &path) -> Parsed<Envelope> {
                auto envelope = Envelope::fromJson(value);
                if (!envelope)
                    return Failure{DocumentError{DocumentError::Kind::InvalidValue, path, envelope.error().sentence()}};
                return std::move(envelope).value();
            });
        }
        out.receipt = fields::optionalEnvelope(reader, u"receipt");
        out.request = fields::optionalEnvelope(reader, u"request");
        out.timedOut = reader.optionalBoolean(u"timed_out").value_or(false);
    });
}

Json TargetListResult::toJson() const
{
    return JsonBuilder()
        .add(QStringLiteral("targets"), fields::array(targets, [](const TargetRow &row) {
                 return JsonBuilder()
                     .add(QStringLiteral("name"), row.name)
                     .add(QStringLiteral("kind"), row.kind)
                     .add(QStringLiteral("environment"), row.environment)
                     .add(QStringLiteral("enforcement"), toString(row.enforcement))
                     .build();
             }))
        .build();
}

Parsed<TargetListResult> TargetListResult::fromJson(const Json &result)
{
    return fields::result<TargetListResult>(result, [](ObjectReader &reader, TargetListResult &out) {
        out.targets = fields::list<TargetRow>(reader, u"targets", [](const Json &value, const QString &path) {
            return fields::result<TargetRow>(
                value,
                [](ObjectReader &row, TargetRow &target) {
                    target.name = row.text(u"name");
                    target.kind = row.text(u"kind");
                    target.environment = row.text(u"environment");
                    target.enforcement = enforcementFrom(row.text(u"enforcement")).value_or(Enforcement::Cooperative);
                },
                path);
        });
    });
}

Json InviteResult::toJson() const
{
    return JsonBuilder().add(QStringLiteral("invite"), invite).add(QStringLiteral("mark"), mark).build();
}

Parsed<InviteResult> InviteResult::fromJson(const Json &result)
{
    return fields::result<InviteResult>(result, [](ObjectReader &reader, InviteResult &out) {
        out.invite = reader.text(u"invite");
        out.mark = reader.text(u"mark");
    });
}

} // namespace holdfast
