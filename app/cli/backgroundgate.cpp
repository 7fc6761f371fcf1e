// SPDX-License-Identifier: Apache-2.0
#include "cli/backgroundgate.h"

#include "cli/practiceconfig.h"
#include "link/blockinglink.h"

#include <QCoreApplication>
#include <QDir>
#include <QElapsedTimer>
#include <QFile>
#include <QFileInfo>
#include <QSaveFile>
#include <QStandardPaths>
#include <QThread>

#include <fcntl.h>
#include <spawn.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <unistd.h>

#include <cerrno>
#include <csignal>
#include <vector>

namespace holdfast {

namespace {

using namespace std::chrono_literals;

constexpr qsizetype SecretSize = 16;
constexpr qint64 StartMs = 20'000;
constexpr qint64 StopMs = 15'000;
constexpr int HeldByAnother = 69;

QString pidFile()
{
    return place::state() + QStringLiteral("/gate.pid");
}

QString gateProgram()
{
    const QString beside = QCoreApplication::applicationDirPath() + QStringLiteral("/holdfastd");
    return QFileInfo(beside).isExecutable() ? beside : QStandardPaths::findExecutable(QStringLiteral("holdfastd"));
}

/// The gate of this desktop, where one runs and answers.
std::optional<GateFile> answering()
{
    auto file = GateFile::read(GateFile::defaultPath());
    if (!file || !file->isOfRunning())
        return std::nullopt;
    LinkOptions options;
    options.address = file->address;
    BlockingLink link(options, nullptr);
    return link.challenge(500ms) ? std::optional(std::move(*file)) : std::nullopt;
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

/// In a session of its own, so that it outlives this one. This stays its parent until the end: endOf() tells how it ended.
Expected<pid_t> launch(const QStringList &arguments, const QString &log, int kept)
{
    const QByteArray program = QFile::encodeName(gateProgram());
    std::vector<QByteArray> words{program};
    words.reserve(static_cast<std::size_t>(arguments.size()) + 1);
    for (const QString &argument : arguments)
        words.push_back(argument.toLocal8Bit());
    std::vector<char *> argv;
    argv.reserve(words.size() + 1);
    for (QByteArray &word : words)
        argv.push_back(word.data());
    argv.push_back(nullptr);
    posix_spawn_file_actions_t files;
    posix_spawnattr_t attributes;
    ::posix_spawn_file_actions_init(&files);
    ::posix_spawnattr_init(&attributes);
    ::posix_spawnattr_setflags(&attributes, POSIX_SPAWN_SETSID);
    const QByteArray logFile = QFile::encodeName(log);
    ::posix_spawn_file_actions_addopen(&files, STDIN_FILENO, "/dev/null", O_RDONLY, 0);
    ::posix_spawn_file_actions_addopen(&files, STDOUT_FILENO, "/dev/null", O_WRONLY, 0);
    ::posix_spawn_file_actions_addopen(&files, STDERR_FILENO, logFile.constData(), O_WRONLY | O_CREAT | O_APPEND, S_IRUSR | S_IWUSR);
    if (kept >= 0)
        ::posix_spawn_file_actions_adddup2(&files, kept, kept); // takes close-on-exec off, in the child alone
    pid_t pid = -1;
    const int problem = program.isEmpty() ? ENOENT : ::posix_spawn(&pid, program.constData(), &files, &attributes, argv.data(), environ);
    ::posix_spawn_file_actions_destroy(&files);
    ::posix_spawnattr_destroy(&attributes);
    if (problem != 0)
        return Failure{Problem{ExitCode::Failed, QStringLiteral("holdfastd cannot be started")}};
    return pid;
}

Expected<pid_t> launchWithOwner(QStringList arguments, const QString &log, const QByteArray &secret)
{
    int ends[2] = {-1, -1};
    if (::pipe2(ends, O_CLOEXEC) != 0)
        return Failure{Problem{ExitCode::Failed, QStringLiteral("no descriptor is left to start the gate with")}};
    arguments += {QStringLiteral("--owner-fd"), QString::number(ends[0])};
    auto pid = launch(arguments, log, ends[0]);
    ::close(ends[0]);
    [[maybe_unused]] const ssize_t written = ::write(ends[1], secret.constData(), static_cast<std::size_t>(secret.size())); // fits an empty pipe
    ::close(ends[1]);
    return pid;
}

/// How the gate that this started ended; nullopt while it runs.
std::optional<int> endOf(pid_t pid)
{
    int status = 0;
    if (::waitpid(pid, &status, WNOHANG) != pid)
        return std::nullopt;
    return WIFEXITED(status) ? WEXITSTATUS(status) : -1;
}

bool keepPid(qint64 pid)
{
    QSaveFile file(pidFile());
    return file.open(QIODevice::WriteOnly) && file.write(QByteArray::number(pid)) > 0 && file.commit();
}

} // namespace

namespace {

/// Until a gate answers: the one that was started, or another one that has its store.
Expected<GateFile> listening(pid_t started, const QString &log)
{
    QElapsedTimer since;
    since.start();
    for (bool runs = true;;) {
        if (auto file = answering(); file && (!runs || file->pid == started))
            return std::move(*file);
        const auto end = runs ? endOf(started) : std::nullopt;
        // Where another gate was quicker, that one is waited for.
        if (since.elapsed() > StartMs || (end && *end != HeldByAnother))
            return Failure{Problem{ExitCode::Unreachable, QStringLiteral("the gate does not come up; its log is %1").arg(log)}};
        runs = runs && !end;
        QThread::msleep(20);
    }
}

} // namespace

Expected<BackgroundGate> startGate(bool awaitsOwner)
{
    BackgroundGate gate{{}, place::state() + QStringLiteral("/gate.log"), false};
    // One that still waits for its owner is begun anew: the secret that it waits for is known to nobody who asks again.
    if (const auto running = answering(); running && (!running->awaitsOwner || running->pid != runningGate())) {
        gate.wasRunning = true;
        return gate;
    }
    if (!stopGate())
        return Failure{Problem{ExitCode::Failed, QStringLiteral("the gate that runs does not end")}};
    QDir().mkpath(place::state());
    const QStringList arguments{QStringLiteral("--config"), place::gateConfig()};
    const QByteArray secret = randomBytes(SecretSize);
    const auto pid = awaitsOwner ? launchWithOwner(arguments, gate.log, secret) : launch(arguments, gate.log, -1);
    if (!pid)
        return pid.failure();
    const auto file = listening(*pid, gate.log);
    if (!file)
        return file.failure();
    gate.wasRunning = file->pid != *pid;
    if (gate.wasRunning)
        return gate;
    if (!keepPid(*pid))
        return Failure{Problem{ExitCode::Failed, QStringLiteral("%1 cannot be written").arg(pidFile())}};
    if (file->awaitsOwner)
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
