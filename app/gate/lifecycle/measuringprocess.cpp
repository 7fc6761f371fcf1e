// SPDX-License-Identifier: Apache-2.0
#include "gate/lifecycle/measuringprocess.h"

#include "kinds/posix/process.h"

#include <QFile>

#include <csignal>

namespace holdfast {

namespace {

constexpr qsizetype longestAnswer = 128LL * 1024 * 1024;

QString sentenceOf(int exitCode)
{
    switch (exitCode) {
    case measureexit::OutOfMemory:
        return QStringLiteral("the measuring process ran out of memory");
    case measureexit::NoOrder:
        return QStringLiteral("the measuring process did not understand what to measure");
    case measureexit::Unfenced:
        return QStringLiteral("the measuring process could not be confined");
    case measureexit::NoMeasurer:
        return QStringLiteral("this gate does not measure this kind");
    default:
        return QStringLiteral("the measuring process ended with exit code %1").arg(exitCode);
    }
}

/// Why there is no measurement, as the process's end tells it.
QString sentenceOf(const ProcessEnd &end, std::chrono::milliseconds deadline)
{
    if (end.timedOut)
        return QStringLiteral("the measuring process was ended after %1 s").arg(std::chrono::duration_cast<std::chrono::seconds>(deadline).count());
    if (end.signal)
        return QStringLiteral("the measuring process ended by signal %1%2")
            .arg(QString::number(*end.signal), *end.signal == SIGXCPU ? QStringLiteral(": its processor time was used up") : QString());
    if (end.exitCode)
        return sentenceOf(*end.exitCode);
    return QStringLiteral("the measuring process was ended from outside");
}

constexpr const char *keptVariables[] = {
    "PATH", "HOME", "USER", "LOGNAME", "TZ",
#if defined(__SANITIZE_ADDRESS__)
    "ASAN_OPTIONS", "UBSAN_OPTIONS", // where findings are written down: its own output is read by nobody
#endif
};

/// The environment of the kinds: where programs and the user's files lie, and nothing else of the gate's.
std::vector<QByteArray> freshEnvironment()
{
    std::vector<QByteArray> environment{"LANG=C.UTF-8"};
    for (const char *name : keptVariables)
        if (qEnvironmentVariableIsSet(name))
            environment.push_back(QByteArray(name) + '=' + qgetenv(name));
    return environment;
}

} // namespace

MeasuringProcess::MeasuringProcess(Options options) : m_options(std::move(options))
{
    (void)running({});
}

void MeasuringProcess::end()
{
    const std::lock_guard lock(m_mutex);
    m_ended = true;
    if (m_running)
        m_running->tellToEnd();
    m_running.reset();
}

std::shared_ptr<const RunningProgram> MeasuringProcess::running(const std::shared_ptr<const RunningProgram> &gone)
{
    const std::lock_guard lock(m_mutex);
    if (m_running && m_running == gone)
        m_running.reset();
    if (!m_running && !m_ended && !m_options.program.isEmpty())
        m_running = RunningProgram::start(QFile::encodeName(m_options.program), freshEnvironment());
    return m_running;
}

Result<MeasureAnswer, Unmeasured> MeasuringProcess::measure(const MeasureOrder &order)
{
    ProcessSpec spec;
    spec.input = order.toBytes();
    spec.more = order.descriptors();
    spec.deadline = m_options.deadline;
    spec.outputLimit = longestAnswer;
    spec.mergeErrors = false;
    ProcessEnd end;
    // One that died between two orders is noticed when the next one is not taken.
    std::shared_ptr<const RunningProgram> program;
    for (int attempt = 0; attempt < 2; ++attempt) {
        program = running(program);
        if (!program)
            return Failure{Unmeasured{QStringLiteral("the measuring process could not be started"), false}};
        end = runProcess(spec, program->orders());
        if (end.error == 0)
            break;
    }
    if (end.error != 0)
        return Failure{Unmeasured{QStringLiteral("the measuring process could not be started"), false}};
    // Nobody reported: the program itself may be on its end. Others that still wait for it keep it.
    if (!end.started)
        (void)running(program);
    if (!end.succeeded())
        return Failure{Unmeasured{sentenceOf(end, m_options.deadline), true}};
    auto answer = end.outputTotal <= longestAnswer ? parseMeasureAnswer(end.output) : Parsed<MeasureAnswer>(Failure{DocumentError{}});
    if (!answer)
        return Failure{Unmeasured{QStringLiteral("the measuring process answered what is no measurement"), true}};
    return std::move(*answer);
}

} // namespace holdfast
