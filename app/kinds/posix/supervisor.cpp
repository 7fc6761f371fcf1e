// SPDX-License-Identifier: Apache-2.0
#include "kinds/posix/supervisor.h"

#include <fcntl.h>
#include <grp.h>
#include <linux/close_range.h>
#include <poll.h>
#include <sched.h>
#include <sys/prctl.h>
#include <sys/resource.h>
#include <sys/stat.h>
#include <sys/syscall.h>
#include <sys/wait.h>
#include <time.h>
#include <unistd.h>

#include <array>
#include <cerrno>
#include <csignal>
#include <cstring>

namespace holdfast {

namespace {

enum Step { Fork, Session, Descriptors, WorkingDirectory, User, Execute };

struct StartFailure final
{
    int step = 0;
    int error = 0;
};

[[noreturn]] void failStart(int pipe, Step step)
{
    const StartFailure failure{step, errno};
    [[maybe_unused]] const auto written = ::write(pipe, &failure, sizeof failure);
    ::_exit(127);
}

void limit(decltype(RLIMIT_CORE) what, rlim_t value)
{
    rlimit now{};
    if (::getrlimit(what, &now) != 0)
        return;
    now.rlim_max = now.rlim_max < value ? now.rlim_max : value;
    now.rlim_cur = now.rlim_cur < now.rlim_max ? now.rlim_cur : now.rlim_max;
    ::setrlimit(what, &now);
}

void defaultSignals()
{
    for (int number = 1; number < NSIG; ++number)
        ::signal(number, SIG_DFL);
    sigset_t none;
    ::sigemptyset(&none);
    ::sigprocmask(SIG_SETMASK, &none, nullptr);
}

bool becomeUser(const ProcessUser &user)
{
    return ::setgroups(0, nullptr) == 0 && ::setresgid(user.gid, user.gid, user.gid) == 0
        && ::setresuid(user.uid, user.uid, user.uid) == 0 && ::prctl(PR_SET_NO_NEW_PRIVS, 1, 0, 0, 0) == 0;
}

constexpr int firstMore = 3;

/// Leaves open the work's own descriptors, from firstMore on, and standard input, output and error.
bool keepMore(const SupervisorPlan &plan)
{
    constexpr int outOfTheWay = 64;
    std::array<int, mostMoreDescriptors> kept{};
    for (std::size_t i = 0; i < plan.moreCount; ++i)
        kept[i] = ::fcntl(plan.more[i], F_DUPFD, outOfTheWay);
    const int count = static_cast<int>(plan.moreCount);
    for (int i = 0; i < count; ++i)
        if (::dup2(kept[static_cast<std::size_t>(i)], firstMore + i) < 0)
            return false;
    return ::syscall(SYS_close_range, static_cast<unsigned>(firstMore + count), ~0U, 0U) == 0;
}

[[noreturn]] void becomeProgram(const SupervisorPlan &plan, int failures)
{
    if (::setsid() < 0)
        failStart(failures, Session);
    if (::dup2(plan.in, 0) < 0 || ::dup2(plan.out, 1) < 0 || ::dup2(plan.err, 2) < 0
        || ::syscall(SYS_close_range, 3U, ~0U, CLOSE_RANGE_CLOEXEC) != 0)
        failStart(failures, Descriptors);
    if (plan.work != nullptr) {
        if (!keepMore(plan)) // the pipe of failures goes too: it has started
            failStart(failures, Descriptors);
        defaultSignals();
        ::prctl(PR_SET_PDEATHSIG, SIGKILL, 0, 0, 0);
        ::_exit(plan.work());
    }
    if ((plan.directory >= 0 ? ::fchdir(plan.directory) : ::chdir("/")) != 0)
        failStart(failures, WorkingDirectory);
    limit(RLIMIT_CORE, 0);
    limit(RLIMIT_NOFILE, 1024);
    ::umask(022);
    if (plan.runAs != nullptr && !becomeUser(*plan.runAs))
        failStart(failures, User);
    defaultSignals();
    ::prctl(PR_SET_PDEATHSIG, SIGKILL, 0, 0, 0); // of the supervisor: nobody would end it in time
    if (plan.path != nullptr)
        ::execve(plan.path, plan.argv, plan.environment);
    else
        ::syscall(SYS_execveat, plan.program, "", plan.argv, plan.environment, AT_EMPTY_PATH);
    failStart(failures, Execute);
}

long nowMs()
{
    timespec at{};
    ::clock_gettime(CLOCK_MONOTONIC, &at);
    return at.tv_sec * 1000 + at.tv_nsec / 1'000'000;
}

void pauseMs(long ms)
{
    timespec wait{0, ms * 1'000'000};
    ::nanosleep(&wait, nullptr);
}

/// Kills every present child; false when the kernel does not list them. Orphans of the program are children of the
/// supervisor, its subreaper. A number cut at the end of the buffer has no space behind it, and waits for the next round.
bool killChildren()
{
    const int fd = ::open("/proc/thread-self/children", O_RDONLY | O_CLOEXEC);
    if (fd < 0)
        return false;
    char text[4096];
    const auto size = ::read(fd, text, sizeof text);
    ::close(fd);
    pid_t pid = 0;
    for (ssize_t i = 0; i < size; ++i) {
        if (text[i] >= '0' && text[i] <= '9') {
            pid = pid * 10 + (text[i] - '0');
        } else if (pid > 0) {
            ::kill(pid, SIGKILL);
            pid = 0;
        }
    }
    return true;
}

/// Ends whatever is left and counts what had to be killed: each killed parent hands its children up, until there are
/// none. Bounded, because a program that gained another user's rights cannot be killed.
int sweep()
{
    int killed = 0;
    for (int idle = 0; idle < 2500 && killChildren();) {
        int status = 0;
        const pid_t gone = ::waitpid(-1, &status, WNOHANG);
        if (gone < 0 && errno == ECHILD)
            break;
        if (gone > 0)
            killed += WIFSIGNALED(status) && WTERMSIG(status) == SIGKILL ? 1 : 0;
        else if (++idle > 1)
            pauseMs(2);
    }
    return killed;
}

/// Keeps only the two pipes: a descriptor of the gate, or of another run, must not live as long as this program does.
void keepOnly(int &report, int &failures)
{
    const int first = ::fcntl(report, F_DUPFD_CLOEXEC, 10);
    const int second = ::fcntl(failures, F_DUPFD_CLOEXEC, 10);
    report = ::dup2(first, 0);
    failures = ::dup2(second, 1);
    ::syscall(SYS_close_range, 2U, ~0U, 0U);
}

void note(SupervisorReport &report, int status)
{
    if (WIFEXITED(status))
        report.exitCode = WEXITSTATUS(status);
    else
        report.signal = WTERMSIG(status);
}

/// Until the program ends, its time is over, or nobody is left to hear the report.
void await(pid_t program, int listener, const SupervisorPlan &plan, SupervisorReport &report)
{
    const int handle = static_cast<int>(::syscall(SYS_pidfd_open, program, 0U));
    const long until = nowMs() + plan.deadlineMs;
    for (;;) {
        int status = 0;
        const pid_t gone = ::waitpid(-1, &status, WNOHANG);
        if (gone == program)
            return note(report, status);
        if (gone > 0)
            continue; // an orphan that ended by itself
        const long rest = until - nowMs();
        pollfd deaf{listener, 0, 0};
        if (rest <= 0 || (::poll(&deaf, 1, 0) == 1 && (deaf.revents & POLLERR) != 0)) {
            report.timedOut = rest <= 0 ? 1 : 0;
            ::kill(-program, SIGKILL);
            ::kill(program, SIGKILL);
            ::waitpid(program, &status, 0);
            return note(report, status);
        }
        pollfd wait[2] = {{handle, POLLIN, 0}, {listener, 0, 0}};
        if (handle >= 0)
            ::poll(wait, 2, static_cast<int>(rest < 1000 ? rest : 1000));
        else
            pauseMs(5);
    }
}

} // namespace

std::vector<UniqueFd> descriptorsOfWork()
{
    std::vector<UniqueFd> all;
    for (int each = firstMore; ::fcntl(each, F_GETFD) >= 0; ++each) {
        ::fcntl(each, F_SETFD, FD_CLOEXEC);
        all.emplace_back(each);
    }
    return all;
}

void supervise(const SupervisorPlan &plan)
{
    ::setpgid(0, 0); // a signal to the gate's group must not end the one who ends the rest
    ::prctl(PR_SET_CHILD_SUBREAPER, 1, 0, 0, 0);
    defaultSignals();
    for (const int number : {SIGPIPE, SIGTERM, SIGINT, SIGHUP})
        ::signal(number, SIG_IGN);
    SupervisorReport report;
    int failures[2] = {-1, -1};
    const pid_t program = ::pipe2(failures, O_CLOEXEC) == 0 ? ::fork() : -1;
    if (program == 0)
        becomeProgram(plan, failures[1]);
    StartFailure failure{Fork, errno};
    int pipe = plan.report;
    keepOnly(pipe, failures[0]);
    const auto size = program < 0 ? ssize_t{sizeof failure} : ::read(failures[0], &failure, sizeof failure);
    if (size == ssize_t{sizeof failure}) {
        report.step = failure.step;
        report.error = failure.error;
    } else {
        report.started = 1;
        await(program, pipe, plan, report);
    }
    report.leftBehind = report.started != 0 ? sweep() : 0;
    [[maybe_unused]] const auto written = ::write(pipe, &report, sizeof report);
    ::_exit(0);
}

} // namespace holdfast
