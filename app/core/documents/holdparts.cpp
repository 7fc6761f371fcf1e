// SPDX-License-Identifier: Apache-2.0
#include "core/documents/holdparts.h"

#include <set>

namespace holdfast {

using Kind = DocumentError::Kind;

namespace {

/// `least` and `most` stand where the quality is bounded, and a count where it is not.
void readBounds(ObjectReader &reader, bool bounded, bool counted, std::optional<std::int64_t> &least, std::optional<std::int64_t> &most)
{
    least = reader.optionalInteger(u"least", -parts::largestInteger, parts::largestInteger);
    most = reader.optionalInteger(u"most", -parts::largestInteger, parts::largestInteger);
    if (reader.failed())
        return;
    if (!bounded && (least || most))
        reader.fail(Kind::InvalidValue, least ? u"least" : u"most", QStringLiteral("only what is bounded has limits"));
    else if (bounded && (counted || (!least && !most)))
        reader.fail(Kind::InvalidValue, u"quality", QStringLiteral("what is bounded has limits instead of a number"));
    else if (least && most && *least > *most)
        reader.fail(Kind::InvalidValue, u"most", QStringLiteral("it must not lie below `least`"));
}

void readFact(ObjectReader &reader, Fact &fact)
{
    fact.id = parts::readName(reader, u"id");
    fact.label = reader.text(u"label");
    fact.value = reader.text(u"value");
    fact.number = reader.optionalInteger(u"number", -parts::largestInteger, parts::largestInteger);
    fact.unit = reader.optionalText(u"unit").value_or(QString());
    fact.quality = parts::readQuality(reader);
    readBounds(reader, fact.quality == Quality::Bounded, fact.number.has_value(), fact.least, fact.most);
    fact.how = reader.text(u"how");
    if (!reader.failed() && fact.quality == Quality::Unknown && !fact.number && fact.how.isEmpty())
        reader.fail(Kind::InvalidValue, u"how", QStringLiteral("an unknown fact says why it is unknown"));
    fact.at = reader.instant(u"at");
    fact.severity = parts::readVia(reader, u"severity", &severityFrom, Severity::Info);
}

} // namespace

std::optional<std::int64_t> Fact::atMost() const
{
    if (quality == Quality::Unknown || quality == Quality::Claimed)
        return std::nullopt;
    return quality == Quality::Bounded ? most : number;
}

Json Fact::toJson() const
{
    JsonBuilder builder;
    builder.add(QStringLiteral("id"), id)
        .add(QStringLiteral("label"), label)
        .add(QStringLiteral("value"), value)
        .addIf(QStringLiteral("number"), number)
        .addIf(QStringLiteral("least"), least)
        .addIf(QStringLiteral("most"), most);
    if (!unit.isEmpty())
        builder.add(QStringLiteral("unit"), unit);
    return builder.add(QStringLiteral("quality"), toString(quality))
        .add(QStringLiteral("how"), how)
        .add(QStringLiteral("at"), formatInstant(at))
        .add(QStringLiteral("severity"), toString(severity))
        .build();
}

Parsed<Fact> Fact::fromJson(const Json &value, const QString &path)
{
    ObjectReader reader(value, path);
    Fact fact;
    if (!reader.failed())
        readFact(reader, fact);
    if (std::optional<DocumentError> error = reader.finish())
        return Failure{*std::move(error)};
    return fact;
}

namespace parts {

Quality readQuality(ObjectReader &reader)
{
    return parts::readVia(reader, u"quality", &qualityFrom, Quality::Unknown);
}

std::vector<Fact> readFacts(ObjectReader &reader, QStringView name)
{
    std::vector<Fact> facts;
    std::set<QString> ids;
    reader.each(name, [&](ObjectReader &inner) {
        Fact fact;
        readFact(inner, fact);
        if (!inner.failed() && !ids.insert(fact.id).second)
            inner.fail(Kind::InvalidValue, u"id", QStringLiteral("an earlier fact has the same id"));
        facts.push_back(std::move(fact));
    });
    return facts;
}

Json summaryJson(const Measurement &measured)
{
    JsonBuilder params;
    for (const auto &[name, value] : measured.summaryParams)
        params.add(name, value);
    return JsonBuilder()
        .add(QStringLiteral("text"), measured.summaryText)
        .add(QStringLiteral("template"), measured.summaryTemplate)
        .add(QStringLiteral("params"), params.build())
        .build();
}

Json environmentJson(const EnvironmentFact &environment)
{
    return JsonBuilder()
        .add(QStringLiteral("value"), environment.value)
        .add(QStringLiteral("quality"), toString(environment.quality))
        .add(QStringLiteral("how"), environment.how)
        .build();
}

Json contradictionJson(const Contradiction &contradiction)
{
    return JsonBuilder()
        .add(QStringLiteral("claim"), contradiction.claim)
        .add(QStringLiteral("claimed"), contradiction.claimed)
        .add(QStringLiteral("measured"), contradiction.measured)
        .add(QStringLiteral("severity"), toString(contradiction.severity))
        .build();
}

Json dependentJson(const Dependent &dependent)
{
    JsonBuilder builder;
    if (dependent.quality)
        builder.add(QStringLiteral("quality"), toString(*dependent.quality));
    return builder.add(QStringLiteral("name"), dependent.name)
        .add(QStringLiteral("type"), dependent.type)
        .add(QStringLiteral("effect"), dependent.effect)
        .addIf(QStringLiteral("count"), dependent.count)
        .addIf(QStringLiteral("least"), dependent.least)
        .addIf(QStringLiteral("most"), dependent.most)
        .add(QStringLiteral("parent"), dependent.parent)
        .build();
}

Json recoveryJson(const Recovery &recovery)
{
    JsonBuilder builder;
    builder.add(QStringLiteral("verdict"), toString(recovery.verdict));
    addInstantIf(builder, QStringLiteral("newest_copy"), recovery.newestCopy);
    builder.addIf(QStringLiteral("failure_domain"), recovery.failureDomain);
    addInstantIf(builder, QStringLiteral("restore_tested_at"), recovery.restoreTestedAt);
    return builder.addIf(QStringLiteral("undo_window_s"), recovery.undoWindowSeconds)
        .addIf(QStringLiteral("dies_with_target"), recovery.diesWithTarget)
        .add(QStringLiteral("quality"), toString(recovery.quality))
        .add(QStringLiteral("how"), recovery.how)
        .build();
}

Json wholeJson(const WholeLists &whole)
{
    JsonBuilder builder;
    const auto add = [&](const char16_t *name, const std::optional<BlobRef> &blob) {
        if (blob)
            builder.add(QString::fromUtf16(name), blob->toJson());
    };
    add(u"resources", whole.resources);
    add(u"dependents", whole.dependents);
    add(u"uninspectable", whole.uninspectable);
    return builder.build();
}

Json diffJson(const DiffRef &diff)
{
    return JsonBuilder()
        .add(QStringLiteral("title"), diff.title)
        .add(QStringLiteral("format"), diff.format)
        .add(QStringLiteral("blob"), diff.blob.toJson())
        .build();
}

Json credentialJson(const CredentialFacts &credential)
{
    JsonBuilder builder;
    builder.add(QStringLiteral("name"), credential.name)
        .add(QStringLiteral("can"), texts(credential.can))
        .add(QStringLiteral("excess"), texts(credential.excess));
    addInstantIf(builder, QStringLiteral("expires_at"), credential.expiresAt);
    return builder.add(QStringLiteral("reachable_by_requester"), credential.reachableByRequester).build();
}

void addMeasured(JsonBuilder &builder, const Measurement &measured)
{
    builder.add(QStringLiteral("summary"), summaryJson(measured))
        .add(QStringLiteral("environment"), environmentJson(measured.environment))
        .add(QStringLiteral("facts"), list(measured.facts, [](const Fact &fact) { return fact.toJson(); }))
        .add(QStringLiteral("contradictions"), list(measured.contradictions, &contradictionJson))
        .add(QStringLiteral("dependents"), list(measured.dependents, &dependentJson))
        .add(QStringLiteral("recovery"), recoveryJson(measured.recovery))
        .add(QStringLiteral("diffs"), list(measured.diffs, &diffJson));
    if (measured.credential != CredentialFacts{})
        builder.add(QStringLiteral("credential"), credentialJson(measured.credential));
}

namespace {

void readSummary(ObjectReader &reader, Measurement &measured)
{
    measured.summaryText = readFilled(reader, u"text");
    measured.summaryTemplate = reader.text(u"template");
    reader.object(u"params", [&](ObjectReader &inner) {
        for (const QString &name : inner.names())
            measured.summaryParams.emplace_back(name, inner.text(name));
    });
}

void readContradiction(ObjectReader &reader, Contradiction &contradiction)
{
    contradiction.claim = readName(reader, u"claim");
    contradiction.claimed = reader.text(u"claimed");
    contradiction.measured = reader.text(u"measured");
    contradiction.severity = parts::readVia(reader, u"severity", &severityFrom, Severity::Danger);
}

void readRecovery(ObjectReader &reader, Recovery &recovery)
{
    recovery.verdict = parts::readVia(reader, u"verdict", &verdictFrom, Verdict::Unknown);
    recovery.newestCopy = reader.optionalInstant(u"newest_copy");
    recovery.failureDomain = reader.optionalText(u"failure_domain");
    recovery.restoreTestedAt = reader.optionalInstant(u"restore_tested_at");
    recovery.undoWindowSeconds = reader.optionalInteger(u"undo_window_s", 0, largestInteger);
    recovery.diesWithTarget = reader.optionalBoolean(u"dies_with_target");
    recovery.quality = readQuality(reader);
    recovery.how = reader.text(u"how");
}

void readDiff(ObjectReader &reader, DiffRef &diff)
{
    diff.title = reader.text(u"title");
    diff.format = reader.textOneOf(u"format", {QStringLiteral("unified"), QStringLiteral("rows"), QStringLiteral("attributes"), QStringLiteral("tree")});
    reader.object(u"blob", [&](ObjectReader &inner) { readBlob(inner, diff.blob); });
}

void readCredential(ObjectReader &reader, CredentialFacts &credential)
{
    credential.name = reader.text(u"name");
    credential.can = reader.texts(u"can");
    credential.excess = reader.texts(u"excess");
    credential.expiresAt = reader.optionalInstant(u"expires_at");
    credential.reachableByRequester = reader.boolean(u"reachable_by_requester");
}

void readWhole(ObjectReader &reader, WholeLists &whole)
{
    whole.resources = readOptionalBlob(reader, u"resources");
    whole.dependents = readOptionalBlob(reader, u"dependents");
    whole.uninspectable = readOptionalBlob(reader, u"uninspectable");
    if (!reader.failed() && whole == WholeLists{})
        reader.fail(Kind::InvalidValue, u"resources", QStringLiteral("`whole` is absent where nothing was shortened"));
}

void readResources(ObjectReader &reader, QStringList &resources)
{
    resources = reader.texts(u"resources");
    QStringList sorted = resources;
    sortBytewise(sorted);
    if (!reader.failed() && sorted != resources)
        reader.fail(Kind::InvalidValue, u"resources", QStringLiteral("they must be sorted bytewise"));
}

} // namespace

void readDependent(ObjectReader &reader, int index, Dependent &dependent)
{
    dependent.name = reader.text(u"name");
    dependent.type = readName(reader, u"type");
    dependent.effect = readName(reader, u"effect");
    dependent.count = reader.optionalInteger(u"count", 0, largestInteger);
    // A parent stands before its children, so that the tree has no cycle.
    dependent.parent = static_cast<int>(reader.integer(u"parent", -1, index - 1));
    if (reader.has(u"quality"))
        dependent.quality = readQuality(reader);
    readBounds(reader, dependent.quality == Quality::Bounded, dependent.count.has_value(), dependent.least, dependent.most);
}

void readMeasurement(ObjectReader &reader, Measurement &measured)
{
    readResources(reader, measured.resources);
    measured.operation = readName(reader, u"operation");
    reader.object(u"summary", [&](ObjectReader &inner) { readSummary(inner, measured); });
    reader.object(u"environment", [&](ObjectReader &inner) {
        measured.environment = {readName(inner, u"value"), readQuality(inner), inner.text(u"how")};
    });
    measured.facts = readFacts(reader, u"facts");
    reader.each(u"contradictions", [&](ObjectReader &inner) { readContradiction(inner, measured.contradictions.emplace_back()); });
    reader.each(u"dependents", [&](ObjectReader &inner) {
        const int index = static_cast<int>(measured.dependents.size());
        readDependent(inner, index, measured.dependents.emplace_back());
    });
    reader.object(u"recovery", [&](ObjectReader &inner) { readRecovery(inner, measured.recovery); });
    reader.each(u"diffs", [&](ObjectReader &inner) { readDiff(inner, measured.diffs.emplace_back()); });
    reader.optionalObject(u"credential", [&](ObjectReader &inner) { readCredential(inner, measured.credential); });
    measured.uninspectable = reader.texts(u"uninspectable");
    reader.optionalObject(u"whole", [&](ObjectReader &inner) { readWhole(inner, measured.whole); });
    measured.fingerprint = reader.digest(u"fingerprint");
    measured.confirmText = reader.optionalText(u"confirm_text").value_or(QString());
}

} // namespace parts
} // namespace holdfast
