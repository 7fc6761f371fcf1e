// SPDX-License-Identifier: Apache-2.0
#include "console/desk/lockreasons.h"
#include "console/seattest.h"

#include <QTest>

using namespace holdfast;
using namespace std::chrono_literals;

/// Each thing that stands against a decision is a reason of its own, and alone: with all of them met, nothing locks.
class LockReasonsTest final : public SeatTest
{
    Q_OBJECT

private:
    std::optional<present::Evidence> m_evidence;

    // The ids that lock.
    [[nodiscard]] QStringList locked(const QString &diffs = {}) const
    {
        QStringList ids;
        for (const auto &reason : lockReasons(*m_evidence, *m_seat, diffs, SystemClock().now())) {
            if (!reason.words.isEmpty())
                ids += reason.id;
        }
        return ids;
    }

private Q_SLOTS:
    void init()
    {
        prepare();
        m_gate->story.now = SystemClock().now();
        const auto about = m_gate->pending();
        sitDown();
        QTRY_VERIFY(isSettled() && m_seat->book().find(about.id) && m_seat->book().find(about.id)->ruling);
        m_evidence = *m_seat->book().find(about.id);
    }
    void cleanup()
    {
        m_evidence.reset();
        end();
    }

    void none() { QCOMPARE(locked(), QStringList()); }

    void oneByOne_data()
    {
        using Bend = std::function<void(present::Evidence &)>;
        QTest::addColumn<Bend>("bend");
        QTest::addColumn<QStringList>("ids");
        const auto row = [](const char *id, const Bend &bend) { QTest::newRow(id) << bend << QStringList{QString::fromUtf8(id)}; };
        row("ended", [](auto &evidence) { evidence.head.state = State::Denied; });
        row("policy", [](auto &evidence) { evidence.hold->tier = Tier::Critical; });
        row("expired", [](auto &evidence) { evidence.hold->policy.approveUntil = SystemClock().now() - 1ms; });
        row("own", [](auto &evidence) { evidence.ruling->rule.quorum.from = {QStringLiteral("auditors")}; evidence.hold->policy.from = evidence.ruling->rule.quorum.from; });
        row("ledger", [](auto &evidence) { evidence.holdDigest = sha256("another"); });
    }
    void oneByOne()
    {
        QFETCH(std::function<void(present::Evidence &)>, bend);
        QFETCH(QStringList, ids);
        bend(*m_evidence);
        QCOMPARE(locked(), ids);
    }

    // Without the whole lists there is no ruling, and by the hold's own word no sponsor approves.
    void listsThatAreNotHere()
    {
        m_evidence->ruling.reset();
        QCOMPARE(locked(), (QStringList{QStringLiteral("lists"), QStringLiteral("own")}));
        const auto waiting = lockReasons(*m_evidence, *m_seat, {}, SystemClock().now());
        m_evidence->listsProblem = QStringLiteral("gone");
        const auto lost = lockReasons(*m_evidence, *m_seat, {}, SystemClock().now());
        QCOMPARE(waiting[2].id, QStringLiteral("lists"));
        QVERIFY(waiting[2].words != lost[2].words && lost[2].words.contains(QStringLiteral("gone")));
    }

    void aNewerRevision()
    {
        ++m_evidence->head.revision;
        QVERIFY(locked().contains(QStringLiteral("evidence")));
    }

    void diffs() { QCOMPARE(locked(QStringLiteral("one is missing")), QStringList{QStringLiteral("diffs")}); }

    void anAlarm()
    {
        m_seat->watch().alarm(QStringLiteral("It was rewritten."));
        QCOMPARE(locked(), QStringList{QStringLiteral("alarm")});
    }

    // Nobody is told that he is struck off because the line is down.
    void withoutAConnection()
    {
        m_gate->gate.drop();
        QTRY_VERIFY(!m_seat->feed().isLive());
        QVERIFY(!locked().contains(QStringLiteral("own")));
    }
};

QTEST_GUILESS_MAIN(LockReasonsTest)
#include "lockreasons_test.moc"
