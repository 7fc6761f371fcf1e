// SPDX-License-Identifier: Apache-2.0
#include "console/shell/focuskeeper.h"

namespace holdfast {

FocusKeeper::FocusKeeper(QQuickWindow &window, QObject *parent)
    : QObject(parent)
    , m_window(window)
{
    connect(&window, &QQuickWindow::activeFocusItemChanged, this, &FocusKeeper::follow);
    follow();
}

void FocusKeeper::follow()
{
    disconnect(m_watched);
    m_item = m_window.activeFocusItem();
    if (!m_item)
        return;
    // Told of every change that makes it invisible, those of the items around it included.
    m_watched = connect(m_item, &QQuickItem::visibleChanged, this, &FocusKeeper::check);
    check();
}

void FocusKeeper::check()
{
    if (!m_item || m_item->isVisible() || m_item == m_window.contentItem())
        return;
    QQuickItem *around = m_item->parentItem();
    while (around != nullptr && around != m_window.contentItem() && (!around->isFocusScope() || !around->isVisible()))
        around = around->parentItem();
    m_item->setFocus(false);
    if (around != nullptr && m_window.isVisible())
        around->forceActiveFocus();
}

} // namespace holdfast
