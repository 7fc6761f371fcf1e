// SPDX-License-Identifier: Apache-2.0
#include "console/desk/alertdesk.h"

#include "console/present/format.h"
#include "console/present/holdpresenter.h"

#include <QDateTime>
#include <QLocale>

#include <algorithm>

namespace holdfast {

using namespace Qt::StringLiterals;
using present::Evidence;

namespace {

constexpr auto soonAfter = std::chrono::milliseconds(100);
constexpr qsizetype listedInTray = 5;

} // namespace

AlertDesk::AlertDesk(GateSeat &seat, const GateStanding &standing, const WaitingList &waiting, App &app, Outside outside)
    : m_seat(seat)
    , m_standing(standing)
    , m_waiting(waiting)
    , m_app(app)
    , m_outside(outside)
{
    m_soon.setSingleShot(true);
    m_soon.setInterval(soonAfter);
    connect(&m_soon, &QTimer::timeout, this, &AlertDesk::refresh);
}

void AlertDesk::refreshSoon()
{
    if (!m_soon.isActive())
        m_soon.start();
}

std::vector<const Evidence *> AlertDesk::urgent() const
{
    std::vector<const Evidence *> urgent;
    if (!m_standing.wasLive())
        return urgent;
    for (const auto &place : m_waiting.order()) {
        if (place.calm)
            break;
        const auto *evidence = m_seat.book().find(place.hold);
        const bool known = evidence != nullptr && evidence->head.state == State::Pending && evidence->unverified.isEmpty() && evidence->hold;
        // Its tier is not known while a list that the hold had no room for is on its way.
        if (known && (evidence->ruling || !evidence->listsProblem.isEmpty()))
            urgent.push_back(evidence);
    }
    return urgent;
}

const Evidence *AlertDesk::mostUrgent() const
{
    const auto holds = urgent();
    return holds.empty() ? nullptr : holds.front();
}

void AlertDesk::refresh()
{
    const auto holds = urgent();
    m_outside.tray.show(trayOf(holds));
    QList<Notice> notices;
    if (m_app.settings()->notifyUrgent()) {
        for (const auto *evidence : holds)
            notices.append(noticeOf(*evidence));
    }
    //: Title of the one notification for those that came shortly after another; %1 gate
    m_outside.notifier.show(notices, {{}, tr("More holds wait at %1").arg(m_app.gate()->name()), {}, 0, false});
}

TrayState AlertDesk::trayOf(const std::vector<const Evidence *> &urgent) const
{
    TrayState tray;
    tray.waiting = m_waiting.pending();
    tray.urgent = !urgent.empty();
    tray.link = m_app.gate()->link();
    //: Tooltip of the tray icon; %1 gate
    tray.tooltip = tr("Holdfast · %1 · %n waiting", nullptr, tray.waiting).arg(m_app.gate()->name());
    for (const auto *evidence : urgent) {
        if (tray.holds.size() == listedInTray)
            break;
        tray.holds.append({evidence->head.hold.toString(),
                           present::word(present::tierOf(*evidence)) + u" · "_s + present::left(evidence->hold->policy.approveUntil, SystemClock().now())});
    }
    if (!urgent.empty())
        tray.freezeActor = present::shown(urgent.front()->hold->requesterActor, 60);
    return tray;
}

Notice AlertDesk::noticeOf(const Evidence &evidence) const
{
    const auto tier = present::tierOf(evidence);
    Notice notice;
    notice.holdId = evidence.head.hold.toString();
    //: Title of a notification; %1 tier, %2 gate. Never a word of the requester's
    notice.title = tr("A %1 hold waits at %2").arg(present::word(tier), m_app.gate()->name());
    const auto until = QDateTime::fromMSecsSinceEpoch(evidence.hold->policy.approveUntil.time_since_epoch().count());
    //: Body of a notification; %1 a time of day
    notice.body = tr("Decide before %1.").arg(QLocale().toString(until.time(), u"HH:mm"_s));
    notice.critical = tier == Tier::Critical;
    const bool danger = std::ranges::any_of(evidence.hold->measured.facts, [](const Fact &fact) { return fact.severity == Severity::Danger; });
    notice.rank = 2 * static_cast<int>(tier) + (danger ? 1 : 0);
    return notice;
}

} // namespace holdfast
