// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <QMetaObject>
#include <QObject>
#include <QPointer>
#include <QQuickItem>
#include <QQuickWindow>

namespace holdfast {

/// Takes the focus from an item that is hidden. Qt 6.4 leaves it there, so that Enter still presses a button that is seen no more. The
/// focus goes to the nearest focus scope around it that is visible, where the keys of the page still work.
class FocusKeeper final : public QObject
{
    Q_OBJECT
public:
    explicit FocusKeeper(QQuickWindow &window, QObject *parent = nullptr);

private:
    void follow();
    void check();

    QQuickWindow &m_window;
    QPointer<QQuickItem> m_item;
    QMetaObject::Connection m_watched;
};

} // namespace holdfast
