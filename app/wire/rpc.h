// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "core/json.h"
#include "core/result.h"

#include <optional>
#include <variant>

namespace holdfast {

/// Codes of protocol 3.5 that travel in `error.data.code` under -32000.
enum class ErrorCode {
    Unauthenticated, Forbidden, SelfApproval, NotFound, Conflict, StaleRevision, Expired, RefusedByPolicy, DeniedBefore,
    InvalidDocument, InvalidSignature, UnknownTarget, TooLarge, RateLimited, Frozen, Unavailable,
};
[[nodiscard]] QString toString(ErrorCode code);
[[nodiscard]] std::optional<ErrorCode> errorCodeFrom(QStringView text);

/// A refusal as it travels: either a JSON-RPC code of its own, or -32000 with one of ours.
struct RpcError final
{
    int rpcCode = -32000; ///< -32700, -32600 … -32603, or -32000
    std::optional<ErrorCode> code; ///< with -32000
    QString detail; ///< names the offending thing, never quotes foreign text
    std::optional<QString> hold;
    std::optional<std::int64_t> retryAfterMs;

    [[nodiscard]] static RpcError of(ErrorCode code, QString detail) { return {-32000, code, std::move(detail), {}, {}}; }
    [[nodiscard]] static RpcError invalidParams(QString detail) { return {-32602, {}, std::move(detail), {}, {}}; }
};

using RpcId = std::variant<std::int64_t, QString>;

struct RpcCall final
{
    std::optional<RpcId> id; ///< absent: a notification
    QString method;
    Json params; ///< an object; an empty one when absent
};
struct RpcReply final
{
    std::optional<RpcId> id; ///< absent when the call could not be read
    std::variant<Json, RpcError> outcome;
};
using RpcMessage = std::variant<RpcCall, RpcReply>;

/// One message, strict JSON of at most 2 MiB; batches are refused. On error the reply to send.
[[nodiscard]] Result<RpcMessage, RpcReply> parseRpc(QByteArrayView bytes);
[[nodiscard]] QByteArray encode(const RpcCall &call);
[[nodiscard]] QByteArray encode(const RpcReply &reply);

} // namespace holdfast
