// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "console/view/view.h"

#include <QDBusServiceWatcher>
#include <QMenu>
#include <QSystemTrayIcon>

namespace holdfast {

/// The contents of the tray: our own words, the gate's measured sentence and times only, never the requester's text.
struct TrayState final
{
    struct Urgent {
        QString holdId, text; ///< "critical · 11:42 left"
        bool operator==(const Urgent &) const = default;
    };
    int waiting = 0;
    bool urgent = false;
    view::Link link = view::Link::Connecting;
    QString tooltip;
    QList<Urgent> holds; ///< the five most urgent
    QString freezeActor; ///< the requester of the most urgent hold, or empty
    bool operator==(const TrayState &) const = default;
};

/// The status icon: count and state painted into the icon (shape and figure, not colour alone), a menu with the urgent holds,
/// freeze and open. Nothing in it approves. Exists only while the desktop has a place for it.
class Tray final : public QObject
{
    Q_OBJECT
public:
    explicit Tray(QObject *parent = nullptr);

    [[nodiscard]] bool available() const;
    void show(const TrayState &state);

Q_SIGNALS:
    void openAsked(const QString &holdId);
    void freezeAsked();
    void quitAsked();

private:
    void rebuildMenu();
    [[nodiscard]] static QIcon paint(const TrayState &state);

    QDBusServiceWatcher m_panel;
    QSystemTrayIcon m_icon;
    QMenu m_menu;
    TrayState m_state;
};

} // namespace holdfast
