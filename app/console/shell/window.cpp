// SPDX-License-Identifier: Apache-2.0
#include "console/shell/window.h"

#include "core/text/visible.h"

#include <QDir>
#include <QFile>
#include <QNetworkAccessManager>
#include <QNetworkReply>
#include <QQmlNetworkAccessManagerFactory>
#include <QTimer>

#include <spdlog/sinks/rotating_file_sink.h>
#include <spdlog/spdlog.h>

#include <malloc.h>

namespace holdfast {

using namespace Qt::StringLiterals;

namespace {

// Belt and braces: no text is ever rendered as HTML, and if it were, nothing would be fetched.
class RefusedReply final : public QNetworkReply
{
public:
    RefusedReply(const QNetworkRequest &request, QObject *parent)
        : QNetworkReply(parent)
    {
        setRequest(request);
        setUrl(request.url());
        setError(ContentAccessDenied, u"refused"_s);
        open(QIODevice::ReadOnly);
        setFinished(true);
        QTimer::singleShot(0, this, &QNetworkReply::finished);
    }
    void abort() override {}

protected:
    qint64 readData(char *, qint64) override { return -1; }
};

class NoNetwork final : public QNetworkAccessManager
{
public:
    using QNetworkAccessManager::QNetworkAccessManager;

protected:
    QNetworkReply *createRequest(Operation, const QNetworkRequest &request, QIODevice *) override { return new RefusedReply(request, this); }
};

class NoNetworkFactory final : public QQmlNetworkAccessManagerFactory
{
public:
    QNetworkAccessManager *create(QObject *parent) override { return new NoNetwork(parent); }
};

NoNetworkFactory noNetwork;

bool hasGpu()
{
    return !QDir(u"/dev/dri"_s).entryList({u"renderD*"_s}, QDir::System).isEmpty();
}

// Hidden in the tray a console may stay for weeks: what only painting needs, and what starting left behind, goes back to the system.
void letGo(QQuickWindow &window)
{
    window.releaseResources();
    ::malloc_trim(0);
}

// Qt's own warnings may quote foreign text.
void toLog(QtMsgType type, const QMessageLogContext &, const QString &text)
{
    const auto message = visible(text, {.keepLines = true});
    const auto level = type == QtDebugMsg ? spdlog::level::debug : type == QtInfoMsg ? spdlog::level::info
        : type == QtWarningMsg                                     ? spdlog::level::warn
                                                                   : spdlog::level::err;
    spdlog::log(level, "{}", message.toStdString());
    if (qEnvironmentVariableIsSet("QT_FORCE_STDERR_LOGGING"))
        ::fprintf(stderr, "%s\n", qUtf8Printable(message));
}

} // namespace

void prepareRendering()
{
    if (!qEnvironmentVariableIsSet("QT_QUICK_BACKEND") && !hasGpu())
        qputenv("QT_QUICK_BACKEND", "software");
    if (!qEnvironmentVariableIsSet("QT_QPA_UPDATE_IDLE_TIME"))
        qputenv("QT_QPA_UPDATE_IDLE_TIME", "0");
}

void openConsoleLog(const QString &path)
{
    constexpr std::size_t size = 1024UL * 1024;
    auto sink = std::make_shared<spdlog::sinks::rotating_file_sink_mt>(path.toStdString(), size, 2);
    QFile::setPermissions(path, QFile::ReadOwner | QFile::WriteOwner);
    spdlog::set_default_logger(std::make_shared<spdlog::logger>("console", std::move(sink)));
    spdlog::flush_on(spdlog::level::warn);
    qInstallMessageHandler(toLog);
}

Window::Window(App &app, SettingsStore &settings, QObject *parent)
    : QObject(parent)
    , m_app(app)
    , m_settings(settings)
{
    m_engine.addImportPath(u"qrc:/qt/qml"_s);
    m_engine.setNetworkAccessManagerFactory(&noNetwork);
    m_engine.setInitialProperties({{u"app"_s, QVariant::fromValue(&m_app)}});
}

Window::~Window()
{
    if (m_window != nullptr)
        m_settings.keepWindowGeometry(QByteArray::number(m_window->width()) + 'x' + QByteArray::number(m_window->height()));
}

bool Window::open()
{
    m_engine.load(QUrl(u"qrc:/qt/qml/Holdfast/Main.qml"_s));
    m_window = m_engine.rootObjects().isEmpty() ? nullptr : qobject_cast<QQuickWindow *>(m_engine.rootObjects().first());
    if (m_window == nullptr)
        return false;
    const auto size = m_settings.windowGeometry().split('x');
    if (size.size() == 2 && size[0].toInt() > 0 && size[1].toInt() > 0)
        m_window->resize(size[0].toInt(), size[1].toInt());
    m_window->installEventFilter(&m_repeats);
    m_focus = std::make_unique<FocusKeeper>(*m_window);
    connect(m_window, &QWindow::visibleChanged, this, [this](bool visible) {
        Q_EMIT visibleChanged(visible);
        if (!visible)
            letGo(*m_window);
    });
    Q_EMIT visibleChanged(m_window->isVisible());
    return true;
}

} // namespace holdfast
