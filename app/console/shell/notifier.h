// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <QDBusServiceWatcher>
#include <QHash>
#include <QObject>

namespace holdfast {

/// What a notification says: gate, tier, number and deadline. Never a word of the requester's.
struct Notice final
{
    QString holdId; ///< or a key of our own for the grouped notice
    QString title, body;
    bool critical = false;
};

/// Speaks org.freedesktop.Notifications itself: QSystemTrayIcon's messages are lost on some desktops and take other
/// applications' clicks for their own. At most `most` notices stand at once; beyond them one says how many more there are.
/// Offers only "Review": nothing in a notification decides. Withdraws a notice when its hold is settled.
class Notifier final : public QObject
{
    Q_OBJECT
public:
    static constexpr int most = 3;

    explicit Notifier(QObject *parent = nullptr);

    /// Makes what stands on the desktop equal to `notices` (urgent holds, most urgent first).
    void show(const QList<Notice> &notices);

Q_SIGNALS:
    void reviewAsked(const QString &holdId);

private Q_SLOTS:
    void actionInvoked(uint id, const QString &action);
    void closed(uint id, uint reason);

private:
    void send(const Notice &notice);
    void withdraw(const QString &key);
    void askCapabilities();

    struct Standing {
        uint id = 0; ///< 0 while the server has not answered
        QString title, body;
        bool dismissed = false; ///< the person closed it: it is not shown again
    };
    QHash<QString, Standing> m_standing;
    QList<Notice> m_wanted;
    QDBusServiceWatcher m_watcher;
    bool m_markup = false;
    bool m_actions = false;
};

} // namespace holdfast
