// SPDX-License-Identifier: Apache-2.0
#include "console/desk/desk.h"

namespace holdfast {

Desk::Desk(App &app, const Places &places, Tray &tray, Notifier &notifier, QObject *parent)
    : QObject(parent)
    , m_app(app)
    , m_gate(app, places)
    , m_practice(places, *app.practice())
    , m_inbox(*app.inbox())
{
    connect(&m_tick, &QTimer::timeout, this, &Desk::tick);
    connect(m_app.inbox(), &Inbox::openWanted, this, &Desk::openHold);
    connect(&m_gate, &GateDesk::seatTaken, this, [this, &tray, &notifier](GateSeat &seat) {
        m_screens.reset();
        m_screens = std::make_unique<Screens>(seat, m_gate.standing(), m_inbox, m_app, AlertDesk::Outside{tray, notifier});
        connect(m_screens.get(), &Screens::changed, this, &Desk::schedule);
        m_practice.sit(seat);
    });
    connectGround();
    connectOutside(tray, notifier);
}

Desk::~Desk()
{
    stop();
}

// A gate of one's own works without the ground; without its configuration, which the ground brings, there is none.
void Desk::connectGround()
{
    connect(&m_practice, &PracticeDesk::ready, this, [this] {
        if (!m_gate.isFound())
            m_gate.startOwn();
    });
    connect(&m_practice, &PracticeDesk::failed, this, [this](const QString &why) {
        if (m_gate.isFound())
            return;
        if (m_gate.isConfigured())
            m_gate.startOwn();
        else
            m_gate.showNoGate({}, why);
    });
}

void Desk::connectOutside(Tray &tray, Notifier &notifier)
{
    connect(&tray, &Tray::openAsked, this, &Desk::raise);
    connect(&notifier, &Notifier::reviewAsked, this, &Desk::raise);
    connect(&tray, &Tray::quitAsked, &m_app, &App::quit);
    connect(&tray, &Tray::freezeAsked, this, [this] {
        if (m_screens)
            m_screens->freezeMostUrgent();
    });
}

void Desk::begin()
{
    const bool runs = m_gate.begin();
    // Beside a gate that runs, the ground is offered like at one's own. With nothing configured it is made, and the configuration with it.
    if (!runs && !m_gate.isConfigured())
        m_practice.make();
    else if (m_practice.exists())
        m_practice.start();
    else if (!runs)
        m_gate.startOwn();
}

void Desk::raise(const QString &holdId)
{
    Q_EMIT m_app.raiseWanted();
    if (!holdId.isEmpty())
        openHold(holdId);
}

void Desk::openHold(const QString &holdId)
{
    m_app.setPage(App::InboxPage);
    if (const auto hold = HoldId::parse(holdId); hold && m_screens)
        m_screens->open(*hold);
}

void Desk::tick()
{
    if (m_screens)
        m_screens->passTime(m_visible);
    schedule();
}

void Desk::schedule()
{
    const auto soonest = m_screens ? m_screens->agesWithin(m_visible) : std::nullopt;
    if (!soonest)
        return m_tick.stop();
    if (!m_tick.isActive() || m_tick.intervalAsDuration() != *soonest)
        m_tick.start(*soonest);
}

void Desk::setVisible(bool visible)
{
    m_visible = visible;
    if (visible && m_screens)
        m_screens->showAll();
    schedule();
}

void Desk::stop()
{
    m_tick.stop();
    m_screens.reset();
    m_gate.stop();
}

} // namespace holdfast
