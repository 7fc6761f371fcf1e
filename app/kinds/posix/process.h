// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "kinds/posix/uniquefd.h"

#include <QByteArray>
#include <QString>

#include <chrono>
#include <optional>
#include <vector>

#include <sys/types.h>

namespace holdfast {

struct ProcessUser final
{
    uid_t uid = 0;
    gid_t gid = 0;
};

/// One program to run. No shell, no inherited descriptor, no inherited environment, a session of its own.
struct ProcessSpec final
{
    int program = -1; ///< descriptor to execute; used where `path` is empty
    QByteArray path; ///< absolute path to execute instead (a script, whose interpreter must be told a name)
    std::vector<QByteArray> argv; ///< argv[0] included
    std::vector<QByteArray> environment; ///< `NAME=value`
    int directory = -1; ///< descriptor of the working directory; -1: `/`
    QByteArray input; ///< standard input; empty: /dev/null
    std::chrono::milliseconds deadline{30'000}; ///< then it and everything it started is killed
    qsizetype outputLimit = 1024LL * 1024; ///< bytes of stdout and stderr together, as they came; the rest is read and dropped
    std::vector<int> more; ///< descriptors that a spawner's work finds (descriptorsOfWork), four at most; a program gets none of them
    bool mergeErrors = true; ///< stderr beside stdout in `output`; else stderr is dropped
    std::optional<ProcessUser> runAs; ///< changed to with all groups dropped; only root may
};

struct ProcessEnd final
{
    bool started = false; ///< the program was executed
    int error = 0; ///< errno of `failedStep` when it was not
    const char *failedStep = "";
    std::optional<int> exitCode;
    std::optional<int> signal;
    bool timedOut = false;
    int leftBehind = 0; ///< processes it had started that were still there at its end; all were killed
    QByteArray output;
    qint64 outputTotal = 0; ///< bytes it wrote, kept or not
    [[nodiscard]] bool succeeded() const { return exitCode == 0; }
};

/// Runs it to its end on the calling thread, bounded in time and output. When this returns, the program and every
/// descendant of it has ended, also those that made sessions of their own: a supervisor process is their subreaper.
/// They also end when this process does.
[[nodiscard]] ProcessEnd runProcess(const ProcessSpec &spec);
/// The same through a certain spawner (spawner.h), which may have work of its own instead of `program` and `path`.
[[nodiscard]] ProcessEnd runProcess(const ProcessSpec &spec, int spawner);

/// From now on every process of this one is started by the spawner behind this socket. Called once, before there are threads;
/// a process that never calls it forks itself.
void startProcessesThrough(UniqueFd spawner);
[[nodiscard]] int processSpawner(); ///< -1: none

} // namespace holdfast
