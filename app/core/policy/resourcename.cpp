// SPDX-License-Identifier: Apache-2.0
#include "core/policy/resourcename.h"

#include <algorithm>
#include <vector>

namespace holdfast {

namespace {

/// Parts at `separator` outside double quotes; empty elements, as of a slash at the end, are none.
QStringList parted(QStringView text, QChar separator, bool quotes)
{
    QStringList parts;
    QString part;
    bool quoted = false;
    for (const QChar c : text) {
        if (quotes && c == u'"')
            quoted = !quoted;
        if (c != separator || quoted) {
            part += c;
            continue;
        }
        if (!part.isEmpty())
            parts.append(part);
        part.clear();
    }
    if (!part.isEmpty())
        parts.append(part);
    return parts;
}

bool isPrefix(const QStringList &outer, const QStringList &inner)
{
    return outer.size() <= inner.size() && std::equal(outer.begin(), outer.end(), inner.begin());
}

} // namespace

QStringList placeOf(const QString &resource)
{
    if (resource.startsWith(u'/'))
        return QStringList(QStringLiteral("/")) + parted(resource, u'/', false);
    const bool database = resource.startsWith(QStringLiteral("postgresql:"));
    QStringList place = parted(resource, u'/', database);
    constexpr qsizetype beforeObject = 2; // system and database
    if (database && place.size() > beforeObject) {
        const QString object = place.takeLast();
        place += parted(object, u'.', true);
    }
    return place;
}

bool touch(const QString &a, const QString &b)
{
    const QStringList first = placeOf(a), second = placeOf(b);
    return isPrefix(first, second) || isPrefix(second, first);
}

bool touch(const QStringList &a, const QStringList &b)
{
    std::vector<QStringList> places;
    for (const QString &each : b)
        places.push_back(placeOf(each));
    std::sort(places.begin(), places.end());
    return std::any_of(a.begin(), a.end(), [&](const QString &each) {
        QStringList place = placeOf(each);
        // What lies in it, and the thing itself, sort directly behind it.
        const auto next = std::lower_bound(places.begin(), places.end(), place);
        if (next != places.end() && isPrefix(place, *next))
            return true;
        for (; !place.isEmpty(); place.removeLast()) {
            if (std::binary_search(places.begin(), places.end(), place))
                return true;
        }
        return false;
    });
}

} // namespace holdfast
