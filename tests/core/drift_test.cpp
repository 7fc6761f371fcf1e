// SPDX-License-Identifier: Apache-2.0
#include "core/policy/drift.h"

#include "core/samples.h"

#include <QTest>

using namespace holdfast;

/// What may move between approval and performance, and what not: protocol 1.4, *Drift*.
class DriftTest final : public QObject
{
    Q_OBJECT

private Q_SLOTS:
    void initTestCase() { initialiseCryptography(); }
    void unchanged();
    void facts_data();
    void facts();
    void intervals_data();
    void intervals();
    void shareOfATable();
    void newAndMissingFacts();
    void everythingElse();
    void whatDoesNotCount();
    void modeAndTier();
};

namespace {

Fact &factOf(Measurement &measured, QStringView id)
{
    for (Fact &each : measured.facts) {
        if (each.id == id)
            return each;
    }
    qFatal("no such fact");
}

std::vector<DriftItem> compared(const Measurement &now)
{
    const Hold approved = samples::hold();
    return compare(approved, now, approved.mode, approved.tier);
}

} // namespace

void DriftTest::unchanged()
{
    QVERIFY(compared(samples::measurement()).empty());
    QVERIFY(!isDrift({}));
}

void DriftTest::facts_data()
{
    QTest::addColumn<QString>("id");
    QTest::addColumn<QString>("value");
    QTest::addColumn<qint64>("number"); // -1: none
    QTest::addColumn<int>("quality");
    QTest::addColumn<bool>("drift");
    const auto add = [](const char *name, QStringView id, const char *value, qint64 number, Quality quality, bool drift) {
        QTest::newRow(name) << id.toString() << QString::fromLatin1(value) << number << static_cast<int>(quality) << drift;
    };
    const Quality measured = Quality::Measured;
    add("within the tolerance", fact::DestroyedRows, "1010", 1010, measured, false);
    add("one beyond", fact::DestroyedRows, "1011", 1011, measured, true);
    add("fewer", fact::DestroyedRows, "0", 0, measured, false);
    add("below nothing", fact::DestroyedRows, "-1", -2, measured, true);
    add("unknown now", fact::DestroyedRows, "unknown", -1, Quality::Unknown, true);
    add("only estimated now", fact::DestroyedRows, "1000", 1000, Quality::Estimated, true);
    add("another value, no tolerance", fact::DestroyedBytes, "8193", 8193, measured, true);
    add("fewer, no tolerance", fact::DestroyedBytes, "8191", 8191, measured, true);
    add("another quality, no tolerance", fact::DestroyedBytes, "8192", 8192, Quality::Estimated, true);
    add("another text, no tolerance", fact::DestroyedBytes, "8 kB", 8192, measured, true);
    add("live dependents", fact::DependentsLive, "99", 99, measured, false);
    add("locks", fact::LockObjects, "3", 3, measured, false);
    add("last use", fact::LastUsed, "0", 0, Quality::Unknown, false);
    add("newer backup", fact::BackupNewest, "2026-11-22T09:00:00.000Z", -1, Quality::Configured, false);
    add("older backup", fact::BackupNewest, "2026-10-31T00:00:00.000Z", -1, Quality::Configured, true);
    add("backup gone", fact::BackupNewest, "none", -1, Quality::Configured, true);
    add("backup only claimed", fact::BackupNewest, "2026-11-22T09:00:00.000Z", -1, Quality::Claimed, true);
}

void DriftTest::facts()
{
    QFETCH(QString, id);
    QFETCH(QString, value);
    QFETCH(qint64, number);
    QFETCH(int, quality);
    QFETCH(bool, drift);
    Measurement now = samples::measurement();
    Fact &moved = factOf(now, id);
    moved.value = value;
    moved.number = number == -1 ? std::nullopt : std::optional<std::int64_t>(number);
    moved.quality = static_cast<Quality>(quality);
    const std::vector<DriftItem> items = compared(now);
    QCOMPARE(items.size(), std::size_t{1});
    QCOMPARE(items.front().what, id);
    QVERIFY(!items.front().before.isEmpty() && !items.front().after.isEmpty());
    QCOMPARE(isDrift(items), drift);
}

void DriftTest::intervals_data()
{
    QTest::addColumn<qint64>("least"); // -1: none
    QTest::addColumn<qint64>("most");
    QTest::addColumn<qint64>("number");
    QTest::addColumn<int>("quality");
    QTest::addColumn<bool>("drift");
    const auto add = [](const char *name, qint64 least, qint64 most, qint64 number, Quality quality, bool drift) {
        QTest::newRow(name) << least << most << number << static_cast<int>(quality) << drift;
    };
    add("narrower", 11, 39, -1, Quality::Bounded, false);
    add("exact, inside", -1, -1, 10, Quality::Measured, false);
    add("exact, at the other end", -1, -1, 40, Quality::Measured, false);
    add("exact, above", -1, -1, 41, Quality::Measured, true);
    add("exact, below", -1, -1, 9, Quality::Measured, true);
    add("wider above", 10, 41, -1, Quality::Bounded, true);
    add("wider below", 9, 40, -1, Quality::Bounded, true);
    add("no upper limit", 10, -1, -1, Quality::Bounded, true);
    add("no lower limit", -1, 40, -1, Quality::Bounded, true);
    add("only estimated", -1, -1, 20, Quality::Estimated, true);
    add("unknown", -1, -1, -1, Quality::Unknown, true);
}

void DriftTest::intervals()
{
    QFETCH(qint64, least);
    QFETCH(qint64, most);
    QFETCH(qint64, number);
    QFETCH(int, quality);
    QFETCH(bool, drift);
    const auto optional = [](qint64 value) { return value < 0 ? std::nullopt : std::optional<std::int64_t>(value); };
    Measurement now = samples::measurement();
    Fact &moved = factOf(now, fact::CascadeRows);
    moved.least = optional(least);
    moved.most = optional(most);
    moved.number = optional(number);
    moved.quality = static_cast<Quality>(quality);
    moved.value = QStringLiteral("now");
    const std::vector<DriftItem> items = compared(now);
    QCOMPARE(items.size(), std::size_t{1});
    QCOMPARE(isDrift(items), drift);
}

/// A row that somebody else adds to a busy table is no reason to ask again; that the share is missing then is one.
void DriftTest::shareOfATable()
{
    Hold approved = samples::hold();
    Measurement now = samples::measurement();
    const Fact share{fact::DestroyedShare.toString(), QStringLiteral("share of bookings"), QStringLiteral("9 of 10 rows (90.0 %)"), {}, {}, Quality::Measured, {}, {}, {}};
    approved.measured.facts.push_back(share);
    QVERIFY(isDrift(compare(approved, now, approved.mode, approved.tier)));
    now.facts.push_back(share);
    now.facts.back().value = QStringLiteral("9 of 11 rows (81.8 %)");
    const auto items = compare(approved, now, approved.mode, approved.tier);
    QCOMPARE(items.size(), std::size_t(1));
    QVERIFY(items[0].tolerated);
}

void DriftTest::newAndMissingFacts()
{
    for (const Fact &gone : samples::measurement().facts) {
        Measurement now = samples::measurement();
        std::erase_if(now.facts, [&](const Fact &each) { return each.id == gone.id; });
        const std::vector<DriftItem> items = compared(now);
        QCOMPARE(items.size(), std::size_t{1});
        QCOMPARE(items.front().what, gone.id);
        QVERIFY(items.front().after.isEmpty());
        QVERIFY(isDrift(items));
    }
    Measurement now = samples::measurement();
    now.facts.push_back(now.facts.front());
    now.facts.back().id = QStringLiteral("lock.level");
    const std::vector<DriftItem> items = compared(now);
    QCOMPARE(items.size(), std::size_t{1});
    QVERIFY(items.front().before.isEmpty());
    QVERIFY(isDrift(items));
}

void DriftTest::everythingElse()
{
    const auto drifts = [](const char *what, auto change) {
        Measurement now = samples::measurement();
        change(now);
        const std::vector<DriftItem> items = compared(now);
        return items.size() == 1 && items.front().what == QLatin1StringView(what) && isDrift(items);
    };
    QVERIFY(drifts("resources", [](Measurement &now) { now.resources.append(QStringLiteral("z")); }));
    QVERIFY(drifts("resources", [](Measurement &now) { now.resources.clear(); }));
    QVERIFY(drifts("operation", [](Measurement &now) { now.operation = QStringLiteral("database.truncate"); }));
    QVERIFY(drifts("environment", [](Measurement &now) { now.environment.value = QStringLiteral("staging"); }));
    QVERIFY(drifts("environment", [](Measurement &now) { now.environment.quality = Quality::Configured; }));
    QVERIFY(drifts("recovery.verdict", [](Measurement &now) { now.recovery.verdict = Verdict::Recoverable; }));
    QVERIFY(drifts("uninspectable", [](Measurement &now) { now.uninspectable.clear(); }));
    QVERIFY(drifts("uninspectable", [](Measurement &now) { now.uninspectable.append(QStringLiteral("more")); }));
}

void DriftTest::whatDoesNotCount()
{
    Measurement now = samples::measurement();
    for (Fact &each : now.facts) {
        each.at = samples::instant(u"2026-11-22T11:00:00.000Z");
        each.how = QStringLiteral("counted again");
        each.severity = Severity::Info;
    }
    now.environment.how = QStringLiteral("asked again");
    now.fingerprint = sha256("another state");
    now.summaryText = QStringLiteral("other words");
    now.recovery.newestCopy = samples::instant(u"2026-11-22T11:00:00.000Z");
    QVERIFY(compared(now).empty());
}

void DriftTest::modeAndTier()
{
    const Hold approved = samples::hold();
    QVERIFY(isDrift(compare(approved, approved.measured, Mode::Forbid, approved.tier)));
    QVERIFY(isDrift(compare(approved, approved.measured, Mode::Allow, approved.tier)));
    QVERIFY(isDrift(compare(approved, approved.measured, approved.mode, Tier::Low)));
    QVERIFY(!isDrift(compare(approved, approved.measured, approved.mode, approved.tier)));
}

QTEST_GUILESS_MAIN(DriftTest)
#include "drift_test.moc"
