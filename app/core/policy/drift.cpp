// SPDX-License-Identifier: Apache-2.0
#include "core/policy/drift.h"

#include <algorithm>
#include <map>

namespace holdfast {

namespace {

/// What moves by itself and says nothing about the action.
bool mayMove(const QString &id)
{
    return id == fact::LastUsed || id == fact::DependentsLive || id == fact::DestroyedShare || id.startsWith(u"lock.");
}

QString shown(const Fact &fact)
{
    const QString unit = fact.unit.isEmpty() ? QString() : u' ' + fact.unit;
    return QStringLiteral("%1%2 (%3)").arg(fact.value, unit, toString(fact.quality));
}

bool isSame(const Fact &before, const Fact &after)
{
    return before.value == after.value && before.number == after.number && before.least == after.least && before.most == after.most
        && before.unit == after.unit && before.quality == after.quality;
}

/// A count of lesser quality than the approved one cannot be shown to lie within anything.
bool isWithin(const Fact &before, const Fact &after, const Tolerance &tolerance)
{
    const auto most = after.atMost();
    return most && *most >= 0 && *most <= tolerance.max && after.unit == before.unit && after.quality <= before.quality;
}

/// What was approved as an interval holds for every count, and every narrower interval, inside it.
bool isInside(const Fact &before, const Fact &after)
{
    if (before.quality != Quality::Bounded || after.quality > Quality::Bounded || after.unit != before.unit)
        return false;
    const auto least = after.quality == Quality::Bounded ? after.least : after.number;
    const auto most = after.atMost();
    return (!before.least || (least && *least >= *before.least)) && (!before.most || (most && *most <= *before.most));
}

bool isNewerBackup(const Fact &before, const Fact &after)
{
    if (before.id != fact::BackupNewest || after.quality > before.quality)
        return false;
    const auto was = parseInstant(before.value);
    const auto is = parseInstant(after.value);
    return was && is && *is > *was;
}

class Comparison final
{
public:
    void add(QString what, QString before, QString after, bool tolerated = false)
    {
        m_items.push_back({std::move(what), std::move(before), std::move(after), tolerated});
    }
    void addIfOther(const char16_t *what, const QString &before, const QString &after)
    {
        if (before != after)
            add(QString::fromUtf16(what), before, after);
    }
    void addFacts(const Hold &approved, const Measurement &now);
    [[nodiscard]] std::vector<DriftItem> take() { return std::move(m_items); }

private:
    std::vector<DriftItem> m_items;
};

void Comparison::addFacts(const Hold &approved, const Measurement &now)
{
    std::map<QString, const Tolerance *> tolerances;
    for (const Tolerance &tolerance : approved.tolerances)
        tolerances.emplace(tolerance.fact, &tolerance);
    for (const Fact &before : approved.measured.facts) {
        const Fact *after = now.fact(before.id);
        if (after == nullptr) {
            add(before.id, shown(before), QString());
        } else if (!isSame(before, *after)) {
            const auto tolerance = tolerances.find(before.id);
            const bool within = tolerance != tolerances.end() && isWithin(before, *after, *tolerance->second);
            add(before.id, shown(before), shown(*after), within || isInside(before, *after) || mayMove(before.id) || isNewerBackup(before, *after));
        }
    }
    for (const Fact &after : now.facts) {
        if (approved.measured.fact(after.id) == nullptr)
            add(after.id, QString(), shown(after));
    }
}

QString shown(const EnvironmentFact &environment)
{
    return QStringLiteral("%1 (%2)").arg(environment.value, toString(environment.quality));
}

QString lines(const QStringList &list)
{
    return list.join(u'\n');
}

} // namespace

std::vector<DriftItem> compare(const Hold &approved, const Measurement &now, Mode modeNow, Tier tierNow)
{
    const Measurement &before = approved.measured;
    Comparison comparison;
    comparison.addFacts(approved, now);
    if (before.resources != now.resources)
        comparison.add(QStringLiteral("resources"), lines(before.resources), lines(now.resources));
    comparison.addIfOther(u"operation", before.operation, now.operation);
    comparison.addIfOther(u"environment", shown(before.environment), shown(now.environment));
    comparison.addIfOther(u"recovery.verdict", toString(before.recovery.verdict), toString(now.recovery.verdict));
    if (before.uninspectable != now.uninspectable)
        comparison.add(QStringLiteral("uninspectable"), lines(before.uninspectable), lines(now.uninspectable));
    comparison.addIfOther(u"mode", toString(approved.mode), toString(modeNow));
    comparison.addIfOther(u"tier", toString(approved.tier), toString(tierNow));
    return comparison.take();
}

bool isDrift(const std::vector<DriftItem> &items)
{
    return std::any_of(items.begin(), items.end(), [](const DriftItem &item) { return !item.tolerated; });
}

} // namespace holdfast
