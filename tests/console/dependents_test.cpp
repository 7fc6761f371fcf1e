// SPDX-License-Identifier: Apache-2.0
#include "console/present/reviewlists.h"

#include <QTest>

using namespace holdfast;
using namespace Qt::StringLiterals;

/// The dependents, with as much of each as is known: a limit that is known is no blank.
class DependentsTest final : public QObject
{
    Q_OBJECT

private Q_SLOTS:
    void counts_data()
    {
        QTest::addColumn<int>("number"); // -1: none
        QTest::addColumn<int>("least");
        QTest::addColumn<int>("most");
        QTest::addColumn<QString>("shown");
        QTest::newRow("exact") << 7 << -1 << -1 << u"7"_s;
        QTest::newRow("no more than") << -1 << 0 << 30 << u"up to 30"_s;
        QTest::newRow("only an upper limit") << -1 << -1 << 30 << u"up to 30"_s;
        QTest::newRow("between") << -1 << 3 << 9 << u"3 to 9"_s;
        QTest::newRow("no less than") << -1 << 4 << -1 << u"at least 4"_s;
        QTest::newRow("limits that meet") << -1 << 5 << 5 << u"5"_s;
        QTest::newRow("none") << -1 << 0 << 0 << u"0"_s;
        QTest::newRow("unknown") << -1 << -1 << -1 << u"—"_s;
    }

    void counts()
    {
        QFETCH(int, number);
        QFETCH(int, least);
        QFETCH(int, most);
        QFETCH(QString, shown);
        const auto known = [](int value) { return value < 0 ? std::optional<std::int64_t>() : std::optional<std::int64_t>(value); };
        Dependent dependent;
        dependent.name = u"card"_s;
        dependent.count = known(number);
        dependent.least = known(least);
        dependent.most = known(most);
        Dependent heaviest;
        heaviest.name = u"all"_s;
        heaviest.count = 60;
        Hold hold;
        hold.measured.dependents = {dependent, heaviest};
        const auto rows = present::dependentRows(hold);
        QCOMPARE(rows.size(), 2);
        QCOMPARE(rows[0].count, shown);
        // Its bar is as long as the most that it may be.
        QCOMPARE(rows[0].share, number >= 0 || most >= 0 ? std::max(number, most) / 60.0 : -1.0);
    }

    /// A fold shows the first few: it must not hide the heaviest.
    void heaviestFirst()
    {
        const auto one = [](const QString &name, std::optional<std::int64_t> count, int parent, std::optional<std::int64_t> most = {}) {
            Dependent dependent;
            dependent.name = name;
            dependent.count = count;
            dependent.most = most;
            dependent.parent = parent;
            return dependent;
        };
        Hold hold;
        hold.measured.dependents = {one(u"deleted"_s, 5, -1), one(u"key"_s, {}, 0), one(u"light"_s, 3, 0), one(u"heavy"_s, 900, 0), one(u"below heavy"_s, 1, 3),
                                    one(u"bounded"_s, {}, 0, 40), one(u"updated"_s, 1'000, -1)};
        QStringList names;
        for (const auto &row : present::dependentRows(hold))
            names += row.name;
        QCOMPARE(names, (QStringList{u"deleted"_s, u"heavy"_s, u"below heavy"_s, u"bounded"_s, u"light"_s, u"key"_s, u"updated"_s}));
    }
};

QTEST_GUILESS_MAIN(DependentsTest)
#include "dependents_test.moc"
