// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "console/desk/standingagainst.h"
#include "console/shell/practicerunner.h"
#include "console/view/practice.h"

#include <QPointer>

namespace holdfast {

/// The practice ground: makes or starts it, and lets its agent ask once more, after the owner has lifted what stands against it.
class PracticeDesk final : public QObject
{
    Q_OBJECT
public:
    PracticeDesk(const Places &places, Practice &view, QObject *parent = nullptr);

    [[nodiscard]] bool exists() const { return m_ground.exists(); }
    /// Makes the ground and, with it, the configuration of this user's gate. ready() or failed() follows.
    void make();
    /// Starts the ground where it stopped. ready() or failed() follows.
    void start() { m_ground.start(); }
    /// The seat at which the owner lifts; it may go.
    void sit(GateSeat &seat) { m_seat = &seat; }

Q_SIGNALS:
    void ready();
    void failed(const QString &why);

private:
    void replay();
    void liftThenReplay(std::vector<Standing> standing);
    void fail(const QString &why) { m_view.advance(Practice::Failed, why); }

    PracticeRunner m_ground;
    Practice &m_view;
    QPointer<GateSeat> m_seat;
};

} // namespace holdfast
