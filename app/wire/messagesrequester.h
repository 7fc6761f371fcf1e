// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "wire/messages.h"

namespace holdfast {

// Protocol 3.3.

/// Params of hold.wait.
struct WaitParams final
{
    HoldId hold;
    std::int64_t after = 0; ///< state sequence already known
    std::int64_t timeoutMs = limit::WaitMs; ///< 0 … limit::WaitMs
    [[nodiscard]] Json toJson() const;
    [[nodiscard]] static Parsed<WaitParams> fromJson(const Json &params);
};

/// How a hold stands, as its requester may know it: result of hold.request, hold.wait and the requester's hold.get.
struct HoldStatus final
{
    /// The result that is written: each names its own members.
    enum class Form { Request, Wait, Get };

    HoldId hold; ///< Request only; null in the others
    State state = State::Measuring;
    std::int64_t sequence = 0; ///< 1 + ledger index of the hold's last entry
    int revision = 0; ///< 0 until measured
    std::optional<Digest> holdDigest; ///< payload digest of the current revision, from revision 1
    std::optional<QString> code; ///< six digits, from revision 1
    std::optional<Envelope> envelope; ///< the current revision: only where the target says `reveal = true`
    std::optional<QString> reason; ///< foreign text: of the denial, refusal, stop …
    std::optional<Json> counter; ///< of a denial: text, or a narrower action
    std::vector<Envelope> decisions; ///< Wait, Get
    std::optional<Envelope> receipt; ///< Wait, Get
    std::optional<Envelope> request; ///< Get
    bool timedOut = false; ///< Wait, Get

    [[nodiscard]] Json toJson(Form form) const;
    [[nodiscard]] static Parsed<HoldStatus> fromJson(const Json &result);
};

/// One target that the requester may name.
struct TargetRow final
{
    QString name, kind, environment;
    Enforcement enforcement = Enforcement::Cooperative;
    friend bool operator==(const TargetRow &, const TargetRow &) = default;
};
struct TargetListResult final
{
    std::vector<TargetRow> targets;
    [[nodiscard]] Json toJson() const;
    [[nodiscard]] static Parsed<TargetListResult> fromJson(const Json &result);
};

/// Result of invite.new: for an admin, or a machine that may ask for policy; the latter's enrols machines only. Worth nothing until a registry names its mark.
struct InviteResult final
{
    QString invite; ///< `<gate vkey>#<base64 of 16 secret bytes>`
    QString mark;
    [[nodiscard]] Json toJson() const;
    [[nodiscard]] static Parsed<InviteResult> fromJson(const Json &result);
};

} // namespace holdfast
