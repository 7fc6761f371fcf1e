// SPDX-License-Identifier: Apache-2.0
#include "kinds/posix/process.h"

#include "kinds/posix/spawner.h"

#include <fcntl.h>
#include <poll.h>
#include <sys/wait.h>

#include <array>
#include <cerrno>
#include <csignal>

namespace holdfast {

namespace {

struct Pipe final
{
    UniqueFd read, write;
};

std::optional<Pipe> makePipe()
{
    int ends[2];
    if (::pipe2(ends, O_CLOEXEC) != 0)
        return std::nullopt;
    return Pipe{UniqueFd(ends[0]), UniqueFd(ends[1])};
}

std::vector<char *> pointers(const std::vector<QByteArray> &texts)
{
    std::vector<char *> result;
    result.reserve(texts.size() + 1);
    for (const auto &text : texts)
        result.push_back(const_cast<char *>(text.constData()));
    result.push_back(nullptr);
    return result;
}

void keep(ProcessEnd &end, const char *data, qsizetype size, qsizetype outputLimit)
{
    end.outputTotal += size;
    end.output.append(data, std::min(size, outputLimit - end.output.size()));
}

/// Feeds the input, drains the output, until the program's side of it and the report are closed.
class Conversation final
{
public:
    Conversation(const ProcessSpec &spec, ProcessEnd &end, UniqueFd input, UniqueFd output, UniqueFd report)
        : m_spec(spec), m_end(end), m_input(std::move(input)), m_output(std::move(output)), m_report(std::move(report))
    {
        if (m_input)
            ::fcntl(m_input.get(), F_SETFL, O_NONBLOCK);
    }

    SupervisorReport run()
    {
        while (m_output || m_report) {
            std::array<pollfd, 3> wait{pollfd{m_output.get(), POLLIN, 0}, pollfd{m_report.get(), POLLIN, 0}, pollfd{m_input.get(), POLLOUT, 0}};
            // Once the supervisor has reported, only something it could not kill can still hold the output open.
            const int ready = ::poll(wait.data(), wait.size(), m_report ? -1 : 1000);
            if (ready == 0 || (ready < 0 && errno != EINTR))
                break;
            if (wait[0].revents != 0)
                drain();
            if (wait[1].revents != 0)
                readReport();
            if (m_input && wait[2].revents != 0)
                feed();
        }
        return m_result;
    }

private:
    void drain()
    {
        char buffer[65536];
        const auto size = ::read(m_output.get(), buffer, sizeof buffer);
        if (size > 0)
            keep(m_end, buffer, size, m_spec.outputLimit);
        else if (size == 0 || errno != EINTR)
            m_output.reset();
    }
    void readReport()
    {
        if (::read(m_report.get(), &m_result, sizeof m_result) < 0 && errno == EINTR)
            return;
        m_report.reset();
    }
    void feed()
    {
        const auto size = ::write(m_input.get(), m_spec.input.constData() + m_fed, static_cast<size_t>(m_spec.input.size() - m_fed));
        if (size > 0)
            m_fed += size;
        if ((size < 0 && errno != EAGAIN && errno != EINTR) || m_fed == m_spec.input.size())
            m_input.reset();
    }

    const ProcessSpec &m_spec;
    ProcessEnd &m_end;
    UniqueFd m_input, m_output, m_report;
    qsizetype m_fed = 0;
    SupervisorReport m_result;
};

ProcessEnd notStarted(const char *step)
{
    ProcessEnd end;
    end.error = errno;
    end.failedStep = step;
    return end;
}

void adopt(ProcessEnd &end, const SupervisorReport &report)
{
    end.started = report.started != 0;
    end.error = report.error;
    end.failedStep = end.started ? "" : SupervisorSteps[report.step];
    end.timedOut = report.timedOut != 0;
    end.leftBehind = report.leftBehind;
    if (end.started && report.exitCode >= 0)
        end.exitCode = report.exitCode;
    else if (end.started)
        end.signal = report.signal;
}

} // namespace

namespace {

UniqueFd theSpawner;

} // namespace

void startProcessesThrough(UniqueFd spawner)
{
    theSpawner = std::move(spawner);
}

int processSpawner()
{
    return theSpawner.get();
}

ProcessEnd runProcess(const ProcessSpec &spec)
{
    return runProcess(spec, theSpawner.get());
}

ProcessEnd runProcess(const ProcessSpec &spec, int spawner)
{
    auto input = makePipe();
    auto output = makePipe();
    auto report = makePipe();
    UniqueFd null(::open("/dev/null", O_RDWR | O_CLOEXEC));
    if (!input || !output || !report || !null)
        return notStarted("descriptors");
    const auto argv = pointers(spec.argv);
    const auto environment = pointers(spec.environment);
    const SupervisorPlan plan{spec.path.isEmpty() ? nullptr : spec.path.constData(), spec.program, argv.data(), environment.data(), spec.directory,
                              spec.input.isEmpty() ? null.get() : input->read.get(), output->write.get(),
                              spec.mergeErrors ? output->write.get() : null.get(), report->write.get(), spec.deadline.count(),
                              spec.runAs ? &*spec.runAs : nullptr, spec.more.data(), spec.more.size()};
    // The gate writes to pipes that the program may have closed: EPIPE, not a signal.
    sigset_t pipe, before;
    ::sigemptyset(&pipe);
    ::sigaddset(&pipe, SIGPIPE);
    ::pthread_sigmask(SIG_BLOCK, &pipe, &before);
    const pid_t supervisor = startSupervisor(plan, spawner);
    ProcessEnd end;
    if (supervisor < 0) {
        end = notStarted("fork");
    } else {
        output->write.reset();
        report->write.reset();
        input->read.reset();
        Conversation talk(spec, end, spec.input.isEmpty() ? UniqueFd() : std::move(input->write), std::move(output->read), std::move(report->read));
        adopt(end, talk.run());
        if (supervisor > 0)
            ::waitpid(supervisor, nullptr, 0);
    }
    const timespec none{};
    ::sigtimedwait(&pipe, nullptr, &none);
    ::pthread_sigmask(SIG_SETMASK, &before, nullptr);
    return end;
}

} // namespace holdfast
