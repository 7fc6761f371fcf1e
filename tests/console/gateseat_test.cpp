// SPDX-License-Identifier: Apache-2.0
#include "console/seattest.h"

#include <QTest>

using namespace holdfast;

/// A seat holds together what hangs on one session: it says who sits there only while that is true, and follows the ledger by itself.
class GateSeatTest final : public SeatTest
{
    Q_OBJECT

private Q_SLOTS:
    void init() { prepare(); }
    void cleanup() { end(); }

    void saysWhoSitsThereOnlyWhileConnected()
    {
        sitDown();
        QCOMPARE(m_seat->viewer().person, QString());
        QTRY_VERIFY(m_seat->feed().isLive() && m_seat->watch().trusted());
        QCOMPARE(m_seat->viewer().person, QStringLiteral("sam"));
        QCOMPARE(m_seat->viewer().actor, QStringLiteral("sam"));
        m_gate->gate.drop();
        QTRY_VERIFY(!m_seat->feed().isLive());
        QCOMPARE(m_seat->viewer().person, QString());
        QCOMPARE(m_seat->viewer().actor, QString());
    }

    // A gate that calls him by another's name would have him sign what is his own.
    void isWhomTheRegistryNamesForHisKey()
    {
        m_gate->gate.bendSession = [bend = m_gate->gate.bendSession](Session &session) {
            bend(session);
            session.actorName = session.actorPerson = QStringLiteral("kim");
        };
        sitDown();
        QTRY_VERIFY(m_seat->feed().isLive() && m_seat->watch().trusted());
        QCOMPARE(m_seat->viewer().person, QStringLiteral("sam"));
        QCOMPARE(m_seat->viewer().actor, QStringLiteral("sam"));
    }

    void knowsOfOtherApproversFromTheRegistryAlone()
    {
        sitDown();
        QTRY_COMPARE(m_seat->watch().proven(), written());
        QVERIFY(!m_seat->viewer().otherApprovers);
        m_gate->story.enrolSecond();
        m_seat->watch().follow();
        QTRY_COMPARE(m_seat->watch().proven(), written());
        QVERIFY(m_seat->viewer().otherApprovers);
    }

    void followsWhatItHearsOf()
    {
        sitDown();
        QTRY_VERIFY(m_seat->feed().isLive());
        QTRY_COMPARE(m_seat->watch().proven(), written());
        const auto about = m_gate->pending();
        m_gate->tell(about.id);
        QTRY_VERIFY(m_seat->book().find(about.id));
        QTRY_COMPARE(m_seat->watch().proven(), written());
        QCOMPARE(m_seat->watch().alarms(), QStringList());
    }

    void comesBackAndKnowsWhatItMissed()
    {
        sitDown();
        QTRY_VERIFY(m_seat->feed().isLive());
        m_gate->gate.drop();
        QTRY_VERIFY(!m_seat->feed().isLive());
        const auto about = m_gate->pending();
        m_gate->gate.listen();
        QTRY_VERIFY(m_seat->book().find(about.id) && m_seat->book().find(about.id)->ruling);
        QTRY_COMPARE(m_seat->watch().proven(), written());
    }

    void aGateWithAnotherLedgerKeyIsNotSatAt()
    {
        auto pins = m_gate->pins();
        pins.keys.ledgerKey = m_gate->story.performer.key();
        sitDown(pins);
        QTRY_COMPARE(m_seat->link().state(), GateLink::State::Failed);
        QVERIFY(!m_seat->feed().isLive());
        QVERIFY(!m_seat->watch().trusted());
        QCOMPARE(m_seat->viewer().person, QString());
    }

    void aGateWithAnotherKeyIsNotSatAt()
    {
        m_gate->gate.key = std::make_unique<SeedSigner>(m_gate->gate.name, SecretBytes::random(32));
        auto address = m_gate->gate.address();
        address.key = m_gate->story.gate.key();
        GateSeat seat(address, m_gate->pins(), m_gate->session(), *m_keys, *m_prompt);
        seat.link().open();
        QTRY_COMPARE(seat.link().state(), GateLink::State::Failed);
        QVERIFY(!seat.watch().trusted());
    }

    void aRefusedSessionShowsNothing()
    {
        m_gate->pending();
        m_gate->gate.refusesSession = RpcError::of(ErrorCode::Forbidden, QStringLiteral("$.key"));
        sitDown();
        QTRY_COMPARE(m_gate->gate.calls.count(method::SessionOpen.toString()), 1);
        QTRY_VERIFY(m_seat->link().state() != GateLink::State::Connecting && m_seat->link().state() != GateLink::State::Challenged);
        QVERIFY(!m_seat->feed().isLive());
        QVERIFY(m_seat->book().all().empty());
    }
};

QTEST_GUILESS_MAIN(GateSeatTest)
#include "gateseat_test.moc"
