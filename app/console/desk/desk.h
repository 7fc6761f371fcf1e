// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "console/desk/gatedesk.h"
#include "console/desk/practicedesk.h"
#include "console/desk/screens.h"

namespace holdfast {

/// Joins the parts: this user's gate, the screens at its seat, the practice ground, and what stands outside the window. Ticks only while
/// something on the screen or in the tray counts down; hidden with nothing pending it does not wake at all.
class Desk final : public QObject
{
    Q_OBJECT
public:
    Desk(App &app, const Places &places, Tray &tray, Notifier &notifier, QObject *parent = nullptr);
    ~Desk() override;

    /// Finds or makes this user's gate, then sits down at it.
    void begin();
    /// Brings one hold up, or the inbox.
    void openHold(const QString &holdId);
    void setVisible(bool visible);
    void stop();

private:
    void connectGround();
    void connectOutside(Tray &tray, Notifier &notifier);
    void raise(const QString &holdId);
    void tick();
    void schedule();

    App &m_app;
    GateDesk m_gate;
    PracticeDesk m_practice;
    InboxDesk m_inbox;
    std::unique_ptr<Screens> m_screens; ///< of the seat; none before there is one
    QTimer m_tick;
    bool m_visible = false;
};

} // namespace holdfast
