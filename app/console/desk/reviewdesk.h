// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "console/desk/diffdesk.h"
#include "console/desk/gatestanding.h"
#include "console/desk/receiptshelf.h"
#include "console/view/decision.h"
#include "console/view/review.h"

namespace holdfast {

/// The one open hold: its evidence and diffs in the review, what locks its decision, and the decision, which is signed only if it is of
/// exactly what stood there.
class ReviewDesk final : public QObject
{
    Q_OBJECT
public:
    /// `open` was open at an earlier seat, and is shown once the book has it; null: none was.
    ReviewDesk(GateSeat &seat, const GateStanding &standing, const ReceiptShelf &receipts, Review &view, DecisionLock &lock, const HoldId &open);

    /// Shows it as loading until it is here; one that is over, and named by a link or a notification, is fetched.
    void open(const HoldId &hold);
    /// As the book has it: anew if it is another revision, else what may differ.
    void refresh();
    /// Ages and deadlines.
    void passTime();
    /// Sets every block of the lock as it is now.
    void refreshLock();

private:
    void connectSeat();
    void connectViews();
    [[nodiscard]] const present::Evidence *current() const;
    [[nodiscard]] HoldView viewOf(const present::Evidence &evidence) const;
    [[nodiscard]] bool isShown(const present::Evidence &evidence) const;
    void show(const present::Evidence &evidence);
    void showTimes(const present::Evidence &evidence);
    /// Fetches over this connection what the last one failed to deliver.
    void retryDiffs();
    void measureAgain(const QString &holdId);
    void approve(const Approval &approval);
    void deny(const QString &holdId, const QString &reason, DecisionLock::Scope scope, const QString &counter);
    [[nodiscard]] View signedView(const present::Evidence &evidence) const;

    GateSeat &m_seat;
    const GateStanding &m_standing;
    const ReceiptShelf &m_receipts;
    Review &m_view;
    DecisionLock &m_lock;
    DiffDesk m_diffs;
    HoldId m_open;
    int m_shownRevision = -1;
    Digest m_shownDigest;
    bool m_contentShown = false;
    bool m_ruledShown = false;
};

} // namespace holdfast
