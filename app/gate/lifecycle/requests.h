// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "gate/lifecycle/allowance.h"
#include "gate/lifecycle/holds.h"

namespace holdfast {

/// The calls of requesters (protocol 3.3), save withdrawing.
class Requests final
{
public:
    Requests(Context &context, Holds &holds);

    [[nodiscard]] Answer request(const Caller &caller, const Json &params);
    [[nodiscard]] Answer wait(const Caller &caller, const Json &params);
    [[nodiscard]] Answer get(const Caller &caller, const Json &params);
    [[nodiscard]] Answer targets(const Caller &caller, const Json &params);

private:
    [[nodiscard]] Answer admit(const Caller &caller, const Envelope &envelope, const Request &request, const HoldId &id);
    [[nodiscard]] std::optional<Refused> whyNotFrom(const Caller &caller, const Envelope &envelope) const;
    [[nodiscard]] std::optional<Refused> whyNotHere(const Caller &caller, const Request &request) const;
    [[nodiscard]] std::optional<Refused> whyNotItsContent(const Caller &caller, const Envelope &envelope, const Request &request);
    [[nodiscard]] std::optional<Refused> whyNotInHand(const Caller &caller, const Request &request);
    /// Requests are kept for ever, refused ones too.
    [[nodiscard]] std::optional<Refused> whyNotKept(const Caller &caller, const Envelope &envelope, const Request &request);
    [[nodiscard]] bool holdsSecret(const Digest &digest);
    [[nodiscard]] Result<HoldRow, Refused> own(const Caller &caller, const HoldId &id) const;

    Context &m_context;
    Holds &m_holds;
    Allowance m_kept;
};

/// True where an actor may name this target at all: nothing else exists for him.
[[nodiscard]] bool mayName(const Actor &actor, const QString &target);
/// Kinds that are not listed are all but `policy`, which must be.
[[nodiscard]] bool mayAsk(const Actor &actor, const QString &kindName);

} // namespace holdfast
