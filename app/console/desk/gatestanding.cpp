// SPDX-License-Identifier: Apache-2.0
#include "console/desk/gatestanding.h"

#include "console/present/format.h"

namespace holdfast {

using namespace Qt::StringLiterals;

GateStanding::GateStanding(GateStatus &view, QObject *parent)
    : QObject(parent)
    , m_view(view)
{
}

void GateStanding::sit(GateSeat *seat)
{
    if (m_seat != nullptr) {
        for (QObject *former : std::initializer_list<QObject *>{&m_seat->link(), &m_seat->feed(), &m_seat->watch()})
            former->disconnect(this);
    }
    m_seat = seat;
    m_recalled = false;
    if (seat == nullptr)
        return;
    if (seat->mayConnect()) {
        m_keyMissing = false;
        m_why.clear();
    }
    connect(&seat->link(), &GateLink::failed, this, [this](const LinkError &error) {
        if (error.isFinal() || !wasLive())
            explain({}, error.detail);
    });
    connect(&seat->link(), &GateLink::stateChanged, this, &GateStanding::update);
    connect(&seat->feed(), &HoldFeed::liveChanged, this, &GateStanding::update);
    connect(&seat->watch(), &LedgerWatch::advanced, this, &GateStanding::show);
    connect(&seat->watch(), &LedgerWatch::alarmed, this, &GateStanding::show);
}

void GateStanding::update()
{
    if (isLive()) {
        m_lastLive = SystemClock().now();
        m_recalled = false;
        m_why.clear();
    } else if (isUnreachable() && !wasLive() && !std::exchange(m_recalled, true)) {
        m_seat->book().recall();
        Q_EMIT recalled();
    }
    show();
    Q_EMIT changed();
}

void GateStanding::explain(const QString &gate, const QString &why)
{
    m_gate = gate;
    m_why = why;
    show();
    Q_EMIT changed();
}

bool GateStanding::isUnreachable() const
{
    if (m_seat == nullptr)
        return false;
    const auto state = m_seat->link().state();
    return !m_seat->mayConnect() || state == GateLink::State::Waiting || state == GateLink::State::Failed;
}

bool GateStanding::isStale() const
{
    return m_seat != nullptr && !isLive() && (wasLive() || m_recalled || !m_why.isEmpty());
}

QString GateStanding::staleText() const
{
    const auto now = SystemClock().now();
    if (wasLive()) {
        //: Band above the inbox while the gate does not answer; %1 a time
        return tr("Stale since %1. Nothing can be signed.").arg(present::when(m_lastLive, now));
    }
    if (const auto asOf = m_seat->watch().asOf()) {
        //: Band above inbox and history: they show an earlier session's, since no gate is connected; %1 a time such as "today 23:40"
        return tr("As it stood %1. Nothing can be signed now.").arg(present::when(*asOf, now));
    }
    //: Inbox, offline: above the reason why no gate is connected
    return tr("Nothing can be signed now.");
}

void GateStanding::addStale(GateStatus::Standing &standing) const
{
    standing.link = view::Link::Offline;
    if (m_seat->link().state() != GateLink::State::Failed)
        standing.linkText = tr("offline");
    standing.staleText = staleText();
    standing.staleWhy = present::shown(m_why, 1000);
    if (const auto &changed = m_seat->watch().changedFile(); !changed.isEmpty()) {
        //: Inbox, offline, after the reason: nothing of an earlier session is shown; %1 the path of a file
        standing.staleWhy += (standing.staleWhy.isEmpty() ? u""_s : u" "_s) + tr("Earlier holds are not shown: %1 was changed.").arg(present::shown(changed, 400));
    }
}

void GateStanding::show()
{
    if (m_seat == nullptr)
        return showNone();
    GateStatus::Standing standing;
    standing.name = present::shown(m_seat->pins().gate, 100);
    standing.link = isLive() ? view::Link::Live : wasLive() ? view::Link::Offline : view::Link::Connecting;
    //: Card at the foot of the navigation: how the console stands with its gate
    standing.linkText = isLive() ? tr("live") : m_seat->link().state() == GateLink::State::Failed ? tr("refused") : tr("connecting");
    if (isStale())
        addStale(standing);
    if (const auto proven = m_seat->watch().proven(); proven > 0) {
        //: Card at the foot of the navigation: ledger entries that this console has verified itself
        standing.proven = tr("%1 entries proven").arg(present::count(proven));
    }
    standing.alarms = m_seat->watch().alarms();
    standing.enforced = m_seat->book().anyEnforced();
    if (!standing.enforced) {
        //: Tooltip: why this gate is cooperative
        standing.enforcementWhy = tr("The gate runs as the same user as the requester, who could go round it.");
    }
    m_view.show(standing);
    GateRow row;
    row.key = standing.name;
    row.address = m_seat->link().address().url.toString();
    row.pin = m_seat->pins().keys.key.toString();
    row.state = standing.linkText;
    row.tone = isLive() ? view::Tone::Good : view::Tone::Caution;
    row.ledger = standing.proven;
    Q_EMIT shown(row);
}

void GateStanding::showNone()
{
    GateStatus::Standing standing;
    standing.name = present::shown(m_gate, 100);
    standing.link = view::Link::Offline;
    standing.linkText = tr("offline");
    //: Inbox, offline: above the reason why no gate is connected
    standing.staleText = tr("Nothing can be signed now.");
    standing.staleWhy = present::shown(m_why, 1000);
    m_view.show(standing);
}

} // namespace holdfast
