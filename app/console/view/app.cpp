// SPDX-License-Identifier: Apache-2.0
#include "console/view/app.h"

namespace holdfast {

App::App(QObject *parent)
    : QObject(parent)
{
}

void App::setPage(Page page)
{
    if (m_page == page)
        return;
    m_page = page;
    Q_EMIT pageChanged();
}

void App::setFirstRun(bool firstRun)
{
    if (m_firstRun == firstRun)
        return;
    m_firstRun = firstRun;
    Q_EMIT firstRunChanged();
}

void App::closeWindow(bool keepRunning)
{
    if (keepRunning)
        Q_EMIT hideWanted();
    else
        Q_EMIT quitWanted();
}

void App::quit()
{
    Q_EMIT quitWanted();
}

} // namespace holdfast
