// SPDX-License-Identifier: Apache-2.0
#include "gate/lifecycle/line.h"

#include <algorithm>

namespace holdfast {

namespace {

// Characters that end a name within a resource: directories, schemas and their tables, a repository and its refs. Taking two for one of which
// one contains the other costs a wait, never more.
bool separates(QChar character)
{
    return character == u'/' || character == u'.' || character == u' ';
}

/// True where `key`, which begins with `resource`, lies in it.
bool liesIn(const QString &key, const QString &resource)
{
    return key.size() == resource.size() || separates(key.at(resource.size())) || (!resource.isEmpty() && separates(resource.back()));
}

/// The keys that a place occupies: its resources; or its whole target. Every other place of that target lies in the latter.
QStringList keysOf(const LinePlace &place, std::uint64_t number)
{
    const QString whole = QChar::Null + QString::fromLatin1(place.target.toUtf8().toHex()); // hex: no name of a target lies in another's
    if (place.resources.isEmpty())
        return {whole};
    QStringList keys = place.resources;
    keys.removeDuplicates(); // each is left once
    return keys + QStringList{whole + u'/' + QString::number(number)};
}

} // namespace

void Line::join(const LinePlace &place)
{
    leave(place.hold);
    const Number number = ++m_last;
    const auto added = m_places.emplace(number, Place{place, keysOf(place, number), false}).first;
    m_numbers.emplace(place.hold, number);
    for (const QString &key : added->second.keys)
        m_queues[key].insert(number);
    if (isFirst(number))
        makeReady(number);
}

/// The first of each queue that has to do with `key`: its own, those of what contains it, and of what lies in it.
std::set<Line::Number> Line::firstNear(const QString &key) const
{
    std::set<Number> found;
    for (auto queue = m_queues.lower_bound(key); queue != m_queues.end() && queue->first.startsWith(key); ++queue)
        if (liesIn(queue->first, key))
            found.insert(*queue->second.begin());
    for (qsizetype end = 1; end < key.size(); ++end) {
        if (!separates(key.at(end)) && !separates(key.at(end - 1)))
            continue;
        if (const auto queue = m_queues.find(key.first(end)); queue != m_queues.end())
            found.insert(*queue->second.begin());
    }
    return found;
}

bool Line::isFirst(Number number) const
{
    const QStringList &keys = m_places.at(number).keys;
    return std::all_of(keys.begin(), keys.end(), [&](const QString &key) {
        const auto near = firstNear(key);
        return near.empty() || *near.begin() >= number;
    });
}

void Line::makeReady(Number number)
{
    const Place &place = m_places.at(number);
    if (!place.underWay)
        m_targets[place.of.target].ready[place.of.owner].insert(number);
}

void Line::forgetReady(Number number)
{
    const Place &place = m_places.at(number);
    auto &ready = m_targets[place.of.target].ready;
    if (const auto owner = ready.find(place.of.owner); owner != ready.end() && owner->second.erase(number) > 0 && owner->second.empty())
        ready.erase(owner);
}

std::optional<HoldId> Line::next()
{
    if (m_underWay >= m_bounds.total || m_targets.empty())
        return std::nullopt;
    auto target = m_targets.upper_bound(m_lastTarget);
    for (std::size_t tried = 0; tried < m_targets.size(); ++tried, ++target) {
        if (target == m_targets.end())
            target = m_targets.begin();
        auto &[name, of] = *target;
        if (of.ready.empty() || of.underWay >= m_bounds.perTarget)
            continue;
        auto owner = of.ready.upper_bound(of.lastOwner);
        if (owner == of.ready.end())
            owner = of.ready.begin();
        of.lastOwner = owner->first;
        m_lastTarget = name;
        const Number number = *owner->second.begin();
        start(number);
        return m_places.at(number).of.hold;
    }
    return std::nullopt;
}

void Line::start(Number number)
{
    Place &place = m_places.at(number);
    if (place.underWay)
        return;
    forgetReady(number);
    place.underWay = true;
    ++m_targets[place.of.target].underWay;
    ++m_underWay;
}

void Line::begin(const HoldId &hold)
{
    if (const auto number = m_numbers.find(hold); number != m_numbers.end())
        start(number->second);
}

bool Line::isUnderWay(const HoldId &hold) const
{
    const auto number = m_numbers.find(hold);
    return number != m_numbers.end() && m_places.at(number->second).underWay;
}

void Line::leave(const HoldId &hold)
{
    const auto known = m_numbers.find(hold);
    if (known == m_numbers.end())
        return;
    const Number number = known->second;
    forgetReady(number);
    m_numbers.erase(known);
    const Place gone = std::move(m_places.extract(number).mapped());
    if (gone.underWay) {
        --m_underWay;
        --m_targets[gone.of.target].underWay;
    }
    for (const QString &key : gone.keys)
        if (const auto queue = m_queues.find(key); queue->second.erase(number) > 0 && queue->second.empty())
            m_queues.erase(queue);
    for (const QString &key : gone.keys) {
        for (const Number candidate : firstNear(key))
            if (isFirst(candidate))
                makeReady(candidate);
    }
    if (const auto target = m_targets.find(gone.of.target); target->second.underWay == 0 && target->second.ready.empty())
        m_targets.erase(target);
}

void Line::clear()
{
    m_places.clear();
    m_numbers.clear();
    m_queues.clear();
    m_targets.clear();
    m_underWay = 0;
}

} // namespace holdfast
