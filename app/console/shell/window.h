// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "console/shell/focuskeeper.h"
#include "console/shell/keyrepeats.h"
#include "console/shell/settingsstore.h"
#include "console/view/app.h"

#include <QQmlApplicationEngine>
#include <QQuickWindow>

#include <memory>

namespace holdfast {

/// Before the application object: software scene graph where there is no GPU (it paints in a third of the time and memory of a
/// software OpenGL), and frames without the artificial wait of 5 ms.
void prepareRendering();

/// Console log, rotating, 0600; Qt's messages go there too.
void openConsoleLog(const QString &path);

/// The QML window and its engine. The engine cannot reach the network: every access is refused.
class Window final : public QObject
{
    Q_OBJECT
public:
    Window(App &app, SettingsStore &settings, QObject *parent = nullptr);
    ~Window() override;

    /// False: the interface could not be loaded; the log says why.
    [[nodiscard]] bool open();

Q_SIGNALS:
    void visibleChanged(bool visible);

private:
    App &m_app;
    SettingsStore &m_settings;
    KeyRepeats m_repeats;
    QQmlApplicationEngine m_engine;
    QQuickWindow *m_window = nullptr;
    std::unique_ptr<FocusKeeper> m_focus;
};

} // namespace holdfast
