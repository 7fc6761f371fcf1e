// SPDX-License-Identifier: Apache-2.0
#include "console/view/practice.h"

namespace holdfast {

Practice::Practice(QObject *parent)
    : QObject(parent)
{
}

void Practice::advance(State state, const QString &text)
{
    m_state = state;
    m_text = text;
    Q_EMIT changed();
}

void Practice::replay()
{
    if (m_state == Ready || m_state == Failed)
        Q_EMIT replayWanted();
}

} // namespace holdfast
