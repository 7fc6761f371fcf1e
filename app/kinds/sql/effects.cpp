// SPDX-License-Identifier: Apache-2.0
#include "kinds/sql/effects.h"

#include "kinds/sql/latin.h"

#include <algorithm>
#include <array>
#include <utility>

namespace holdfast::sql {

Count Count::between(std::int64_t least, std::optional<std::int64_t> most, QString reason)
{
    if (!most && least <= 0)
        return unknown(std::move(reason));
    return {std::nullopt, false, std::move(reason), least, most};
}

Count countOf(const Dependent &dependent)
{
    return dependent.count ? Count::of(*dependent.count) : Count::between(dependent.least.value_or(0), dependent.most, {});
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
    return count.least.value_or(0) > 0 ? QStringLiteral("%1 to %2")
        .arg(QString::number(*count.least), QString::number(*count.most)) : QStringLiteral("up to %1").arg(*count.most);
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

} // namespace holdfast::sql
