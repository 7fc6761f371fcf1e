// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "console/desk/gatestanding.h"
#include "console/desk/waitinglist.h"
#include "console/shell/notifier.h"
#include "console/shell/tray.h"
#include "console/view/app.h"

#include <QTimer>

namespace holdfast {

/// Calls for the urgent holds outside the window: in the tray, which counts down, and by notifications. Only for what is verified, and
/// never for how it stood when this console was closed.
class AlertDesk final : public QObject
{
    Q_OBJECT
public:
    /// Places outside the window.
    struct Outside {
        Tray &tray;
        Notifier &notifier;
    };

    AlertDesk(GateSeat &seat, const GateStanding &standing, const WaitingList &waiting, App &app, Outside outside);

    /// The holds as they now stand.
    void refresh();
    /// The same a moment later: after the window is painted, and once for what changes together.
    void refreshSoon();
    /// nullptr when none is urgent: the one whose requester the tray offers to freeze. Valid until the event loop turns.
    [[nodiscard]] const present::Evidence *mostUrgent() const;

private:
    /// Most urgent first.
    [[nodiscard]] std::vector<const present::Evidence *> urgent() const;
    [[nodiscard]] TrayState trayOf(const std::vector<const present::Evidence *> &urgent) const;
    [[nodiscard]] Notice noticeOf(const present::Evidence &evidence) const;

    GateSeat &m_seat;
    const GateStanding &m_standing;
    const WaitingList &m_waiting;
    App &m_app;
    Outside m_outside;
    QTimer m_soon;
};

} // namespace holdfast
