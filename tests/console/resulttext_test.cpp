// SPDX-License-Identifier: Apache-2.0
#include "console/desk/documenttext.h"
#include "console/desk/resulttext.h"
#include "console/present/format.h"

#include <QTest>

using namespace holdfast;

/// A state until the receipt is here, then its outcome: good only when all of it was done.
class ResultTextTest final : public QObject
{
    Q_OBJECT

private Q_SLOTS:
    void theState()
    {
        const auto told = resultText(State::Executing, nullptr);
        QCOMPARE(told.state, wordOf(State::Executing));
        QCOMPARE(told.tone, view::Tone::Plain);
        QCOMPARE(told.result, QString());
        QCOMPARE(resultText(State::Denied, nullptr).tone, view::Tone::Bad);
        QCOMPARE(resultText(State::Refused, nullptr).tone, view::Tone::Bad);
    }

    void theOutcome_data()
    {
        QTest::addColumn<Outcome>("outcome");
        QTest::addColumn<view::Tone>("tone");
        QTest::newRow("committed") << Outcome::Committed << view::Tone::Good;
        QTest::newRow("failed") << Outcome::Failed << view::Tone::Bad;
        QTest::newRow("partial") << Outcome::Partial << view::Tone::Caution;
        QTest::newRow("not started") << Outcome::NotStarted << view::Tone::Caution;
        QTest::newRow("unknown") << Outcome::Unknown << view::Tone::Caution;
    }
    void theOutcome()
    {
        QFETCH(Outcome, outcome);
        QFETCH(view::Tone, tone);
        Receipt receipt;
        receipt.outcome = outcome;
        const auto told = resultText(State::Done, &receipt);
        QCOMPARE(told.state, present::word(outcome));
        QCOMPARE(told.tone, tone);
    }

    void sizesAreTold()
    {
        Receipt receipt;
        Fact bytes;
        bytes.label = QStringLiteral("freed");
        bytes.number = 2'000'000;
        bytes.unit = QStringLiteral("bytes");
        Fact rows;
        rows.label = QStringLiteral("rows\u202e destroyed"); // of a program's
        rows.number = 3;
        receipt.effects = {bytes, rows};
        const auto told = resultText(State::Done, &receipt).result;
        QVERIFY2(told.startsWith(present::bytes(2'000'000) + QStringLiteral(" freed, 3 rows")), qPrintable(told));
        QVERIFY(!told.contains(QChar(0x202e)));
    }
};

QTEST_GUILESS_MAIN(ResultTextTest)
#include "resulttext_test.moc"
