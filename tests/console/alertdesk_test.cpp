// SPDX-License-Identifier: Apache-2.0
#include "console/desk/alertdesk.h"
#include "console/desk/inboxdesk.h"
#include "console/seattest.h"

#include <QTest>

using namespace holdfast;

/// Nobody is called for what is not verified, not ruled, not urgent, or no more than a memory.
class AlertDeskTest final : public SeatTest
{
    Q_OBJECT

private:
    std::unique_ptr<App> m_app;
    std::unique_ptr<Tray> m_tray;
    std::unique_ptr<Notifier> m_notifier;
    std::unique_ptr<GateStanding> m_standing;
    std::unique_ptr<InboxDesk> m_inbox;
    std::unique_ptr<AlertDesk> m_desk;

    void sit(std::unique_ptr<GateSeat> seat = {})
    {
        if (seat)
            m_seat = std::move(seat);
        else
            sitDown();
        m_standing->sit(m_seat.get());
        m_desk = std::make_unique<AlertDesk>(*m_seat, *m_standing, m_inbox->waiting(), *m_app, AlertDesk::Outside{*m_tray, *m_notifier});
        connect(&m_seat->book(), &HoldBook::changed, m_desk.get(), [this](const HoldId &hold) { m_inbox->place(hold, m_seat->book().find(hold)); });
        m_standing->update();
    }
    [[nodiscard]] HoldId called() const { return m_desk->mostUrgent() != nullptr ? m_desk->mostUrgent()->head.hold : HoldId(); }

private Q_SLOTS:
    void init()
    {
        prepare();
        qputenv("DBUS_SESSION_BUS_ADDRESS", "unix:path=/nowhere/at/all");
        m_gate->story.now = SystemClock().now();
        m_app = std::make_unique<App>();
        m_tray = std::make_unique<Tray>();
        m_notifier = std::make_unique<Notifier>();
        m_standing = std::make_unique<GateStanding>(*m_app->gate());
        m_inbox = std::make_unique<InboxDesk>(*m_app->inbox());
    }
    void cleanup()
    {
        m_desk.reset();
        m_inbox.reset();
        m_standing.reset();
        m_notifier.reset();
        m_tray.reset();
        m_app.reset();
        end();
    }

    void theMostUrgent()
    {
        m_gate->pending(); // low, with time left
        sit();
        QTRY_VERIFY(isSettled() && m_inbox->waiting().pending() == 1);
        QVERIFY(called().isNull());
        const auto critical = m_gate->pending(500);
        m_gate->tell(critical.id);
        QTRY_COMPARE(called(), critical.id);
        m_desk->refresh();
        m_gate->story.event(critical, State::Expired);
        m_gate->put(critical, State::Expired);
        m_gate->tell(critical.id);
        QTRY_VERIFY(called().isNull());
    }

    void notWhatDoesNotVerify()
    {
        auto about = m_gate->pending(500);
        about.hold = Envelope::sign(m_gate->story.performer, payloadtype::Hold, about.hold.payload);
        m_gate->put(about, State::Pending);
        sit();
        QTRY_VERIFY(m_seat->feed().isLive() && m_inbox->waiting().size() == 1);
        QVERIFY(called().isNull());
    }

    // As it stood when this console was closed.
    void notWhatIsRemembered()
    {
        const auto about = m_gate->pending(500);
        sit();
        QTRY_COMPARE(called(), about.id);
        QTRY_VERIFY(isSettled());
        m_desk.reset();
        m_standing = std::make_unique<GateStanding>(*m_app->gate());
        m_seat.reset();
        m_inbox->showAll({});
        sit(std::make_unique<GateSeat>(m_gate->gate.address(), m_gate->pins(), m_gate->session()->key(), *m_keys, *m_prompt));
        QCOMPARE(m_inbox->waiting().size(), 1);
        QVERIFY(called().isNull());
    }
};

QTEST_MAIN(AlertDeskTest)
#include "alertdesk_test.moc"
