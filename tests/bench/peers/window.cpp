// SPDX-License-Identifier: Apache-2.0
// The smallest honest window of the toolkit: what no start of a Qt Quick program can undercut.
#include <QGuiApplication>
#include <QQmlApplicationEngine>
#include <QQuickStyle>

int main(int argc, char **argv)
{
    QGuiApplication application(argc, argv);
    QQuickStyle::setStyle(QStringLiteral("Basic"));
    QQmlApplicationEngine engine;
    engine.addImportPath(QStringLiteral("qrc:/qt/qml"));
    engine.load(QUrl(QStringLiteral("qrc:/qt/qml/HoldfastBench/peers/Window.qml")));
    return engine.rootObjects().isEmpty() ? 1 : QGuiApplication::exec();
}
