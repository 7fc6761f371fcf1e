// SPDX-License-Identifier: Apache-2.0
#include "wire/rpc.h"

#include "core/reader.h"
#include "wire/messages.h"

#include <algorithm>
#include <array>

namespace holdfast {

namespace {

struct CodeName
{
    ErrorCode code;
    QStringView name;
};
constexpr std::array<CodeName, 16> CodeNames{{
    {ErrorCode::Unauthenticated, u"unauthenticated"},
    {ErrorCode::Forbidden, u"forbidden"},
    {ErrorCode::SelfApproval, u"self-approval"},
    {ErrorCode::NotFound, u"not-found"},
    {ErrorCode::Conflict, u"conflict"},
    {ErrorCode::StaleRevision, u"stale-revision"},
    {ErrorCode::Expired, u"expired"},
    {ErrorCode::RefusedByPolicy, u"refused-by-policy"},
    {ErrorCode::DeniedBefore, u"denied-before"},
    {ErrorCode::InvalidDocument, u"invalid-document"},
    {ErrorCode::InvalidSignature, u"invalid-signature"},
    {ErrorCode::UnknownTarget, u"unknown-target"},
    {ErrorCode::TooLarge, u"too-large"},
    {ErrorCode::RateLimited, u"rate-limited"},
    {ErrorCode::Frozen, u"frozen"},
    {ErrorCode::Unavailable, u"unavailable"},
}};

constexpr int ParseError = -32700;
constexpr int InvalidRequest = -32600;
constexpr int ServerError = -32000;

QString rpcMessage(const RpcError &error)
{
    switch (error.rpcCode) {
    case ParseError: return QStringLiteral("Parse error");
    case InvalidRequest: return QStringLiteral("Invalid Request");
    case -32601: return QStringLiteral("Method not found");
    case -32602: return QStringLiteral("Invalid params");
    case -32603: return QStringLiteral("Internal error");
    default: return error.code ? toString(*error.code) : QStringLiteral("Server error");
    }
}

Json idJson(const std::optional<RpcId> &id)
{
    if (!id)
        return Json(nullptr);
    if (const auto *number = std::get_if<std::int64_t>(&*id))
        return Json(*number);
    return Json(std::get<QString>(*id));
}

Json errorJson(const RpcError &error)
{
    JsonBuilder data;
    if (error.code)
        data.add(QStringLiteral("code"), toString(*error.code));
    data.add(QStringLiteral("detail"), error.detail).addIf(QStringLiteral("hold"), error.hold);
    data.addIf(QStringLiteral("retry_after_ms"), error.retryAfterMs);
    return JsonBuilder()
        .add(QStringLiteral("code"), error.rpcCode)
        .add(QStringLiteral("message"), rpcMessage(error))
        .add(QStringLiteral("data"), data.build())
        .build();
}

RpcReply refusal(int code, QString detail, std::optional<RpcId> id = {})
{
    return RpcReply{std::move(id), RpcError{code, {}, std::move(detail), {}, {}}};
}

/// The id as far as it can be told, for an answer to a message that is otherwise wrong.
std::optional<RpcId> readId(const Json &message)
{
    const Json *id = message.find(u"id");
    if (id == nullptr)
        return std::nullopt;
    if (const auto *number = id->asInteger())
        return RpcId{*number};
    if (const auto *text = id->asString())
        return RpcId{*text};
    return std::nullopt;
}

std::optional<QString> strayMember(const JsonObject &message, std::initializer_list<QStringView> allowed)
{
    for (const auto &[name, value] : message) {
        if (std::find(allowed.begin(), allowed.end(), QStringView(name)) == allowed.end())
            return name;
    }
    return std::nullopt;
}

Result<RpcMessage, RpcReply> readCall(const Json &message)
{
    const auto id = readId(message);
    const auto refuse = [&id](const QString &detail) { return Failure{refusal(InvalidRequest, detail, id)}; };
    if (strayMember(*message.asObject(), {u"jsonrpc", u"id", u"method", u"params"}))
        return refuse(QStringLiteral("a call has the members jsonrpc, id, method and params only"));
    const QString *name = message.find(u"method")->asString();
    if (name == nullptr || name->isEmpty())
        return refuse(QStringLiteral("$.method: a string was expected"));
    if (message.find(u"id") != nullptr && !id)
        return refuse(QStringLiteral("$.id: an integer or a string was expected"));
    const Json *params = message.find(u"params");
    if (params != nullptr && params->asObject() == nullptr)
        return Failure{refusal(-32602, QStringLiteral("$.params: an object was expected"), id)};
    return RpcMessage{RpcCall{id, *name, params == nullptr ? Json(JsonObject{}) : *params}};
}

RpcError readError(const Json &value)
{
    RpcError error;
    error.rpcCode = ServerError;
    if (const Json *code = value.find(u"code"); code != nullptr && code->asInteger() != nullptr) {
        const std::int64_t number = *code->asInteger();
        error.rpcCode = number >= -32768 && number <= -32000 ? static_cast<int>(number) : ServerError;
    }
    const Json *data = value.find(u"data");
    const auto text = [data](QStringView name) -> const QString * {
        const Json *member = data == nullptr ? nullptr : data->find(name);
        return member == nullptr ? nullptr : member->asString();
    };
    if (const QString *code = text(u"code"))
        error.code = errorCodeFrom(*code);
    if (const QString *detail = text(u"detail"))
        error.detail = *detail;
    if (const QString *hold = text(u"hold"))
        error.hold = *hold;
    if (const Json *after = data == nullptr ? nullptr : data->find(u"retry_after_ms"); after != nullptr && after->asInteger() != nullptr)
        error.retryAfterMs = *after->asInteger();
    return error;
}

Result<RpcMessage, RpcReply> readReply(const Json &message)
{
    const Json *result = message.find(u"result");
    const Json *error = message.find(u"error");
    const Json *id = message.find(u"id");
    if ((result == nullptr) == (error == nullptr))
        return Failure{refusal(InvalidRequest, QStringLiteral("neither a call nor a reply"))};
    if (id == nullptr || (!id->isNull() && !readId(message)) || (id->isNull() && result != nullptr))
        return Failure{refusal(InvalidRequest, QStringLiteral("$.id: an integer or a string was expected"))};
    if (result != nullptr)
        return RpcMessage{RpcReply{readId(message), *result}};
    if (error->asObject() == nullptr)
        return Failure{refusal(InvalidRequest, QStringLiteral("$.error: an object was expected"))};
    return RpcMessage{RpcReply{readId(message), readError(*error)}};
}

} // namespace

QString toString(ErrorCode code)
{
    return CodeNames[static_cast<std::size_t>(code)].name.toString();
}

std::optional<ErrorCode> errorCodeFrom(QStringView text)
{
    for (const auto &[code, name] : CodeNames) {
        if (name == text)
            return code;
    }
    return std::nullopt;
}

Result<RpcMessage, RpcReply> parseRpc(QByteArrayView bytes)
{
    const auto parsed = parseJson(bytes, {.size = limit::Message});
    if (!parsed)
        return Failure{refusal(ParseError, parsed.error().sentence())};
    const Json &message = *parsed;
    if (message.asArray() != nullptr)
        return Failure{refusal(InvalidRequest, QStringLiteral("batches are not spoken here"))};
    if (message.asObject() == nullptr)
        return Failure{refusal(InvalidRequest, QStringLiteral("an object was expected"))};
    const Json *version = message.find(u"jsonrpc");
    if (version == nullptr || version->asString() == nullptr || *version->asString() != u"2.0")
        return Failure{refusal(InvalidRequest, QStringLiteral("$.jsonrpc: 2.0 was expected"), readId(message))};
    return message.find(u"method") != nullptr ? readCall(message) : readReply(message);
}

QByteArray encode(const RpcCall &call)
{
    JsonBuilder message;
    message.add(QStringLiteral("jsonrpc"), QStringLiteral("2.0"));
    if (call.id)
        message.add(QStringLiteral("id"), idJson(call.id));
    message.add(QStringLiteral("method"), call.method).add(QStringLiteral("params"), call.params);
    return message.build().toBytes();
}

QByteArray encode(const RpcReply &reply)
{
    JsonBuilder message;
    message.add(QStringLiteral("jsonrpc"), QStringLiteral("2.0")).add(QStringLiteral("id"), idJson(reply.id));
    if (const auto *result = std::get_if<Json>(&reply.outcome))
        message.add(QStringLiteral("result"), *result);
    else
        message.add(QStringLiteral("error"), errorJson(std::get<RpcError>(reply.outcome)));
    return message.build().toBytes();
}

} // namespace holdfast
