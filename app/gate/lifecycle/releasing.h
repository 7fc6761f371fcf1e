// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "gate/lifecycle/evidence.h"
#include "gate/lifecycle/line.h"
#include "gate/lifecycle/performercheck.h"

#include <atomic>
#include <set>

namespace holdfast {

/// From the quorum to the receipt. What was let through stands in line without a grant, and can still be stopped, denied, frozen,
/// revoked, withdrawn, or run out of time. When its turn comes, one transaction checks all of that, issues the grant, spends it and
/// records `executing`; the performer begins as soon as that is durable.
class Releasing final
{
public:
    struct Options final
    {
        std::set<QString> measuredFirst; ///< kinds whose action cannot be rolled back
        Line::Bounds bounds;
    };
    Releasing(Context &context, Holds &holds, Evidence &evidence, PerformerCheck &check, Options options)
        : m_context(context), m_holds(holds), m_evidence(evidence), m_check(check), m_options(std::move(options)), m_line(m_options.bounds)
    {
    }

    /// The quorum stands: event `approved`, then its place in line, or for `propose` the end. `hold` follows where that leads.
    void approve(HoldRow &hold);
    /// The policy lets it pass: the same, without anybody's approval.
    void allow(HoldRow &hold);
    /// Begins whatever it is the turn of. To be called in every turn.
    void advance();
    /// Measured right before spending.
    void take(const Measured &measured);
    void take(const PerformedHold &performed);
    /// After a start of the gate: what had begun is `unknown`, what had not goes on.
    void recover();
    /// Does what is due by time alone: expiry, lapse.
    void passTime();
    /// Nothing of the turn was kept: the order is made anew from the store in the next one.
    void forgetOrder() { m_ordered = false; }
    /// Any thread.
    void beginNothing() { m_ending = true; }
    /// Holds that were let through and have not begun.
    [[nodiscard]] std::int64_t waiting() const { return m_line.waiting(); }

    /// Registers the policy that an approved hold carries; set by the engine.
    void onPolicy(std::function<QString(const HoldRow &)> apply) { m_applyPolicy = std::move(apply); }

private:
    [[nodiscard]] bool isMeasuredFirst(const HoldRow &hold) const;
    void letThrough(HoldRow &hold, const Hold &current, const QString &because);
    void join(const HoldRow &hold, const Hold &current);
    void order();
    void begin(HoldRow &hold);
    /// Grant, spending and `executing`, or why not, and then nothing of it.
    void spend(HoldRow &hold);
    [[nodiscard]] QString grantAndSpend(HoldRow &hold, QByteArray &grant);
    void issue(HoldRow &hold, const QByteArray &id);
    void giveUp(HoldRow &hold, State state, const QString &because);
    void applyPolicy(HoldRow &hold, const QByteArray &grant);
    void countOwnDeath(const HoldRow &hold);
    void finish(HoldRow &hold, Receipt receipt, const QByteArray &output);

    Context &m_context;
    Holds &m_holds;
    Evidence &m_evidence;
    PerformerCheck &m_check;
    Options m_options;
    std::function<QString(const HoldRow &)> m_applyPolicy;
    Line m_line;
    std::int64_t m_recovered = 0; ///< how long the ledger was when the gate started
    bool m_ordered = true; ///< m_line is what the store says
    std::atomic<bool> m_ending = false;
};

} // namespace holdfast
