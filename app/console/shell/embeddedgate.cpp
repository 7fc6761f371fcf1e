// SPDX-License-Identifier: Apache-2.0
#include "console/shell/embeddedgate.h"

#include "core/userdirectory.h"

#include <QCoreApplication>
#include <QDir>
#include <QFileInfo>
#include <QStandardPaths>
#include <QTcpSocket>
#include <QTimer>

#include <fcntl.h>
#include <sys/prctl.h>
#include <unistd.h>

#include <cerrno>
#include <csignal>

namespace holdfast {

using namespace Qt::StringLiterals;

namespace {

constexpr int heldByAnother = 69;
constexpr auto endPause = std::chrono::milliseconds(20);
constexpr int endAttempts = 750;
constexpr int knockMs = 500;

QString program()
{
    const auto beside = QCoreApplication::applicationDirPath() + u"/holdfastd"_s;
    return QFileInfo(beside).isExecutable() ? beside : QStandardPaths::findExecutable(u"holdfastd"_s);
}

// True when something listens at the address in gate.json; a gate that died leaves the file behind.
bool answers(const QUrl &url)
{
    QTcpSocket socket;
    socket.connectToHost(url.host(), static_cast<quint16>(url.port()));
    return socket.waitForConnected(knockMs);
}

} // namespace

Places Places::ofThisUser()
{
    Places places;
    places.data = userData();
    places.config = userConfig();
    places.state = userState();
    places.runtime = qEnvironmentVariable("XDG_RUNTIME_DIR").startsWith(u'/') ? userDirectory("XDG_RUNTIME_DIR", {}) : places.state;
    for (const auto &path : {places.data, places.config, places.state, places.runtime}) {
        QDir().mkpath(path);
        QFile::setPermissions(path, QFile::ReadOwner | QFile::WriteOwner | QFile::ExeOwner);
    }
    return places;
}

EmbeddedGate::EmbeddedGate(Places places, QObject *parent)
    : QObject(parent)
    , m_places(std::move(places))
{
    connect(&m_process, &QProcess::readyReadStandardOutput, this, &EmbeddedGate::readOutput);
    connect(&m_process, &QProcess::finished, this, &EmbeddedGate::ended);
    connect(&m_process, &QProcess::errorOccurred, this, [this](QProcess::ProcessError error) {
        if (error == QProcess::FailedToStart) {
            m_wanted = false;
            //: The gate program is missing or cannot be run; %1 its path
            Q_EMIT failed(tr("The gate could not be started: %1").arg(m_process.program()));
        }
    });
}

EmbeddedGate::~EmbeddedGate()
{
    stop();
}

std::optional<GateFile> EmbeddedGate::findRunning()
{
    const auto file = GateFile::read(GateFile::defaultPath());
    return file && file->isOfRunning() && answers(file->address.url) ? std::optional(*file) : std::nullopt;
}

bool EmbeddedGate::isConfigured() const
{
    return QFileInfo::exists(m_places.gateConfig());
}

void EmbeddedGate::start(bool withOwner)
{
    m_withOwner = withOwner;
    m_wanted = true;
    launch();
}

void EmbeddedGate::launch()
{
    QStringList arguments{u"--config"_s, m_places.gateConfig()};
    int ends[2] = {-1, -1};
    if (m_withOwner) {
        if (::pipe2(ends, O_CLOEXEC) != 0) {
            //: A descriptor for the first owner's secret could not be made
            Q_EMIT failed(tr("No descriptor is left to start the gate with."));
            return;
        }
        if (!m_ownerSecret)
            m_ownerSecret = randomBytes(16);
        arguments += {u"--owner-fd"_s, QString::number(ends[0])};
    }
    m_process.setChildProcessModifier([reader = ends[0]] {
        if (reader >= 0)
            ::fcntl(reader, F_SETFD, 0);
        // A console that is killed takes its gate with it: nobody would be there to decide.
        ::prctl(PR_SET_PDEATHSIG, SIGTERM);
    });
    m_process.setStandardErrorFile(m_places.state + u"/gate.log"_s, QIODevice::Append);
    m_process.start(program(), arguments, QIODevice::ReadOnly);
    if (m_withOwner) {
        ::close(ends[0]);
        // Sixteen bytes always fit into an empty pipe.
        [[maybe_unused]] const auto written = ::write(ends[1], m_ownerSecret->constData(), 16);
        ::close(ends[1]);
    }
}

void EmbeddedGate::readOutput()
{
    while (m_process.canReadLine()) {
        const auto line = QString::fromUtf8(m_process.readLine()).trimmed();
        const auto prefix = u"listening on "_s;
        if (!line.startsWith(prefix))
            continue;
        m_restarts = 0;
        Q_EMIT listening(QUrl(line.mid(prefix.size())));
    }
}

void EmbeddedGate::takeOver(const GateFile &waiting)
{
    m_withOwner = true;
    m_wanted = true;
    if (::kill(static_cast<pid_t>(waiting.pid), SIGTERM) != 0 && errno != ESRCH) {
        m_wanted = false;
        //: A gate that waits for its first owner cannot be ended by this user; %1 a process number
        Q_EMIT failed(tr("The gate that waits for its first owner (process %1) cannot be ended by this user.").arg(waiting.pid));
        return;
    }
    startOnceEnded(waiting, 0);
}

void EmbeddedGate::startOnceEnded(const GateFile &waiting, int attempts)
{
    if (!waiting.isOfRunning())
        return launch();
    if (attempts >= endAttempts) {
        m_wanted = false;
        //: As above
        Q_EMIT failed(tr("The gate that waits for its first owner (process %1) does not end.").arg(waiting.pid));
        return;
    }
    QTimer::singleShot(endPause, this, [this, waiting, attempts] {
        if (m_wanted)
            startOnceEnded(waiting, attempts + 1);
    });
}

void EmbeddedGate::ended(int exitCode)
{
    if (!m_wanted)
        return;
    if (exitCode == heldByAnother && m_process.exitStatus() == QProcess::NormalExit) {
        m_wanted = false;
        Q_EMIT held();
        return;
    }
    if (++m_restarts > 5) {
        m_wanted = false;
        //: The gate ends again and again; %1 exit code, %2 log file
        Q_EMIT failed(tr("The gate ended with code %1 five times in a row. Its log is %2")
            .arg(QString::number(exitCode), m_places.state + u"/gate.log"_s));
        return;
    }
    QTimer::singleShot(1000, this, [this] {
        if (m_wanted && m_process.state() == QProcess::NotRunning)
            launch();
    });
}

void EmbeddedGate::stop()
{
    m_wanted = false;
    if (m_process.state() == QProcess::NotRunning)
        return;
    m_process.terminate();
    if (!m_process.waitForFinished(10'000))
        m_process.kill();
}

} // namespace holdfast
