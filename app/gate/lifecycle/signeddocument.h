// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "gate/lifecycle/context.h"

namespace holdfast {

/// The checks that decision.submit and command.submit share: signed by the caller's own key, and for this gate. A document that
/// another actor signed is forbidden; one that nobody signed has no valid signature.
template<typename T>
[[nodiscard]] Result<T, Refused> openSigned(const Context &context, const Envelope &envelope, const VerifierKey &key, QStringView purposeName, const char *type)
{
    const auto verified = verify(envelope, key, type);
    if (!verified && verified.error().kind == EnvelopeError::Kind::WrongPayloadType)
        return Failure{Refused(ErrorCode::InvalidDocument, QStringLiteral("$.envelope.payloadType is another document's"))};
    if (!verified) {
        for (const Actor &actor : context.active().registry.actors) {
            const VerifierKey *other = actor.key(purposeName);
            if (other != nullptr && *other != key && envelope.signatures.size() == 1 && other->hint() == envelope.signatures.front().keyHint
                && verify(envelope, *other, type))
                return Failure{Refused(ErrorCode::Forbidden, QStringLiteral("$.envelope is signed by another actor's key"))};
        }
        return Failure{Refused(ErrorCode::InvalidSignature, QStringLiteral("$.envelope: %1").arg(verified.error().sentence()))};
    }
    auto parsed = T::parse(envelope.payload);
    if (!parsed)
        return Failure{Refused(ErrorCode::InvalidDocument, parsed.error().sentence())};
    if (parsed->key != key)
        return Failure{Refused(ErrorCode::InvalidDocument, QStringLiteral("key is not the one that signed"))};
    if (parsed->gate != context.identity.name || parsed->gateKey != context.identity.key->key())
        return Failure{Refused(ErrorCode::InvalidDocument, QStringLiteral("gate, gate_key: another gate is meant"))};
    return std::move(*parsed);
}

/// nullopt: the document is new. Else the index at which the same document stands already, or the refusal of a nonce that
/// another document used.
[[nodiscard]] std::optional<Result<std::int64_t, Refused>> submittedBefore(const Context &context, const Digest &id, const VerifierKey &key,
                                                                           const QByteArray &nonce);

} // namespace holdfast
