// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "console/view/settings.h"

#include <QDBusVariant>
#include <QSettings>

namespace holdfast {

/// Keeps the user's preferences in an ini file below the configuration directory, and tells Settings about the desktop:
/// colour scheme and contrast by the portal (org.freedesktop.appearance), with the changes that follow.
class SettingsStore final : public QObject
{
    Q_OBJECT
public:
    SettingsStore(const QString &configDirectory, Settings &settings, QObject *parent = nullptr);

    [[nodiscard]] QByteArray windowGeometry() const;
    void keepWindowGeometry(const QByteArray &geometry);
    void setTrayAvailable(bool available);

private Q_SLOTS:
    void portalChanged(const QString &space, const QString &key, const QDBusVariant &value);

private:
    void load();
    void keep();
    void askPortal(const QString &key);
    void apply(const QString &key, const QVariant &value);

    Settings &m_settings;
    QSettings m_file;
    Settings::Surroundings m_surroundings;
};

} // namespace holdfast
