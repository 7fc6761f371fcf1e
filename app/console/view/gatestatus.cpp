// SPDX-License-Identifier: Apache-2.0
#include "console/view/gatestatus.h"

namespace holdfast {

GateStatus::GateStatus(QObject *parent)
    : QObject(parent)
{
}

void GateStatus::show(const Standing &standing)
{
    m_standing = standing;
    Q_EMIT changed();
}

void GateStatus::connectNow()
{
    Q_EMIT connectWanted();
}

} // namespace holdfast
