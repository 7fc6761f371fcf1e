// SPDX-License-Identifier: Apache-2.0
#include "console/view/settings.h"

namespace holdfast {

Settings::Settings(QObject *parent)
    : QObject(parent)
{
}

void Settings::load(const Values &values)
{
    m_values = values;
    Q_EMIT changed();
}

void Settings::setSurroundings(const Surroundings &surroundings)
{
    m_surroundings = surroundings;
    Q_EMIT changed();
}

void Settings::setPlaces(const QString &version, const QString &dataPath, const QString &logPath)
{
    m_version = version;
    m_dataPath = dataPath;
    m_logPath = logPath;
    Q_EMIT changed();
}

} // namespace holdfast
