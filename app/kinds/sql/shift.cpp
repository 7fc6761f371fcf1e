// SPDX-License-Identifier: Apache-2.0
#include "kinds/sql/shift.h"

#include "kinds/sql/latin.h"

#include <algorithm>

namespace holdfast::sql {

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

namespace {

/// The tables that decide what the rows are, and which: one is read with all that inherits from it, so that a change anywhere below counts.
std::set<Oid> readBy(const ForeignKeys &keys, const Effects &effects)
{
    std::set<Oid> read;
    for (const Oid oid : effects.reads) {
        const Leaves leaves = keys.leaves(oid, true);
        read.insert(leaves.begin(), leaves.end());
    }
    return read;
}

/// Only adds rows.
bool isAdding(const Effects &effects) { return effects.adds && !effects.changes && !effects.destroys; }

/// True where a foreign key may take rows of `table` along with those that `effects` hits, or change them without taking them along.
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

/// Whether two actions of one MERGE, which hit different rows, leave each other alone in what foreign keys do as well.
bool leavesAlone(const ForeignKeys &keys, const Effects &other, const Effects &one)
{
    if (!one.reaches)
        return true;
    if (isAdding(other))
        return other.targets.empty() || !takesAlong(keys, one, other.targets.front().oid);
    return one.destroys && other.changes && !other.destroys && !other.reaches && !decides(other, one);
}

} // namespace

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

void shiftTogether(const ForeignKeys &keys, const Effects &other, const Effects &one, Shift &shift)
{
    if (shiftByUnread(other, QStringLiteral("another part of the statement"), shift) || one.operation == l("database.insert") || !meet(hitBy(keys, other), hitBy(keys, one)))
        return;
    if ((one.apart && other.apart && leavesAlone(keys, other, one)) || (isAdding(other) && !one.reaches))
        return;
    shift.why = shift.why.isEmpty() ? QStringLiteral("another part of the statement changes the same tables") : shift.why;
    const auto written = other.changed.atMost();
    shift.contested = shift.contested || (other.destroys && one.destroys);
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

} // namespace holdfast::sql
