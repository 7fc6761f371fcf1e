// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "console/present/evidence.h"
#include "console/view/inbox.h"

#include <QHash>

#include <optional>
#include <vector>

namespace holdfast {

/// The holds that wait for a decision, most urgent first, each with its row of the inbox. One that comes, moves or goes costs what
/// it costs itself, not what all the others would: thousands may wait.
class WaitingList final
{
public:
    /// A place in the order.
    struct Place final
    {
        bool calm = true; ///< not urgent: sorts last
        int tier = 1; ///< highest first; 1 while it is measured
        Instant until = Instant::max();
        HoldId hold;
        friend auto operator<=>(const Place &, const Place &) = default;
    };

    /// True if a hold belongs here at all.
    [[nodiscard]] static bool waits(const present::Evidence &evidence);

    /// Takes how a waiting hold stands now; returns its place.
    qsizetype take(const present::Evidence &evidence, Instant now);
    /// False when it was not here.
    bool drop(const HoldId &hold);
    void clear();
    /// Those whose row or place the time has changed.
    [[nodiscard]] std::vector<HoldId> aged(Instant now) const;

    [[nodiscard]] const std::vector<Place> &order() const { return m_order; }
    [[nodiscard]] const InboxRow &row(const HoldId &hold) const { return m_kept.find(hold)->row; }
    [[nodiscard]] int size() const { return static_cast<int>(m_order.size()); }
    /// Those that are measured and may be decided.
    [[nodiscard]] int pending() const { return m_pending; }

private:
    struct Kept final
    {
        Place place;
        Instant sameUntil = Instant::max();
        bool pending = false;
        InboxRow row;
    };

    QHash<HoldId, Kept> m_kept;
    std::vector<Place> m_order;
    int m_pending = 0;
};

} // namespace holdfast
