// SPDX-License-Identifier: Apache-2.0
#include "console/desk/runningdesk.h"

#include "console/desk/pace.h"
#include "console/desk/resulttext.h"
#include "console/desk/waitinglist.h"
#include "console/present/format.h"
#include "console/present/holdpresenter.h"

#include <algorithm>

namespace holdfast {

using present::Evidence;

namespace {

constexpr auto endedShownFor = std::chrono::minutes(30);

} // namespace

RunningDesk::RunningDesk(GateSeat &seat, const ReceiptShelf &receipts, Running &view, QObject *parent)
    : QObject(parent)
    , m_seat(seat)
    , m_receipts(receipts)
    , m_view(view)
{
    connect(&m_seat.book(), &HoldBook::changed, this, &RunningDesk::place);
    connect(&m_receipts, &ReceiptShelf::arrived, this, &RunningDesk::refresh);
}

void RunningDesk::place(const HoldId &hold)
{
    const auto *evidence = m_seat.book().find(hold);
    const bool wasHere = m_holds.remove(hold);
    const bool isHere = evidence != nullptr && !WaitingList::waits(*evidence);
    if (isHere)
        m_holds.insert(hold);
    if (wasHere || isHere)
        refresh();
}

void RunningDesk::showAll()
{
    m_holds.clear();
    for (const auto *evidence : m_seat.book().all()) {
        if (!WaitingList::waits(*evidence))
            m_holds.insert(evidence->head.hold);
    }
    refresh();
}

void RunningDesk::setOnScreen(bool onScreen)
{
    m_onScreen = onScreen;
    refresh();
}

std::vector<const Evidence *> RunningDesk::kept()
{
    std::vector<const Evidence *> holds;
    std::vector<HoldId> stale;
    for (const auto &hold : m_holds) {
        const auto *evidence = m_seat.book().find(hold);
        const bool over = evidence == nullptr || isFinal(evidence->head.state);
        if (over && (evidence == nullptr || (SystemClock().now() - evidence->head.at > endedShownFor && hold != m_open)))
            stale.push_back(hold);
        else if (!over || m_onScreen)
            holds.push_back(evidence);
    }
    for (const auto &hold : stale) {
        m_holds.remove(hold);
        m_seat.book().forget(hold);
    }
    return holds;
}

void RunningDesk::refresh()
{
    auto holds = kept();
    std::ranges::sort(holds, [](const Evidence *a, const Evidence *b) { return a->head.at > b->head.at; });
    QList<RunningRow> rows;
    for (const auto *evidence : holds)
        rows.append(rowOf(*evidence));
    m_view.show(rows);
}

RunningRow RunningDesk::rowOf(const Evidence &evidence) const
{
    const auto now = SystemClock().now();
    const auto view = present::holdView(evidence, m_seat.viewer(), now);
    const auto state = evidence.head.state;
    const auto told = resultText(state, m_receipts.find(evidence.head.hold));
    RunningRow row;
    row.key = evidence.head.hold.toString();
    row.tier = view.tier;
    row.sentence = view.sentence;
    row.environment = view.environment;
    row.requester = evidence.hold ? present::shown(evidence.hold->requesterActor, 120) : QString();
    row.state = told.state;
    row.tone = told.tone;
    row.result = told.result;
    row.output = m_receipts.output(evidence.head.hold);
    row.ended = isFinal(state);
    row.mayStop = (state == State::Approved || state == State::Cooling || state == State::Released) && m_seat.feed().isLive();
    row.when = row.ended ? present::age(evidence.head.at, now)
                         //: Running page: for how long the action has been in this state
                         : tr("for %1").arg(present::duration(now - evidence.head.at));
    return row;
}

std::optional<std::chrono::milliseconds> RunningDesk::agesWithin(bool visible) const
{
    const bool onTheWay = std::ranges::any_of(m_holds, [this](const HoldId &hold) {
        const auto *evidence = m_seat.book().find(hold);
        return evidence != nullptr && !isFinal(evidence->head.state);
    });
    if (!onTheWay && !(visible && m_view.endedCount() > 0))
        return std::nullopt;
    return visible ? pace::everySecond : pace::often;
}

} // namespace holdfast
