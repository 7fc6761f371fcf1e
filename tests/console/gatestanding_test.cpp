// SPDX-License-Identifier: Apache-2.0
#include "console/desk/gatestanding.h"
#include "console/seattest.h"

#include <QSignalSpy>
#include <QTest>

using namespace holdfast;

/// The gate is told of as its link is now: live, or since when and why not. An earlier state is never told as the current one.
class GateStandingTest final : public SeatTest
{
    Q_OBJECT

private:
    std::unique_ptr<GateStatus> m_view;
    std::unique_ptr<GateStanding> m_standing;

    void sit()
    {
        m_standing->sit(m_seat.get());
        m_standing->update();
    }

private Q_SLOTS:
    void init()
    {
        prepare();
        m_view = std::make_unique<GateStatus>();
        m_standing = std::make_unique<GateStanding>(*m_view);
    }
    void cleanup()
    {
        m_standing.reset();
        m_view.reset();
        end();
    }

    void liveAndThenStale()
    {
        QList<GateRow> rows;
        connect(m_standing.get(), &GateStanding::shown, this, [&rows](const GateRow &row) { rows.append(row); });
        sitDown();
        sit();
        QCOMPARE(m_view->link(), view::Link::Connecting);
        QCOMPARE(m_view->staleText(), QString());
        QVERIFY(!m_standing->wasLive() && !m_standing->isStale());
        QTRY_COMPARE(m_view->link(), view::Link::Live);
        QVERIFY(m_standing->wasLive() && !m_standing->isStale());
        QTRY_VERIFY(m_view->proven().startsWith(QString::number(written())));
        QCOMPARE(m_view->name(), m_gate->story.registry.gate);
        QCOMPARE(rows.last().state, m_view->linkText());
        QCOMPARE(rows.last().tone, view::Tone::Good);
        QCOMPARE(rows.last().address, m_gate->gate.address().url.toString());
        m_gate->gate.drop();
        QTRY_COMPARE(m_view->link(), view::Link::Offline);
        QVERIFY(m_standing->isStale());
        QVERIFY(m_view->staleText().startsWith(QStringLiteral("Stale since")));
        QCOMPARE(m_view->staleWhy(), QString()); // a break is no reason that anybody reads
        QCOMPARE(rows.last().tone, view::Tone::Caution);
        m_gate->gate.listen();
        QTRY_COMPARE(m_view->link(), view::Link::Live);
        QCOMPARE(m_view->staleText(), QString());
        QVERIFY(!m_standing->isStale());
    }

    // Kept holds are recalled once; where none were kept, no time is told.
    void neverReached()
    {
        QSignalSpy recalled(m_standing.get(), &GateStanding::recalled);
        m_gate->gate.drop();
        sitDown();
        sit();
        QTRY_COMPARE(m_view->link(), view::Link::Offline);
        QCOMPARE(recalled.count(), 1);
        QVERIFY(m_standing->isStale() && !m_standing->wasLive());
        QCOMPARE(m_view->staleText(), QStringLiteral("Nothing can be signed now."));
        QVERIFY(!m_view->staleWhy().isEmpty());
        m_standing->update();
        QCOMPARE(recalled.count(), 1);
        m_gate->gate.listen();
        QTRY_COMPARE_WITH_TIMEOUT(m_view->link(), view::Link::Live, 20'000);
    }

    void anAnswerThatIsNotTheGates()
    {
        m_gate->gate.bendSession = [](Session &session) { session.nonce = randomBytes(16); };
        sitDown();
        sit();
        QTRY_COMPARE(m_view->linkText(), QStringLiteral("refused"));
        QVERIFY(!m_view->staleWhy().isEmpty());
        QCOMPARE(m_view->link(), view::Link::Offline);
    }

    void withoutASeat()
    {
        QSignalSpy changed(m_standing.get(), &GateStanding::changed);
        m_standing->explain(QStringLiteral("g.example/gate"), QStringLiteral("Its key was never pinned."));
        QCOMPARE(changed.count(), 1);
        QCOMPARE(m_view->name(), QStringLiteral("g.example/gate"));
        QCOMPARE(m_view->link(), view::Link::Offline);
        QCOMPARE(m_view->staleWhy(), QStringLiteral("Its key was never pinned."));
        QVERIFY(!m_standing->isStale()); // nothing is shown that could be
    }

    // The reason stays with a seat that only shows what was kept, and goes with one that connects.
    void theMissingKey()
    {
        m_standing->missKey();
        m_standing->explain({}, QStringLiteral("It is in another keyring."));
        m_seat = std::make_unique<GateSeat>(m_gate->gate.address(), m_gate->pins(), m_gate->session()->key(), *m_keys, *m_prompt);
        sit();
        QVERIFY(m_standing->isKeyMissing() && m_standing->isStale());
        QCOMPARE(m_view->staleWhy(), QStringLiteral("It is in another keyring."));
        m_standing->sit(nullptr);
        sitDown();
        sit();
        QVERIFY(!m_standing->isKeyMissing());
        QTRY_COMPARE(m_view->link(), view::Link::Live);
        QCOMPARE(m_view->staleWhy(), QString());
    }

    void aSeatThatWasLeftTellsNothing()
    {
        sitDown();
        sit();
        QTRY_COMPARE(m_view->link(), view::Link::Live);
        m_standing->sit(nullptr);
        QSignalSpy changed(m_standing.get(), &GateStanding::changed);
        m_gate->gate.drop();
        QTRY_VERIFY(!m_seat->feed().isLive());
        QCOMPARE(changed.count(), 0);
        QCOMPARE(m_view->link(), view::Link::Live);
    }
};

QTEST_GUILESS_MAIN(GateStandingTest)
#include "gatestanding_test.moc"
