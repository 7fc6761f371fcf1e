// SPDX-License-Identifier: Apache-2.0
#include "kinds/sql/combine.h"

#include "kinds/sql/latin.h"
#include "kinds/sql/notices.h"
#include "kinds/sql/sentence.h"
#include "kinds/sql/shift.h"

#include <algorithm>
#include <array>
#include <utility>

namespace holdfast::sql {

namespace {

/// Worst first: a request is called by the worst thing in it.
int rank(const QString &operation)
{
    static const std::array<QLatin1StringView, 12> order{
        l("database.drop-database"), l("database.drop-schema"), l("database.drop-table"), l("database.truncate"),
        l("database.drop-object"),   l("database.opaque"),      l("database.delete"),     l("database.alter-table"),
        l("database.update"),        l("database.other"),       l("database.create-table"), l("database.insert")};
    return static_cast<int>(std::find(order.begin(), order.end(), operation) - order.begin());
}

/// `less` below zero: rows that come for sure.
void widen(Count &count, std::int64_t less, std::optional<std::int64_t> more, const QString &why)
{
    if ((less == 0 && more == 0) || count.estimated)
        return;
    const std::int64_t least = std::max<std::int64_t>(0, count.atLeast() - less);
    const auto most = sum(count.atMost(), more);
    count = most == least ? Count::of(least) : Count::between(least, most, count.why.isEmpty() ? why : count.why);
}

void widen(Dependent &dependent, std::int64_t less, std::optional<std::int64_t> more, const QString &why)
{
    Count count = dependent.count ? Count::of(*dependent.count) : Count::between(dependent.least.value_or(0), dependent.most, why);
    widen(count, less, more, why);
    dependent.count = count.number;
    dependent.least = count.least;
    dependent.most = count.most;
    dependent.quality = count.isBounded() ? std::optional(Quality::Bounded) : count.number ? dependent.quality : std::nullopt;
}

/// Makes the counts of a statement hold behind those that come before it.
void settle(Effects &effects, const Shift &shift)
{
    if (shift.isNone())
        return;
    // A row that is hit only now may take along any number of others.
    const bool open = shift.nothingKnown || (shift.altered > 0 && effects.reaches);
    const bool hangs = shift.altered > 0 || shift.skips;
    const auto more = shift.nothingKnown ? std::nullopt : shift.more, moreInAll = open ? std::nullopt : shift.more,
               moreBelow = open ? std::nullopt : shift.moreBelow;
    const std::int64_t less = shift.nothingKnown ? everything : shift.less, direct = less - shift.certain, below = (hangs ? everything : less) + shift.lessThere;
    if (effects.destroys) {
        const std::int64_t hanging = hangs ? effects.cascaded.atLeast() : 0;
        widen(effects.destroyed, direct + hanging, moreInAll, shift.why);
        if (effects.reaches || shift.nothingKnown)
            widen(effects.cascaded, below, moreBelow, shift.why);
    }
    effects.changes = effects.changes || (effects.changesThere > 0 && moreBelow != 0); // rows that follow only now
    if (effects.changes || effects.adds) {
        const auto there = moreBelow ? std::optional(*moreBelow * effects.changesThere) : effects.changesThere > 0 ? std::nullopt : std::optional<std::int64_t>(0);
        const std::int64_t lessThere = std::min(below, everything) * std::max(1, effects.changesThere);
        widen(effects.changed, effects.reaches ? lessThere : direct, sum(moreInAll, there), shift.why);
    }
    for (Dependent &dependent : effects.dependents) {
        if (dependent.count || dependent.most)
            widen(dependent, dependent.parent < 0 ? direct : below, dependent.parent < 0 ? more : moreBelow, shift.why);
    }
}

/// What is written into tables that are then emptied or dropped: the server forgets that it was.
void forget(const ForeignKeys &keys, Effects &earlier, const Effects &later)
{
    std::set<Oid> emptied;
    for (const auto &[oid, rows] : later.wholeTables)
        emptied.insert(oid);
    if ((earlier.changes || earlier.adds) && meet(hitBy(keys, earlier), emptied))
        widen(earlier.changed, everything, 0, QStringLiteral("a later statement empties the same tables"));
}

/// True where `other` may take away the reason for which the server would refuse `one`.
bool mayLift(const ForeignKeys &keys, const Effects &other, const Effects &one)
{
    if (other.unread || other.code.runs || (!isData(other) && other.operation != l("database.create-table")))
        return true;
    const bool onlyBeside = other.changes && !other.destroys && !other.adds && !decides(other, one);
    return meet(hitBy(keys, other), one.touched) && !onlyBeside;
}

/// Of what is refused for itself, only what stays so beside the rest is told.
void liftRefusals(const ForeignKeys &keys, std::vector<Effects> &all)
{
    for (std::size_t i = 0; i < all.size(); ++i) {
        const std::size_t statement = all[i].statement;
        const bool lifted = std::any_of(all.begin(), all.end(), [&](const Effects &other) {
            return &other != &all[i] && (other.statement <= statement || all[i].refusedLast) && mayLift(keys, other, all[i]);
        });
        if (!lifted)
            continue;
        all[i].refusals.clear();
        for (Dependent &dependent : all[i].dependents)
            dependent.effect = dependent.effect == l("refuses") ? QStringLiteral("refers") : dependent.effect;
    }
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

void join(Effects &all, Effects next)
{
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
    all.altered.insert(next.altered.begin(), next.altered.end());
    append(all.objects, next.objects);
    append(all.dependents, next.dependents);
    append(all.dependentTables, next.dependentTables);
    all.columnsChanged += next.columnsChanged;
    all.refusals += next.refusals;
    for (const QString &reason : next.uninspectable)
        all.note(reason);
    all.lock = std::max(all.lock, next.lock);
    for (const auto &[oid, level] : next.locked) {
        // Alone only if every statement that locks it so does no more than add rows.
        if (!next.lockedAlone.contains(oid))
            all.lockedAlone.erase(oid);
        else if (!all.locked.contains(oid))
            all.lockedAlone.insert(oid);
        all.lockTable(oid, level);
    }
    append(all.diffs, next.diffs);
    for (MadeBlob &blob : next.blobs)
        all.blobs.push_back(std::move(blob));
    for (Fact &fact : next.extra)
        all.extra.push_back(std::move(fact));
    all.clauses.insert(all.clauses.end(), next.clauses.begin(), next.clauses.end());
}

/// Settles the parts of one statement, `from` to before `to`, among themselves.
void settleTogether(const ForeignKeys &keys, std::vector<Effects> &all, std::size_t from, std::size_t to)
{
    std::vector<Shift> shifts(to - from);
    for (std::size_t i = from; i < to; ++i) {
        for (std::size_t other = from; other < to; ++other) {
            if (other != i && !shifts[i - from].nothingKnown)
                shiftTogether(keys, all[other], all[i], shifts[i - from]);
        }
    }
    for (std::size_t i = from; i < to; ++i) {
        const bool moves = std::any_of(all[i].follows.begin(), all[i].follows.end(),
                                       [&](std::size_t part) { return part < shifts.size() && (!shifts[part].isNone() || shifts[part].contested); });
        if (moves && !shifts[i - from].nothingKnown) {
            shifts[i - from].nothingKnown = true;
            shifts[i - from].why = QStringLiteral("it depends on what another part of the statement changes");
        }
    }
    for (std::size_t i = from; i < to; ++i)
        settle(all[i], shifts[i - from]);
}

} // namespace

Effects combine(const Measuring &measuring, std::vector<Effects> all)
{
    for (std::size_t from = 0, to = 0; from < all.size(); from = to) {
        for (to = from; to < all.size() && all[to].statement == all[from].statement; ++to) {
            Shift shift;
            for (std::size_t before = 0; before < from && !shift.nothingKnown; ++before)
                shiftBy(measuring, all[before], all[to], shift);
            settle(all[to], shift);
        }
        settleTogether(measuring.keys, all, from, to);
        for (std::size_t i = from; i < to; ++i) {
            for (std::size_t before = 0; before < from; ++before)
                forget(measuring.keys, all[before], all[i]);
        }
    }
    liftRefusals(measuring.keys, all);
    for (Effects &one : all) {
        tellRows(one);
        one.clauses = {clauseOf(one)};
    }
    std::stable_sort(all.begin(), all.end(), [](const Effects &a, const Effects &b) { return rank(a.operation) < rank(b.operation); });
    Effects whole = all.empty() ? Effects() : std::move(all.front());
    for (std::size_t i = 1; i < all.size(); ++i)
        join(whole, std::move(all[i]));
    return whole;
}

} // namespace holdfast::sql
