// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "core/documents/request.h"

namespace holdfast {

struct Confirmation final
{
    QString kind; ///< press | type-target | match-code
    QString value;
    friend bool operator==(const Confirmation &, const Confirmation &) = default;
};

/// The approver's claim of what he saw; never verified.
struct View final
{
    Digest digest;
    QStringList reached;
    std::int64_t openMs = 0;
    QString locale;
    QString console;
};

struct CheckpointRef final
{
    std::int64_t size = 0;
    Digest root; ///< JSON: base64 of the 32 bytes
};

/// An approver's verdict on one revision: an in-toto Statement v1 (protocol 1.4, decision).
struct Decision final
{
    enum class Verdict { Approve, Deny };
    enum class Scope { This, Resource, Class };

    HoldId hold;
    int revision = 0;
    Digest request; ///< subject request/<hold>
    Digest holdDigest; ///< subject hold/<hold>/<revision>
    Verdict verdict = Verdict::Deny;
    QString gate;
    VerifierKey gateKey;
    VerifierKey key; ///< the signer's
    QByteArray nonce; ///< 16 bytes
    QString reason; ///< not empty to deny
    std::optional<Scope> scope; ///< deny only; default This
    std::optional<Json> counter; ///< deny only: text, or a narrower action
    std::vector<Confirmation> confirmations;
    View view;
    std::optional<CheckpointRef> checkpoint;
    Instant decidedAt{}, notAfter{};

    [[nodiscard]] QByteArray toPayload() const;
    [[nodiscard]] static Parsed<Decision> parse(QByteArrayView payload);
};
[[nodiscard]] QString toString(Decision::Verdict value);
[[nodiscard]] QString toString(Decision::Scope value);

} // namespace holdfast
