// SPDX-License-Identifier: Apache-2.0
#include "gate/lifecycle/signeddocument.h"

namespace holdfast {

std::optional<Result<std::int64_t, Refused>> submittedBefore(const Context &context, const Digest &id, const VerifierKey &key, const QByteArray &nonce)
{
    if (const auto place = context.store.ledger.document(id))
        return Result<std::int64_t, Refused>(place->index);
    if (context.store.standing.nonceUser(key.bytes, nonce))
        return Result<std::int64_t, Refused>(Failure{Refused(ErrorCode::Conflict, QStringLiteral("nonce was used by another document"))});
    return std::nullopt;
}

} // namespace holdfast
