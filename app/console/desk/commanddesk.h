// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "console/desk/gateseat.h"
#include "console/view/app.h"

namespace holdfast {

/// The cord: stops an action, or freezes its requester, each by a command that the person signs.
class CommandDesk final : public QObject
{
    Q_OBJECT
public:
    CommandDesk(GateSeat &seat, App &app, QObject *parent = nullptr);

    /// Freezes whoever asked for the hold, which was measured. `reason` empty: from the console.
    void freeze(const present::Evidence &evidence, const QString &reason = {});

private:
    void stop(const HoldId &hold);
    void submit(Command command, const QString &act);
    /// Of a hold that the window named; nullptr once it is gone.
    [[nodiscard]] const present::Evidence *known(const QString &id) const;

    GateSeat &m_seat;
    DecisionLock &m_lock;
};

} // namespace holdfast
