// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "console/desk/alertdesk.h"
#include "console/desk/commanddesk.h"
#include "console/desk/historydesk.h"
#include "console/desk/inboxdesk.h"
#include "console/desk/reviewdesk.h"
#include "console/desk/runningdesk.h"

namespace holdfast {

/// The desks of all screens at one seat: each told what its screen shows, when the seat's book, the page or the time changes it. Made and
/// ended with the seat. The inbox outlives it: rows that an earlier seat brought stand until this one tells its own.
class Screens final : public QObject
{
    Q_OBJECT
public:
    Screens(GateSeat &seat, const GateStanding &standing, InboxDesk &inbox, App &app, AlertDesk::Outside outside);

    /// Brings a hold into the review.
    void open(const HoldId &hold);
    /// Everything anew, from the book.
    void showAll();
    /// Shows ages and deadlines as they are now. Unless `visible`, only those outside the window.
    void passTime(bool visible);
    /// How soon passTime() may find something; nullopt: nothing counts.
    [[nodiscard]] std::optional<std::chrono::milliseconds> agesWithin(bool visible) const;
    /// Freezes the requester whom the tray names, if there still is one.
    void freezeMostUrgent();

Q_SIGNALS:
    /// agesWithin() may be another.
    void changed();

private:
    void connectSeat();
    void showPage();
    void showStanding();
    void place(const HoldId &hold);

    GateSeat &m_seat;
    const GateStanding &m_standing;
    App &m_app;
    InboxDesk &m_inbox;
    HistoryDesk m_history;
    ReceiptShelf m_receipts;
    ReviewDesk m_review;
    RunningDesk m_running;
    CommandDesk m_commands;
    AlertDesk m_alerts;
};

} // namespace holdfast
