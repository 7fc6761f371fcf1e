// SPDX-License-Identifier: Apache-2.0
#include "console/view/inbox.h"

#include <QHash>

namespace holdfast {

Inbox::Inbox(QObject *parent)
    : QObject(parent)
{
}

void Inbox::setFilter(const QString &filter)
{
    if (m_filter == filter)
        return;
    m_filter = filter;
    Q_EMIT filterChanged(filter);
}

void Inbox::setStill(bool still)
{
    if (m_still == still)
        return;
    m_still = still;
    if (!m_still)
        m_rows.replace(m_latest);
    Q_EMIT stillChanged();
    Q_EMIT changed();
}

// Rows keep their place, ended ones are marked, and new ones go below, where no pointer rests on them.
QList<InboxRow> Inbox::heldStill() const
{
    QHash<QString, const InboxRow *> latest;
    for (const auto &next : m_latest)
        latest.insert(next.key, &next);
    QList<InboxRow> rows = m_rows.rows();
    for (auto &row : rows) {
        if (const auto *next = latest.take(row.key))
            row = *next;
        else
            row.ended = true;
    }
    for (const auto &next : m_latest) {
        if (latest.contains(next.key))
            rows.append(next);
    }
    return rows;
}

void Inbox::show(const QList<InboxRow> &rows, int total)
{
    m_latest = rows;
    m_total = total;
    m_rows.replace(m_still ? heldStill() : m_latest);
    Q_EMIT changed();
}

void Inbox::put(const InboxRow &row, qsizetype at, int total)
{
    takeOut(row.key);
    m_latest.insert(at, row);
    m_total = total;
    if (m_still)
        m_rows.replace(heldStill());
    else
        m_rows.put(row, at);
    Q_EMIT changed();
}

void Inbox::takeOut(const QString &holdId)
{
    const auto found = std::find_if(m_latest.cbegin(), m_latest.cend(), [&](const InboxRow &one) { return one.key == holdId; });
    if (found != m_latest.cend())
        m_latest.removeAt(found - m_latest.cbegin());
}

void Inbox::drop(const QString &holdId, int total)
{
    takeOut(holdId);
    m_total = total;
    if (m_still)
        m_rows.replace(heldStill());
    else
        m_rows.drop(holdId);
    Q_EMIT changed();
}

void Inbox::setFilterProblem(const QString &problem)
{
    if (std::exchange(m_filterProblem, problem) != problem)
        Q_EMIT changed();
}

void Inbox::setLastDecision(const QString &text)
{
    if (std::exchange(m_lastDecision, text) != text)
        Q_EMIT changed();
}

void Inbox::setCurrent(const QString &holdId)
{
    if (std::exchange(m_current, holdId) != holdId)
        Q_EMIT currentChanged();
}

void Inbox::open(const QString &holdId)
{
    if (m_rows.find(holdId))
        Q_EMIT openWanted(holdId);
}

void Inbox::step(int by)
{
    const auto &rows = m_rows.rows();
    if (rows.isEmpty())
        return;
    const auto found = std::find_if(rows.cbegin(), rows.cend(), [&](const InboxRow &row) { return row.key == m_current; });
    const auto last = rows.size() - 1;
    const auto at = found == rows.cend() ? (by > 0 ? -1 : last + 1) : found - rows.cbegin();
    open(rows[std::clamp<qsizetype>(at + by, 0, last)].key);
}

} // namespace holdfast
