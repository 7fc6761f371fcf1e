// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "console/desk/gateseat.h"
#include "console/view/gatestatus.h"
#include "console/view/keys.h"

namespace holdfast {

/// How this console stands with its gate: live, or since when it is not, and why. Shows it, and knows what follows from it: whether the
/// screen is an earlier state, whether anybody may be called for it.
class GateStanding final : public QObject
{
    Q_OBJECT
public:
    explicit GateStanding(GateStatus &view, QObject *parent = nullptr);

    /// Stands with this seat from now on; with none: nullptr. update() follows once everybody else knows of it.
    void sit(GateSeat *seat);
    /// Takes how the seat's link is now. What was kept of the gate is recalled when it cannot be reached and never was.
    void update();
    /// Why there is no connection; `gate` names it while there is no seat.
    void explain(const QString &gate, const QString &why);
    /// The session key is not to be had: approving and denying are locked for that, until a seat is taken with it.
    void missKey() { m_keyMissing = true; }

    [[nodiscard]] bool isKeyMissing() const { return m_keyMissing; }
    /// True if the gate's own word was heard in this run.
    [[nodiscard]] bool wasLive() const { return m_lastLive != Instant{}; }
    /// True while the screen shows an earlier state than the gate's current one.
    [[nodiscard]] bool isStale() const;

Q_SIGNALS:
    /// The seat's book holds what was kept of an earlier session.
    void recalled();
    /// The link, or why there is none.
    void changed();
    /// The same for the list of gates.
    void shown(const holdfast::GateRow &row);

private:
    [[nodiscard]] bool isLive() const { return m_seat != nullptr && m_seat->feed().isLive(); }
    [[nodiscard]] bool isUnreachable() const;
    [[nodiscard]] QString staleText() const;
    void addStale(GateStatus::Standing &standing) const;
    void show();
    void showNone();

    GateStatus &m_view;
    GateSeat *m_seat = nullptr;
    QString m_gate; ///< named while there is no seat
    QString m_why; ///< why nobody sits at the seat
    Instant m_lastLive{};
    bool m_keyMissing = false;
    bool m_recalled = false; ///< what is shown was kept by an earlier run
};

} // namespace holdfast
