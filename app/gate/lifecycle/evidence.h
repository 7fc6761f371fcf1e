// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "core/policy/ruling.h"
#include "gate/lifecycle/holds.h"

#include <functional>
#include <map>

namespace holdfast {

/// Turns measurements into revisions, and notices what moved since an approval.
class Evidence final
{
public:
    Evidence(Context &context, Holds &holds) : m_context(context), m_holds(holds) {}
    /// Called with a hold that the policy lets pass as it is now.
    void onAllowed(std::function<void(HoldRow &)> allow) { m_allow = std::move(allow); }

    /// Takes a first or a repeated measurement.
    void take(const Measured &measured);
    /// True where the measurement before spending is what was approved; within the tolerances an event says so.
    [[nodiscard]] bool stands(HoldRow &hold, const Measured &measured);
    /// It has moved since the approval: the hold opens again with what is there now. What was begun was rolled back.
    /// `because`: where it is not what was measured that tells.
    void reopen(HoldRow &hold, const MeasureOutput &now, Instant at, bool credentialReachable, const QString &because = {});
    /// A process that came to an end over a request counts, however late one hears of it.
    void countDeath(const Measured &measured);
    /// True where it is measured once more, because the process for it died; an event says so. The next death is not followed by another try.
    [[nodiscard]] bool isTriedAgain(HoldRow &hold, const Measured &measured);
    [[nodiscard]] Answer measureAgain(const Caller &caller, const Json &params);
    /// The policy changed: every pending hold whose ruling it moves is measured again.
    void policyChanged();
    /// The current policy's ruling on what was measured then, whole.
    [[nodiscard]] Ruling rulingOf(const HoldRow &hold, const Request &request, const Measurement &measured, Instant at) const;
    void forget(ConnectionId connection);
    /// The jobs of this turn never begin: whoever waits for a measurement is answered, so that he may ask again.
    void abandon();

private:
    void takeFirst(HoldRow &hold, const Measured &measured);
    void takeAgain(HoldRow &hold, const Measured &measured);
    void revise(HoldRow &hold, const Request &request, const MeasureOutput &output, Instant at, bool credentialReachable);
    void keepBlobs(const MeasureOutput &output);
    void answerMeasurers(const HoldRow &hold);

    Context &m_context;
    Holds &m_holds;
    std::function<void(HoldRow &)> m_allow;
    std::map<HoldId, std::vector<std::pair<ConnectionId, RpcId>>> m_measurers;
};

/// True where a hold carries the terms of `ruling`: mode, tier, quorum, confirmations, tolerances.
[[nodiscard]] bool carriesTerms(const Hold &hold, const Ruling &ruling);

} // namespace holdfast
