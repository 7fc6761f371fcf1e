// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "kinds/posix/process.h"

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

/// Everything that the supervisor needs, made before fork: afterwards only async-signal-safe calls are allowed,
/// because the gate has other threads.
struct SupervisorPlan final
{
    const char *path = nullptr;
    int program = -1;
    char *const *argv = nullptr;
    char *const *environment = nullptr;
    int directory = -1;
    int in = -1, out = -1, err = -1, report = -1;
    long deadlineMs = 0;
    const ProcessUser *runAs = nullptr;
};

/// The supervisor's whole life, in the forked child; never returns.
[[noreturn]] void supervise(const SupervisorPlan &plan);

} // namespace holdfast
