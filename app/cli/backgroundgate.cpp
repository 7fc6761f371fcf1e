// SPDX-License-Identifier: Apache-2.0
#include "cli/backgroundgate.h"

#include "cli/practiceconfig.h"
#include "link/blockinglink.h"

#include <QCoreApplication>
#include <QDir>
#include <QElapsedTimer>
#include <QFile>
#include <QFileInfo>
#include <QProcess>
#include <QSaveFile>
#include <QStandardPaths>
#include <QThread>

#include <csignal>
#include <fcntl.h>
#include <unistd.h>

namespace holdfast {

namespace {

using namespace std::chrono_literals;

constexpr qsizetype SecretSize = 16;
constexpr qint64 StartMs = 20'000;
constexpr qint64 StopMs = 15'000;

QString pidFile()
{
    return place::state() + QStringLiteral("/gate.pid");
}

QString gateProgram()
{
    const QString beside = QCoreApplication::applicationDirPath() + QStringLiteral("/holdfastd");
    return QFileInfo(beside).isExecutable() ? beside : QStandardPaths::findExecutable(QStringLiteral("holdfastd"));
}

bool answers()
{
    const auto file = GateFile::read(GateFile::defaultPath());
    if (!file)
        return false;
    LinkOptions options;
    options.address = file->address;
    BlockingLink link(options, nullptr);
    return static_cast<bool>(link.challenge(500ms));
}

/// The process that the pid file names, if it still is a gate of this user.
std::optional<pid_t> runningGate()
{
    QFile file(pidFile());
    if (!file.open(QIODevice::ReadOnly))
        return std::nullopt;
    const qlonglong pid = file.readAll().trimmed().toLongLong();
    const QString process = QStringLiteral("/proc/%1").arg(pid);
    const QString program = QFileInfo(process + QStringLiteral("/exe")).symLinkTarget(); // `… (deleted)` after an update
    if (pid <= 1 || QFileInfo(program).fileName().section(u' ', 0, 0) != u"holdfastd" || QFileInfo(process).ownerId() != ::geteuid())
        return std::nullopt;
    return static_cast<pid_t>(pid);
}

Expected<qint64> launch(const QStringList &arguments, const QString &log)
{
    QProcess process;
    process.setProgram(gateProgram());
    process.setArguments(arguments);
    process.setStandardInputFile(QProcess::nullDevice());
    process.setStandardOutputFile(QProcess::nullDevice());
    process.setStandardErrorFile(log, QIODevice::Append);
    qint64 pid = 0;
    if (process.program().isEmpty() || !process.startDetached(&pid))
        return Failure{Problem{ExitCode::Failed, QStringLiteral("holdfastd cannot be started")}};
    return pid;
}

Expected<qint64> launchWithOwner(QStringList arguments, const QString &log, const QByteArray &secret)
{
    int ends[2] = {-1, -1};
    if (::pipe(ends) != 0)
        return Failure{Problem{ExitCode::Failed, QStringLiteral("no descriptor is left to start the gate with")}};
    ::fcntl(ends[1], F_SETFD, FD_CLOEXEC); // only the reading end goes to the gate
    arguments += {QStringLiteral("--owner-fd"), QString::number(ends[0])};
    auto pid = launch(arguments, log);
    ::close(ends[0]);
    [[maybe_unused]] const ssize_t written = ::write(ends[1], secret.constData(), static_cast<std::size_t>(secret.size())); // fits an empty pipe
    ::close(ends[1]);
    return pid;
}

bool keepPid(qint64 pid)
{
    QSaveFile file(pidFile());
    return file.open(QIODevice::WriteOnly) && file.write(QByteArray::number(pid)) > 0 && file.commit();
}

} // namespace

Expected<BackgroundGate> startGate(bool awaitsOwner)
{
    BackgroundGate gate{{}, place::state() + QStringLiteral("/gate.log"), false};
    // One that still waits for its owner is begun anew: the secret that it waits for is known to nobody who asks again.
    if (answers() && (!awaitsOwner || !runningGate())) {
        gate.wasRunning = true;
        return gate;
    }
    if (!stopGate())
        return Failure{Problem{ExitCode::Failed, QStringLiteral("the gate that runs does not end")}};
    QDir().mkpath(place::state());
    const QStringList arguments{QStringLiteral("--config"), place::gateConfig()};
    const QByteArray secret = randomBytes(SecretSize);
    const auto pid = awaitsOwner ? launchWithOwner(arguments, gate.log, secret) : launch(arguments, gate.log);
    if (!pid)
        return pid.failure();
    if (!keepPid(*pid))
        return Failure{Problem{ExitCode::Failed, QStringLiteral("%1 cannot be written").arg(pidFile())}};
    QElapsedTimer since;
    since.start();
    while (!answers()) {
        if (since.elapsed() > StartMs || !runningGate())
            return Failure{Problem{ExitCode::Unreachable, QStringLiteral("the gate does not come up; its log is %1").arg(gate.log)}};
        QThread::msleep(50);
    }
    const auto file = GateFile::read(GateFile::defaultPath());
    if (awaitsOwner && file)
        gate.invite = Invite{file->address.key, secret}.toString();
    return gate;
}

bool stopGate()
{
    const auto pid = runningGate();
    if (!pid)
        return true;
    ::kill(*pid, SIGTERM);
    QElapsedTimer since;
    since.start();
    while (runningGate() && since.elapsed() < StopMs)
        QThread::msleep(20);
    return !runningGate();
}

} // namespace holdfast
