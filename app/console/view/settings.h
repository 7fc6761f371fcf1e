// SPDX-License-Identifier: Apache-2.0
#pragma once
#include <QObject>
#include <QtQml/qqmlregistration.h>

namespace holdfast {

// The user's preferences. Kept by the listener of `edited`; no decision depends on any of it.
class Settings : public QObject {
    Q_OBJECT
    QML_ELEMENT
    QML_UNCREATABLE("owned by App")
    Q_PROPERTY(Appearance appearance READ appearance WRITE setAppearance NOTIFY changed)
    Q_PROPERTY(bool systemDark READ systemDark NOTIFY changed)
    Q_PROPERTY(bool systemContrast READ systemContrast NOTIFY changed)
    Q_PROPERTY(bool reducedMotion READ reducedMotion WRITE setReducedMotion NOTIFY changed)
    Q_PROPERTY(bool notifyUrgent READ notifyUrgent WRITE setNotifyUrgent NOTIFY changed)
    Q_PROPERTY(bool notifyAll READ notifyAll WRITE setNotifyAll NOTIFY changed)
    Q_PROPERTY(OnClose onClose READ onClose WRITE setOnClose NOTIFY changed)
    Q_PROPERTY(bool trayAvailable READ trayAvailable NOTIFY changed)
    Q_PROPERTY(QString version READ version CONSTANT)
    Q_PROPERTY(QString dataPath READ dataPath CONSTANT)
    Q_PROPERTY(QString logPath READ logPath CONSTANT)

public:
    enum Appearance { System, Light, Dark, HighContrast };
    Q_ENUM(Appearance)
    // Ask: the first close asks once. KeepRunning: gate and tray stay. StopAll: the embedded gate stops with the window.
    enum OnClose { Ask, KeepRunning, StopAll };
    Q_ENUM(OnClose)

    struct Values {
        Appearance appearance = System;
        bool reducedMotion = false;
        bool notifyUrgent = true;
        bool notifyAll = false;
        OnClose onClose = Ask;
        bool operator==(const Values &) const = default;
    };
    struct Surroundings {
        bool systemDark = false;
        bool systemContrast = false;
        bool trayAvailable = false;
    };

    explicit Settings(QObject *parent = nullptr);

    [[nodiscard]] const Values &values() const { return m_values; }
    [[nodiscard]] Appearance appearance() const { return m_values.appearance; }
    [[nodiscard]] bool systemDark() const { return m_surroundings.systemDark; }
    [[nodiscard]] bool systemContrast() const { return m_surroundings.systemContrast; }
    [[nodiscard]] bool reducedMotion() const { return m_values.reducedMotion; }
    [[nodiscard]] bool notifyUrgent() const { return m_values.notifyUrgent; }
    [[nodiscard]] bool notifyAll() const { return m_values.notifyAll; }
    [[nodiscard]] OnClose onClose() const { return m_values.onClose; }
    [[nodiscard]] bool trayAvailable() const { return m_surroundings.trayAvailable; }
    [[nodiscard]] QString version() const { return m_version; }
    [[nodiscard]] QString dataPath() const { return m_dataPath; }
    [[nodiscard]] QString logPath() const { return m_logPath; }
    void setAppearance(Appearance appearance) { edit(&Values::appearance, appearance); }
    void setReducedMotion(bool reduced) { edit(&Values::reducedMotion, reduced); }
    void setNotifyUrgent(bool notify) { edit(&Values::notifyUrgent, notify); }
    void setNotifyAll(bool notify) { edit(&Values::notifyAll, notify); }
    void setOnClose(OnClose onClose) { edit(&Values::onClose, onClose); }

    // Takes the kept values; before the window is made. Emits `changed` only.
    void load(const Values &values);
    void setSurroundings(const Surroundings &surroundings);
    void setPlaces(const QString &version, const QString &dataPath, const QString &logPath);

Q_SIGNALS:
    void changed();
    void edited();

private:
    template <class T>
    void edit(T Values::*member, T value)
    {
        if (m_values.*member == value)
            return;
        m_values.*member = value;
        Q_EMIT changed();
        Q_EMIT edited();
    }

    Values m_values;
    Surroundings m_surroundings;
    QString m_version, m_dataPath, m_logPath;
};

} // namespace holdfast
