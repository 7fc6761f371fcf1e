// SPDX-License-Identifier: Apache-2.0
// Draws one screen of the console on sample data into a PNG:
//   holdfast_pictures SCENE LOOK OUT.png [--size WxH] [--keys "d"] [--qml DIR] [--longer]
// `--longer` makes every string of ours 40 % longer; `--qml` reads the modules from a folder instead of the program.
#include "fakes/sampleapp.h"

#include <QCommandLineParser>
#include <QElapsedTimer>
#include <QFontDatabase>
#include <QGuiApplication>
#include <QQmlApplicationEngine>
#include <QQuickWindow>
#include <QTest>
#include <QTranslator>

using namespace Qt::StringLiterals;

namespace {

// "Deny" becomes "[Deny~~]": bracketed, and 40 % longer.
class Longer final : public QTranslator {
public:
    using QTranslator::QTranslator;
    [[nodiscard]] QString translate(const char *, const char *source, const char *, int count) const override
    {
        auto text = QString::fromUtf8(source);
        if (count >= 0)
            text.replace(u"%n"_s, QString::number(count));
        return u'[' + text + QString(qMax<qsizetype>(1, text.size() * 2 / 5 - 2), u'~') + u']';
    }
    [[nodiscard]] bool isEmpty() const override { return false; }
};

class Plurals final : public QTranslator {
public:
    using QTranslator::QTranslator;
    [[nodiscard]] QString translate(const char *, const char *source, const char *, int count) const override
    {
        return count < 0 ? QString() : QString::fromUtf8(source).replace(u"%n"_s, QString::number(count));
    }
    [[nodiscard]] bool isEmpty() const override { return false; }
};

holdfast::Settings::Appearance lookOf(const QString &name)
{
    return name == u"dark" ? holdfast::Settings::Dark : name == u"contrast" ? holdfast::Settings::HighContrast : holdfast::Settings::Light;
}

// Lets animations, arm delay and layout come to rest.
void settle(int ms)
{
    QElapsedTimer clock;
    clock.start();
    while (clock.elapsed() < ms)
        QCoreApplication::processEvents(QEventLoop::AllEvents, 20);
}

} // namespace

int main(int argc, char **argv)
{
    QQuickWindow::setGraphicsApi(QSGRendererInterface::Software);
    const QGuiApplication gui(argc, argv);
    QCommandLineParser parser;
    parser.addOptions({{u"size"_s, u"window"_s, u"WxH"_s, u"1440x900"_s}, {u"keys"_s, u"keys to press"_s, u"keys"_s}, {u"qml"_s, u"modules"_s, u"dir"_s}, {u"longer"_s, u"pseudo-locale"_s}});
    parser.process(gui);
    const auto arguments = parser.positionalArguments();
    holdfast::fakes::SampleApp sample;
    if (arguments.size() != 3 || !sample.set(arguments[0])) {
        qCritical("unknown scene");
        return 64;
    }
    sample.app().settings()->setAppearance(lookOf(arguments[1]));
    Longer longer;
    Plurals plurals;
    QCoreApplication::installTranslator(parser.isSet(u"longer"_s) ? static_cast<QTranslator *>(&longer) : &plurals);

    QQmlApplicationEngine engine;
    engine.addImportPath(u"qrc:/qt/qml"_s);
    if (parser.isSet(u"qml"_s))
        engine.addImportPath(parser.value(u"qml"_s));
    engine.setInitialProperties({{u"app"_s, QVariant::fromValue(&sample.app())}});
    engine.load(parser.isSet(u"qml"_s) ? QUrl::fromLocalFile(parser.value(u"qml"_s) + u"/Holdfast/Main.qml"_s) : QUrl(u"qrc:/qt/qml/Holdfast/Main.qml"_s));
    if (engine.rootObjects().isEmpty())
        return 1;
    auto *window = qobject_cast<QQuickWindow *>(engine.rootObjects().constFirst());
    const auto size = parser.value(u"size"_s).split(u'x');
    window->resize(size[0].toInt(), size[1].toInt());
    settle(900);
    for (const auto key : parser.value(u"keys"_s)) {
        QTest::keyClick(window, key.toLatin1());
        settle(200);
    }
    settle(300);
    return window->grabWindow().save(arguments[2]) ? 0 : 1;
}
