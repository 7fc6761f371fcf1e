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
    std::int64_t lessThere = 0; ///< besides, of rows in the tables that foreign keys lead to
    std::optional<std::int64_t> more = 0, moreBelow = 0; ///< in all, and in the tables that foreign keys lead to; nullopt: without limit
    std::int64_t certain = 0; ///< part of `more`: rows that come for sure
    std::int64_t altered = 0; ///< part of both: rows that may be hit, or not, with all that hangs on them
    bool skips = false; ///< what is less may be less with all that hangs on it
    bool nothingKnown = false;
    QString why;
    [[nodiscard]] bool isNone() const { return !nothingKnown && less == 0 && lessThere == 0 && more == 0 && moreBelow == 0; }
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

/// What decides what the rows are, and which: a table is read with all that inherits from it, so that a change anywhere below counts.
std::set<Oid> readBy(const ForeignKeys &keys, const Effects &effects)
{
    std::set<Oid> read;
    for (const Oid oid : effects.reads) {
        const Leaves leaves = keys.leaves(oid, true);
        read.insert(leaves.begin(), leaves.end());
    }
    return read;
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

/// Only adds rows.
bool isAdding(const Effects &effects) { return effects.adds && !effects.changes && !effects.destroys; }

std::optional<std::int64_t> sum(std::optional<std::int64_t> a, std::optional<std::int64_t> b) { return a && b ? std::optional(*a + *b) : std::nullopt; }

/// Whether a foreign key may take rows of `table` along with those that `effects` hits, or change them without taking them along.
bool takesAlong(const ForeignKeys &keys, const Effects &effects, Oid table, bool orChanges = false)
{
    const std::set<Oid> hit = hitBy(keys, effects);
    return std::any_of(keys.all().begin(), keys.all().end(), [&](const ForeignKey &key) {
        const bool changes = key.onDelete == u'n' || key.onDelete == u'd';
        const bool goesOn = key.onDelete == u'c' || (orChanges && changes) || (key.onUpdate != u'a' && key.onUpdate != u'r');
        return goesOn && keys.covered(key.child).contains(table) && meet(keys.covered(key.parent), hit);
    });
}

/// How many of the rows that `earlier` adds are among those that `later` names; nullopt where that cannot be told.
std::optional<std::int64_t> arrivals(const Catalog &catalog, const ForeignKeys &keys, const Effects &earlier, const Effects &later)
{
    if (!earlier.added || !later.named || !earlier.changed.isExact() || earlier.targets.size() != 1)
        return std::nullopt;
    const RowSet &rows = *later.named;
    const Oid table = earlier.targets.front().oid;
    const bool known = std::all_of(rows.columns.begin(), rows.columns.end(), [&](const QString &column) { return earlier.added->columns.contains(column); });
    if (!known || !keys.leaves(rows.relation.oid, rows.withChildren).contains(table) || (keys.isPartitioned(table) && !rows.withChildren) || takesAlong(keys, later, table))
        return std::nullopt;
    if (rows.where.isEmpty())
        return earlier.changed.number;
    QStringList columns;
    for (const QString &column : earlier.added->columns)
        columns += quoteIdent(column);
    const auto counted = catalog.db().guarded(
        QStringLiteral("SELECT count(*) FROM (%1) AS %2(%3) WHERE %4").arg(earlier.added->text, rows.alias, columns.join(l(", ")), rows.where));
    return counted ? std::optional(counted->number(0, 0)) : std::nullopt;
}

/// What may be done by whatever `other` runs unread, and by what nobody read of it; true where nothing else is known.
bool shiftByUnread(const Effects &other, const QString &which, Shift &shift)
{
    if (other.unread || other.uninspectable.size() > other.code.reasons) {
        shift.nothingKnown = true;
        shift.why = which + l(" was not read");
    } else if (other.code.runs) {
        shift.less = everything;
        if (shift.why.isEmpty())
            shift.why = QStringLiteral("%1, run by %2, may change this; what exceeds it is rolled back").arg(other.code.why, which);
    }
    return shift.nothingKnown;
}

/// What `earlier` adds to the shift of `later`.
void shiftBy(const Measuring &measuring, const Effects &earlier, const Effects &later, Shift &shift)
{
    const ForeignKeys &keys = measuring.keys;
    const std::set<Oid> written = hitBy(keys, earlier);
    std::set<Oid> concerned = hitBy(keys, later);
    if (later.operation == l("database.insert") && isData(earlier))
        concerned.clear(); // rows to add do not depend on those that are there
    const bool rows = meet(written, concerned), readings = meet(written, readBy(keys, later));
    if (shiftByUnread(earlier, QStringLiteral("an earlier statement"), shift))
        return;
    if (((rows || readings) && !isData(earlier)) || readings) {
        shift.nothingKnown = true;
        shift.why = QStringLiteral("it depends on what an earlier statement leaves");
        return;
    }
    if (!rows)
        return;
    shift.why = shift.why.isEmpty() ? QStringLiteral("an earlier statement changes the same tables") : shift.why;
    if (earlier.destroys)
        shift.less += earlier.destroyed.atMost().value_or(everything);
    if (earlier.adds) {
        const auto arriving = arrivals(measuring.catalog, keys, earlier, later);
        shift.certain += arriving.value_or(0);
        shift.more = sum(shift.more, arriving ? arriving : earlier.changed.atMost());
        const bool above = !later.targets.empty() && meet(written, keys.leaves(later.targets.front().oid, true))
            && std::none_of(written.begin(), written.end(), [&](Oid oid) { return takesAlong(keys, later, oid, true); });
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

/// Whether two actions of one MERGE, which hit different rows, leave each other alone in what foreign keys do as well.
bool leavesAlone(const ForeignKeys &keys, const Effects &other, const Effects &one)
{
    if (!one.reaches)
        return true;
    if (isAdding(other))
        return other.targets.empty() || !takesAlong(keys, one, other.targets.front().oid);
    return one.destroys && other.changes && !other.destroys && !other.reaches && !decides(other, one);
}

/// What another part of the same statement adds to the shift. Both see the snapshot; of a row that both would change the server lets one
/// have it. Foreign keys act when all is done.
void shiftTogether(const ForeignKeys &keys, const Effects &other, const Effects &one, Shift &shift)
{
    if (shiftByUnread(other, QStringLiteral("another part of the statement"), shift) || one.operation == l("database.insert") || !meet(hitBy(keys, other), hitBy(keys, one)))
        return;
    if ((one.apart && other.apart && leavesAlone(keys, other, one)) || (isAdding(other) && !one.reaches))
        return;
    shift.why = shift.why.isEmpty() ? QStringLiteral("another part of the statement changes the same tables") : shift.why;
    const auto written = other.changed.atMost();
    if (other.destroys && (!one.destroys || other.part < one.part)) // a row that both delete counts for the first
        shift.less += other.destroyed.atMost().value_or(everything);
    else if (other.destroys && one.reaches) // foreign keys come last, and find it gone
        shift.lessThere += other.destroyed.atMost().value_or(everything);
    if (other.changes) {
        shift.less += written.value_or(everything);
        shift.skips = true;
    }
    if (other.adds || (other.changes && decides(other, one))) {
        shift.more = sum(shift.more, written);
        shift.moreBelow = sum(shift.moreBelow, written);
        shift.altered += other.changes ? written.value_or(everything) : 0;
    }
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

/// Whether `other` may take away the reason for which the server would refuse `one`.
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
        const bool moves = std::any_of(all[i].follows.begin(), all[i].follows.end(), [&](std::size_t part) { return part < shifts.size() && !shifts[part].isNone(); });
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
