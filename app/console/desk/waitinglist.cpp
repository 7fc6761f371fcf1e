// SPDX-License-Identifier: Apache-2.0
#include "console/desk/waitinglist.h"

#include "console/present/holdpresenter.h"

#include <algorithm>

namespace holdfast {

namespace {

WaitingList::Place placeOf(const present::Evidence &evidence, Instant now)
{
    WaitingList::Place place;
    place.calm = !present::isUrgent(evidence, now);
    place.hold = evidence.head.hold;
    if (evidence.hold) {
        place.tier = -static_cast<int>(present::tierOf(evidence));
        place.until = evidence.hold->policy.approveUntil;
    }
    return place;
}

} // namespace

bool WaitingList::waits(const present::Evidence &evidence)
{
    const auto state = evidence.head.state;
    return state == State::Measuring || state == State::Pending || state == State::Drifted;
}

qsizetype WaitingList::take(const present::Evidence &evidence, Instant now)
{
    drop(evidence.head.hold);
    Kept kept;
    kept.place = placeOf(evidence, now);
    kept.sameUntil = present::sameUntil(evidence, now);
    kept.pending = evidence.head.state == State::Pending;
    kept.row = present::inboxRow(evidence, now);
    m_pending += kept.pending ? 1 : 0;
    const auto at = m_order.insert(std::ranges::lower_bound(m_order, kept.place), kept.place);
    m_kept.insert(evidence.head.hold, kept);
    return at - m_order.begin();
}

bool WaitingList::drop(const HoldId &hold)
{
    const auto kept = m_kept.find(hold);
    if (kept == m_kept.end())
        return false;
    m_pending -= kept->pending ? 1 : 0;
    m_order.erase(std::ranges::lower_bound(m_order, kept->place));
    m_kept.erase(kept);
    return true;
}

void WaitingList::clear()
{
    m_kept.clear();
    m_order.clear();
    m_pending = 0;
}

std::vector<HoldId> WaitingList::aged(Instant now) const
{
    std::vector<HoldId> found;
    for (auto kept = m_kept.cbegin(); kept != m_kept.cend(); ++kept) {
        if (kept->sameUntil <= now)
            found.push_back(kept.key());
    }
    return found;
}

} // namespace holdfast
