// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "core/documents/measurement.h"

namespace holdfast {

enum class Tier { Low, Elevated, High, Critical };
enum class Mode { Allow, Hold, Propose, Forbid };
enum class Enforcement { Enforced, Cooperative };

[[nodiscard]] QString toString(Tier value);
[[nodiscard]] QString toString(Mode value);
[[nodiscard]] QString toString(Enforcement value);
[[nodiscard]] std::optional<Tier> tierFrom(QStringView text);
[[nodiscard]] std::optional<Mode> modeFrom(QStringView text);
[[nodiscard]] std::optional<Enforcement> enforcementFrom(QStringView text);
[[nodiscard]] Tier oneHigher(Tier tier); ///< critical stays critical

struct Tolerance final
{
    QString fact;
    std::int64_t max = 0; ///< inclusive, of the fact's number
    friend bool operator==(const Tolerance &, const Tolerance &) = default;
};

struct HoldPolicy final
{
    Digest registry; ///< payload digest
    int need = 1;
    QStringList from;
    QStringList confirm; ///< press | type-target | match-code
    std::int64_t coolOffSeconds = 0;
    Instant approveUntil{};
    std::int64_t executeWithinSeconds = 0;
    friend bool operator==(const HoldPolicy &, const HoldPolicy &) = default;
};

/// One revision of a hold: the evidence an approver signs over.
struct Hold final
{
    HoldId hold;
    int revision = 1;
    QString gate;
    Digest request; ///< payload digest
    QString requesterActor, requesterPerson;
    VerifierKey requesterKey;
    QString kind;
    QString target;
    Mode mode = Mode::Hold;
    Tier tier = Tier::Critical;
    QString ruleId, ruleBecause;
    Enforcement enforcement = Enforcement::Cooperative;
    Measurement measured;
    std::vector<Tolerance> tolerances;
    HoldPolicy policy;
    Instant openedAt{}, measuredAt{};

    [[nodiscard]] QByteArray toPayload() const;
    [[nodiscard]] static Parsed<Hold> parse(QByteArrayView payload);
    [[nodiscard]] std::vector<BlobRef> blobs() const;
};

} // namespace holdfast
