// SPDX-License-Identifier: Apache-2.0
#include "console/desk/waitinglist.h"
#include "console/present/format.h"
#include "console/present/holdpresenter.h"
#include "console/waitingevidence.h"

#include <QTest>

#include <algorithm>
#include <random>

using namespace Qt::StringLiterals;
using namespace holdfast;
using namespace std::chrono_literals;

namespace {

const Instant start = *parseInstant(u"2026-11-22T10:00:00.000Z");

bool before(const present::Evidence &a, const present::Evidence &b, Instant now)
{
    const auto rank = [now](const present::Evidence &one) {
        return std::tuple(!present::isUrgent(one, now), -static_cast<int>(one.ruling->tier), one.hold->policy.approveUntil, one.head.hold);
    };
    return rank(a) < rank(b);
}

std::vector<HoldId> ids(const WaitingList &list)
{
    std::vector<HoldId> found;
    for (const auto &place : list.order())
        found.push_back(place.hold);
    return found;
}

} // namespace

// The order of the inbox, kept one hold at a time, is the one that sorting all of them would give.
class WaitingTest : public QObject {
    Q_OBJECT

private Q_SLOTS:
    void comesMovesAndGoesInOrder()
    {
        std::minstd_rand random(3);
        WaitingList list;
        std::vector<present::Evidence> all;
        for (int step = 0; step < 400; ++step) {
            const int number = static_cast<int>(random() % 40);
            const auto evidence = waiting(number, static_cast<Tier>(random() % 4), start + std::chrono::minutes(random() % 60), random() % 2 ? State::Pending : State::Drifted);
            std::erase_if(all, [&](const auto &one) { return one.head.hold == evidence.head.hold; });
            if (random() % 3 == 0) {
                list.drop(evidence.head.hold);
            } else {
                all.push_back(evidence);
                std::ranges::sort(all, [](const auto &a, const auto &b) { return before(a, b, start); });
                const auto at = list.take(evidence, start);
                QCOMPARE(list.order()[static_cast<std::size_t>(at)].hold, evidence.head.hold);
            }
            std::vector<HoldId> expected;
            std::ranges::transform(all, std::back_inserter(expected), [](const auto &one) { return one.head.hold; });
            QCOMPARE(ids(list), expected);
            QCOMPARE(list.pending(), static_cast<int>(std::ranges::count_if(all, [](const auto &one) { return one.head.state == State::Pending; })));
        }
    }

    void whatIsMeasuredForTheFirstTimeStandsLast()
    {
        WaitingList list;
        auto measuring = waiting(1, Tier::Low, start, State::Measuring);
        measuring.hold.reset();
        list.take(measuring, start);
        list.take(waiting(2, Tier::Low, start + 2h), start);
        QCOMPARE(ids(list).back(), measuring.head.hold);
        QCOMPARE(list.pending(), 1);
        QVERIFY(list.aged(start + 24h).size() == 1);
        QVERIFY(!list.drop(HoldId::of({}, "another")));
    }

    void agesWhenItsWordsOrItsUrgencyChange()
    {
        WaitingList list;
        const auto evidence = waiting(1, Tier::High, start + 16min);
        list.take(evidence, start);
        QVERIFY(!list.row(evidence.head.hold).urgent);
        for (Instant at = start; at < start + 17min; at += 333ms) {
            const auto kept = list.row(evidence.head.hold);
            const auto now = present::inboxRow(evidence, at);
            if (list.aged(at).empty()) {
                QCOMPARE(kept, now);
                continue;
            }
            list.take(evidence, at);
            QCOMPARE(list.row(evidence.head.hold), now);
        }
        QVERIFY(list.row(evidence.head.hold).urgent);
    }

    void timeLeftReadsTheSameUntilItSays()
    {
        std::minstd_rand random(5);
        for (int i = 0; i < 2000; ++i) {
            const auto until = start + std::chrono::milliseconds(random() % (i % 2 ? 5'000'000 : 300'000'000));
            const auto same = present::leftSameUntil(until, start);
            if (same == Instant::max())
                continue;
            QVERIFY(same > start);
            QCOMPARE(present::left(until, same - 2ms), present::left(until, start));
            QVERIFY(present::left(until, same) != present::left(until, start));
        }
    }
};

QTEST_GUILESS_MAIN(WaitingTest)
#include "waiting_test.moc"
