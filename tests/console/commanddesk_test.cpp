// SPDX-License-Identifier: Apache-2.0
#include "console/desk/commanddesk.h"
#include "console/seattest.h"

#include <QTest>

using namespace holdfast;

/// A stop is of the hold that the window named, a freeze of whoever asked for it; neither is of anything that is gone.
class CommandDeskTest final : public SeatTest
{
    Q_OBJECT

private:
    std::unique_ptr<App> m_app;
    std::unique_ptr<CommandDesk> m_desk;
    StoryGate::Case m_about;

    void give()
    {
        QTRY_VERIFY(m_prompt->wanted());
        Q_EMIT m_prompt->given(StoryGate::passphrase());
    }

private Q_SLOTS:
    void init()
    {
        prepare();
        m_app = std::make_unique<App>();
        m_about = m_gate->pending();
        sitDown();
        m_desk = std::make_unique<CommandDesk>(*m_seat, *m_app);
        QTRY_VERIFY(isSettled() && m_seat->book().find(m_about.id) && m_seat->book().find(m_about.id)->hold);
    }
    void cleanup()
    {
        m_desk.reset();
        m_app.reset();
        end();
    }

    void stops()
    {
        Q_EMIT m_app->running()->stopWanted(m_about.id.toString());
        give();
        QTRY_COMPARE(m_gate->commands.size(), std::size_t{1});
        const auto &command = m_gate->commands.front();
        QVERIFY(command.verb == Command::Verb::Stop && command.hold == m_about.id && !command.actor);
        QVERIFY(!command.reason.isEmpty());
    }

    void freezes()
    {
        m_desk->freeze(*m_seat->book().find(m_about.id), QStringLiteral("too many of these"));
        give();
        QTRY_COMPARE(m_gate->commands.size(), std::size_t{1});
        const auto &command = m_gate->commands.front();
        QVERIFY(command.verb == Command::Verb::Freeze && command.hold == m_about.id);
        QCOMPARE(command.actor.value_or(QString()), QStringLiteral("cursor"));
        QCOMPARE(command.reason, QStringLiteral("too many of these"));
    }

    void nothingOfWhatIsGone_data()
    {
        QTest::addColumn<QString>("id");
        QTest::newRow("no id") << QStringLiteral("no id");
        QTest::newRow("a hold that nobody knows") << HoldId::of({}, "none").toString();
    }
    void nothingOfWhatIsGone()
    {
        QFETCH(QString, id);
        Q_EMIT m_app->running()->stopWanted(id);
        Q_EMIT m_app->review()->freezeWanted(id, QStringLiteral("because"));
        QVERIFY(!m_prompt->wanted());
    }

    void aRefusalIsTold()
    {
        m_gate->gate.on(method::CommandSubmit, [](const Json &, const ScriptedGate::Reply &reply) { reply(RpcError::of(ErrorCode::Forbidden, QStringLiteral("$.command"))); });
        Q_EMIT m_app->running()->stopWanted(m_about.id.toString());
        give();
        QTRY_COMPARE(m_app->decision()->state(), DecisionLock::Failed);
        QVERIFY(!m_app->decision()->message().isEmpty());
    }
};

QTEST_GUILESS_MAIN(CommandDeskTest)
#include "commanddesk_test.moc"
