// SPDX-License-Identifier: Apache-2.0
#include "console/desk/desk.h"
#include "console/shell/settingsstore.h"
#include "console/shell/singleinstance.h"
#include "console/shell/window.h"

#include <QApplication>
#include <QIcon>
#include <QQuickStyle>

using namespace Qt::StringLiterals;

int main(int argc, char **argv)
{
    holdfast::prepareRendering();
    holdfast::initialiseCryptography();
    QApplication application(argc, argv);
    QApplication::setApplicationName(u"holdfast"_s);
    QApplication::setApplicationDisplayName(u"Holdfast"_s);
    QApplication::setApplicationVersion(QStringLiteral(HOLDFAST_VERSION));
    QApplication::setDesktopFileName(u"org.holdfast.Holdfast"_s);
    QApplication::setQuitOnLastWindowClosed(false);
    QQuickStyle::setStyle(u"Basic"_s);

    const auto places = holdfast::Places::ofThisUser();
    holdfast::SingleInstance instance(places.runtime);
    const auto arguments = QApplication::arguments();
    if (!instance.claim(arguments.value(1)))
        return 0;

    holdfast::App app;
    app.settings()->setPlaces(QApplication::applicationVersion(), places.data, places.state + u"/console.log"_s);
    holdfast::openConsoleLog(places.state + u"/console.log"_s);
    holdfast::SettingsStore settings(places.config, *app.settings());
    holdfast::Tray tray;
    settings.setTrayAvailable(tray.available());
    holdfast::Notifier notifier;
    holdfast::Desk desk(app, places, tray, notifier);
    holdfast::Window window(app, settings);
    QObject::connect(&window, &holdfast::Window::visibleChanged, &desk, &holdfast::Desk::setVisible);
    QObject::connect(&instance, &holdfast::SingleInstance::raiseAsked, &desk, [&](const QString &hold) {
        Q_EMIT app.raiseWanted();
        desk.openHold(hold);
    });
    QObject::connect(&app, &holdfast::App::quitWanted, &application, [&] {
        desk.stop();
        QApplication::quit();
    });
    // The gate is a process of its own: it starts while this one loads the window.
    desk.begin();
    if (!window.open())
        return 1;
    return QApplication::exec();
}
