// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "console/desk/enroldesk.h"
#include "console/desk/gatestanding.h"
#include "console/view/app.h"

#include <QElapsedTimer>
#include <QTimer>

namespace holdfast {

/// Finds this user's gate, or starts one, and sits down at it: again wherever it comes back. Without a gate that can be sat down at, the
/// seat is one that shows what was kept of it.
class GateDesk final : public QObject
{
    Q_OBJECT
public:
    GateDesk(App &app, const Places &places, QObject *parent = nullptr);
    ~GateDesk() override;

    /// Looks at the keys, and sits down at the gate that runs. False: none does.
    [[nodiscard]] bool begin();
    /// Starts this user's own gate, and sits down at it once it listens.
    void startOwn();
    /// True if this user has a gate of his own.
    [[nodiscard]] bool isConfigured() const { return m_gate.isConfigured(); }
    /// True once a gate was found that one can sit down or enrol at.
    [[nodiscard]] bool isFound() const { return m_enrolment.address().has_value(); }
    /// Nobody is connected: shows why, and what was kept of the gate, or of the one that this person has keys for.
    void showNoGate(const QString &gate, const QString &why);
    void stop();

    /// nullptr until a seat was taken. Another one after each seatTaken().
    [[nodiscard]] GateSeat *seat() const { return m_seat.get(); }
    [[nodiscard]] const GateStanding &standing() const { return m_standing; }

Q_SIGNALS:
    /// Before anything comes over its link. The seat before it goes right after: nothing may hold on to that.
    void seatTaken(holdfast::GateSeat &seat);

private:
    void connectOwnGate();
    /// Another process has this user's gate: it is connected to as soon as it answers.
    void awaitRunning();
    void connectToRunning();
    /// While the gate does not answer: it may have come back elsewhere, or be gone for good.
    void lookAgain();
    void keepLooking();
    void takeSeat(const GateAddress &address, const Pins &pins);
    void recallSeat(const QString &gate);
    void sit(std::unique_ptr<GateSeat> seat);
    /// At a seat that connects, or tries to.
    [[nodiscard]] bool isSeated() const { return m_seat && m_seat->mayConnect(); }

    App &m_app;
    EmbeddedGate m_gate;
    KeyDesk m_keys;
    EnrolDesk m_enrolment;
    GateStanding m_standing;
    std::unique_ptr<GateSeat> m_seat;
    QTimer m_search; ///< runs while this user's gate is looked for
    QElapsedTimer m_searching;
    bool m_embedded = false;
    bool m_ofDesktop = false; ///< the gate is the one that gate.json of this user names
};

} // namespace holdfast
