// SPDX-License-Identifier: Apache-2.0
#include "console/desk/inboxdesk.h"
#include "console/desk/pace.h"
#include "console/seattest.h"
#include "console/waitingevidence.h"

#include <QTest>

using namespace holdfast;
using namespace std::chrono_literals;

/// The inbox shows the holds that wait, in order, through its filter, and says how soon the time changes any of it.
class InboxDeskTest final : public SeatTest
{
    Q_OBJECT

private:
    std::unique_ptr<Inbox> m_view;
    std::unique_ptr<InboxDesk> m_desk;

    [[nodiscard]] static Instant in(std::chrono::minutes time) { return SystemClock().now() + time; }
    void place(const present::Evidence &evidence) { m_desk->place(evidence.head.hold, &evidence); }
    [[nodiscard]] QString cell(int row, const char *role) const
    {
        auto *rows = m_view->rows();
        return rows->index(row, 0).data(rows->roleNames().key(role)).toString();
    }

private Q_SLOTS:
    void init()
    {
        m_view = std::make_unique<Inbox>();
        m_desk = std::make_unique<InboxDesk>(*m_view);
    }
    void cleanup()
    {
        m_desk.reset();
        m_view.reset();
        end();
    }

    void placesWhatWaits()
    {
        auto low = waiting(1, Tier::Low, in(120min));
        const auto critical = waiting(2, Tier::Critical, in(120min));
        place(low);
        place(critical);
        QCOMPARE(cell(0, "holdId"), critical.head.hold.toString());
        QCOMPARE(m_view->total(), 2);
        low.head.state = State::Denied;
        place(low);
        QCOMPARE(m_view->total(), 1);
        m_desk->place(critical.head.hold, nullptr);
        QCOMPARE(m_view->total(), 0);
        place(low); // never waited here
        QCOMPARE(m_view->shown(), 0);
    }

    void allOfThemAnew()
    {
        const auto gone = waiting(1, Tier::Low, in(120min)), high = waiting(2, Tier::High, in(120min)), over = waiting(3, Tier::High, in(120min), State::Done);
        place(gone);
        m_desk->showAll({&over, &high});
        QCOMPARE(m_view->total(), 1);
        QCOMPARE(cell(0, "holdId"), high.head.hold.toString());
        QCOMPARE(m_desk->waiting().size(), 1);
    }

    void whatComesPassesTheFilter()
    {
        m_view->setFilter(QStringLiteral("tier:critical"));
        place(waiting(1, Tier::Low, in(120min)));
        QCOMPARE(m_view->shown(), 0);
        place(waiting(2, Tier::Critical, in(120min)));
        QCOMPARE(m_view->shown(), 1);
        QCOMPARE(m_view->total(), 2);
        m_view->setFilter(QStringLiteral("teir:critical"));
        QVERIFY(m_view->filterProblem().startsWith(QStringLiteral("teir:")));
        QCOMPARE(m_view->shown(), 0);
        m_view->setFilter({});
        QCOMPARE(m_view->filterProblem(), QString());
        QCOMPARE(m_view->shown(), 2);
    }

    // Rows are placed again as time passes, from the book; nothing is placed that it has no more.
    void timePasses()
    {
        prepare();
        m_gate->story.now = SystemClock().now();
        const auto about = m_gate->pending();
        sitDown();
        QTRY_VERIFY(m_seat->book().find(about.id) && m_seat->book().find(about.id)->hold);
        const auto *evidence = m_seat->book().find(about.id);
        auto earlier = *evidence;
        earlier.hold->policy.approveUntil -= 61min; // as if it was placed with another time left
        place(earlier);
        place(waiting(1, Tier::Low, in(1min)));
        const auto before = cell(0, "timeLeft") + cell(1, "timeLeft");
        QTRY_VERIFY((m_desk->passTime(m_seat->book()), cell(0, "timeLeft") + cell(1, "timeLeft") != before));
        QCOMPARE(m_view->total(), 2);
    }

    void howSoonItAges()
    {
        QVERIFY(!m_desk->agesWithin(true) && !m_desk->agesWithin(false));
        place(waiting(1, Tier::Low, in(600min)));
        QCOMPARE(m_desk->agesWithin(true), std::optional(pace::everySecond));
        QCOMPARE(m_desk->agesWithin(false), std::optional(pace::seldom));
        place(waiting(2, Tier::Low, in(30min))); // urgent before it is looked at twice
        QCOMPARE(m_desk->agesWithin(false), std::optional(pace::often));
        m_desk->place(waiting(2, Tier::Low, in(30min)).head.hold, nullptr);
        QCOMPARE(m_desk->agesWithin(false), std::optional(pace::seldom));
        place(waiting(3, Tier::Critical, in(600min)));
        QCOMPARE(m_desk->agesWithin(false), std::optional(pace::often));
        QCOMPARE(m_desk->agesWithin(true), std::optional(pace::everySecond));
    }

    void whenOneDecidedLast()
    {
        QVERIFY(m_view->lastDecision().isEmpty());
        m_desk->noteDecision();
        QVERIFY(m_view->lastDecision().startsWith(QStringLiteral("Last decision ")));
    }
};

QTEST_GUILESS_MAIN(InboxDeskTest)
#include "inboxdesk_test.moc"
