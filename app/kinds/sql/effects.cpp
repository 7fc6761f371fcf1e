// SPDX-License-Identifier: Apache-2.0
#include "kinds/sql/effects.h"

#include "kinds/sql/latin.h"

#include <algorithm>
#include <array>
#include <utility>

namespace holdfast::sql {

namespace {

/// Worst first: a request is called by the worst thing in it.
int rank(const QString &operation)
{
    static const std::array<QLatin1StringView, 10> order{
        QLatin1StringView("database.drop-database"), QLatin1StringView("database.drop-schema"), QLatin1StringView("database.drop-table"),
        QLatin1StringView("database.truncate"), QLatin1StringView("database.drop-object"), QLatin1StringView("database.delete"),
        QLatin1StringView("database.alter-table"), QLatin1StringView("database.update"), QLatin1StringView("database.other"),
        QLatin1StringView("database.insert")};
    return static_cast<int>(std::find(order.begin(), order.end(), operation) - order.begin());
}

bool overlap(const std::set<Oid> &a, const std::set<Oid> &b)
{
    return std::any_of(a.begin(), a.end(), [&](Oid oid) { return b.contains(oid); });
}

void append(std::vector<Dependent> &all, const std::vector<Dependent> &more)
{
    const int offset = static_cast<int>(all.size());
    for (Dependent dependent : more) {
        dependent.parent = dependent.parent < 0 ? -1 : dependent.parent + offset;
        all.push_back(std::move(dependent));
    }
}

template<typename T>
void append(std::vector<T> &all, const std::vector<T> &more)
{
    for (const T &item : more) {
        if (std::find(all.begin(), all.end(), item) == all.end())
            all.push_back(item);
    }
}

} // namespace

Count Count::between(std::int64_t least, std::optional<std::int64_t> most, QString reason)
{
    if (!most && least <= 0)
        return unknown(std::move(reason));
    return {std::nullopt, false, std::move(reason), least, most};
}

Count &Count::operator+=(const Count &other)
{
    const QString reason = why.isEmpty() ? other.why : why;
    if (number && other.number) {
        *this = {*number + *other.number, estimated || other.estimated, reason};
        return *this;
    }
    const auto a = atMost(), b = other.atMost();
    *this = between(atLeast() + other.atLeast(), a && b ? std::optional(*a + *b) : std::nullopt, reason);
    return *this;
}

QString toString(Lock lock)
{
    static const std::array<const char *, 9> names{"none", "AccessShareLock", "RowShareLock", "RowExclusiveLock", "ShareUpdateExclusiveLock", "ShareLock",
                                                   "ShareRowExclusiveLock", "ExclusiveLock", "AccessExclusiveLock"};
    return QString::fromLatin1(names.at(static_cast<std::size_t>(lock)));
}

QString words(const Count &count)
{
    if (count.number)
        return plain(*count.number);
    if (!count.isBounded())
        return QStringLiteral("unknown");
    if (!count.most)
        return QStringLiteral("at least %1").arg(*count.least);
    if (count.least == count.most || *count.most == 0)
        return plain(*count.most);
    return count.least.value_or(0) > 0 ? QStringLiteral("%1 to %2").arg(*count.least).arg(*count.most) : QStringLiteral("up to %1").arg(*count.most);
}

QString plain(std::int64_t number) { return QString::number(number); }

void Effects::addDiff(const QString &title, const QString &format, QByteArray content, const QString &media)
{
    blobs.push_back(makeBlob(std::move(content), media));
    diffs.push_back({title, format, refOf(blobs.back())});
}

void Effects::lockTable(Oid oid, Lock level)
{
    Lock &known = locked[oid];
    known = std::max(known, level);
    lock = std::max(lock, level);
}

void Effects::note(const QString &reason)
{
    if (!uninspectable.contains(reason))
        uninspectable += reason;
}

namespace {

/// An estimate is weaker than a bound, and stays one.
void bound(Count &count, std::int64_t least, const QString &why)
{
    if (!count.estimated)
        count = Count::between(least, count.atMost(), count.why.isEmpty() ? why : count.why);
}

} // namespace

void boundByCode(Effects &effects)
{
    if (!effects.code.runs)
        return;
    const QString why = effects.code.why + l(" may change this; what exceeds it is rolled back");
    const bool hits = !effects.code.suppresses && !effects.code.rewrites;
    const std::int64_t direct = std::max<std::int64_t>(0, effects.destroyed.atLeast() - effects.cascaded.atMost().value_or(effects.destroyed.atLeast()));
    bound(effects.destroyed, hits ? direct : 0, why);
    bound(effects.cascaded, 0, why);
    if (effects.code.rewrites) {
        effects.changes = true;
        effects.changed = Count::unknown(effects.code.why);
    } else if (effects.changes || effects.adds) {
        bound(effects.changed, hits ? effects.changed.atLeast() : 0, why);
    }
    for (Dependent &dependent : effects.dependents) {
        if (!dependent.count)
            continue;
        dependent.quality = Quality::Bounded;
        dependent.least = hits && dependent.parent < 0 ? *dependent.count : 0;
        dependent.most = std::exchange(dependent.count, std::nullopt);
    }
}

void join(Effects &all, Effects next)
{
    if (overlap(all.touched, next.touched)) {
        const QString why = QStringLiteral("a later statement works on what an earlier one leaves");
        all.note(why);
        for (Count Effects::*count : {&Effects::destroyed, &Effects::cascaded, &Effects::changed, &Effects::bytes})
            (all.*count) += Count::unknown(why);
    }
    if (rank(next.operation) < rank(all.operation)) {
        all.operation = next.operation;
        all.detail = next.detail;
        std::swap(all.targets, next.targets);
    }
    for (Count Effects::*count : {&Effects::destroyed, &Effects::cascaded, &Effects::changed, &Effects::bytes})
        (all.*count) += next.*count;
    all.destroys = all.destroys || next.destroys;
    all.changes = all.changes || next.changes;
    all.adds = all.adds || next.adds;
    for (const Relation &relation : next.targets) {
        if (std::none_of(all.targets.begin(), all.targets.end(), [&](const Relation &known) { return known.oid == relation.oid; }))
            all.targets.push_back(relation);
    }
    all.databases += next.databases;
    all.touched.insert(next.touched.begin(), next.touched.end());
    all.wholeTables.insert(next.wholeTables.begin(), next.wholeTables.end());
    all.dropped.insert(next.dropped.begin(), next.dropped.end());
    append(all.objects, next.objects);
    append(all.dependents, next.dependents);
    append(all.dependentTables, next.dependentTables);
    all.columnsChanged += next.columnsChanged;
    all.refusals += next.refusals;
    for (const QString &reason : next.uninspectable)
        all.note(reason);
    all.lock = std::max(all.lock, next.lock);
    for (const auto &[oid, level] : next.locked)
        all.lockTable(oid, level);
    append(all.diffs, next.diffs);
    for (MadeBlob &blob : next.blobs)
        all.blobs.push_back(std::move(blob));
    for (Fact &fact : next.extra)
        all.extra.push_back(std::move(fact));
}

} // namespace holdfast::sql
