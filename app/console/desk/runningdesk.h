// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "console/desk/receiptshelf.h"
#include "console/view/running.h"

#include <QSet>

namespace holdfast {

/// The holds after their quorum: on their way, or over with what came of it. What ended a while ago is let go of.
class RunningDesk final : public QObject
{
    Q_OBJECT
public:
    RunningDesk(GateSeat &seat, const ReceiptShelf &receipts, Running &view, QObject *parent = nullptr);

    /// All of them anew, from the book.
    void showAll();
    /// As the time and the link have it.
    void refresh();
    /// Holds that are over are listed while their page is on the screen; nothing else shows them.
    void setOnScreen(bool onScreen);
    /// The hold that is open stays in the book, however long it is over.
    void setOpen(const HoldId &hold) { m_open = hold; }
    /// How soon refresh() finds something; nullopt: nothing counts.
    [[nodiscard]] std::optional<std::chrono::milliseconds> agesWithin(bool visible) const;

private:
    void place(const HoldId &hold);
    /// In the book, and to be shown or counted still; the others are forgotten.
    [[nodiscard]] std::vector<const present::Evidence *> kept();
    [[nodiscard]] RunningRow rowOf(const present::Evidence &evidence) const;

    GateSeat &m_seat;
    const ReceiptShelf &m_receipts;
    Running &m_view;
    QSet<HoldId> m_holds; ///< in the book, and waiting no more: on the way, or over
    HoldId m_open;
    bool m_onScreen = false;
};

} // namespace holdfast
