// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "core/digest.h"
#include "core/json.h"
#include "core/signer.h"

#include <vector>

namespace holdfast {

/// payloadTypes of protocol 1.4.
namespace payloadtype {
inline constexpr const char *SessionOpen = "application/vnd.holdfast.session-open.v1+json";
inline constexpr const char *Session = "application/vnd.holdfast.session.v1+json";
inline constexpr const char *Enrol = "application/vnd.holdfast.enrol.v1+json";
inline constexpr const char *Request = "application/vnd.holdfast.request.v1+json";
inline constexpr const char *Registry = "application/vnd.holdfast.registry.v1+json";
inline constexpr const char *Hold = "application/vnd.holdfast.hold.v1+json";
inline constexpr const char *Decision = "application/vnd.in-toto+json";
inline constexpr const char *Command = "application/vnd.holdfast.command.v1+json";
inline constexpr const char *Event = "application/vnd.holdfast.event.v1+json";
inline constexpr const char *Grant = "application/vnd.holdfast.grant.v1+json";
inline constexpr const char *Receipt = "application/vnd.holdfast.receipt.v1+json";
}

/// PAE(type, body) of DSSE 1.0: "DSSEv1" SP LEN(type) SP type SP LEN(body) SP body, lengths in bytes.
[[nodiscard]] QByteArray preAuthenticationEncoding(QByteArrayView type, QByteArrayView body);

struct EnvelopeSignature final
{
    QString keyHint; ///< never used for a decision
    QByteArray signature; ///< 64 bytes
};

struct EnvelopeError final
{
    enum class Kind { NotJson, Malformed, StrayBase64, SignatureCount, BadSignature, WrongPayloadType };
    Kind kind;
    QString member; ///< `payload`, `signatures[0].sig`, …
    [[nodiscard]] QString sentence() const;
};

/// A decoded DSSE envelope. Nothing in it is to be believed before verify().
struct Envelope final
{
    QByteArray payload; ///< exact bytes
    QString payloadType;
    std::vector<EnvelopeSignature> signatures; ///< at least one

    /// SHA-256 of the PAE: what identifies the document.
    [[nodiscard]] Digest idDigest() const;
    [[nodiscard]] Digest payloadDigest() const { return sha256(payload); }
    /// Canonical form: standard base64, the three members only.
    [[nodiscard]] Json toJson() const;
    [[nodiscard]] QByteArray toBytes() const { return toJson().toBytes(); }
    /// Unknown members of the envelope are ignored; base64 is strict.
    [[nodiscard]] static Result<Envelope, EnvelopeError> fromJson(const Json &value);
    [[nodiscard]] static Result<Envelope, EnvelopeError> fromBytes(QByteArrayView bytes);
    [[nodiscard]] static Envelope sign(const Signer &signer, const char *payloadType, QByteArray payload);
};

/// Exactly one signature, it verifies under `key`, and the payload type is `payloadType`: only then may the payload be parsed.
[[nodiscard]] Result<Done, EnvelopeError> verify(const Envelope &envelope, const VerifierKey &key, const char *payloadType);
/// As verify(), for an enrolment: exactly one signature by each of `keys`.
[[nodiscard]] Result<Done, EnvelopeError> verifyAll(const Envelope &envelope, const std::vector<VerifierKey> &keys, const char *payloadType);

} // namespace holdfast
