// SPDX-License-Identifier: Apache-2.0
#include "console/shell/settingsstore.h"

#include <QDBusConnection>
#include <QDBusMessage>
#include <QDBusPendingCallWatcher>
#include <QDBusPendingReply>
#include <QGuiApplication>
#include <QPalette>

namespace holdfast {

using namespace Qt::StringLiterals;

namespace {
const auto portalService = u"org.freedesktop.portal.Desktop"_s;
const auto portalPath = u"/org/freedesktop/portal/desktop"_s;
const auto portalInterface = u"org.freedesktop.portal.Settings"_s;
const auto appearanceSpace = u"org.freedesktop.appearance"_s;
}

SettingsStore::SettingsStore(const QString &configDirectory, Settings &settings, QObject *parent)
    : QObject(parent)
    , m_settings(settings)
    , m_file(configDirectory + u"/console.ini"_s, QSettings::IniFormat)
{
    load();
    connect(&m_settings, &Settings::edited, this, &SettingsStore::keep);
    const auto palette = QGuiApplication::palette();
    m_surroundings.systemDark = palette.color(QPalette::Window).lightness() < palette.color(QPalette::WindowText).lightness();
    m_settings.setSurroundings(m_surroundings);
    auto bus = QDBusConnection::sessionBus();
    if (!bus.isConnected())
        return;
    bus.connect(portalService, portalPath, portalInterface, u"SettingChanged"_s, this, SLOT(portalChanged(QString, QString, QDBusVariant)));
    askPortal(u"color-scheme"_s);
    askPortal(u"contrast"_s);
}

void SettingsStore::load()
{
    Settings::Values values;
    values.appearance = static_cast<Settings::Appearance>(std::clamp(m_file.value(u"appearance"_s, 0).toInt(), 0, 3));
    values.reducedMotion = m_file.value(u"reducedMotion"_s, false).toBool();
    values.notifyUrgent = m_file.value(u"notifyUrgent"_s, true).toBool();
    values.notifyAll = m_file.value(u"notifyAll"_s, false).toBool();
    values.onClose = static_cast<Settings::OnClose>(std::clamp(m_file.value(u"onClose"_s, 0).toInt(), 0, 2));
    m_settings.load(values);
}

void SettingsStore::keep()
{
    const auto &values = m_settings.values();
    m_file.setValue(u"appearance"_s, static_cast<int>(values.appearance));
    m_file.setValue(u"reducedMotion"_s, values.reducedMotion);
    m_file.setValue(u"notifyUrgent"_s, values.notifyUrgent);
    m_file.setValue(u"notifyAll"_s, values.notifyAll);
    m_file.setValue(u"onClose"_s, static_cast<int>(values.onClose));
    m_file.sync();
}

QByteArray SettingsStore::windowGeometry() const
{
    return m_file.value(u"geometry"_s).toByteArray();
}

void SettingsStore::keepWindowGeometry(const QByteArray &geometry)
{
    m_file.setValue(u"geometry"_s, geometry);
}

void SettingsStore::setTrayAvailable(bool available)
{
    m_surroundings.trayAvailable = available;
    m_settings.setSurroundings(m_surroundings);
}

void SettingsStore::askPortal(const QString &key)
{
    auto call = QDBusMessage::createMethodCall(portalService, portalPath, portalInterface, u"Read"_s);
    call << appearanceSpace << key;
    // A desktop without a portal must not be started for this, and must not be waited for.
    call.setAutoStartService(false);
    auto *watcher = new QDBusPendingCallWatcher(QDBusConnection::sessionBus().asyncCall(call, 3000), this);
    connect(watcher, &QDBusPendingCallWatcher::finished, this, [this, key](QDBusPendingCallWatcher *finished) {
        finished->deleteLater();
        const QDBusPendingReply<QDBusVariant> reply = *finished;
        if (reply.isValid())
            apply(key, reply.value().variant());
    });
}

void SettingsStore::portalChanged(const QString &space, const QString &key, const QDBusVariant &value)
{
    if (space == appearanceSpace)
        apply(key, value.variant());
}

void SettingsStore::apply(const QString &key, const QVariant &value)
{
    // Read wraps its answer in a second variant.
    const auto inner = value.canConvert<QDBusVariant>() ? value.value<QDBusVariant>().variant() : value;
    if (key == u"color-scheme"_s)
        m_surroundings.systemDark = inner.toUInt() == 1;
    else if (key == u"contrast"_s)
        m_surroundings.systemContrast = inner.toUInt() == 1;
    m_settings.setSurroundings(m_surroundings);
}

} // namespace holdfast
