// SPDX-License-Identifier: Apache-2.0
#include "core/documents/decision.h"

#include "core/base64.h"
#include "core/documents/parts.h"

namespace holdfast {

namespace {

using Kind = DocumentError::Kind;
using Scope = Decision::Scope;

constexpr QStringView statementType = u"https://in-toto.io/Statement/v1";
constexpr QStringView predicateType = u"urn:holdfast:decision:v1";
constexpr parts::Words<Decision::Verdict, 2> verdicts{{{Decision::Verdict::Approve, u"approve"}, {Decision::Verdict::Deny, u"deny"}}};
constexpr parts::Words<Scope, 3> scopes{{{Scope::This, u"this"}, {Scope::Resource, u"resource"}, {Scope::Class, u"class"}}};

QString requestSubject(const HoldId &hold)
{
    return QStringLiteral("request/%1").arg(hold.toString());
}

QString holdSubject(const HoldId &hold, int revision)
{
    return QStringLiteral("hold/%1/%2").arg(hold.toString(), QString::number(revision));
}

Json subjectJson(QString name, const Digest &digest)
{
    return JsonBuilder()
        .add(QStringLiteral("name"), std::move(name))
        .add(QStringLiteral("digest"), JsonBuilder().add(QStringLiteral("sha256"), digest.hex()).build())
        .build();
}

Json confirmationJson(const Confirmation &confirmation)
{
    return JsonBuilder().add(QStringLiteral("kind"), confirmation.kind).add(QStringLiteral("value"), confirmation.value).build();
}

Json viewJson(const View &view)
{
    return JsonBuilder()
        .add(QStringLiteral("digest"), view.digest.toString())
        .add(QStringLiteral("reached"), parts::texts(view.reached))
        .add(QStringLiteral("open_ms"), view.openMs)
        .add(QStringLiteral("locale"), view.locale)
        .add(QStringLiteral("console"), view.console)
        .build();
}

Json predicateJson(const Decision &decision)
{
    JsonBuilder builder;
    builder.add(QStringLiteral("verdict"), toString(decision.verdict))
        .add(QStringLiteral("gate"), decision.gate)
        .add(QStringLiteral("gate_key"), decision.gateKey.toString())
        .add(QStringLiteral("key"), decision.key.toString())
        .add(QStringLiteral("hold"), decision.hold.toString())
        .add(QStringLiteral("revision"), decision.revision)
        .add(QStringLiteral("nonce"), toBase64(decision.nonce))
        .add(QStringLiteral("reason"), decision.reason);
    if (decision.scope)
        builder.add(QStringLiteral("scope"), toString(*decision.scope));
    builder.addIf(QStringLiteral("counter"), decision.counter)
        .add(QStringLiteral("confirmations"), parts::list(decision.confirmations, &confirmationJson))
        .add(QStringLiteral("view"), viewJson(decision.view));
    if (decision.checkpoint) {
        builder.add(QStringLiteral("checkpoint"),
                    JsonBuilder()
                        .add(QStringLiteral("size"), decision.checkpoint->size)
                        .add(QStringLiteral("root"), toBase64(decision.checkpoint->root.toBytes()))
                        .build());
    }
    return builder.add(QStringLiteral("decided_at"), formatInstant(decision.decidedAt))
        .add(QStringLiteral("not_after"), formatInstant(decision.notAfter))
        .build();
}

/// What only a denial carries: how far it reaches and what would pass instead.
void readDenial(ObjectReader &reader, Decision &decision)
{
    const bool deny = decision.verdict == Decision::Verdict::Deny;
    for (const QStringView name : {QStringView(u"scope"), QStringView(u"counter")}) {
        if (!deny && reader.has(name))
            reader.fail(Kind::InvalidValue, name, QStringLiteral("only a denial has it"));
    }
    if (!reader.failed() && deny && decision.reason.trimmed().isEmpty())
        reader.fail(Kind::InvalidValue, u"reason", QStringLiteral("a denial needs a reason"));
    if (reader.has(u"scope"))
        decision.scope = parts::readWord(reader, u"scope", scopes);
    if (const Json *counter = reader.optionalAny(u"counter")) {
        if (counter->asString() == nullptr && counter->asObject() == nullptr)
            reader.fail(Kind::WrongType, u"counter", QStringLiteral("text or an action is expected"));
        if (counter->asObject() != nullptr)
            parts::refuseNul(reader, u"counter", *counter);
        decision.counter = *counter;
    }
}

void readView(ObjectReader &reader, View &view)
{
    view.digest = reader.digest(u"digest");
    view.reached = reader.texts(u"reached");
    view.openMs = reader.integer(u"open_ms", 0, parts::largestInteger);
    view.locale = reader.text(u"locale");
    view.console = reader.text(u"console");
}

void readCheckpoint(ObjectReader &reader, CheckpointRef &checkpoint)
{
    checkpoint.size = reader.integer(u"size", 0, parts::largestInteger);
    checkpoint.root = Digest::fromBytes(reader.base64(u"root", static_cast<qsizetype>(checkpoint.root.bytes.size()))).value_or(Digest{});
}

void readPredicate(ObjectReader &reader, Decision &decision)
{
    decision.verdict = parts::readWord(reader, u"verdict", verdicts);
    decision.gate = parts::readName(reader, u"gate");
    decision.gateKey = parts::readKey(reader, u"gate_key");
    decision.key = parts::readKey(reader, u"key");
    decision.hold = parts::readHoldId(reader, u"hold");
    decision.revision = parts::readRevision(reader);
    decision.nonce = parts::readNonce(reader, u"nonce");
    decision.reason = reader.text(u"reason");
    readDenial(reader, decision);
    reader.each(u"confirmations", [&](ObjectReader &inner) {
        const QString kindWord = inner.textOneOf(u"kind", {QStringLiteral("press"), QStringLiteral("type-target"), QStringLiteral("match-code")});
        decision.confirmations.push_back({kindWord, inner.text(u"value")});
    });
    reader.object(u"view", [&](ObjectReader &inner) { readView(inner, decision.view); });
    CheckpointRef checkpoint;
    if (reader.optionalObject(u"checkpoint", [&](ObjectReader &inner) { readCheckpoint(inner, checkpoint); }))
        decision.checkpoint = checkpoint;
    decision.decidedAt = reader.instant(u"decided_at");
    decision.notAfter = reader.instant(u"not_after");
}

struct Subject final
{
    QString name;
    Digest digest;
};

Subject readSubject(ObjectReader &reader)
{
    Subject subject{reader.text(u"name"), {}};
    reader.object(u"digest", [&](ObjectReader &inner) {
        const std::optional<Digest> digest = Digest::fromHex(inner.text(u"sha256"));
        if (!inner.failed() && !digest)
            inner.fail(Kind::InvalidValue, u"sha256", QStringLiteral("64 lower-case hex digits are expected"));
        subject.digest = digest.value_or(Digest{});
    });
    return subject;
}

/// The subjects name the very hold and revision of the predicate: nothing else is decided upon.
void takeSubjects(ObjectReader &reader, const std::vector<Subject> &subjects, Decision &decision)
{
    if (subjects.size() != 2 || subjects[0].name != requestSubject(decision.hold) || subjects[1].name != holdSubject(decision.hold, decision.revision))
        return reader.fail(Kind::InvalidValue, u"subject", QStringLiteral("the request and the revision that the predicate names are expected"));
    decision.request = subjects[0].digest;
    decision.holdDigest = subjects[1].digest;
}

void readStatement(ObjectReader &reader, Decision &decision)
{
    static_cast<void>(reader.textOneOf(u"_type", {statementType.toString()}));
    std::vector<Subject> subjects;
    reader.each(u"subject", [&](ObjectReader &inner) { subjects.push_back(readSubject(inner)); });
    static_cast<void>(reader.textOneOf(u"predicateType", {predicateType.toString()}));
    reader.object(u"predicate", [&](ObjectReader &inner) { readPredicate(inner, decision); });
    if (!reader.failed())
        takeSubjects(reader, subjects, decision);
}

} // namespace

QString toString(Decision::Verdict value)
{
    return parts::wordOf(verdicts, value);
}

QString toString(Decision::Scope value)
{
    return parts::wordOf(scopes, value);
}

QByteArray Decision::toPayload() const
{
    return JsonBuilder()
        .add(QStringLiteral("_type"), statementType.toString())
        .add(QStringLiteral("subject"), JsonArray{subjectJson(requestSubject(hold), request), subjectJson(holdSubject(hold, revision), holdDigest)})
        .add(QStringLiteral("predicateType"), predicateType.toString())
        .add(QStringLiteral("predicate"), predicateJson(*this))
        .build()
        .toBytes();
}

Parsed<Decision> Decision::parse(QByteArrayView payload)
{
    return parts::parseDocument<Decision>(payload, &readStatement);
}

} // namespace holdfast
