// SPDX-License-Identifier: Apache-2.0
#include "fakes/sampleapp.h"

#include <QAbstractItemModelTester>
#include <QSignalSpy>
#include <QTest>

#include <algorithm>
#include <random>

using namespace Qt::StringLiterals;
using namespace holdfast;

// Lists keep the identity of their rows, and the inbox keeps its order while it is held still.
class ViewModelsTest : public QObject {
    Q_OBJECT

private:
    static QStringList ids(Inbox &inbox)
    {
        QStringList keys;
        for (int row = 0; row < inbox.rows()->rowCount(); ++row)
            keys.append(inbox.rows()->index(row, 0).data(inbox.rows()->roleNames().key("holdId")).toString());
        return keys;
    }

    static QList<InboxRow> rows(const QStringList &keys)
    {
        QList<InboxRow> rows;
        for (const auto &key : keys) {
            InboxRow row;
            row.key = key;
            rows.append(row);
        }
        return rows;
    }

private Q_SLOTS:
    void replaceGoesStepByStep()
    {
        Inbox inbox;
        const QAbstractItemModelTester tester(inbox.rows(), QAbstractItemModelTester::FailureReportingMode::QtTest);
        inbox.show(rows({u"a"_s, u"b"_s, u"c"_s}), 3);
        QSignalSpy reset(inbox.rows(), &QAbstractItemModel::modelReset);
        inbox.show(rows({u"c"_s, u"d"_s, u"a"_s}), 3);
        QCOMPARE(ids(inbox), (QStringList{u"c"_s, u"d"_s, u"a"_s}));
        QVERIFY(reset.isEmpty());
        inbox.show({}, 0);
        QCOMPARE(inbox.shown(), 0);
    }

    void replaceReachesAnyOrder()
    {
        Inbox inbox;
        const QAbstractItemModelTester tester(inbox.rows(), QAbstractItemModelTester::FailureReportingMode::QtTest);
        QStringList all;
        for (int i = 0; i < 12; ++i)
            all.append(QString::number(i));
        std::minstd_rand random(7);
        for (int round = 0; round < 500; ++round) {
            std::ranges::shuffle(all, random);
            const auto some = all.first(static_cast<qsizetype>(random() % 12) + 1);
            inbox.show(rows(some), 12);
            QCOMPARE(ids(inbox), some);
        }
    }

    void oneRowComesMovesAndGoes()
    {
        Inbox inbox;
        const QAbstractItemModelTester tester(inbox.rows(), QAbstractItemModelTester::FailureReportingMode::QtTest);
        inbox.show(rows({u"a"_s, u"b"_s, u"c"_s}), 3);
        inbox.put(rows({u"d"_s}).constFirst(), 1, 4);
        QCOMPARE(ids(inbox), (QStringList{u"a"_s, u"d"_s, u"b"_s, u"c"_s}));
        inbox.put(rows({u"a"_s}).constFirst(), 3, 4);
        QCOMPARE(ids(inbox), (QStringList{u"d"_s, u"b"_s, u"c"_s, u"a"_s}));
        inbox.put(rows({u"c"_s}).constFirst(), 0, 4);
        QCOMPARE(ids(inbox), (QStringList{u"c"_s, u"d"_s, u"b"_s, u"a"_s}));
        auto changed = rows({u"d"_s}).constFirst();
        changed.sentence = u"now measured"_s;
        inbox.put(changed, 1, 4);
        QCOMPARE(inbox.rows()->index(1, 0).data(inbox.rows()->roleNames().key("sentence")).toString(), u"now measured"_s);
        inbox.drop(u"c"_s, 3);
        inbox.drop(u"unknown"_s, 3);
        QCOMPARE(ids(inbox), (QStringList{u"d"_s, u"b"_s, u"a"_s}));
        QCOMPARE(inbox.total(), 3);
    }

    void oneRowDoesNotMoveWhatIsHeldStill()
    {
        Inbox inbox;
        inbox.show(rows({u"a"_s, u"b"_s}), 2);
        inbox.setStill(true);
        inbox.put(rows({u"new"_s}).constFirst(), 0, 3);
        inbox.drop(u"a"_s, 2);
        QCOMPARE(ids(inbox), (QStringList{u"a"_s, u"b"_s, u"new"_s}));
        QVERIFY(inbox.rows()->index(0, 0).data(inbox.rows()->roleNames().key("ended")).toBool());
        inbox.setStill(false);
        QCOMPARE(ids(inbox), (QStringList{u"new"_s, u"b"_s}));
    }

    void rowsStayWhileHeldStill()
    {
        Inbox inbox;
        inbox.show(rows({u"a"_s, u"b"_s}), 2);
        inbox.setStill(true);
        inbox.show(rows({u"new"_s, u"b"_s}), 2);
        QCOMPARE(ids(inbox), (QStringList{u"a"_s, u"b"_s, u"new"_s}));
        QVERIFY(inbox.rows()->index(0, 0).data(inbox.rows()->roleNames().key("ended")).toBool());
        inbox.setStill(false);
        QCOMPARE(ids(inbox), (QStringList{u"new"_s, u"b"_s}));
    }

    void opensByIdOnly()
    {
        Inbox inbox;
        QSignalSpy spy(&inbox, &Inbox::openWanted);
        inbox.show(rows({u"a"_s, u"b"_s}), 2);
        inbox.open(u"gone"_s);
        QVERIFY(spy.isEmpty());
        inbox.step(1);
        QCOMPARE(spy.takeFirst().constFirst().toString(), u"a"_s);
        inbox.setCurrent(u"b"_s);
        inbox.step(1);
        QCOMPARE(spy.takeFirst().constFirst().toString(), u"b"_s);
    }

    void cordOnlyWhereItMayBePulled()
    {
        Running running;
        QSignalSpy spy(&running, &Running::stopWanted);
        running.show(fakes::sampleRunning());
        running.stop(u"r2"_s);
        running.stop(u"r3"_s);
        QVERIFY(spy.isEmpty());
        running.stop(u"r1"_s);
        QCOMPARE(spy.size(), 1);
        QCOMPARE(running.count(), 2);
        QCOMPARE(running.endedCount(), 3);
    }

    void passphraseIsGivenOnce()
    {
        PassphrasePrompt prompt;
        QSignalSpy spy(&prompt, &PassphrasePrompt::given);
        SecretInput field;
        field.append(u"unasked"_s);
        prompt.give(&field);
        QCOMPARE(field.length(), 7); // nobody asked: it stays where it was typed
        field.clear();
        prompt.ask(u"To approve"_s);
        prompt.give(&field);
        QVERIFY(spy.isEmpty());
        field.append(u"correct horse"_s);
        prompt.give(&field);
        QCOMPARE(field.length(), 0);
        field.append(u"correct horse"_s);
        prompt.give(&field);
        QCOMPARE(spy.size(), 1);
    }

    void aWithdrawnPromptSignsNothing_data()
    {
        QTest::addColumn<bool>("givesIt");
        QTest::newRow("left by giving the passphrase") << true;
        QTest::newRow("left by Esc") << false;
    }

    // It stays until it is left, and nobody is told of that: what it asked for has an end already.
    void aWithdrawnPromptSignsNothing()
    {
        QFETCH(bool, givesIt);
        PassphrasePrompt prompt;
        QSignalSpy given(&prompt, &PassphrasePrompt::given);
        QSignalSpy cancelled(&prompt, &PassphrasePrompt::cancelled);
        prompt.withdraw(u"nobody asked"_s);
        QVERIFY(!prompt.wanted() && prompt.problem().isEmpty());
        prompt.ask(u"To approve"_s);
        prompt.withdraw(u"It changed."_s);
        QVERIFY(prompt.wanted() && prompt.withdrawn());
        QCOMPARE(prompt.reason(), u"To approve"_s);
        QCOMPARE(prompt.problem(), u"It changed."_s);
        SecretInput field;
        prompt.give(&field);
        QVERIFY(prompt.wanted()); // Enter alone leaves the words where they are
        field.append(u"correct horse"_s);
        if (givesIt)
            prompt.give(&field);
        else
            prompt.cancel();
        QVERIFY(!prompt.wanted() && !prompt.withdrawn());
        QCOMPARE(field.length(), givesIt ? 0 : 13); // else the sheet empties it
        prompt.cancel();
        QVERIFY(given.isEmpty() && cancelled.isEmpty());
        prompt.ask(u"To deny"_s);
        QVERIFY(!prompt.withdrawn());
        prompt.cancel();
        QCOMPARE(cancelled.size(), 1);
    }

    void shortPassphraseMakesNoKeys()
    {
        Keys keys;
        QSignalSpy spy(&keys, &Keys::ownerWanted);
        SecretInput field;
        field.append(u"short"_s);
        keys.createOwner(u"ines"_s, &field);
        field.append(u"correct horse battery"_s);
        keys.createOwner({}, &field);
        QVERIFY(spy.isEmpty());
        QCOMPARE(field.length(), 26);
        keys.createOwner(u"ines"_s, &field);
        QCOMPARE(field.length(), 0);
        field.append(u"correct horse battery"_s);
        keys.createOwner(u"ines"_s, &field);
        QCOMPARE(spy.size(), 1);
    }
};

QTEST_MAIN(ViewModelsTest)
#include "tst_viewmodels.moc"
