// SPDX-License-Identifier: Apache-2.0
#include "core/documents/hold.h"

#include "core/documents/holdparts.h"

#include <algorithm>
#include <set>

namespace holdfast {

namespace {

using Kind = DocumentError::Kind;
constexpr std::int64_t mostApprovals = 1000;

Json requesterJson(const Hold &hold)
{
    return JsonBuilder()
        .add(QStringLiteral("actor"), hold.requesterActor)
        .add(QStringLiteral("person"), hold.requesterPerson)
        .add(QStringLiteral("key"), hold.requesterKey.toString())
        .build();
}

Json toleranceJson(const Tolerance &tolerance)
{
    return JsonBuilder().add(QStringLiteral("fact"), tolerance.fact).add(QStringLiteral("max"), tolerance.max).build();
}

Json policyJson(const HoldPolicy &policy)
{
    return JsonBuilder()
        .add(QStringLiteral("registry"), policy.registry.toString())
        .add(QStringLiteral("quorum"), JsonBuilder().add(QStringLiteral("need"), policy.need).add(QStringLiteral("from"), parts::texts(policy.from)).build())
        .add(QStringLiteral("confirm"), parts::texts(policy.confirm))
        .add(QStringLiteral("cool_off_s"), policy.coolOffSeconds)
        .add(QStringLiteral("approve_until"), formatInstant(policy.approveUntil))
        .add(QStringLiteral("execute_within_s"), policy.executeWithinSeconds)
        .build();
}

void readPolicy(ObjectReader &reader, HoldPolicy &policy)
{
    policy.registry = reader.digest(u"registry");
    reader.object(u"quorum", [&](ObjectReader &inner) {
        policy.need = static_cast<int>(inner.integer(u"need", 1, mostApprovals));
        policy.from = inner.texts(u"from");
    });
    policy.confirm = reader.texts(u"confirm");
    static const QStringList known{QStringLiteral("press"), QStringLiteral("type-target"), QStringLiteral("match-code")};
    if (!std::all_of(policy.confirm.cbegin(), policy.confirm.cend(), [](const QString &word) { return known.contains(word); }))
        reader.fail(Kind::InvalidValue, u"confirm", QStringLiteral("%1 are the confirmations").arg(known.join(u", ")));
    policy.coolOffSeconds = reader.integer(u"cool_off_s", 0, parts::largestInteger);
    policy.approveUntil = reader.instant(u"approve_until");
    policy.executeWithinSeconds = reader.integer(u"execute_within_s", 0, parts::largestInteger);
}

void readTolerances(ObjectReader &reader, std::vector<Tolerance> &tolerances)
{
    std::set<QString> facts;
    reader.each(u"tolerances", [&](ObjectReader &inner) {
        Tolerance tolerance{parts::readName(inner, u"fact"), inner.integer(u"max", -parts::largestInteger, parts::largestInteger)};
        if (!inner.failed() && !facts.insert(tolerance.fact).second)
            inner.fail(Kind::InvalidValue, u"fact", QStringLiteral("an earlier tolerance is of the same fact"));
        tolerances.push_back(std::move(tolerance));
    });
}

void readHold(ObjectReader &reader, Hold &hold)
{
    parts::readVersion(reader);
    hold.hold = parts::readHoldId(reader, u"hold");
    hold.revision = parts::readRevision(reader);
    hold.gate = parts::readName(reader, u"gate");
    hold.request = reader.digest(u"request");
    reader.object(u"requester", [&](ObjectReader &inner) {
        hold.requesterActor = parts::readName(inner, u"actor");
        hold.requesterPerson = parts::readName(inner, u"person");
        hold.requesterKey = parts::readKey(inner, u"key");
    });
    hold.kind = parts::readName(reader, u"kind");
    hold.target = parts::readName(reader, u"target");
    hold.mode = parts::readVia(reader, u"mode", &modeFrom, Mode::Forbid);
    hold.tier = parts::readVia(reader, u"tier", &tierFrom, Tier::Critical);
    reader.object(u"rule", [&](ObjectReader &inner) {
        hold.ruleId = parts::readName(inner, u"id");
        hold.ruleBecause = inner.text(u"because");
    });
    parts::readMeasurement(reader, hold.measured);
    hold.enforcement = parts::readVia(reader, u"enforcement", &enforcementFrom, Enforcement::Cooperative);
    readTolerances(reader, hold.tolerances);
    reader.object(u"policy", [&](ObjectReader &inner) { readPolicy(inner, hold.policy); });
    hold.openedAt = reader.instant(u"opened_at");
    hold.measuredAt = reader.instant(u"measured_at");
}

} // namespace

QByteArray Measurement::toBytes() const
{
    JsonBuilder builder;
    builder.add(QStringLiteral("resources"), parts::texts(resources)).add(QStringLiteral("operation"), operation);
    parts::addMeasured(builder, *this);
    builder.add(QStringLiteral("uninspectable"), parts::texts(uninspectable));
    if (whole != WholeLists{})
        builder.add(QStringLiteral("whole"), parts::wholeJson(whole));
    builder.add(QStringLiteral("fingerprint"), fingerprint.toString());
    if (!confirmText.isEmpty())
        builder.add(QStringLiteral("confirm_text"), confirmText);
    return builder.build().toBytes();
}

Parsed<Measurement> Measurement::parse(QByteArrayView bytes)
{
    constexpr JsonLimits whole{128LL * 1024 * 1024, 32};
    const Result<Json, JsonError> json = parseJson(bytes, whole);
    if (!json)
        return Failure{DocumentError{Kind::NotJson, json.error().path, json.error().sentence()}};
    ObjectReader reader(*json);
    Measurement measured;
    if (!reader.failed())
        parts::readMeasurement(reader, measured);
    if (std::optional<DocumentError> error = reader.finish())
        return Failure{*std::move(error)};
    return measured;
}

const Fact *Measurement::fact(QStringView id) const
{
    const auto found = std::find_if(facts.begin(), facts.end(), [&](const Fact &candidate) { return candidate.id == id; });
    return found == facts.end() ? nullptr : &*found;
}

QByteArray Hold::toPayload() const
{
    JsonBuilder builder;
    builder.add(QStringLiteral("version"), 1)
        .add(QStringLiteral("hold"), hold.toString())
        .add(QStringLiteral("revision"), revision)
        .add(QStringLiteral("gate"), gate)
        .add(QStringLiteral("request"), request.toString())
        .add(QStringLiteral("requester"), requesterJson(*this))
        .add(QStringLiteral("kind"), kind)
        .add(QStringLiteral("target"), target)
        .add(QStringLiteral("resources"), parts::texts(measured.resources))
        .add(QStringLiteral("operation"), measured.operation)
        .add(QStringLiteral("mode"), toString(mode))
        .add(QStringLiteral("tier"), toString(tier))
        .add(QStringLiteral("rule"), JsonBuilder().add(QStringLiteral("id"), ruleId).add(QStringLiteral("because"), ruleBecause).build());
    parts::addMeasured(builder, measured);
    builder.add(QStringLiteral("enforcement"), toString(enforcement))
        .add(QStringLiteral("uninspectable"), parts::texts(measured.uninspectable));
    if (measured.whole != WholeLists{})
        builder.add(QStringLiteral("whole"), parts::wholeJson(measured.whole));
    builder.add(QStringLiteral("fingerprint"), measured.fingerprint.toString())
        .add(QStringLiteral("tolerances"), parts::list(tolerances, &toleranceJson))
        .add(QStringLiteral("policy"), policyJson(policy));
    if (!measured.confirmText.isEmpty())
        builder.add(QStringLiteral("confirm_text"), measured.confirmText);
    return builder.add(QStringLiteral("opened_at"), formatInstant(openedAt)).add(QStringLiteral("measured_at"), formatInstant(measuredAt)).build().toBytes();
}

Parsed<Hold> Hold::parse(QByteArrayView payload)
{
    return parts::parseDocument<Hold>(payload, &readHold);
}

std::vector<BlobRef> Hold::blobs() const
{
    std::vector<BlobRef> named;
    named.reserve(measured.diffs.size());
    for (const DiffRef &diff : measured.diffs)
        named.push_back(diff.blob);
    for (const auto &list : {measured.whole.resources, measured.whole.dependents, measured.whole.uninspectable}) {
        if (list)
            named.push_back(*list);
    }
    return named;
}

} // namespace holdfast
