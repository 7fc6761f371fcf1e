// SPDX-License-Identifier: Apache-2.0
#include "console/desk/reviewdesk.h"
#include "console/present/format.h"
#include "console/seattest.h"

#include <QTest>

using namespace holdfast;

/// One hold is open: what is shown of it, what locks it and what is signed are of the same revision.
class ReviewDeskTest final : public SeatTest
{
    Q_OBJECT

private:
    std::unique_ptr<Review> m_view;
    std::unique_ptr<DecisionLock> m_lock;
    std::unique_ptr<GateStatus> m_status;
    std::unique_ptr<GateStanding> m_standing;
    std::unique_ptr<ReceiptShelf> m_receipts;
    std::unique_ptr<ReviewDesk> m_desk;

    // The desk is there before anything comes over the link.
    void sit(const HoldId &open = {})
    {
        sitDown();
        m_standing->sit(m_seat.get());
        m_receipts = std::make_unique<ReceiptShelf>(*m_seat);
        m_desk = std::make_unique<ReviewDesk>(*m_seat, *m_standing, *m_receipts, *m_view, *m_lock, open);
    }
    void settle(const HoldId &hold)
    {
        QTRY_VERIFY(isSettled() && m_seat->book().find(hold) && m_seat->book().find(hold)->ruling);
    }
    [[nodiscard]] QString unmet() const { return m_lock->unmetText(); }

private Q_SLOTS:
    void init()
    {
        prepare();
        m_gate->story.now = SystemClock().now();
        m_view = std::make_unique<Review>();
        m_lock = std::make_unique<DecisionLock>();
        m_status = std::make_unique<GateStatus>();
        m_standing = std::make_unique<GateStanding>(*m_status);
    }
    void cleanup()
    {
        m_desk.reset();
        m_receipts.reset();
        m_standing.reset();
        m_status.reset();
        m_lock.reset();
        m_view.reset();
        end();
    }

    void opensWhatIsHere()
    {
        const auto about = m_gate->pending();
        sit();
        settle(about.id);
        QCOMPARE(m_view->state(), Review::Nothing); // nobody asked for it
        m_desk->open(about.id);
        QCOMPARE(m_view->state(), Review::Shown);
        QCOMPARE(m_lock->holdId(), about.id.toString());
        QVERIFY(!m_lock->unreached().isEmpty());
        QVERIFY(m_view->hold().standing.isEmpty());
    }

    void fetchesWhatIsNot()
    {
        const auto about = m_gate->story.perform();
        sit();
        QTRY_VERIFY(isSettled());
        m_gate->put(about, State::Done);
        m_desk->open(about.id);
        QCOMPARE(m_view->state(), Review::Loading);
        QTRY_COMPARE(m_view->state(), Review::Shown);
        QTRY_COMPARE(m_view->hold().standing, present::word(Outcome::Committed));
        m_desk->passTime();
        QCOMPARE(m_view->hold().standing, present::word(Outcome::Committed));
        QVERIFY(unmet().contains(QStringLiteral("This hold is")));
    }

    // It was open at the seat before this one: shown anew once this one has it, and not as if it was loaded for the first time.
    void whatAnEarlierSeatHadOpen()
    {
        const auto about = m_gate->pending();
        sit(about.id);
        QCOMPARE(m_view->state(), Review::Nothing);
        QTRY_COMPARE(m_view->state(), Review::Shown);
        QTRY_VERIFY(!unmet().contains(QStringLiteral("diffs")));
        QCOMPARE(m_lock->holdId(), about.id.toString());
    }

    // The same revision again leaves what was read as it is.
    void whatStandsIsNotShownAnew()
    {
        const auto about = m_gate->pending();
        sit();
        settle(about.id);
        m_desk->open(about.id);
        for (const QString &section : m_lock->unreached())
            m_lock->reach(section);
        m_desk->refresh();
        m_desk->passTime();
        QVERIFY(m_lock->unreached().isEmpty());
        m_desk->open(about.id); // asked for once more, it is read once more
        QVERIFY(!m_lock->unreached().isEmpty());
    }

    void lockedByTheLinkAndTheKey()
    {
        const auto about = m_gate->pending();
        sit();
        settle(about.id);
        m_desk->open(about.id);
        QVERIFY(!unmet().contains(QStringLiteral("Connect")));
        m_gate->gate.drop();
        QTRY_VERIFY(!m_seat->feed().isLive());
        m_desk->refreshLock();
        QVERIFY(unmet().contains(QStringLiteral("Connect to the gate")));
        QVERIFY(!m_lock->mayDeny());
        m_standing->missKey();
        m_desk->refreshLock();
        QVERIFY2(unmet().contains(QStringLiteral("Restore your session key")), qPrintable(unmet()));
        QVERIFY(!unmet().contains(QStringLiteral("Connect to the gate")));
        QVERIFY(!m_lock->mayDeny());
    }

    void deniesByHold()
    {
        const auto about = m_gate->pending(), other = m_gate->pending();
        sit();
        settle(about.id);
        m_desk->open(about.id);
        Q_EMIT m_lock->denyWanted(QStringLiteral("no id"), QStringLiteral("no"), DecisionLock::This, {});
        QCOMPARE(m_lock->state(), DecisionLock::Failed);
        QVERIFY(!m_prompt->wanted());
        m_lock->dismiss();
        Q_EMIT m_lock->denyWanted(about.id.toString(), QStringLiteral("not today"), DecisionLock::This, {});
        QTRY_VERIFY(m_prompt->wanted());
        Q_EMIT m_prompt->given(StoryGate::passphrase());
        QTRY_COMPARE(m_gate->decisions.size(), std::size_t{1});
        QCOMPARE(m_gate->decisions.front().hold, about.id);
        QCOMPARE(m_gate->decisions.front().view.console, QStringLiteral("holdfast test"));
        QTRY_COMPARE(m_lock->state(), DecisionLock::Acknowledged);
    }
};

QTEST_GUILESS_MAIN(ReviewDeskTest)
#include "reviewdesk_test.moc"
