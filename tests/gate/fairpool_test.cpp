// SPDX-License-Identifier: Apache-2.0
#include "gate/lifecycle/fairpool.h"

#include <QStringList>
#include <QtTest>

#include <atomic>
#include <latch>

using namespace holdfast;

/// Threads that take turns: among owners, and never more than a few in one lane.
class TestFairPool final : public QObject
{
    Q_OBJECT

private Q_SLOTS:
    void slowLaneDelaysNobody();
    void slowTargetsDelayNobodyElse();
    void ownersTakeTurns();
    void lanesOfAnOwnerTakeTurns();
    void whatWaitsAtTheEnd_data();
    void whatWaitsAtTheEnd();
};

void TestFairPool::slowLaneDelaysNobody()
{
    FairPool pool({5, 2});
    std::latch end(1);
    std::atomic<int> slow = 0, quick = 0;
    for (int i = 0; i < 50; ++i)
        QVERIFY(pool.add(QStringLiteral("a"), QStringLiteral("slow"), [&] {
            ++slow;
            end.wait();
        }));
    for (int i = 0; i < 20; ++i)
        QVERIFY(pool.add(QStringLiteral("a"), QStringLiteral("quick"), [&] { ++quick; }));
    QTRY_COMPARE(quick.load(), 20); // while not one of the slow ones has ended
    QTRY_COMPARE(slow.load(), 2);
    QCOMPARE(pool.waiting(), std::int64_t(48));
    end.count_down();
    QTRY_COMPARE(slow.load(), 50);
}

// Seen: two slow targets occupied all measuring. Even as many as there are threads leave some to others.
void TestFairPool::slowTargetsDelayNobodyElse()
{
    FairPool pool{FairPool::Bounds()};
    std::latch end(1);
    std::atomic<int> slow = 0, quick = 0;
    for (int lane = 0; lane < 20; ++lane)
        for (int i = 0; i < 20; ++i)
            QVERIFY(pool.add(QStringLiteral("a"), QStringLiteral("slow %1").arg(lane), [&] {
                ++slow;
                end.wait();
            }));
    QTRY_COMPARE(slow.load(), FairPool::Bounds().perOwner);
    for (int i = 0; i < 20; ++i)
        QVERIFY(pool.add(QStringLiteral("b"), QStringLiteral("quick"), [&] { ++quick; }));
    QTRY_COMPARE(quick.load(), 20);
    QCOMPARE(slow.load(), FairPool::Bounds().perOwner);
    end.count_down();
}

void TestFairPool::ownersTakeTurns()
{
    FairPool pool({1, 1});
    std::latch begin(1);
    std::mutex mutex;
    QStringList order;
    QVERIFY(pool.add(QStringLiteral("a"), QStringLiteral("l"), [&] { begin.wait(); }));
    const auto note = [&](const QString &owner) {
        QVERIFY(pool.add(owner, QStringLiteral("l"), [&, owner] {
            const std::lock_guard lock(mutex);
            order.append(owner);
        }));
    };
    for (int i = 0; i < 5; ++i)
        note(QStringLiteral("a"));
    note(QStringLiteral("b"));
    note(QStringLiteral("c"));
    begin.count_down();
    pool.stop(FairPool::Waiting::Done);
    QCOMPARE(order.join(QString()).left(4), QStringLiteral("bcaa"));
    QCOMPARE(order.size(), qsizetype(7));
}

// An owner who may have one thread and always has work in one lane gets to his other ones all the same.
void TestFairPool::lanesOfAnOwnerTakeTurns()
{
    FairPool pool({4, 2, 1});
    std::latch begin(1);
    std::mutex mutex;
    QString order;
    QVERIFY(pool.add(QStringLiteral("a"), QStringLiteral("k"), [&] { begin.wait(); }));
    for (const QChar lane : QStringLiteral("kkkkkzzm"))
        QVERIFY(pool.add(QStringLiteral("a"), lane, [&, lane] {
            const std::lock_guard lock(mutex);
            order.append(lane);
        }));
    begin.count_down();
    pool.stop(FairPool::Waiting::Done);
    QCOMPARE(order, QStringLiteral("mzkzkkkk"));
}

void TestFairPool::whatWaitsAtTheEnd_data()
{
    QTest::addColumn<bool>("done");
    QTest::newRow("done") << true;
    QTest::newRow("dropped") << false;
}

void TestFairPool::whatWaitsAtTheEnd()
{
    QFETCH(bool, done);
    FairPool pool({2, 1});
    std::latch end(1), begun(1);
    std::atomic<int> ran = 0;
    QVERIFY(pool.add(QStringLiteral("a"), QStringLiteral("l"), [&] {
        begun.count_down();
        end.wait();
        ++ran;
    }));
    begun.wait();
    for (int i = 0; i < 10; ++i)
        QVERIFY(pool.add(QStringLiteral("a"), QStringLiteral("l"), [&] { ++ran; }));
    std::thread stopping([&] { pool.stop(done ? FairPool::Waiting::Done : FairPool::Waiting::Dropped); });
    // It is stopping once it takes nothing more.
    while (pool.add(QStringLiteral("b"), QStringLiteral("other"), [] {})) { }
    end.count_down();
    stopping.join();
    QCOMPARE(ran.load(), done ? 11 : 1);
    QVERIFY(!pool.add(QStringLiteral("a"), QStringLiteral("l"), [] {}));
}

QTEST_GUILESS_MAIN(TestFairPool)
#include "fairpool_test.moc"
