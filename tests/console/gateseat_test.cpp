// SPDX-License-Identifier: Apache-2.0
#include "console/desk/gateseat.h"
#include "console/storygate.h"

#include <QTest>

using namespace holdfast;

/// A seat holds together what hangs on one session: it says who sits there only while that is true, and follows the ledger by itself.
class GateSeatTest final : public QObject
{
    Q_OBJECT

private:
    std::unique_ptr<StoryGate> m_gate;
    std::unique_ptr<MemoryStore> m_store;
    std::unique_ptr<KeyKeeper> m_keys;
    std::unique_ptr<PassphrasePrompt> m_prompt;

    [[nodiscard]] std::unique_ptr<GateSeat> sit(const Pins &pins)
    {
        auto seat = std::make_unique<GateSeat>(m_gate->gate.address(), pins, m_gate->session(), *m_keys, *m_prompt);
        seat->link().open();
        return seat;
    }
    [[nodiscard]] std::int64_t written() const { return static_cast<std::int64_t>(m_gate->story.entries.size()); }

private Q_SLOTS:
    void init()
    {
        initialiseCryptography();
        m_gate = std::make_unique<StoryGate>();
        m_store = std::make_unique<MemoryStore>();
        m_keys = std::make_unique<KeyKeeper>(m_gate->keeper(*m_store));
        m_prompt = std::make_unique<PassphrasePrompt>();
    }

    void saysWhoSitsThereOnlyWhileConnected()
    {
        const auto seat = sit(m_gate->pins());
        QCOMPARE(seat->viewer().person, QString());
        QTRY_VERIFY(seat->feed().isLive());
        QCOMPARE(seat->viewer().person, QStringLiteral("sam"));
        QCOMPARE(seat->viewer().actor, QStringLiteral("sam"));
        m_gate->gate.drop();
        QTRY_VERIFY(!seat->feed().isLive());
        QCOMPARE(seat->viewer().person, QString());
        QCOMPARE(seat->viewer().actor, QString());
    }

    void knowsOfOtherApproversFromTheRegistryAlone()
    {
        const auto seat = sit(m_gate->pins());
        QTRY_COMPARE(seat->watch().proven(), written());
        QVERIFY(!seat->viewer().otherApprovers);
        m_gate->story.enrolSecond();
        seat->watch().follow();
        QTRY_COMPARE(seat->watch().proven(), written());
        QVERIFY(seat->viewer().otherApprovers);
    }

    void followsWhatItHearsOf()
    {
        const auto seat = sit(m_gate->pins());
        QTRY_VERIFY(seat->feed().isLive());
        QTRY_COMPARE(seat->watch().proven(), written());
        const auto about = m_gate->pending();
        m_gate->tell(about.id);
        QTRY_VERIFY(seat->book().find(about.id));
        QTRY_COMPARE(seat->watch().proven(), written());
        QCOMPARE(seat->watch().alarms(), QStringList());
    }

    void comesBackAndKnowsWhatItMissed()
    {
        const auto seat = sit(m_gate->pins());
        QTRY_VERIFY(seat->feed().isLive());
        m_gate->gate.drop();
        QTRY_VERIFY(!seat->feed().isLive());
        const auto about = m_gate->pending();
        m_gate->gate.listen();
        QTRY_VERIFY(seat->book().find(about.id) && seat->book().find(about.id)->ruling);
        QTRY_COMPARE(seat->watch().proven(), written());
    }

    void aGateWithAnotherLedgerKeyIsNotSatAt()
    {
        auto pins = m_gate->pins();
        pins.keys.ledgerKey = m_gate->story.performer.key();
        const auto seat = sit(pins);
        QTRY_COMPARE(seat->link().state(), GateLink::State::Failed);
        QVERIFY(!seat->feed().isLive());
        QVERIFY(!seat->watch().trusted());
        QCOMPARE(seat->viewer().person, QString());
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
        const auto seat = sit(m_gate->pins());
        QTRY_COMPARE(m_gate->gate.calls.count(method::SessionOpen.toString()), 1);
        QTRY_VERIFY(seat->link().state() != GateLink::State::Connecting && seat->link().state() != GateLink::State::Challenged);
        QVERIFY(!seat->feed().isLive());
        QVERIFY(seat->book().all().empty());
    }
};

QTEST_GUILESS_MAIN(GateSeatTest)
#include "gateseat_test.moc"
