// SPDX-License-Identifier: Apache-2.0
#include "core/documents/request.h"

#include "core/base64.h"
#include "core/documents/parts.h"

namespace holdfast {

namespace {

using Kind = DocumentError::Kind;
constexpr QStringView policyTarget = u"policy";

template<typename... F>
struct Overloaded : F...
{
    using F::operator()...;
};
template<typename... F>
Overloaded(F...) -> Overloaded<F...>;

Json actionJson(const Action &action)
{
    JsonBuilder builder;
    std::visit(Overloaded{
                   [&](const SqlAction &sql) {
                       builder.add(QStringLiteral("statements"), sql.blob ? sql.blob->toJson() : Json(sql.statements.value_or(QString())));
                   },
                   [&](const FilesystemAction &files) {
                       builder.add(QStringLiteral("delete"), parts::texts(files.paths)).add(QStringLiteral("recursive"), files.recursive);
                   },
                   [&](const CommandAction &command) {
                       builder.add(QStringLiteral("argv"), parts::texts(command.argv)).add(QStringLiteral("cwd"), command.cwd);
                       if (command.input)
                           builder.add(QStringLiteral("stdin"), command.input->toJson());
                   },
                   [&](const PolicyAction &policy) { builder.add(QStringLiteral("toml"), policy.toml.toJson()); },
               },
               action);
    return builder.build();
}

Json claimsJson(const Claims &claims)
{
    return JsonBuilder()
        .addIf(QStringLiteral("intent"), claims.intent)
        .addIf(QStringLiteral("environment"), claims.environment)
        .addIf(QStringLiteral("reversible"), claims.reversible)
        .addIf(QStringLiteral("ticket"), claims.ticket)
        .build();
}

Json originJson(const Origin &origin)
{
    return JsonBuilder()
        .addIf(QStringLiteral("agent"), origin.agent)
        .addIf(QStringLiteral("session"), origin.session)
        .addIf(QStringLiteral("host"), origin.host)
        .addIf(QStringLiteral("cwd"), origin.cwd)
        .addIf(QStringLiteral("repository"), origin.repository)
        .addIf(QStringLiteral("commit"), origin.commit)
        .addIf(QStringLiteral("pipeline"), origin.pipeline)
        .addIf(QStringLiteral("on_behalf_of"), origin.onBehalfOf)
        .build();
}

Action readSql(ObjectReader &reader)
{
    SqlAction sql;
    const Json *value = reader.any(u"statements");
    if (value == nullptr)
        return sql;
    if (value->asString() != nullptr)
        sql.statements = parts::readFilled(reader, u"statements");
    else if (value->asObject() != nullptr)
        sql.blob = parts::readOptionalBlob(reader, u"statements");
    else
        reader.fail(Kind::WrongType, u"statements", QStringLiteral("a string or a blob is expected"));
    return sql;
}

Action readFilesystem(ObjectReader &reader)
{
    FilesystemAction files{reader.texts(u"delete"), reader.boolean(u"recursive")};
    const bool absolute = std::all_of(files.paths.cbegin(), files.paths.cend(), [](const QString &path) { return path.startsWith(u'/'); });
    if (!reader.failed() && (files.paths.isEmpty() || !absolute))
        reader.fail(Kind::InvalidValue, u"delete", QStringLiteral("one or more absolute paths are expected"));
    return files;
}

Action readCommand(ObjectReader &reader)
{
    CommandAction command{reader.texts(u"argv"), reader.text(u"cwd"), parts::readOptionalBlob(reader, u"stdin")};
    if (!reader.failed() && (command.argv.isEmpty() || command.argv.front().isEmpty()))
        reader.fail(Kind::InvalidValue, u"argv", QStringLiteral("a program and its arguments are expected"));
    if (!command.cwd.isEmpty() && !command.cwd.startsWith(u'/'))
        reader.fail(Kind::InvalidValue, u"cwd", QStringLiteral("an absolute path, or nothing, is expected"));
    return command;
}

Action readPolicy(ObjectReader &reader)
{
    PolicyAction policy;
    reader.object(u"toml", [&](ObjectReader &inner) { parts::readBlob(inner, policy.toml); });
    return policy;
}

void readAction(ObjectReader &reader, Request &request)
{
    const Json *value = reader.any(u"action");
    if (value == nullptr)
        return;
    parts::refuseNul(reader, u"action", *value);
    request.actionBytes = value->toBytes();
    reader.object(u"action", [&](ObjectReader &inner) {
        if (request.kind == kind::Sql)
            request.action = readSql(inner);
        else if (request.kind == kind::Filesystem)
            request.action = readFilesystem(inner);
        else if (request.kind == kind::Command)
            request.action = readCommand(inner);
        else
            request.action = readPolicy(inner);
    });
}

void readClaims(ObjectReader &reader, Claims &claims)
{
    claims.intent = reader.optionalText(u"intent");
    claims.environment = reader.optionalText(u"environment");
    claims.reversible = reader.optionalBoolean(u"reversible");
    claims.ticket = reader.optionalText(u"ticket");
}

void readOrigin(ObjectReader &reader, Origin &origin)
{
    origin.agent = reader.optionalText(u"agent");
    origin.session = reader.optionalText(u"session");
    origin.host = reader.optionalText(u"host");
    origin.cwd = reader.optionalText(u"cwd");
    origin.repository = reader.optionalText(u"repository");
    origin.commit = reader.optionalText(u"commit");
    origin.pipeline = reader.optionalText(u"pipeline");
    origin.onBehalfOf = reader.optionalText(u"on_behalf_of");
}

void readRequest(ObjectReader &reader, Request &request)
{
    parts::readVersion(reader);
    request.gate = parts::readName(reader, u"gate");
    request.gateKey = parts::readKey(reader, u"gate_key");
    request.nonce = parts::readNonce(reader, u"nonce");
    request.kind = reader.textOneOf(u"kind", {kind::Sql.toString(), kind::Filesystem.toString(), kind::Command.toString(), kind::Policy.toString()});
    request.target = parts::readName(reader, u"target");
    if (!reader.failed() && request.kind == kind::Policy && request.target != policyTarget)
        reader.fail(Kind::InvalidValue, u"target", QStringLiteral("the target of a policy request is policy"));
    readAction(reader, request);
    reader.object(u"claims", [&](ObjectReader &inner) { readClaims(inner, request.claims); });
    reader.object(u"origin", [&](ObjectReader &inner) { readOrigin(inner, request.origin); });
    request.createdAt = reader.instant(u"created_at");
    request.wantedBy = reader.optionalInstant(u"wanted_by");
}

} // namespace

QByteArray Request::toPayload() const
{
    JsonBuilder builder;
    builder.add(QStringLiteral("version"), 1)
        .add(QStringLiteral("gate"), gate)
        .add(QStringLiteral("gate_key"), gateKey.toString())
        .add(QStringLiteral("nonce"), toBase64(nonce))
        .add(QStringLiteral("kind"), kind)
        .add(QStringLiteral("target"), target)
        .add(QStringLiteral("action"), actionJson(action))
        .add(QStringLiteral("claims"), claimsJson(claims))
        .add(QStringLiteral("origin"), originJson(origin))
        .add(QStringLiteral("created_at"), formatInstant(createdAt));
    parts::addInstantIf(builder, QStringLiteral("wanted_by"), wantedBy);
    return builder.build().toBytes();
}

Parsed<Request> Request::parse(QByteArrayView payload)
{
    return parts::parseDocument<Request>(payload, &readRequest);
}

std::vector<BlobRef> Request::blobs() const
{
    std::vector<BlobRef> named;
    std::visit(Overloaded{
                   [&](const SqlAction &sql) {
                       if (sql.blob)
                           named.push_back(*sql.blob);
                   },
                   [](const FilesystemAction &) {},
                   [&](const CommandAction &command) {
                       if (command.input)
                           named.push_back(*command.input);
                   },
                   [&](const PolicyAction &policy) { named.push_back(policy.toml); },
               },
               action);
    return named;
}

} // namespace holdfast
