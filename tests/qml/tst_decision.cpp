// SPDX-License-Identifier: Apache-2.0
#include "console/view/decision.h"

#include <QSignalSpy>
#include <QTest>

using namespace Qt::StringLiterals;
using holdfast::Approval;
using holdfast::DecisionLock;
using holdfast::DecisionTerms;

// The lock between a person and a signature: nothing opens it but every condition, and nothing passes it while closed.
class DecisionTest : public QObject {
    Q_OBJECT

private:
    static DecisionTerms terms(const QStringList &confirm)
    {
        DecisionTerms terms;
        terms.holdId = u"h1"_s;
        terms.revision = 3;
        terms.confirm = confirm;
        terms.confirmText = terms.confirmShown = u"bookings-prod"_s;
        terms.code = u"004217"_s;
        terms.sections = {{u"facts"_s, u"Look at the figures"_s}, {u"payload"_s, u"Open the payload"_s}};
        return terms;
    }

    static void click(DecisionLock &decision)
    {
        decision.beginPress();
        decision.endPress();
        decision.click();
    }

    static void reachAll(DecisionLock &decision)
    {
        decision.reach(u"facts"_s);
        decision.reach(u"payload"_s);
    }

private Q_SLOTS:
    void closedRefuses()
    {
        DecisionLock decision;
        QVERIFY(!decision.approve());
        QVERIFY(!decision.deny(u"no"_s, DecisionLock::This, {}));
    }

    void everyConditionLocks()
    {
        DecisionLock decision;
        QSignalSpy spy(&decision, &DecisionLock::approveWanted);
        decision.open(terms({u"type-target"_s}));
        QCOMPARE(decision.unmet().size(), 3);
        reachAll(decision);
        QCOMPARE(decision.unmet(), QStringList{u"Type bookings-prod"_s});
        decision.setTypedTarget(u"bookings-prod "_s);
        QVERIFY(!decision.targetFits());
        decision.setTypedTarget(u"bookings-prod"_s);
        QVERIFY(decision.unmet().isEmpty());
        QVERIFY2(!decision.mayApprove(), "armed before 600 ms have passed");
        QVERIFY(!decision.approve());
        QTRY_VERIFY(decision.mayApprove());
        decision.block(u"link"_s, u"Reach the gate again"_s);
        QVERIFY(!decision.approve());
        decision.block(u"link"_s, {});
        QVERIFY2(!decision.mayApprove(), "a lifted block must arm anew");
        QTRY_VERIFY(decision.mayApprove());
        QVERIFY(decision.approve());
        QCOMPARE(spy.size(), 1);
        QVERIFY2(!decision.approve(), "a second press while signing");
        QCOMPARE(spy.size(), 1);
    }

    void handsOverConfirmationsInOrder()
    {
        DecisionLock decision;
        QSignalSpy spy(&decision, &DecisionLock::approveWanted);
        decision.open(terms({u"match-code"_s, u"type-target"_s}));
        reachAll(decision);
        decision.setTypedTarget(u"bookings-prod"_s);
        decision.setTypedCode(u"4217"_s);
        QCOMPARE(decision.unmet().size(), 1);
        decision.setTypedCode(u"004217"_s);
        QTRY_VERIFY(decision.mayApprove());
        QVERIFY(decision.approve());
        const auto given = spy.takeFirst().takeFirst().value<Approval>();
        QCOMPARE(given.revision, 3);
        QCOMPARE(given.confirmations[0].first, u"match-code"_s);
        QCOMPARE(given.confirmations[0].second, u"004217"_s);
        QCOMPARE(given.confirmations[1].second, u"bookings-prod"_s);
        QCOMPARE(given.reached, (QStringList{u"facts"_s, u"payload"_s}));
    }

    void anotherRevisionForgets()
    {
        DecisionLock decision;
        decision.open(terms({u"type-target"_s}));
        reachAll(decision);
        decision.setTypedTarget(u"bookings-prod"_s);
        QTRY_VERIFY(decision.mayApprove());
        auto next = terms({u"type-target"_s});
        next.revision = 4;
        decision.open(next);
        QVERIFY(decision.typedTarget().isEmpty());
        QCOMPARE(decision.unmet().size(), 3);
    }

    void pressMustBeHeld()
    {
        DecisionLock decision;
        QSignalSpy spy(&decision, &DecisionLock::approveWanted);
        decision.open(terms({u"press"_s}));
        reachAll(decision);
        QTRY_VERIFY(decision.mayApprove());
        QVERIFY2(!decision.approve(), "a bare press, as over AT-SPI");
        click(decision);
        QCOMPARE(decision.pressed(), 0.0);
        QVERIFY(spy.isEmpty());
        decision.beginPress();
        QTRY_COMPARE(spy.size(), 1);
        const auto given = spy.takeFirst().takeFirst().value<Approval>();
        QVERIFY(given.confirmations[0].second.toLongLong() >= DecisionLock::pressMs);
    }

    void aChangeEndsAPress()
    {
        DecisionLock decision;
        decision.open(terms({u"press"_s}));
        reachAll(decision);
        QTRY_VERIFY(decision.mayApprove());
        decision.beginPress();
        QVERIFY(decision.pressed() >= 0.0);
        QSignalSpy spy(&decision, &DecisionLock::approveWanted);
        decision.rearm();
        QCOMPARE(decision.pressed(), 0.0);
        QTRY_VERIFY(decision.mayApprove());
        QVERIFY(spy.isEmpty());
    }

    void doubleClickReleasesNothing()
    {
        DecisionLock decision;
        QSignalSpy spy(&decision, &DecisionLock::approveWanted);
        decision.open(terms({}));
        reachAll(decision);
        QTRY_VERIFY(decision.mayApprove());
        click(decision);
        click(decision);
        QVERIFY(!spy.wait(DecisionLock::doubleClickMs * 2));
        for (int i = 0; i < 3; ++i)
            click(decision);
        QVERIFY2(!spy.wait(DecisionLock::doubleClickMs * 2), "a third click");
        click(decision);
        QTRY_COMPARE(spy.size(), 1);
    }

    void aClickBegunOnTheClosedLockReleasesNothing()
    {
        DecisionLock decision;
        QSignalSpy spy(&decision, &DecisionLock::approveWanted);
        decision.open(terms({}));
        reachAll(decision);
        decision.beginPress();
        QTRY_VERIFY(decision.mayApprove());
        decision.endPress();
        decision.click();
        QVERIFY2(!spy.wait(DecisionLock::doubleClickMs * 2), "pressed while it armed, let go after");
        decision.beginPress();
        decision.rearm();
        QTRY_VERIFY(decision.mayApprove());
        decision.endPress();
        decision.click();
        QVERIFY2(!spy.wait(DecisionLock::doubleClickMs * 2), "the screen changed under the press");
        click(decision);
        QTRY_COMPARE(spy.size(), 1);
    }

    void denyWantsAReasonAndTheLink()
    {
        DecisionLock decision;
        QSignalSpy spy(&decision, &DecisionLock::denyWanted);
        decision.open(terms({u"type-target"_s}));
        QVERIFY(!decision.deny(u"  "_s, DecisionLock::This, {}));
        decision.block(u"evidence"_s, u"Wait for the measurement"_s);
        QVERIFY2(decision.mayDeny(), "denying needs no evidence");
        QCOMPARE(decision.denyLock(), QString());
        decision.block(u"keys"_s, u"Restore your session key"_s);
        QVERIFY(!decision.mayDeny());
        QCOMPARE(decision.denyLock(), u"Restore your session key"_s);
        decision.block(u"keys"_s, {});
        QVERIFY(decision.mayDeny());
        decision.block(u"link"_s, u"Reach the gate again"_s);
        QVERIFY(!decision.deny(u"no"_s, DecisionLock::This, {}));
        decision.block(u"link"_s, {});
        QVERIFY(decision.deny(u"no"_s, DecisionLock::Class, u"one row"_s));
        QCOMPARE(spy.takeFirst().constFirst().toString(), u"h1"_s);
    }

    void failureKeepsWhatWasTyped()
    {
        DecisionLock decision;
        decision.open(terms({u"type-target"_s}));
        reachAll(decision);
        decision.setTypedTarget(u"bookings-prod"_s);
        QTRY_VERIFY(decision.mayApprove());
        QVERIFY(decision.approve());
        decision.advance(DecisionLock::Failed, u"The gate answered: expired"_s);
        QVERIFY(!decision.approve());
        decision.dismiss();
        QCOMPARE(decision.typedTarget(), u"bookings-prod"_s);
        QTRY_VERIFY(decision.mayApprove());
    }
};

QTEST_MAIN(DecisionTest)
#include "tst_decision.moc"
