// SPDX-License-Identifier: Apache-2.0
#include "console/shell/notifier.h"

#include <QDBusConnection>
#include <QDBusMessage>
#include <QDBusPendingCallWatcher>
#include <QDBusPendingReply>

namespace holdfast {

using namespace Qt::StringLiterals;

namespace {

const auto service = u"org.freedesktop.Notifications"_s;
const auto path = u"/org/freedesktop/Notifications"_s;

QDBusMessage message(const QString &member)
{
    return QDBusMessage::createMethodCall(service, path, service, member);
}

} // namespace

Notifier::Notifier(QObject *parent)
    : QObject(parent)
{
    auto bus = QDBusConnection::sessionBus();
    if (!bus.isConnected())
        return;
    bus.connect(service, path, service, u"ActionInvoked"_s, this, SLOT(actionInvoked(uint, QString)));
    bus.connect(service, path, service, u"NotificationClosed"_s, this, SLOT(closed(uint, uint)));
    m_watcher.setConnection(bus);
    m_watcher.addWatchedService(service);
    m_watcher.setWatchMode(QDBusServiceWatcher::WatchForRegistration);
    // A daemon that was started anew knows nothing of what stood before.
    connect(&m_watcher, &QDBusServiceWatcher::serviceRegistered, this, [this] {
        m_standing.clear();
        m_announcements.forget();
        askCapabilities();
    });
    askCapabilities();
}

void Notifier::askCapabilities()
{
    auto *watcher = new QDBusPendingCallWatcher(QDBusConnection::sessionBus().asyncCall(message(u"GetCapabilities"_s), 3000), this);
    connect(watcher, &QDBusPendingCallWatcher::finished, this, [this](QDBusPendingCallWatcher *finished) {
        finished->deleteLater();
        const QDBusPendingReply<QStringList> reply = *finished;
        if (reply.isValid()) {
            m_markup = reply.value().contains(u"body-markup"_s);
            m_actions = reply.value().contains(u"actions"_s);
        }
        show(m_urgent, m_group);
    });
}

void Notifier::show(const QList<Notice> &urgent, const Notice &group)
{
    m_urgent = urgent;
    m_group = group;
    if (!QDBusConnection::sessionBus().isConnected())
        return;
    const auto change = m_announcements.show(urgent, group, SystemClock().now());
    for (const auto &key : change.withdraw)
        withdraw(key);
    for (const auto &notice : change.send)
        send(notice);
}

void Notifier::send(const Notice &notice)
{
    m_standing.insert(notice.holdId, 0);
    //: Button of a notification: opens the hold in the console
    const auto review = tr("Review");
    const auto actions = m_actions ? QStringList{u"default"_s, review, u"review"_s, review} : QStringList{};
    // The server reads urgency only as a byte.
    const QVariantMap hints{{u"urgency"_s, QVariant::fromValue<uchar>(notice.critical ? 2 : 1)},
                            {u"desktop-entry"_s, u"org.holdfast.Holdfast"_s},
                            {u"category"_s, u"x-holdfast.hold"_s}};
    auto call = message(u"Notify"_s);
    call << u"Holdfast"_s << uint(0) << u"org.holdfast.Holdfast"_s << notice.title
         << (m_markup ? notice.body.toHtmlEscaped() : notice.body) << actions << hints << (notice.critical ? 0 : -1);
    auto *watcher = new QDBusPendingCallWatcher(QDBusConnection::sessionBus().asyncCall(call, 5000), this);
    connect(watcher, &QDBusPendingCallWatcher::finished, this, [this, key = notice.holdId](QDBusPendingCallWatcher *finished) {
        finished->deleteLater();
        const QDBusPendingReply<uint> reply = *finished;
        const auto at = m_standing.find(key);
        if (at == m_standing.end()) {
            // Settled while the server was answering.
            if (reply.isValid())
                QDBusConnection::sessionBus().asyncCall(message(u"CloseNotification"_s) << reply.value());
            return;
        }
        if (reply.isValid())
            *at = reply.value();
        else
            m_standing.erase(at);
    });
}

void Notifier::withdraw(const QString &key)
{
    if (const uint id = m_standing.take(key); id != 0)
        QDBusConnection::sessionBus().asyncCall(message(u"CloseNotification"_s) << id);
}

// Both signals are broadcast: an id that is not ours is somebody else's notification.
void Notifier::actionInvoked(uint id, const QString &action)
{
    const auto key = id != 0 ? m_standing.key(id) : QString();
    if (!key.isEmpty() && (action == u"default"_s || action == u"review"_s))
        Q_EMIT reviewAsked(key == Announcements::groupKey ? QString() : key);
}

void Notifier::closed(uint id, uint)
{
    const auto key = id != 0 ? m_standing.key(id) : QString();
    if (key.isEmpty())
        return;
    m_standing.remove(key);
    m_announcements.dismissed(key);
}

} // namespace holdfast
