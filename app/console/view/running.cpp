// SPDX-License-Identifier: Apache-2.0
#include "console/view/running.h"

namespace holdfast {

Running::Running(QObject *parent)
    : QObject(parent)
{
}

void Running::show(const QList<RunningRow> &rows)
{
    QList<RunningRow> onTheWay;
    QList<RunningRow> ended;
    for (const auto &row : rows)
        (row.ended ? ended : onTheWay).append(row);
    m_rows.replace(onTheWay);
    m_ended.replace(ended);
    Q_EMIT changed();
}

void Running::stop(const QString &holdId)
{
    const auto *row = m_rows.find(holdId);
    if (row && row->mayStop)
        Q_EMIT stopWanted(holdId);
}

} // namespace holdfast
