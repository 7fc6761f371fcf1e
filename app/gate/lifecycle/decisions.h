// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "core/documents/decision.h"
#include "core/policy/approval.h"
#include "gate/lifecycle/releasing.h"

namespace holdfast {

/// decision.submit: approvals and denials (protocol 1.4, decision).
class Decisions final
{
public:
    Decisions(Context &context, Holds &holds, Evidence &evidence, Releasing &releasing)
        : m_context(context), m_holds(holds), m_evidence(evidence), m_releasing(releasing)
    {
    }

    [[nodiscard]] Answer submit(const Caller &caller, const Json &params);

private:
    [[nodiscard]] Answer approve(const Envelope &envelope, const Decision &decision, HoldRow hold);
    [[nodiscard]] Answer deny(const Caller &caller, const Envelope &envelope, const Decision &decision, HoldRow hold);
    /// Ends the person's approved holds that `denial` covers and that have not begun.
    void stopCovered(const StandingDenial &denial);
    [[nodiscard]] std::optional<Refused> whyNotNow(const Decision &decision, const HoldRow &hold) const;
    [[nodiscard]] ApprovalContext contextOf(const HoldRow &hold, const Hold &current, const Ruling &ruling) const;
    /// Persons whose approvals of the current revision count at this moment.
    [[nodiscard]] QStringList counting(const HoldRow &hold, const ApprovalContext &context) const;
    [[nodiscard]] std::optional<Digest> revisionDigest(const HoldRow &hold, int revision) const;
    [[nodiscard]] SubmitResult result(const HoldRow &hold, std::int64_t index) const;

    Context &m_context;
    Holds &m_holds;
    Evidence &m_evidence;
    Releasing &m_releasing;
};

} // namespace holdfast
