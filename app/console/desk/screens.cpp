// SPDX-License-Identifier: Apache-2.0
#include "console/desk/screens.h"

#include <algorithm>

namespace holdfast {

Screens::Screens(GateSeat &seat, const GateStanding &standing, InboxDesk &inbox, App &app, AlertDesk::Outside outside)
    : m_seat(seat)
    , m_standing(standing)
    , m_app(app)
    , m_inbox(inbox)
    , m_history(seat, *app.history())
    , m_receipts(seat)
    , m_review(seat, standing, m_receipts, *app.review(), *app.decision(), HoldId::parse(app.inbox()->current()).value_or(HoldId()))
    , m_running(seat, m_receipts, *app.running())
    , m_commands(seat, app)
    , m_alerts(seat, standing, inbox.waiting(), app, outside)
{
    connectSeat();
    connect(&m_standing, &GateStanding::recalled, this, &Screens::showAll);
    connect(&m_standing, &GateStanding::changed, this, &Screens::showStanding);
    connect(&m_app, &App::pageChanged, this, &Screens::showPage);
    m_running.setOnScreen(m_app.page() == App::RunningPage);
    if (!m_standing.wasLive())
        showAll(); // nothing stays of what an earlier seat showed
}

void Screens::connectSeat()
{
    connect(&m_seat.book(), &HoldBook::changed, this, &Screens::place);
    connect(&m_seat.book(), &HoldBook::snapshot, this, &Screens::showAll);
    connect(&m_seat.decider(), &Decider::advanced, this, [this](const QString &, DecisionLock::State state) {
        if (state == DecisionLock::Acknowledged)
            m_inbox.noteDecision();
    });
}

void Screens::open(const HoldId &hold)
{
    m_app.inbox()->setCurrent(hold.toString());
    m_running.setOpen(hold);
    m_review.open(hold);
    Q_EMIT changed();
}

void Screens::showPage()
{
    if (m_app.page() == App::HistoryPage)
        m_history.refresh();
    m_running.setOnScreen(m_app.page() == App::RunningPage);
}

void Screens::showStanding()
{
    m_history.setKept(m_standing.isStale());
    m_review.refreshLock();
    m_running.refresh();
    m_alerts.refresh();
}

void Screens::place(const HoldId &hold)
{
    m_inbox.place(hold, m_seat.book().find(hold));
    m_alerts.refreshSoon();
    if (m_app.page() == App::HistoryPage)
        m_history.refresh();
    Q_EMIT changed();
}

void Screens::showAll()
{
    m_inbox.showAll(m_seat.book().all());
    m_review.refresh();
    m_running.showAll();
    m_review.refreshLock();
    m_alerts.refresh();
    Q_EMIT changed();
}

void Screens::passTime(bool visible)
{
    m_inbox.passTime(m_seat.book());
    if (visible) {
        m_review.passTime();
        m_running.refresh();
    }
    m_alerts.refresh();
}

std::optional<std::chrono::milliseconds> Screens::agesWithin(bool visible) const
{
    const auto waiting = m_inbox.agesWithin(visible), running = m_running.agesWithin(visible);
    return waiting && running ? std::min(waiting, running) : waiting ? waiting : running;
}

void Screens::freezeMostUrgent()
{
    if (const auto *urgent = m_alerts.mostUrgent()) {
        Q_EMIT m_app.raiseWanted();
        m_commands.freeze(*urgent);
    }
}

} // namespace holdfast
