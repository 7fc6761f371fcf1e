// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "gate/lifecycle/fairpool.h"
#include "gate/lifecycle/jobs.h"
#include "gate/lifecycle/line.h"
#include "gate/lifecycle/measuringprocess.h"

#include <atomic>
#include <set>

namespace holdfast {

/// One kind of action: what measures it, and what performs it.
struct Kind final
{
    std::unique_ptr<Measurer> measurer;
    std::unique_ptr<Performer> performer;
};
using Kinds = std::map<QString, Kind>;

/// Asks a live target what it is; the identity as an object of strings, or why not.
using Identifier = std::function<Result<Json, QString>(const Target &, const Credential &, Instant)>;

/// Measures and performs on threads of their own; results go to `done`, which may be called from any thread.
class Workers final
{
public:
    struct Options final
    {
        FairPool::Bounds measuring; ///< a lane is a target
        Line::Bounds performing; ///< the engine's: what it hands over begins at once
        MeasuringProcess::Options measurer; ///< without a program the kinds' own measurers are called here: a test has its own
        QStringList withheld; ///< the gate's keys and store, which no measuring process may reach
        QString directory; ///< that relative credentials refer to
        PastHolds past{}; ///< of this gate, for what is measured against them
    };
    Workers(Kinds kinds, Identifier identify, const Clock &clock, Options options, std::function<void(Input)> done);

    void start(MeasureJob job);
    void start(PerformJob job);
    void start(IdentifyJob job);
    [[nodiscard]] std::int64_t waiting() const { return m_measuring.waiting() + m_measuringLarge.waiting() + m_performing.waiting(); }
    /// Waits for what was handed over to be performed; the results still go to `done`. What comes later to be performed is answered as not
    /// started. What is being measured is given up.
    void stop();
    /// Kinds whose performer cannot roll back; `policy` among them.
    [[nodiscard]] std::set<QString> measuredFirst() const;

private:
    void measure(const MeasureJob &job);
    void perform(const PerformJob &job) const;
    void refuse(const PerformJob &job, const QString &why) const;
    [[nodiscard]] MeasureOutput policyMeasured(const Subject &subject, Instant at) const;
    [[nodiscard]] MeasureOrder orderOf(const Subject &subject, Credential credential, Instant at) const;
    [[nodiscard]] Result<MeasureOutput, Unmeasured> measuredHere(const Subject &subject, const Credential &credential, Instant at) const;
    [[nodiscard]] Result<MeasureOutput, Unmeasured> measured(const Subject &subject, Instant at);

    const Kinds m_kinds;
    const Identifier m_identify;
    const Clock &m_clock;
    const Options m_options;
    const std::function<void(Input)> m_done;
    MeasuringProcess m_process;
    std::atomic<bool> m_ending = false;
    FairPool m_measuring, m_measuringLarge, m_performing; ///< large ones apart, one of an actor at a time: nothing small waits behind them
};

} // namespace holdfast
