// SPDX-License-Identifier: Apache-2.0
#include "wire/messagesledger.h"

#include "core/base64.h"
#include "wire/fields.h"

namespace holdfast {

namespace {

Json checkpointJson(const QString &checkpoint)
{
    return JsonBuilder().add(QStringLiteral("checkpoint"), checkpoint).build();
}

} // namespace

Json SubmitResult::toJson() const
{
    JsonBuilder out;
    if (state)
        out.add(QStringLiteral("state"), toString(*state));
    out.addIf(QStringLiteral("sequence"), sequence).add(QStringLiteral("index"), index);
    out.add(QStringLiteral("entry"), toBase64(entry)).add(QStringLiteral("proof"), fields::proof(proof));
    return out.add(QStringLiteral("checkpoint"), checkpoint).build();
}

Parsed<SubmitResult> SubmitResult::fromJson(const Json &result)
{
    return fields::result<SubmitResult>(result, [](ObjectReader &reader, SubmitResult &out) {
        if (reader.has(u"state"))
            out.state = fields::state(reader, u"state");
        out.sequence = fields::optionalCount(reader, u"sequence");
        out.index = fields::count(reader, u"index");
        out.entry = reader.base64(u"entry");
        out.proof = fields::proof(reader, u"proof");
        out.checkpoint = reader.text(u"checkpoint");
    });
}

Json CheckpointResult::toJson() const
{
    return checkpointJson(checkpoint);
}

Parsed<CheckpointResult> CheckpointResult::fromJson(const Json &result)
{
    return fields::result<CheckpointResult>(
        result, [](ObjectReader &reader, CheckpointResult &out) { out.checkpoint = reader.text(u"checkpoint"); });
}

Json CosignParams::toJson() const
{
    return checkpointJson(checkpoint);
}

Parsed<CosignParams> CosignParams::fromJson(const Json &params)
{
    return fields::params<CosignParams>(
        params, [](ObjectReader &reader, CosignParams &out) { out.checkpoint = reader.text(u"checkpoint"); });
}

Json RangeParams::toJson() const
{
    return JsonBuilder().add(QStringLiteral("from"), from).add(QStringLiteral("to"), to).build();
}

Parsed<RangeParams> RangeParams::fromJson(const Json &params)
{
    return fields::params<RangeParams>(params, [](ObjectReader &reader, RangeParams &out) {
        out.from = fields::count(reader, u"from");
        out.to = fields::count(reader, u"to");
        if (out.from > out.to)
            reader.fail(DocumentError::Kind::InvalidValue, u"from", QStringLiteral("at most `to` was expected"));
    });
}

Json InclusionParams::toJson() const
{
    return JsonBuilder().add(QStringLiteral("index"), index).add(QStringLiteral("size"), size).build();
}

Parsed<InclusionParams> InclusionParams::fromJson(const Json &params)
{
    return fields::params<InclusionParams>(params, [](ObjectReader &reader, InclusionParams &out) {
        out.index = fields::count(reader, u"index");
        out.size = fields::count(reader, u"size");
        if (out.index >= out.size)
            reader.fail(DocumentError::Kind::InvalidValue, u"index", QStringLiteral("less than `size` was expected"));
    });
}

Json ProofResult::toJson() const
{
    return JsonBuilder().add(QStringLiteral("proof"), fields::proof(proof)).build();
}

Parsed<ProofResult> ProofResult::fromJson(const Json &result)
{
    return fields::result<ProofResult>(result, [](ObjectReader &reader, ProofResult &out) { out.proof = fields::proof(reader, u"proof"); });
}

Json EntriesResult::toJson() const
{
    return JsonBuilder().add(QStringLiteral("entries"), fields::base64List(entries)).build();
}

Parsed<EntriesResult> EntriesResult::fromJson(const Json &result)
{
    return fields::result<EntriesResult>(
        result, [](ObjectReader &reader, EntriesResult &out) { out.entries = fields::base64List(reader, u"entries"); });
}

Json HealthResult::toJson() const
{
    return JsonBuilder()
        .add(QStringLiteral("version"), version)
        .add(QStringLiteral("store"), store)
        .add(QStringLiteral("time"), formatInstant(time))
        .add(QStringLiteral("pending"), pending)
        .add(QStringLiteral("oldest_s"), oldestSeconds)
        .add(QStringLiteral("queue"), queue)
        .build();
}

Parsed<HealthResult> HealthResult::fromJson(const Json &result)
{
    return fields::result<HealthResult>(result, [](ObjectReader &reader, HealthResult &out) {
        out.version = reader.text(u"version");
        out.store = reader.text(u"store");
        out.time = reader.instant(u"time");
        out.pending = fields::count(reader, u"pending");
        out.oldestSeconds = fields::count(reader, u"oldest_s");
        out.queue = fields::count(reader, u"queue");
    });
}

Json BlobWriteParams::toJson() const
{
    return JsonBuilder()
        .add(QStringLiteral("digest"), digest.toString())
        .add(QStringLiteral("offset"), offset)
        .add(QStringLiteral("data"), toBase64(data))
        .add(QStringLiteral("size"), size)
        .build();
}

Parsed<BlobWriteParams> BlobWriteParams::fromJson(const Json &params)
{
    return fields::params<BlobWriteParams>(params, [](ObjectReader &reader, BlobWriteParams &out) {
        out.digest = reader.digest(u"digest");
        out.offset = fields::count(reader, u"offset");
        out.data = reader.base64(u"data");
        out.size = fields::count(reader, u"size");
        if (out.data.size() > limit::BlobChunk)
            reader.fail(DocumentError::Kind::InvalidValue, u"data", QStringLiteral("at most 131072 bytes were expected"));
        else if (out.offset > out.size || out.data.size() > out.size - out.offset)
            reader.fail(DocumentError::Kind::InvalidValue, u"data", QStringLiteral("a chunk within `size` was expected"));
    });
}

Json BlobWriteResult::toJson() const
{
    return JsonBuilder().add(QStringLiteral("have"), have).build();
}

Parsed<BlobWriteResult> BlobWriteResult::fromJson(const Json &result)
{
    return fields::result<BlobWriteResult>(
        result, [](ObjectReader &reader, BlobWriteResult &out) { out.have = fields::count(reader, u"have"); });
}

Json BlobReadParams::toJson() const
{
    return JsonBuilder()
        .add(QStringLiteral("digest"), digest.toString())
        .add(QStringLiteral("offset"), offset)
        .add(QStringLiteral("length"), length)
        .build();
}

Parsed<BlobReadParams> BlobReadParams::fromJson(const Json &params)
{
    return fields::params<BlobReadParams>(params, [](ObjectReader &reader, BlobReadParams &out) {
        out.digest = reader.digest(u"digest");
        out.offset = fields::count(reader, u"offset");
        out.length = reader.integer(u"length", 1, limit::BlobChunk);
    });
}

Json BlobReadResult::toJson() const
{
    return JsonBuilder().add(QStringLiteral("data"), toBase64(data)).add(QStringLiteral("size"), size).build();
}

Parsed<BlobReadResult> BlobReadResult::fromJson(const Json &result)
{
    return fields::result<BlobReadResult>(result, [](ObjectReader &reader, BlobReadResult &out) {
        out.data = reader.base64(u"data");
        out.size = fields::count(reader, u"size");
    });
}

} // namespace holdfast
