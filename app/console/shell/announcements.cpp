// SPDX-License-Identifier: Apache-2.0
#include "console/shell/announcements.h"

#include <algorithm>

namespace holdfast {

bool Announcements::mayInterrupt(const Notice &notice, Instant now) const
{
    const bool calm = m_standing.isEmpty() && m_grouped.isEmpty() && now - m_last >= quiet;
    return calm || notice.rank > m_worst;
}

Announcements::Change Announcements::show(const QList<Notice> &urgent, const Notice &group, Instant now)
{
    Change change;
    QSet<QString> wanted;
    for (const Notice &notice : urgent)
        wanted.insert(notice.holdId);
    const auto gone = [&](const QString &key) { return key != groupKey && !wanted.contains(key); };
    m_grouped.removeIf([&](const QString &key) { return gone(key); });
    const auto known = m_announced.values();
    for (const QString &key : known) {
        if (key == groupKey ? !m_grouped.isEmpty() : !gone(key))
            continue;
        m_announced.remove(key);
        if (m_standing.remove(key))
            change.withdraw.append(key);
    }
    const auto announce = [&](const Notice &notice) {
        m_announced.insert(notice.holdId);
        m_standing.insert(notice.holdId);
        change.send.append(notice);
    };
    for (const Notice &notice : urgent) {
        if (m_announced.contains(notice.holdId) || (m_grouped.contains(notice.holdId) && !mayInterrupt(notice, now)))
            continue;
        if (mayInterrupt(notice, now)) {
            // After a calm the burst is another one, and its worst is its own.
            m_worst = m_standing.isEmpty() && m_grouped.isEmpty() ? notice.rank : std::max(m_worst, notice.rank);
            m_grouped.remove(notice.holdId);
            announce(notice);
            m_last = now;
        } else {
            m_grouped.insert(notice.holdId);
        }
    }
    if (!m_grouped.isEmpty() && !m_announced.contains(groupKey)) {
        Notice all = group;
        all.holdId = groupKey;
        all.rank = 0;
        announce(all);
    }
    return change;
}

void Announcements::forget()
{
    m_announced.clear();
    m_standing.clear();
    m_grouped.clear();
    m_last = {};
    m_worst = 0;
}

} // namespace holdfast
