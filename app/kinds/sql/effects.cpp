// SPDX-License-Identifier: Apache-2.0
#include "kinds/sql/effects.h"

#include <algorithm>
#include <array>

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

Count &Count::operator+=(const Count &other)
{
    if (why.isEmpty())
        why = other.why;
    estimated = estimated || other.estimated;
    number = number && other.number ? std::optional(*number + *other.number) : std::nullopt;
    return *this;
}

QString toString(Lock lock)
{
    static const std::array<const char *, 9> names{"none", "AccessShareLock", "RowShareLock", "RowExclusiveLock", "ShareUpdateExclusiveLock", "ShareLock",
                                                   "ShareRowExclusiveLock", "ExclusiveLock", "AccessExclusiveLock"};
    return QString::fromLatin1(names.at(static_cast<std::size_t>(lock)));
}

QString plain(std::int64_t number) { return QString::number(number); }

void Effects::addDiff(const QString &title, const QString &format, QByteArray content, const QString &media)
{
    blobs.push_back(makeBlob(std::move(content), media));
    diffs.push_back({title, format, refOf(blobs.back())});
}

void Effects::lockTable(Oid oid, Lock level)
{
    locked.insert(oid);
    lock = std::max(lock, level);
}

void Effects::note(const QString &reason)
{
    if (!uninspectable.contains(reason))
        uninspectable += reason;
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
    all.locked.insert(next.locked.begin(), next.locked.end());
    append(all.diffs, next.diffs);
    for (MadeBlob &blob : next.blobs)
        all.blobs.push_back(std::move(blob));
    for (Fact &fact : next.extra)
        all.extra.push_back(std::move(fact));
}

} // namespace holdfast::sql
