// SPDX-License-Identifier: Apache-2.0
#include "core/documents/grant.h"

#include "core/base64.h"
#include "core/documents/holdparts.h"
#include "core/documents/parts.h"

#include <limits>

namespace holdfast {

namespace {

using Kind = DocumentError::Kind;

constexpr parts::Words<Outcome, 5> outcomes{{
    {Outcome::Committed, u"committed"},
    {Outcome::Failed, u"failed"},
    {Outcome::Partial, u"partial"},
    {Outcome::NotStarted, u"not-started"},
    {Outcome::Unknown, u"unknown"},
}};

std::vector<Digest> readDigests(ObjectReader &reader, QStringView name)
{
    std::vector<Digest> digests;
    for (const QString &text : reader.texts(name)) {
        const std::optional<Digest> digest = Digest::fromString(text);
        if (!digest)
            reader.fail(Kind::InvalidValue, name, QStringLiteral("sha256: and 64 lower-case hex digits are expected"));
        digests.push_back(digest.value_or(Digest{}));
    }
    return digests;
}

void readGrant(ObjectReader &reader, Grant &grant)
{
    parts::readVersion(reader);
    grant.grant = parts::readNonce(reader, u"grant");
    grant.gate = parts::readName(reader, u"gate");
    grant.hold = parts::readHoldId(reader, u"hold");
    grant.revision = parts::readRevision(reader);
    grant.request = reader.digest(u"request");
    grant.holdDigest = reader.digest(u"hold_digest");
    grant.decisions = readDigests(reader, u"decisions");
    grant.notBefore = reader.instant(u"not_before");
    grant.notAfter = reader.instant(u"not_after");
    grant.performer = parts::readKey(reader, u"performer");
}

void readReceipt(ObjectReader &reader, Receipt &receipt)
{
    parts::readVersion(reader);
    if (reader.has(u"grant"))
        receipt.grant = parts::readNonce(reader, u"grant");
    receipt.hold = parts::readHoldId(reader, u"hold");
    receipt.outcome = parts::readWord(reader, u"outcome", outcomes);
    receipt.exitCode = reader.optionalInteger(u"exit_code", std::numeric_limits<int>::min(), std::numeric_limits<int>::max());
    receipt.output = parts::readOptionalBlob(reader, u"output");
    receipt.effects = parts::readFacts(reader, u"effects");
    receipt.startedAt = reader.instant(u"started_at");
    receipt.finishedAt = reader.instant(u"finished_at");
}

} // namespace

QString toString(Outcome value)
{
    return parts::wordOf(outcomes, value);
}

std::optional<Outcome> outcomeFrom(QStringView text)
{
    return parts::fromWord(outcomes, text);
}

QByteArray Grant::toPayload() const
{
    return JsonBuilder()
        .add(QStringLiteral("version"), 1)
        .add(QStringLiteral("grant"), toBase64(grant))
        .add(QStringLiteral("gate"), gate)
        .add(QStringLiteral("hold"), hold.toString())
        .add(QStringLiteral("revision"), revision)
        .add(QStringLiteral("request"), request.toString())
        .add(QStringLiteral("hold_digest"), holdDigest.toString())
        .add(QStringLiteral("decisions"), parts::list(decisions, [](const Digest &digest) { return Json(digest.toString()); }))
        .add(QStringLiteral("not_before"), formatInstant(notBefore))
        .add(QStringLiteral("not_after"), formatInstant(notAfter))
        .add(QStringLiteral("performer"), performer.toString())
        .build()
        .toBytes();
}

Parsed<Grant> Grant::parse(QByteArrayView payload)
{
    return parts::parseDocument<Grant>(payload, &readGrant);
}

QByteArray Receipt::toPayload() const
{
    JsonBuilder builder;
    builder.add(QStringLiteral("version"), 1);
    if (grant)
        builder.add(QStringLiteral("grant"), toBase64(*grant));
    builder.add(QStringLiteral("hold"), hold.toString())
        .add(QStringLiteral("outcome"), toString(outcome))
        .addIf(QStringLiteral("exit_code"), exitCode);
    if (output)
        builder.add(QStringLiteral("output"), output->toJson());
    return builder.add(QStringLiteral("effects"), parts::list(effects, [](const Fact &effect) { return effect.toJson(); }))
        .add(QStringLiteral("started_at"), formatInstant(startedAt))
        .add(QStringLiteral("finished_at"), formatInstant(finishedAt))
        .build()
        .toBytes();
}

Parsed<Receipt> Receipt::parse(QByteArrayView payload)
{
    return parts::parseDocument<Receipt>(payload, &readReceipt);
}

} // namespace holdfast
