// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "kinds/posix/process.h"

#include <vector>

namespace holdfast {

/// What the supervisor reports through its pipe: one fixed record.
struct SupervisorReport final
{
    int started = 0;
    int error = 0;
    int step = 0; ///< index into SupervisorSteps
    int exitCode = -1; ///< -1: ended by `signal`
    int signal = 0;
    int timedOut = 0;
    int leftBehind = 0;
};

inline constexpr const char *SupervisorSteps[] = {"fork", "session", "descriptors", "working directory", "user", "execute"};

inline constexpr std::size_t mostMoreDescriptors = 4;

/// Everything that the supervisor needs, made before fork: afterwards only async-signal-safe calls are allowed,
/// because whoever forks may have other threads.
struct SupervisorPlan final
{
    /// What the child does instead of executing a program, in a process that has one thread: standard input and output are `in` and
    /// `out`, descriptorsOfWork() gives `more`, nothing else is open; the result is its exit code.
    using Work = int (*)();
    const char *path = nullptr;
    int program = -1;
    char *const *argv = nullptr;
    char *const *environment = nullptr;
    int directory = -1;
    int in = -1, out = -1, err = -1, report = -1;
    long deadlineMs = 0;
    const ProcessUser *runAs = nullptr;
    const int *more = nullptr; ///< descriptors for `work`
    std::size_t moreCount = 0; ///< at most mostMoreDescriptors
    Work work = nullptr;
};

/// For the work of a plan, once: the descriptors that came with it, in their order.
[[nodiscard]] std::vector<UniqueFd> descriptorsOfWork();

/// The supervisor's whole life, in the forked child; never returns. When nobody can read the report any more, everything is killed:
/// no work outlives whoever ordered it.
[[noreturn]] void supervise(const SupervisorPlan &plan);

} // namespace holdfast
