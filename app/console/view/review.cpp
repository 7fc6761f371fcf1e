// SPDX-License-Identifier: Apache-2.0
#include "console/view/review.h"

namespace holdfast {

Review::Review(QObject *parent)
    : QObject(parent)
{
}

void Review::show(State state, const HoldView &hold, const Lists &lists, const QString &problem)
{
    const bool another = hold.holdId != m_hold.holdId || hold.revision != m_hold.revision;
    m_state = state;
    m_hold = hold;
    m_problem = problem;
    m_contradictions.replace(lists.contradictions);
    m_delta.replace(lists.delta);
    m_facts.replace(lists.facts);
    m_dependents.replace(lists.dependents);
    m_recovery.replace(lists.recovery);
    m_diffs.replace(lists.diffs);
    m_payload.replace(lists.payload);
    m_credential.replace(lists.credential);
    m_policy.replace(lists.policy);
    m_requester.replace(lists.requester);
    if (another)
        setDiffLines({}, nullptr, 0);
    Q_EMIT changed();
    if (another && !lists.diffs.isEmpty())
        chooseDiff(lists.diffs.constFirst().key);
}

void Review::setHold(const HoldView &hold)
{
    m_hold = hold;
    Q_EMIT changed();
}

void Review::setDiffLines(const QString &diff, QAbstractItemModel *lines, int columns)
{
    m_diff = diff;
    m_diffLines = lines;
    m_diffColumns = columns;
    Q_EMIT diffChanged();
}

void Review::measureAgain()
{
    if (m_state == Shown && !m_hold.holdId.isEmpty())
        Q_EMIT measureWanted(m_hold.holdId);
}

void Review::chooseDiff(const QString &key)
{
    if (m_diffs.find(key))
        Q_EMIT diffWanted(m_hold.holdId, key);
}

void Review::freezeRequester(const QString &reason)
{
    if (!m_hold.holdId.isEmpty() && !reason.trimmed().isEmpty())
        Q_EMIT freezeWanted(m_hold.holdId, reason.trimmed());
}

} // namespace holdfast
