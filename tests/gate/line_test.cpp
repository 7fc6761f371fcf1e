// SPDX-License-Identifier: Apache-2.0
#include "core/ids.h"
#include "gate/lifecycle/line.h"

#include <QRandomGenerator>
#include <QtTest>

#include <algorithm>

using namespace holdfast;

namespace {

HoldId holdOf(int number)
{
    return HoldId::of(PublicKeyBytes{}, QByteArray::number(number));
}

LinePlace place(int number, const QStringList &resources, const QString &target = QStringLiteral("db"), const QString &owner = QStringLiteral("agent"))
{
    return {holdOf(number), owner, target, resources};
}

/// True where one is the other, or lies in it: written once more, the slow way.
bool touches(const QString &a, const QString &b)
{
    const auto in = [](const QString &inner, const QString &outer) {
        return inner == outer
            || (inner.startsWith(outer) && (QStringLiteral("/. ").contains(inner.at(outer.size())) || QStringLiteral("/. ").contains(outer.back())));
    };
    return in(a, b) || in(b, a);
}

bool touch(const LinePlace &a, const LinePlace &b)
{
    if (a.resources.isEmpty() || b.resources.isEmpty())
        return a.target == b.target;
    return std::any_of(a.resources.begin(), a.resources.end(), [&](const QString &one) {
        return std::any_of(b.resources.begin(), b.resources.end(), [&](const QString &other) { return touches(one, other); });
    });
}

} // namespace

/// The order of performing: never two on one resource, never out of order, never a wait for another target.
class TestLine final : public QObject
{
    Q_OBJECT

private Q_SLOTS:
    void onOneResource();
    void within_data();
    void within();
    void unknownTouchesItsTarget();
    void slowTargetsDelayNobody();
    void ownersTakeTurns();
    void leavingWhileWaiting();
    void joiningAnew();
    void oneResourceTwice();
    void anyOrder();
};

void TestLine::onOneResource()
{
    Line line({4, 64});
    for (int i = 0; i < 3; ++i)
        line.join(place(i, {QStringLiteral("postgresql:1/b/public.t")}));
    for (int i = 0; i < 3; ++i) {
        QCOMPARE(line.next(), holdOf(i));
        QCOMPARE(line.next(), std::nullopt);
        QCOMPARE(line.waiting(), std::int64_t(2 - i));
        line.leave(holdOf(i));
    }
    QCOMPARE(line.next(), std::nullopt);
}

void TestLine::within_data()
{
    QTest::addColumn<QString>("first");
    QTest::addColumn<QString>("second");
    QTest::addColumn<bool>("waits");
    QTest::newRow("a table of the schema") << "postgresql:1/b/public" << "postgresql:1/b/public.t" << true;
    QTest::newRow("the schema of the table") << "postgresql:1/b/public.t" << "postgresql:1/b/public" << true;
    QTest::newRow("the database of the table") << "postgresql:1/b/public.t" << "postgresql:1/b/" << true;
    QTest::newRow("a file below") << "/srv/tree" << "/srv/tree/a/b" << true;
    QTest::newRow("a directory above") << "/srv/tree/a/b" << "/srv" << true;
    QTest::newRow("a ref of the repository") << "https://h/r" << "https://h/r refs/heads/main" << true;
    QTest::newRow("a name that only begins alike") << "/srv/tree" << "/srv/trees" << false;
    QTest::newRow("another table") << "postgresql:1/b/public.t" << "postgresql:1/b/public.u" << false;
    QTest::newRow("another database") << "postgresql:1/b/public.t" << "postgresql:1/c/public.t" << false;
}

void TestLine::within()
{
    QFETCH(QString, first);
    QFETCH(QString, second);
    QFETCH(bool, waits);
    Line line({4, 64});
    line.join(place(1, {first}));
    line.join(place(2, {QStringLiteral("elsewhere"), second}, QStringLiteral("other"))); // by whatever name of the target
    QVERIFY(line.next());
    QCOMPARE(line.next().has_value(), !waits);
    line.leave(holdOf(1));
    QCOMPARE(line.next().has_value(), waits);
}

void TestLine::unknownTouchesItsTarget()
{
    Line line({4, 64});
    line.join(place(1, {QStringLiteral("a")}));
    line.join(place(2, {}));
    line.join(place(3, {QStringLiteral("b")}));
    line.join(place(4, {}, QStringLiteral("db.other")));
    line.join(place(5, {QStringLiteral("c")}, QStringLiteral("db.other/x")));
    QCOMPARE(line.next(), holdOf(1));
    QCOMPARE(line.next(), holdOf(4));
    QCOMPARE(line.next(), holdOf(5));
    QCOMPARE(line.next(), std::nullopt);
    line.leave(holdOf(1));
    QCOMPARE(line.next(), holdOf(2));
    QCOMPARE(line.next(), std::nullopt);
    line.leave(holdOf(2));
    QCOMPARE(line.next(), holdOf(3));
}

void TestLine::slowTargetsDelayNobody()
{
    Line line({2, 64});
    for (int i = 0; i < 1000; ++i)
        line.join(place(i, {QStringLiteral("r%1").arg(i)}, QStringLiteral("slow%1").arg(i % 10)));
    int begun = 0;
    while (line.next())
        ++begun;
    QCOMPARE(begun, 20); // two of each of ten targets, and none of them ever ends
    line.join(place(5000, {QStringLiteral("r5000")}, QStringLiteral("quick")));
    QCOMPARE(line.next(), holdOf(5000));
    Line bounded({4, 3});
    for (int i = 0; i < 5; ++i)
        bounded.join(place(i, {QStringLiteral("r%1").arg(i)}));
    for (int i = 0; i < 3; ++i)
        QVERIFY(bounded.next());
    QCOMPARE(bounded.next(), std::nullopt);
}

void TestLine::ownersTakeTurns()
{
    Line line({1, 64});
    for (int i = 0; i < 100; ++i)
        line.join(place(i, {QStringLiteral("r%1").arg(i)}));
    line.join(place(100, {QStringLiteral("r100")}, QStringLiteral("db"), QStringLiteral("other")));
    QCOMPARE(line.next(), holdOf(0));
    line.leave(holdOf(0));
    QCOMPARE(line.next(), holdOf(100));
    line.leave(holdOf(100));
    QCOMPARE(line.next(), holdOf(1));
}

void TestLine::leavingWhileWaiting()
{
    Line line({4, 64});
    for (int i = 0; i < 3; ++i)
        line.join(place(i, {QStringLiteral("t")}));
    QCOMPARE(line.next(), holdOf(0));
    line.leave(holdOf(1));
    QCOMPARE(line.next(), std::nullopt);
    line.leave(holdOf(0));
    QCOMPARE(line.next(), holdOf(2));
    line.leave(holdOf(7)); // was never in it
    QVERIFY(line.isUnderWay(holdOf(2)) && !line.isUnderWay(holdOf(1)));
}

void TestLine::joiningAnew()
{
    Line line({4, 64});
    line.join(place(1, {QStringLiteral("t")}));
    line.join(place(2, {QStringLiteral("t")}));
    QCOMPARE(line.next(), holdOf(1));
    line.join(place(1, {QStringLiteral("t")})); // drifted, and was let through again: behind the other
    QVERIFY(!line.isUnderWay(holdOf(1)));
    QCOMPARE(line.next(), holdOf(2));
    QCOMPARE(line.next(), std::nullopt);
    line.leave(holdOf(2));
    QCOMPARE(line.next(), holdOf(1));
}

/// One that names a resource twice leaves it whole, and whoever waits for it goes on; the sanitizers see the rest.
void TestLine::oneResourceTwice()
{
    Line line({4, 64});
    line.join(place(0, {QStringLiteral("t"), QStringLiteral("u"), QStringLiteral("t")}));
    line.join(place(1, {QStringLiteral("t"), QStringLiteral("t")}));
    QCOMPARE(line.next(), holdOf(0));
    QCOMPARE(line.next(), std::nullopt);
    line.leave(holdOf(0));
    QCOMPARE(line.next(), holdOf(1));
    line.leave(holdOf(1));
    line.join(place(2, {QStringLiteral("t")}));
    QCOMPARE(line.next(), holdOf(2));
}

/// Against the plainest statement of what it promises, over random joining and leaving.
void TestLine::anyOrder()
{
    const quint32 seed = qEnvironmentVariableIsSet("HOLDFAST_SEED") ? qEnvironmentVariable("HOLDFAST_SEED").toUInt() : QRandomGenerator::global()->generate();
    qInfo("seed %u", seed);
    QRandomGenerator random(seed);
    const QStringList names{QStringLiteral("/a"), QStringLiteral("/a/b"), QStringLiteral("/a/b/c"), QStringLiteral("/ab"), QStringLiteral("/a/c"), QStringLiteral("x.y"),
                            QStringLiteral("x"), QStringLiteral("x z"), QStringLiteral("/")};
    Line line({2, 5});
    std::vector<std::pair<LinePlace, bool>> model; // in order; whether it is under way
    for (int step = 0; step < 20'000; ++step) {
        if (random.bounded(3) == 0 && !model.empty()) {
            const auto gone = model.begin() + random.bounded(static_cast<int>(model.size()));
            line.leave(gone->first.hold);
            model.erase(gone);
        } else if (model.size() < 30) {
            QStringList resources;
            for (int i = random.bounded(3); i > 0; --i)
                resources.append(names.at(random.bounded(names.size())));
            const LinePlace joined = place(step, resources, QStringLiteral("t%1").arg(random.bounded(3)), QStringLiteral("o%1").arg(random.bounded(2)));
            line.join(joined);
            model.emplace_back(joined, false);
        }
        for (auto next = line.next(); next; next = line.next()) {
            const auto found = std::find_if(model.begin(), model.end(), [&](const auto &each) { return each.first.hold == *next; });
            QVERIFY(found != model.end() && !found->second);
            for (auto before = model.begin(); before != found; ++before)
                QVERIFY(!touch(before->first, found->first));
            for (const auto &[other, underWay] : model)
                QVERIFY(!underWay || !touch(other, found->first));
            found->second = true;
        }
        std::map<QString, int> ofTarget;
        int total = 0;
        for (const auto &[each, underWay] : model) {
            ofTarget[each.target] += underWay ? 1 : 0;
            total += underWay ? 1 : 0;
        }
        QVERIFY(total <= 5);
        // A hold that waits has a reason to.
        for (auto each = model.begin(); each != model.end(); ++each) {
            QVERIFY(ofTarget[each->first.target] <= 2);
            if (each->second || total == 5 || ofTarget[each->first.target] == 2)
                continue;
            QVERIFY(std::any_of(model.begin(), each, [&](const auto &before) { return touch(before.first, each->first); }));
        }
        QCOMPARE(line.waiting(), static_cast<std::int64_t>(model.size()) - total);
    }
}

QTEST_GUILESS_MAIN(TestLine)
#include "line_test.moc"
