// SPDX-License-Identifier: Apache-2.0
// Desk: how it stands with the gate, and what is shown while no gate is connected.
#include "console/desk/desk.h"

#include "console/present/format.h"

namespace holdfast {

using namespace Qt::StringLiterals;

void Desk::showNoGate(const QString &gate, const QString &why)
{
    m_whyNoGate = why;
    if (!m_seat)
        recallSeat(gate);
    if (m_seat)
        return showGate();
    GateStatus::Standing standing;
    standing.name = present::shown(gate, 100);
    standing.link = view::Link::Offline;
    standing.linkText = tr("offline");
    //: Inbox, offline: above the reason why no gate is connected
    standing.staleText = tr("Nothing can be signed now.");
    standing.staleWhy = present::shown(why, 1000);
    m_app.gate()->show(standing);
}

// Reading needs no secret: the public half of the key under which it was kept stands in the index.
void Desk::recallSeat(const QString &gate)
{
    for (const auto &pins : allPins()) {
        const auto *session = m_keys.usable() ? m_keys.keeper().index().find(pins.gate, u"session") : nullptr;
        if (session == nullptr || (!gate.isEmpty() && pins.gate != gate))
            continue;
        m_seat = std::make_unique<GateSeat>(GateAddress{QUrl(pins.url), pins.keys.key}, pins, session->key, m_keys.keeper(), *m_app.passphrase());
        return connectSeat();
    }
}

void Desk::linkChanged()
{
    const auto state = m_seat ? m_seat->link().state() : GateLink::State::Closed;
    if (m_seat && m_seat->feed().isLive()) {
        m_lastLive = SystemClock().now();
        m_recalled = false;
        m_whyNoGate.clear();
    }
    const bool unreachable = !isSeated() || state == GateLink::State::Waiting || state == GateLink::State::Failed;
    if (m_seat && unreachable && m_lastLive == Instant{} && !std::exchange(m_recalled, true)) {
        m_seat->book().recall();
        refreshAll();
    }
    if (m_history)
        m_history->setKept(isStale());
    // The gate of this desktop may come back at another address, or not at all.
    if (m_ofDesktop && isSeated() && m_seat->link().state() != GateLink::State::Open && !m_search.isActive())
        m_search.start();
    showGate();
    refreshBlocks();
    refreshRunning();
    refreshShell();
}

bool Desk::isStale() const
{
    return m_seat && !m_seat->feed().isLive() && (m_lastLive != Instant{} || m_recalled || !m_whyNoGate.isEmpty());
}

QString Desk::staleText() const
{
    const auto now = SystemClock().now();
    if (m_lastLive != Instant{}) {
        //: Band above the inbox while the gate does not answer; %1 a time
        return tr("Stale since %1. Nothing can be signed.").arg(present::when(m_lastLive, now));
    }
    if (const auto asOf = m_seat->watch().asOf()) {
        //: Band above inbox and history: they show an earlier session's, since no gate is connected; %1 a time such as "today 23:40"
        return tr("As it stood %1. Nothing can be signed now.").arg(present::when(*asOf, now));
    }
    return tr("Nothing can be signed now.");
}

void Desk::showGate()
{
    if (!m_seat)
        return;
    GateStatus::Standing standing;
    standing.name = present::shown(m_seat->pins().gate, 100);
    const bool live = m_seat->feed().isLive();
    standing.link = live ? view::Link::Live : m_lastLive == Instant{} ? view::Link::Connecting : view::Link::Offline;
    //: Card at the foot of the navigation: how the console stands with its gate
    standing.linkText = live ? tr("live") : m_seat->link().state() == GateLink::State::Failed ? tr("refused") : tr("connecting");
    if (isStale()) {
        standing.link = view::Link::Offline;
        if (m_seat->link().state() != GateLink::State::Failed)
            standing.linkText = tr("offline");
        standing.staleText = staleText();
        standing.staleWhy = present::shown(m_whyNoGate, 1000);
        if (const auto &changed = m_seat->watch().changedFile(); !changed.isEmpty()) {
            //: Inbox, offline, after the reason: nothing of an earlier session is shown; %1 the path of a file
            standing.staleWhy += (standing.staleWhy.isEmpty() ? u""_s : u" "_s) + tr("Earlier holds are not shown: %1 was changed.").arg(present::shown(changed, 400));
        }
    }
    if (const auto proven = m_seat->watch().proven(); proven > 0) {
        //: Card at the foot of the navigation: ledger entries that this console has verified itself
        standing.proven = tr("%1 entries proven").arg(present::count(proven));
    }
    for (const auto &alarm : m_seat->watch().alarms())
        standing.alarms.append(alarm);
    standing.enforced = m_seat->book().anyEnforced();
    if (!standing.enforced) {
        //: Tooltip: why this gate is cooperative
        standing.enforcementWhy = tr("The gate runs as the same user as the requester, who could go round it.");
    }
    m_app.gate()->show(standing);
    GateRow row;
    row.key = standing.name;
    row.address = m_seat->link().address().url.toString();
    row.pin = m_seat->pins().keys.key.toString();
    row.state = standing.linkText;
    row.tone = live ? view::Tone::Good : view::Tone::Caution;
    row.ledger = standing.proven;
    row.embedded = m_embedded;
    m_keys.refresh({row});
}

} // namespace holdfast
