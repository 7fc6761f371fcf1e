// SPDX-License-Identifier: Apache-2.0
#include "console/desk/inboxdesk.h"

#include "console/desk/holdbook.h"
#include "console/desk/inboxfilter.h"
#include "console/desk/pace.h"
#include "console/present/format.h"

#include <algorithm>

namespace holdfast {

using present::Evidence;

namespace {

constexpr auto urgentWithin = std::chrono::minutes(15); // as isUrgent() has it

} // namespace

InboxDesk::InboxDesk(Inbox &view, QObject *parent)
    : QObject(parent)
    , m_view(view)
{
    connect(&m_view, &Inbox::filterChanged, this, &InboxDesk::filter);
}

void InboxDesk::place(const HoldId &hold, const Evidence *evidence)
{
    if (evidence != nullptr && WaitingList::waits(*evidence))
        show(*evidence);
    else if (m_waiting.drop(hold))
        m_view.drop(hold.toString(), m_waiting.size());
}

void InboxDesk::show(const Evidence &evidence)
{
    const auto at = m_waiting.take(evidence, SystemClock().now());
    // A filter's rows stand elsewhere than their holds do.
    if (m_view.filter().isEmpty())
        m_view.put(m_waiting.row(evidence.head.hold), at, m_waiting.size());
    else
        filter();
}

void InboxDesk::showAll(const std::vector<const Evidence *> &holds)
{
    m_waiting.clear();
    for (const auto *evidence : holds) {
        if (WaitingList::waits(*evidence))
            m_waiting.take(*evidence, SystemClock().now());
    }
    filter();
}

void InboxDesk::filter()
{
    const InboxFilter filter(m_view.filter());
    m_view.setFilterProblem(filter.problem());
    QList<InboxRow> rows;
    for (const auto &place : m_waiting.order()) {
        if (const auto &row = m_waiting.row(place.hold); filter.passes(row))
            rows.append(row);
    }
    m_view.show(rows, m_waiting.size());
}

void InboxDesk::passTime(const HoldBook &book)
{
    for (const auto &hold : m_waiting.aged(SystemClock().now())) {
        if (const auto *evidence = book.find(hold))
            show(*evidence);
    }
}

std::optional<std::chrono::milliseconds> InboxDesk::agesWithin(bool visible) const
{
    if (m_waiting.size() == 0)
        return std::nullopt;
    if (visible)
        return pace::everySecond;
    const auto soon = SystemClock().now() + urgentWithin + 2 * pace::seldom;
    return std::ranges::any_of(m_waiting.order(), [soon](const auto &place) { return !place.calm || place.until < soon; }) ? pace::often : pace::seldom;
}

void InboxDesk::noteDecision()
{
    const auto now = SystemClock().now();
    //: Inbox, empty: when this person last decided; %1 is a time
    m_view.setLastDecision(tr("Last decision %1").arg(present::when(now, now)));
}

} // namespace holdfast
