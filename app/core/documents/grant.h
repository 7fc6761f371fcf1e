// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "core/documents/hold.h"

namespace holdfast {

/// The gate's single-use permission to perform one request.
struct Grant final
{
    QByteArray grant; ///< 16 random bytes
    QString gate;
    HoldId hold;
    int revision = 0;
    Digest request, holdDigest;
    std::vector<Digest> decisions; ///< id digests
    Instant notBefore{}, notAfter{};
    VerifierKey performer;

    [[nodiscard]] QByteArray toPayload() const;
    [[nodiscard]] static Parsed<Grant> parse(QByteArrayView payload);
};

enum class Outcome { Committed, Failed, Partial, NotStarted, Unknown };
[[nodiscard]] QString toString(Outcome value);
[[nodiscard]] std::optional<Outcome> outcomeFrom(QStringView text);

/// What came of it, stated by the performer.
struct Receipt final
{
    std::optional<QByteArray> grant;
    HoldId hold;
    Outcome outcome = Outcome::Unknown;
    std::optional<std::int64_t> exitCode;
    std::optional<BlobRef> output;
    std::vector<Fact> effects;
    Instant startedAt{}, finishedAt{};

    [[nodiscard]] QByteArray toPayload() const;
    [[nodiscard]] static Parsed<Receipt> parse(QByteArrayView payload);
};

} // namespace holdfast
