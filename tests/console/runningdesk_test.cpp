// SPDX-License-Identifier: Apache-2.0
#include "console/desk/pace.h"
#include "console/desk/runningdesk.h"
#include "console/seattest.h"

#include <QTest>

using namespace holdfast;

/// Holds on their way are listed always, those that are over on their own page and for a while; the open one is never let go of.
class RunningDeskTest final : public SeatTest
{
    Q_OBJECT

private:
    std::unique_ptr<Running> m_view;
    std::unique_ptr<ReceiptShelf> m_receipts;
    std::unique_ptr<RunningDesk> m_desk;

    void sit()
    {
        sitDown();
        m_receipts = std::make_unique<ReceiptShelf>(*m_seat);
        m_desk = std::make_unique<RunningDesk>(*m_seat, *m_receipts, *m_view);
    }
    [[nodiscard]] bool has(const StoryGate::Case &about, State state) const
    {
        const auto *evidence = m_seat->book().find(about.id);
        return evidence != nullptr && evidence->head.state == state;
    }
    StoryGate::Case endedAgo(std::chrono::minutes time)
    {
        const auto now = std::exchange(m_gate->story.now, m_gate->story.now - time);
        const auto about = m_gate->story.perform();
        m_gate->put(about, State::Done);
        m_gate->story.now = now;
        return about;
    }

private Q_SLOTS:
    void init()
    {
        prepare();
        m_gate->story.now = SystemClock().now();
        m_view = std::make_unique<Running>();
    }
    void cleanup()
    {
        m_desk.reset();
        m_receipts.reset();
        m_view.reset();
        end();
    }

    void onTheWay()
    {
        const auto about = m_gate->story.perform();
        m_gate->put(about, State::Executing);
        m_gate->pending(); // waits, and is not shown here
        sit();
        QVERIFY(!m_desk->agesWithin(true));
        QTRY_COMPARE(m_view->count(), 1);
        QCOMPARE(m_view->endedCount(), 0);
        QCOMPARE(m_desk->agesWithin(true), std::optional(pace::everySecond));
        QCOMPARE(m_desk->agesWithin(false), std::optional(pace::often));
        m_view->show({});
        m_desk->showAll();
        QCOMPARE(m_view->count(), 1);
    }

    void overOnItsOwnPage()
    {
        const auto about = endedAgo(std::chrono::minutes(1));
        sit();
        QTRY_VERIFY(has(about, State::Done));
        QCOMPARE(m_view->count() + m_view->endedCount(), 0);
        m_desk->setOnScreen(true);
        QCOMPARE(m_view->endedCount(), 1);
        QCOMPARE(m_desk->agesWithin(true), std::optional(pace::everySecond));
        QVERIFY(!m_desk->agesWithin(false));
        m_desk->setOnScreen(false);
        QCOMPARE(m_view->endedCount(), 0);
        QVERIFY(!m_desk->agesWithin(true));
    }

    void overLongAgo_data()
    {
        QTest::addColumn<bool>("open");
        QTest::newRow("forgotten") << false;
        QTest::newRow("kept while it is open") << true;
    }
    void overLongAgo()
    {
        QFETCH(bool, open);
        const auto about = endedAgo(std::chrono::minutes(31));
        sit();
        m_desk->setOnScreen(true);
        if (open)
            m_desk->setOpen(about.id);
        const auto recent = endedAgo(std::chrono::minutes(1));
        m_gate->tell(recent.id);
        QTRY_COMPARE(m_view->endedCount(), open ? 2 : 1);
        QTRY_COMPARE(m_seat->book().find(about.id) != nullptr, open);
    }
};

QTEST_GUILESS_MAIN(RunningDeskTest)
#include "runningdesk_test.moc"
