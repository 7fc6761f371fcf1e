// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "console/desk/gateseat.h"
#include "console/view/history.h"

#include <QTimer>

namespace holdfast {

/// Searches as one types, one question in flight; the timeline of one hold from the documents of the ledger, each verified here.
/// Without a connection both are told from the newest entries that this console has kept.
class HistoryDesk final : public QObject
{
    Q_OBJECT
public:
    HistoryDesk(GateSeat &seat, History &view, QObject *parent = nullptr);

    /// The ledger grew while the page is open: asks again.
    void refresh();
    /// Tells what this console has kept instead of asking the gate; the page says as of when.
    void setKept(bool kept);

private:
    struct Timeline;
    void ask(bool more);
    void askKept();
    void openKeptTimeline(const HoldId &hold, Timeline timeline);
    void take(const SearchResult &result, bool more, qint64 tookMs);
    void openTimeline(const QString &holdId);
    void fetchDocument(const std::shared_ptr<Timeline> &timeline, std::size_t at);
    [[nodiscard]] HistoryRow rowOf(const HistoryItem &item) const;
    [[nodiscard]] TimelineRow entryOf(const Timeline &timeline, const DocumentRow &row, const Envelope &envelope) const;
    [[nodiscard]] TimelineRow missingEntry(const DocumentRow &row, const QString &why) const;
    void showCharts();
    /// As the verified ledger has it, where the gate says otherwise; what is not in it is said to be that.
    [[nodiscard]] HistoryItem settled(HistoryItem item) const;
    [[nodiscard]] bool isRecorded(const HistoryItem &item) const { return m_fromKept || m_seat.watch().stateOf(item.head.hold); }
    /// More of the ledger was verified: the rows that stand, as it now has them.
    void showAgain();
    void addUnlisted(Timeline &timeline, const HoldId &hold) const;

    GateSeat &m_seat;
    History &m_view;
    QTimer m_pause;
    QList<HistoryRow> m_rows;
    std::vector<HistoryItem> m_items; ///< as the gate, or what was kept, tells them
    QString m_found;
    std::optional<QString> m_after;
    bool m_asking = false, m_again = false, m_fromKept = false;
    int m_timelineRound = 0;
};

} // namespace holdfast
