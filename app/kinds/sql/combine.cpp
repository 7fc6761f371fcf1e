// SPDX-License-Identifier: Apache-2.0
#include "kinds/sql/combine.h"

#include "kinds/sql/latin.h"
#include "kinds/sql/notices.h"
#include "kinds/sql/sentence.h"

#include <algorithm>
#include <array>
#include <utility>

namespace holdfast::sql {

namespace {

constexpr std::int64_t everything = std::int64_t{1} << 48; ///< more rows than any table has

/// Worst first: a request is called by the worst thing in it.
int rank(const QString &operation)
{
    static const std::array<QLatin1StringView, 12> order{
        l("database.drop-database"), l("database.drop-schema"), l("database.drop-table"), l("database.truncate"),
        l("database.drop-object"),   l("database.opaque"),      l("database.delete"),     l("database.alter-table"),
        l("database.update"),        l("database.other"),       l("database.create-table"), l("database.insert")};
    return static_cast<int>(std::find(order.begin(), order.end(), operation) - order.begin());
}

/// How far the rows of a statement may differ from those that it hits in the snapshot.
struct Shift final
{
    std::int64_t less = 0;
    std::optional<std::int64_t> more = 0, moreBelow = 0; ///< in all, and in the tables that foreign keys lead to; nullopt: without limit
    std::int64_t altered = 0; ///< part of both: rows that may be hit, or not, with all that hangs on them
    bool nothingKnown = false;
    QString why;
};

std::set<Oid> hitBy(const ForeignKeys &keys, const Effects &effects)
{
    std::set<Oid> hit;
    for (const auto &[oid, level] : effects.locked) {
        if (level < Lock::RowExclusive)
            continue;
        const Leaves leaves = keys.leaves(oid, true);
        hit.insert(leaves.begin(), leaves.end());
    }
    return hit;
}

bool meet(const std::set<Oid> &a, const std::set<Oid> &b)
{
    return std::any_of(a.begin(), a.end(), [&](Oid oid) { return b.contains(oid); });
}

/// Whether the columns that `earlier` sets may decide what `later` hits.
bool decides(const Effects &earlier, const Effects &later)
{
    if (!later.wholeTables.empty() && later.destroys)
        return false; // all rows, whatever is in them
    return !earlier.sets || !later.decidedBy || std::any_of(earlier.sets->begin(), earlier.sets->end(), [&](const QString &column) {
        return later.decidedBy->contains(column);
    });
}

bool isData(const Effects &effects)
{
    return effects.operation == l("database.delete") || effects.operation == l("database.update") || effects.operation == l("database.insert")
        || effects.operation == l("database.truncate") || effects.operation == l("database.read");
}

std::optional<std::int64_t> sum(std::optional<std::int64_t> a, std::optional<std::int64_t> b) { return a && b ? std::optional(*a + *b) : std::nullopt; }

/// What `earlier` adds to the shift of `later`.
void shiftBy(const ForeignKeys &keys, const Effects &earlier, const Effects &later, Shift &shift)
{
    const std::set<Oid> written = hitBy(keys, earlier);
    std::set<Oid> concerned = hitBy(keys, later);
    if (later.operation == l("database.insert") || later.operation == l("database.read"))
        concerned.clear(); // rows to add do not depend on those that are there
    const bool rows = meet(written, concerned), readings = meet(written, later.reads);
    const bool unread = earlier.unread || earlier.uninspectable.size() > earlier.code.reasons;
    if (unread || ((rows || readings) && !isData(earlier)) || readings) {
        shift.nothingKnown = true;
        shift.why = unread ? QStringLiteral("an earlier statement was not read") : QStringLiteral("it depends on what an earlier statement leaves");
        return;
    }
    if (earlier.code.runs && shift.why.isEmpty()) {
        shift.less = everything;
        shift.why = earlier.code.why + l(", run by an earlier statement, may change this; what exceeds it is rolled back");
    }
    if (!rows)
        return;
    shift.why = shift.why.isEmpty() ? QStringLiteral("an earlier statement changes the same tables") : shift.why;
    if (earlier.destroys)
        shift.less += earlier.destroyed.atMost().value_or(everything);
    if (earlier.adds) {
        shift.more = sum(shift.more, earlier.changed.atMost());
        const bool above = !later.targets.empty() && meet(written, keys.leaves(later.targets.front().oid, true));
        shift.moreBelow = above ? shift.moreBelow : sum(shift.moreBelow, earlier.changed.atMost());
    }
    if (!earlier.changes || !decides(earlier, later))
        return;
    const auto most = earlier.changed.atMost();
    shift.altered += most.value_or(everything);
    shift.less += most.value_or(everything);
    shift.more = sum(shift.more, most);
    shift.moreBelow = sum(shift.moreBelow, most);
}

void widen(Count &count, std::int64_t less, std::optional<std::int64_t> more, const QString &why)
{
    if ((less == 0 && more == 0) || count.estimated)
        return;
    count = Count::between(std::max<std::int64_t>(0, count.atLeast() - less), sum(count.atMost(), more), count.why.isEmpty() ? why : count.why);
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
    if (!shift.nothingKnown && shift.less == 0 && shift.more == 0)
        return;
    // A row that is hit only now may take along any number of others.
    const bool open = shift.nothingKnown || (shift.altered > 0 && effects.reaches);
    const auto more = shift.nothingKnown ? std::nullopt : shift.more, moreInAll = open ? std::nullopt : shift.more,
               moreBelow = open ? std::nullopt : shift.moreBelow;
    const std::int64_t less = shift.nothingKnown ? everything : shift.less, lessThere = shift.altered > 0 ? everything : less;
    if (effects.destroys) {
        const std::int64_t hanging = shift.altered > 0 ? effects.cascaded.atLeast() : 0;
        widen(effects.destroyed, less + hanging, moreInAll, shift.why);
        if (effects.reaches || shift.nothingKnown)
            widen(effects.cascaded, lessThere, moreBelow, shift.why);
    }
    if (effects.changes || effects.adds)
        widen(effects.changed, effects.reaches ? lessThere : less, moreInAll, shift.why);
    for (Dependent &dependent : effects.dependents) {
        if (dependent.count || dependent.most)
            widen(dependent, dependent.parent < 0 ? less : lessThere, dependent.parent < 0 ? more : moreBelow, shift.why);
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

} // namespace

Effects combine(const ForeignKeys &keys, std::vector<Effects> statements)
{
    for (std::size_t i = 0; i < statements.size(); ++i) {
        Shift shift;
        for (std::size_t before = 0; before < i && !shift.nothingKnown; ++before)
            shiftBy(keys, statements[before], statements[i], shift);
        settle(statements[i], shift);
        for (std::size_t before = 0; before < i; ++before)
            forget(keys, statements[before], statements[i]);
    }
    for (Effects &one : statements) {
        tellRows(one);
        one.clauses = {clauseOf(one)};
    }
    std::stable_sort(statements.begin(), statements.end(), [](const Effects &a, const Effects &b) { return rank(a.operation) < rank(b.operation); });
    Effects all = statements.empty() ? Effects() : std::move(statements.front());
    for (std::size_t i = 1; i < statements.size(); ++i)
        join(all, std::move(statements[i]));
    return all;
}

} // namespace holdfast::sql
