// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "console/shell/announcements.h"

#include <QDBusServiceWatcher>
#include <QHash>
#include <QObject>

namespace holdfast {

/// Speaks org.freedesktop.Notifications itself: QSystemTrayIcon's messages are lost on some desktops and take other
/// applications' clicks for their own. What is announced of a burst, `Announcements` decides. Offers only "Review": nothing in a
/// notification decides. Withdraws a notice when its hold is settled.
class Notifier final : public QObject
{
    Q_OBJECT
public:
    explicit Notifier(QObject *parent = nullptr);

    /// `urgent`: all holds that are urgent now, most urgent first; `group`: the words for those of a burst.
    void show(const QList<Notice> &urgent, const Notice &group);

Q_SIGNALS:
    void reviewAsked(const QString &holdId);

private Q_SLOTS:
    void actionInvoked(uint id, const QString &action);
    void closed(uint id, uint reason);

private:
    void send(const Notice &notice);
    void withdraw(const QString &key);
    void askCapabilities();

    Announcements m_announcements;
    QHash<QString, uint> m_standing; ///< key to the service's id; 0 while it has not answered
    QList<Notice> m_urgent;
    Notice m_group;
    QDBusServiceWatcher m_watcher;
    bool m_markup = false;
    bool m_actions = false;
};

} // namespace holdfast
