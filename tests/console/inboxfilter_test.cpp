// SPDX-License-Identifier: Apache-2.0
#include "console/desk/inboxfilter.h"

#include <QTest>

using namespace holdfast;

/// A filter lets through the rows that it names; a word that it does not know is reported and lets none through.
class InboxFilterTest final : public QObject
{
    Q_OBJECT

private Q_SLOTS:
    void passes_data()
    {
        QTest::addColumn<QString>("filter");
        QTest::addColumn<bool>("passes");
        const auto row = [](const char *filter, bool passes) { QTest::newRow(filter) << QString::fromUtf8(filter) << passes; };
        row("", true);
        row("   ", true);
        row("bookings", true);
        row("BOOKINGS", true);
        row("vehicles", false);
        row("bookings vehicles", false); // all words, not one of them
        row("drop prod", true); // words of different columns
        row("tier:crit", true);
        row("tier:CRITICAL", true);
        row("Tier:critical", true);
        row("tier:high", false);
        row("tier:ritical", false); // the beginning of a value only
        row("env:prod", true);
        row("env:staging", false);
        row("requester:cur", true);
        row("requester:sam", false); // that is the person
        row("person:sam", true);
        row("person:sam tier:low", false);
        row("person:", true); // being typed
    }

    void passes()
    {
        QFETCH(QString, filter);
        QFETCH(bool, passes);
        const InboxFilter parsed(filter);
        QCOMPARE(parsed.problem(), QString());
        QCOMPARE(parsed.passes(shown()), passes);
    }

    void anUnknownWordPassesNothing_data()
    {
        QTest::addColumn<QString>("filter");
        QTest::addColumn<QString>("word");
        QTest::newRow("misspelt") << QStringLiteral("teir:critical") << QStringLiteral("teir:");
        QTest::newRow("beside one that fits") << QStringLiteral("tier:critical environment:prod") << QStringLiteral("environment:");
        QTest::newRow("nothing before the colon") << QStringLiteral(":prod") << QStringLiteral(":");
        QTest::newRow("two: the first is named") << QStringLiteral("a:1 b:2") << QStringLiteral("a:");
        QTest::newRow("a right-to-left override") << QStringLiteral("a\u202Eb:1") << QStringLiteral("a\u27E8U+202E\u27E9b:");
    }

    void anUnknownWordPassesNothing()
    {
        QFETCH(QString, filter);
        QFETCH(QString, word);
        const InboxFilter parsed(filter);
        QVERIFY2(parsed.problem().startsWith(word + u' '), qPrintable(parsed.problem()));
        QVERIFY(!parsed.passes(shown()));
    }

private:
    static InboxRow shown()
    {
        InboxRow row;
        row.tier = view::Tier::Critical;
        row.sentence = QStringLiteral("Drop table bookings");
        row.environment = QStringLiteral("prod");
        row.requester = QStringLiteral("cursor");
        row.person = QStringLiteral("sam");
        return row;
    }
};

QTEST_GUILESS_MAIN(InboxFilterTest)
#include "inboxfilter_test.moc"
