// SPDX-License-Identifier: Apache-2.0
#include "console/desk/practicedesk.h"
#include "console/seattest.h"

#include <QTest>

using namespace holdfast;

/// Before the practice agent asks once more, the owner lifts what stands against it; only then, and only if all of it was lifted.
class PracticeDeskTest final : public SeatTest
{
    Q_OBJECT

private:
    std::unique_ptr<Practice> m_view;
    std::unique_ptr<PracticeDesk> m_desk;

    void sit()
    {
        sitDown();
        m_desk->sit(*m_seat);
        QTRY_VERIFY(isSettled());
        m_view->advance(Practice::Ready);
    }

private Q_SLOTS:
    void init()
    {
        prepare();
        m_view = std::make_unique<Practice>();
        m_desk = std::make_unique<PracticeDesk>(Places::ofThisUser(), *m_view);
    }
    void cleanup()
    {
        m_desk.reset();
        m_view.reset();
        end();
    }

    void notWithoutASeat()
    {
        m_view->advance(Practice::Ready);
        m_view->replay();
        QCOMPARE(m_view->state(), Practice::Ready);
        GateSeat kept(m_gate->gate.address(), m_gate->pins(), m_gate->session()->key(), *m_keys, *m_prompt);
        m_desk->sit(kept);
        m_view->replay();
        QCOMPARE(m_view->state(), Practice::Ready);
    }

    void aSeatThatWasLeft()
    {
        sit();
        m_seat.reset();
        m_view->replay();
        QCOMPARE(m_view->state(), Practice::Ready);
    }

    // The agent's own command line is asked; here it has no ground to ask from, which is told.
    void nothingStands()
    {
        sit();
        QStringList told;
        connect(m_view.get(), &Practice::changed, this, [this, &told] { told += m_view->text(); });
        m_view->replay();
        QTRY_COMPARE_WITH_TIMEOUT(m_view->state(), Practice::Failed, 20'000);
        QVERIFY(told.contains(QStringLiteral("The practice agent asks")));
        QVERIFY(!m_view->text().isEmpty());
        QVERIFY(m_gate->commands.empty());
    }

    void theSearchFails()
    {
        m_gate->gate.on(method::HistorySearch, [](const Json &, const ScriptedGate::Reply &reply) { reply(RpcError::of(ErrorCode::Unavailable, QStringLiteral("busy"))); });
        sit();
        m_view->replay();
        QCOMPARE(m_view->state(), Practice::Replaying);
        QTRY_COMPARE(m_view->state(), Practice::Failed);
        QVERIFY(!m_view->text().isEmpty());
    }
};

QTEST_GUILESS_MAIN(PracticeDeskTest)
#include "practicedesk_test.moc"
