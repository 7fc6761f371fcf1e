// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "gate/lifecycle/evidence.h"
#include "gate/lifecycle/performercheck.h"

#include <set>

namespace holdfast {

/// From the quorum to the receipt: grant, spending it once, performing, what came of it.
class Releasing final
{
public:
    struct Options final
    {
        std::set<QString> measuredFirst; ///< kinds whose action cannot be rolled back
    };
    Releasing(Context &context, Holds &holds, Evidence &evidence, PerformerCheck &check, Options options)
        : m_context(context), m_holds(holds), m_evidence(evidence), m_check(check), m_options(std::move(options))
    {
    }

    /// The quorum stands: event `approved`, then the grant, or for `propose` the end.
    void approve(HoldRow &hold);
    /// Issues the grant and goes on, or stays where the clock does not allow one.
    void grant(HoldRow &hold);
    /// Uses the grant: verified by the performer itself, spent, `executing` on record, all in this transaction.
    void spend(HoldRow &hold);
    void take(const PerformedHold &performed);
    /// After a crash: what had begun is `unknown`, what had not goes on.
    void recover();
    /// What time alone moves: expiry, lapse, grants that waited for the clock.
    void passTime();

    /// Registers the policy that an approved hold carries; set by the engine.
    void onPolicy(std::function<QString(const HoldRow &)> apply) { m_applyPolicy = std::move(apply); }

private:
    [[nodiscard]] bool isMeasuredFirst(const HoldRow &hold) const;
    void proceed(HoldRow &hold);
    void applyPolicy(HoldRow &hold, const QByteArray &grant);
    void finish(HoldRow &hold, Receipt receipt, const QByteArray &output);

    Context &m_context;
    Holds &m_holds;
    Evidence &m_evidence;
    PerformerCheck &m_check;
    Options m_options;
    std::function<QString(const HoldRow &)> m_applyPolicy;
};

} // namespace holdfast
