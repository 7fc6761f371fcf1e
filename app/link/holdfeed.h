// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "link/gatelink.h"
#include "wire/messagesconsole.h"

#include <QHash>

namespace holdfast {

/// Heads of the open holds, kept current: subscribes whenever the link opens, resumes by cursor, puts pages and notifications
/// in order. A head is reported once, and never after a newer one of the same hold.
class HoldFeed final : public QObject
{
    Q_OBJECT
public:
    /// `cursor`: ledger size that was followed before this process; nullopt for a first time.
    HoldFeed(GateLink *link, std::optional<std::int64_t> cursor = {});

    /// Ledger size up to which every change was reported; nullopt before the first time it was live.
    [[nodiscard]] std::optional<std::int64_t> cursor() const { return m_cursor; }
    [[nodiscard]] bool isLive() const { return m_live; }

Q_SIGNALS:
    /// Everything that is open, whole, at the start and after each loss; `missed` ended in between.
    void snapshot(const std::vector<holdfast::Head> &open, const std::vector<holdfast::Head> &missed);
    void changed(const holdfast::Head &head);
    /// True after snapshot(); false as soon as the link is lost.
    void liveChanged(bool live);

private:
    void subscribe(std::optional<QString> after);
    void takePage(const SubscribeResult &page);
    void takeChange(const HoldChange &change);
    void setLive(bool live);

    GateLink *m_link;
    std::optional<std::int64_t> m_cursor;
    std::int64_t m_pageCursor = 0;
    bool m_live = false;
    bool m_paging = false;
    int m_round = 0; ///< of subscriptions: answers of an older one are dropped
    std::vector<Head> m_open, m_missed;
    std::vector<HoldChange> m_early; ///< came while pages were still coming
    QHash<HoldId, std::int64_t> m_sequences;
};

} // namespace holdfast
