// SPDX-License-Identifier: Apache-2.0
#include "console/desk/enroldesk.h"
#include "console/storygate.h"

#include <QDir>
#include <QTest>

using namespace holdfast;

/// Keys are made for a gate that is named whole: by an invite with its address, or as the first owner of a gate that waits for one.
class EnrolDeskTest final : public QObject
{
    Q_OBJECT

private:
    std::unique_ptr<StoryGate> m_gate;
    std::unique_ptr<EmbeddedGate> m_own;
    std::unique_ptr<Keys> m_view;
    std::unique_ptr<PassphrasePrompt> m_prompt;
    std::unique_ptr<KeyDesk> m_keys;
    std::unique_ptr<EnrolDesk> m_desk;

    [[nodiscard]] QString invite() const { return Invite{m_gate->story.gate.key(), randomBytes(16)}.toString(); }
    void enrol(const QString &address, const QString &text)
    {
        Q_EMIT m_view->enrolWanted(QStringLiteral("kim"), address, text, StoryGate::passphrase(), true);
    }
    [[nodiscard]] GateFile file(bool awaitsOwner) const
    {
        return {m_gate->gate.address(), m_gate->story.ledger.key(), m_gate->story.performer.key(), QCoreApplication::applicationPid(), awaitsOwner};
    }

private Q_SLOTS:
    void init()
    {
        initialiseCryptography();
        qputenv("DBUS_SESSION_BUS_ADDRESS", "unix:path=/nowhere/at/all");
        m_gate = std::make_unique<StoryGate>();
        const auto places = Places::ofThisUser();
        m_own = std::make_unique<EmbeddedGate>(places);
        m_view = std::make_unique<Keys>();
        m_prompt = std::make_unique<PassphrasePrompt>();
        m_keys = std::make_unique<KeyDesk>(places, *m_view, *m_prompt);
        m_desk = std::make_unique<EnrolDesk>(*m_own, *m_keys, *m_view);
    }
    void cleanup()
    {
        m_desk.reset();
        m_keys.reset();
        m_prompt.reset();
        m_view.reset();
        m_own.reset();
        m_gate.reset();
    }

    void notAnInvite()
    {
        enrol(m_gate->gate.address().url.toString(), QStringLiteral("gate+nothing"));
        QCOMPARE(m_view->step(), Keys::Failed);
        QVERIFY(!m_desk->address());
    }

    void notAnAddress()
    {
        enrol(QStringLiteral("http://gate.example"), invite());
        QCOMPARE(m_view->step(), Keys::Failed);
        QCOMPARE(m_gate->gate.sessions + m_gate->gate.connections, 0);
    }

    // The invite alone is enough where a gate was found.
    void theGateThatWasFound_data()
    {
        QTest::addColumn<bool>("typed");
        QTest::newRow("found") << false;
        QTest::newRow("typed") << true;
    }
    void theGateThatWasFound()
    {
        QFETCH(bool, typed);
        const auto address = m_gate->gate.address();
        if (!typed)
            m_desk->setAddress(address);
        enrol(typed ? u' ' + address.url.toString() + u' ' : QString(), invite());
        QCOMPARE(m_view->step(), Keys::Working);
        QCOMPARE(m_desk->address()->url, address.url);
        QTRY_VERIFY(m_gate->gate.connections > 0);
    }

    void whatIsOffered()
    {
        m_desk->offer(file(true));
        QVERIFY(m_view->mayOwn());
        m_desk->offer(file(false));
        QVERIFY(!m_view->mayOwn());
    }

    // Nothing is made for a gate that has an owner, or that is not there at all.
    void anOwnedGate_data()
    {
        QTest::addColumn<bool>("runs");
        QTest::newRow("owned") << true;
        QTest::newRow("not there") << false;
    }
    void anOwnedGate()
    {
        QFETCH(bool, runs);
        if (runs)
            QVERIFY(file(false).write(GateFile::defaultPath()));
        Q_EMIT m_view->ownerWanted(QStringLiteral("sam"), StoryGate::passphrase(), true);
        QCOMPARE(m_view->step(), Keys::Failed);
        m_desk->resume(); // of nothing
        QCOMPARE(m_gate->gate.sessions, 0);
    }

    void itDoesNotStart()
    {
        m_desk->giveUp(QStringLiteral("No gate program."));
        QCOMPARE(m_view->step(), Keys::Failed);
        QCOMPARE(m_view->problem(), QStringLiteral("No gate program."));
    }
};

QTEST_GUILESS_MAIN(EnrolDeskTest)
#include "enroldesk_test.moc"
