// SPDX-License-Identifier: Apache-2.0
#include "link/linkerror.h"

#include "core/text/visible.h"

namespace holdfast {

bool passes(const CallError &error)
{
    if (const auto *link = std::get_if<LinkError>(&error))
        return link->kind == LinkError::Kind::Timeout;
    const auto &refused = std::get<RpcError>(error);
    return refused.code == ErrorCode::Unavailable || refused.code == ErrorCode::RateLimited;
}

QString sentence(const CallError &error)
{
    constexpr qsizetype longest = 2000;
    if (const auto *link = std::get_if<LinkError>(&error))
        return visible(link->detail, {.limit = longest});
    const auto &refused = std::get<RpcError>(error);
    const QString detail = visible(refused.detail, {.limit = longest});
    return refused.code ? QStringLiteral("%1: %2").arg(toString(*refused.code), detail) : detail;
}

} // namespace holdfast
