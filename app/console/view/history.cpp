// SPDX-License-Identifier: Apache-2.0
#include "console/view/history.h"

namespace holdfast {

History::History(QObject *parent)
    : QObject(parent)
{
}

void History::setQuery(const QString &query)
{
    if (m_query == query)
        return;
    m_query = query;
    Q_EMIT queryChanged(query);
}

void History::show(const QList<HistoryRow> &rows, const QString &found)
{
    m_rows.replace(rows);
    m_found = found;
    m_problem.clear();
    m_searching = false;
    Q_EMIT changed();
}

void History::setSearching(bool searching)
{
    m_searching = searching;
    Q_EMIT changed();
}

void History::setProblem(const QString &problem)
{
    m_problem = problem;
    m_searching = false;
    Q_EMIT changed();
}

void History::setCharts(const Charts &charts)
{
    m_charts = charts;
    m_time.replace(charts.time);
    m_share.replace(charts.share);
    m_quick.replace(charts.quick);
    Q_EMIT changed();
}

void History::showTimeline(const QString &holdId, const QString &sentence, const QList<TimelineRow> &entries)
{
    m_timelineOf = holdId;
    m_timelineSentence = sentence;
    m_timeline.replace(entries);
    Q_EMIT timelineChanged();
}

void History::openTimeline(const QString &holdId)
{
    if (m_rows.find(holdId))
        Q_EMIT timelineWanted(holdId);
}

void History::closeTimeline()
{
    showTimeline({}, {}, {});
}

void History::more()
{
    if (!m_searching)
        Q_EMIT moreWanted();
}

} // namespace holdfast
