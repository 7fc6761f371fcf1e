// SPDX-License-Identifier: Apache-2.0
#include "wire/messagesconsole.h"

#include "wire/fields.h"

#include <limits>

namespace holdfast {

namespace {

constexpr std::int64_t MostRevisions = std::numeric_limits<int>::max();

void writeHead(JsonBuilder &out, const Head &head)
{
    out.add(QStringLiteral("hold"), head.hold.toString()).add(QStringLiteral("state"), toString(head.state));
    out.add(QStringLiteral("sequence"), head.sequence).add(QStringLiteral("revision"), head.revision);
    if (head.holdDigest)
        out.add(QStringLiteral("hold_digest"), head.holdDigest->toString());
    out.add(QStringLiteral("request_digest"), head.requestDigest.toString());
    out.add(QStringLiteral("approvals"), fields::texts(head.approvals)).add(QStringLiteral("at"), formatInstant(head.at));
}

void readHead(ObjectReader &reader, Head &head)
{
    head.hold = fields::hold(reader, u"hold");
    head.state = fields::state(reader, u"state");
    head.sequence = fields::count(reader, u"sequence");
    head.revision = static_cast<int>(reader.integer(u"revision", 0, MostRevisions));
    head.holdDigest = reader.optionalDigest(u"hold_digest");
    head.requestDigest = reader.digest(u"request_digest");
    head.approvals = reader.texts(u"approvals");
    head.at = reader.instant(u"at");
}

std::vector<Head> heads(ObjectReader &reader, QStringView name)
{
    return fields::list<Head>(reader, name, [](const Json &value, const QString &path) { return Head::fromJson(value, path); });
}

Head headMember(ObjectReader &reader)
{
    const Json *value = reader.any(u"head");
    if (value == nullptr)
        return {};
    auto head = Head::fromJson(*value, reader.path() + QStringLiteral(".head"));
    if (!head)
        reader.fail(head.error().kind, u"head", head.error().detail);
    return head.valueOr(Head{});
}

Parsed<DocumentRow> readDocumentRow(const Json &value, const QString &path)
{
    return fields::result<DocumentRow>(
        value,
        [](ObjectReader &reader, DocumentRow &row) {
            row.kind = reader.text(u"kind");
            row.index = fields::count(reader, u"index");
            row.idDigest = reader.digest(u"id_digest");
        },
        path);
}

Json writeDocumentRow(const DocumentRow &row)
{
    return JsonBuilder()
        .add(QStringLiteral("kind"), row.kind)
        .add(QStringLiteral("index"), row.index)
        .add(QStringLiteral("id_digest"), row.idDigest.toString())
        .build();
}

Json writeItem(const HistoryItem &item)
{
    JsonBuilder out;
    writeHead(out, item.head);
    out.add(QStringLiteral("summary"), item.summary).add(QStringLiteral("operation"), item.operation);
    out.add(QStringLiteral("environment"), item.environment).add(QStringLiteral("requester"), item.requester);
    if (item.tier)
        out.add(QStringLiteral("tier"), toString(*item.tier));
    if (item.outcome)
        out.add(QStringLiteral("outcome"), toString(*item.outcome));
    out.addIf(QStringLiteral("decided_ms"), item.decidedMs);
    return out.build();
}

Parsed<HistoryItem> readItem(const Json &value, const QString &path)
{
    return fields::result<HistoryItem>(
        value,
        [](ObjectReader &reader, HistoryItem &item) {
            readHead(reader, item.head);
            item.summary = reader.text(u"summary");
            item.operation = reader.text(u"operation");
            item.environment = reader.text(u"environment");
            item.requester = reader.text(u"requester");
            if (const auto tier = reader.optionalText(u"tier"))
                item.tier = tierFrom(*tier);
            if (const auto outcome = reader.optionalText(u"outcome"))
                item.outcome = outcomeFrom(*outcome);
            item.decidedMs = fields::optionalCount(reader, u"decided_ms");
        },
        path);
}

} // namespace

Json Head::toJson() const
{
    JsonBuilder out;
    writeHead(out, *this);
    return out.build();
}

Parsed<Head> Head::fromJson(const Json &value, const QString &path)
{
    return fields::result<Head>(value, readHead, path);
}

Json SubscribeParams::toJson() const
{
    return JsonBuilder().addIf(QStringLiteral("cursor"), cursor).addIf(QStringLiteral("after"), after).build();
}

Parsed<SubscribeParams> SubscribeParams::fromJson(const Json &params)
{
    return fields::params<SubscribeParams>(params, [](ObjectReader &reader, SubscribeParams &out) {
        out.cursor = fields::optionalCount(reader, u"cursor");
        out.after = reader.optionalText(u"after");
    });
}

Json SubscribeResult::toJson() const
{
    return JsonBuilder()
        .add(QStringLiteral("holds"), fields::objects(holds))
        .add(QStringLiteral("missed"), fields::objects(missed))
        .add(QStringLiteral("cursor"), cursor)
        .addIf(QStringLiteral("after"), after)
        .build();
}

Parsed<SubscribeResult> SubscribeResult::fromJson(const Json &result)
{
    return fields::result<SubscribeResult>(result, [](ObjectReader &reader, SubscribeResult &out) {
        out.holds = heads(reader, u"holds");
        out.missed = heads(reader, u"missed");
        out.cursor = fields::count(reader, u"cursor");
        out.after = reader.optionalText(u"after");
    });
}

Json HoldChange::toJson() const
{
    return JsonBuilder().add(QStringLiteral("cursor"), cursor).add(QStringLiteral("head"), head.toJson()).build();
}

Parsed<HoldChange> HoldChange::fromJson(const Json &params)
{
    return fields::result<HoldChange>(params, [](ObjectReader &reader, HoldChange &out) {
        out.cursor = fields::count(reader, u"cursor");
        out.head = headMember(reader);
    });
}

Json HoldDocuments::toJson() const
{
    JsonBuilder out;
    out.add(QStringLiteral("head"), head.toJson()).add(QStringLiteral("request"), request.toJson());
    if (current)
        out.add(QStringLiteral("current"), current->toJson());
    return out.add(QStringLiteral("documents"), fields::array(documents, writeDocumentRow)).build();
}

Parsed<HoldDocuments> HoldDocuments::fromJson(const Json &result)
{
    return fields::result<HoldDocuments>(result, [](ObjectReader &reader, HoldDocuments &out) {
        out.head = headMember(reader);
        out.request = fields::envelope(reader, u"request");
        out.current = fields::optionalEnvelope(reader, u"current");
        out.documents = fields::list<DocumentRow>(reader, u"documents", readDocumentRow);
    });
}

Json DocumentParams::toJson() const
{
    return JsonBuilder().add(QStringLiteral("id_digest"), idDigest.toString()).build();
}

Parsed<DocumentParams> DocumentParams::fromJson(const Json &params)
{
    return fields::params<DocumentParams>(
        params, [](ObjectReader &reader, DocumentParams &out) { out.idDigest = reader.digest(u"id_digest"); });
}

Json DocumentResult::toJson() const
{
    return JsonBuilder().add(QStringLiteral("envelope"), envelope.toJson()).add(QStringLiteral("index"), index).build();
}

Parsed<DocumentResult> DocumentResult::fromJson(const Json &result)
{
    return fields::result<DocumentResult>(result, [](ObjectReader &reader, DocumentResult &out) {
        out.envelope = fields::envelope(reader, u"envelope");
        out.index = fields::count(reader, u"index");
    });
}

Json MeasureResult::toJson() const
{
    return JsonBuilder().add(QStringLiteral("sequence"), sequence).add(QStringLiteral("revision"), revision).build();
}

Parsed<MeasureResult> MeasureResult::fromJson(const Json &result)
{
    return fields::result<MeasureResult>(result, [](ObjectReader &reader, MeasureResult &out) {
        out.sequence = fields::count(reader, u"sequence");
        out.revision = static_cast<int>(reader.integer(u"revision", 0, MostRevisions));
    });
}

Json IdentifyParams::toJson() const
{
    return JsonBuilder().addIf(QStringLiteral("target"), target).addIf(QStringLiteral("toml"), toml).build();
}

Parsed<IdentifyParams> IdentifyParams::fromJson(const Json &params)
{
    return fields::params<IdentifyParams>(params, [](ObjectReader &reader, IdentifyParams &out) {
        out.target = reader.optionalText(u"target");
        out.toml = reader.optionalText(u"toml");
        if (out.target.has_value() == out.toml.has_value())
            reader.fail(DocumentError::Kind::MissingMember, u"target", QStringLiteral("exactly one of target and toml was expected"));
    });
}

Json IdentifyResult::toJson() const
{
    return JsonBuilder().add(QStringLiteral("identity"), identity).build();
}

Parsed<IdentifyResult> IdentifyResult::fromJson(const Json &result)
{
    return fields::result<IdentifyResult>(result, [](ObjectReader &reader, IdentifyResult &out) {
        if (const Json *identity = reader.any(u"identity"))
            out.identity = *identity;
    });
}

Json SearchParams::toJson() const
{
    JsonBuilder out;
    out.add(QStringLiteral("query"), query).add(QStringLiteral("limit"), limit);
    return out.addIf(QStringLiteral("after"), after).build();
}

Parsed<SearchParams> SearchParams::fromJson(const Json &params)
{
    return fields::params<SearchParams>(params, [](ObjectReader &reader, SearchParams &out) {
        out.query = reader.text(u"query");
        out.limit = reader.integer(u"limit", 1, limit::Page);
        out.after = reader.optionalText(u"after");
    });
}

Json SearchResult::toJson() const
{
    JsonBuilder out;
    out.add(QStringLiteral("items"), fields::array(items, writeItem));
    return out.addIf(QStringLiteral("after"), after).addIf(QStringLiteral("total"), total).build();
}

Parsed<SearchResult> SearchResult::fromJson(const Json &result)
{
    return fields::result<SearchResult>(result, [](ObjectReader &reader, SearchResult &out) {
        out.items = fields::list<HistoryItem>(reader, u"items", readItem);
        out.after = reader.optionalText(u"after");
        out.total = fields::optionalCount(reader, u"total");
    });
}

} // namespace holdfast
