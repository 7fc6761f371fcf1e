// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "kinds/measureorder.h"
#include "kinds/posix/program.h"

#include <chrono>
#include <memory>
#include <mutex>

namespace holdfast {

/// Why there is no measurement, in a sentence.
struct Unmeasured final
{
    QString why;
    bool died = false; ///< a process took the order and came to an end over it
};

/// The program that measures (app/measure): started through the spawner, and anew when it is needed and gone. It forks for
/// every order, so that what a request does to its process it does to nothing else. Threads may share one.
class MeasuringProcess final
{
public:
    struct Options final
    {
        QString program; ///< absolute path
        std::chrono::milliseconds deadline{180'000}; ///< for one measurement
    };
    /// Starts the program, so that the first order need not wait for that.
    explicit MeasuringProcess(Options options);
    MeasuringProcess(const MeasuringProcess &) = delete;
    MeasuringProcess &operator=(const MeasuringProcess &) = delete;
    ~MeasuringProcess() { end(); }

    /// Blocks until it is measured, or the process for it has ended.
    [[nodiscard]] Result<MeasureAnswer, Unmeasured> measure(const MeasureOrder &order);
    /// Ends it and whatever it measures; nothing is started any more.
    void end();

private:
    /// The program that runs, another one than `gone`; null: none can be started.
    [[nodiscard]] std::shared_ptr<const RunningProgram> running(const std::shared_ptr<const RunningProgram> &gone);

    const Options m_options;
    std::mutex m_mutex;
    std::shared_ptr<const RunningProgram> m_running;
    bool m_ended = false;
};

} // namespace holdfast
