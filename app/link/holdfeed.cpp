// SPDX-License-Identifier: Apache-2.0
#include "link/holdfeed.h"

#include <algorithm>
#include <utility>

namespace holdfast {

HoldFeed::HoldFeed(GateLink *link, std::optional<std::int64_t> cursor)
    : QObject(link), m_link(link), m_cursor(cursor)
{
    connect(link, &GateLink::stateChanged, this, [this](GateLink::State state) {
        if (state != GateLink::State::Open)
            return setLive(false);
        ++m_round;
        m_paging = true;
        m_open.clear();
        m_missed.clear();
        m_early.clear();
        subscribe({});
    });
    connect(link, &GateLink::notified, this, [this](const QString &name, const Json &params) {
        if (name != method::HoldChanged)
            return;
        if (const auto change = HoldChange::fromJson(params))
            takeChange(*change);
    });
}

void HoldFeed::subscribe(std::optional<QString> after)
{
    const bool first = !after;
    m_link->ask<SubscribeResult>(method::HoldSubscribe, SubscribeParams{m_cursor, std::move(after)}.toJson(), this,
                                  [this, first, round = m_round](Called<SubscribeResult> page) {
                                      if (round != m_round)
                                          return;
                                      if (!page) {
                                          m_paging = false;
                                          return;
                                      }
                                      if (first)
                                          m_pageCursor = page->cursor;
                                      takePage(*page);
                                  });
}

void HoldFeed::takePage(const SubscribeResult &page)
{
    m_open.insert(m_open.end(), page.holds.begin(), page.holds.end());
    m_missed.insert(m_missed.end(), page.missed.begin(), page.missed.end());
    if (page.after)
        return subscribe(page.after);
    m_paging = false;
    m_sequences.clear();
    for (const Head &head : m_open)
        m_sequences.insert(head.hold, head.sequence);
    for (const Head &head : m_missed)
        m_sequences.insert(head.hold, head.sequence);
    m_cursor = m_pageCursor;
    Q_EMIT snapshot(std::exchange(m_open, {}), std::exchange(m_missed, {}));
    setLive(true);
    for (const HoldChange &change : std::exchange(m_early, {}))
        takeChange(change);
}

void HoldFeed::takeChange(const HoldChange &change)
{
    if (m_paging) {
        m_early.push_back(change);
        return;
    }
    if (!m_live || change.head.sequence <= m_sequences.value(change.head.hold, 0))
        return;
    m_sequences.insert(change.head.hold, change.head.sequence);
    m_cursor = std::max(m_cursor.value_or(0), change.cursor);
    Q_EMIT changed(change.head);
}

void HoldFeed::setLive(bool live)
{
    if (live == m_live)
        return;
    m_live = live;
    Q_EMIT liveChanged(live);
}

} // namespace holdfast
