// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "kinds/posix/uniquefd.h"

#include <QByteArray>

#include <memory>
#include <vector>

#include <sys/types.h>

namespace holdfast {

/// A program that serves this process for as long as both live: it finds a socket at its standard input (serveOrders), and is killed
/// with everything that it started when this object, or this process, ends.
class RunningProgram final
{
public:
    /// Null: it could not be ordered. Whether it runs is seen when it is asked for something.
    [[nodiscard]] static std::unique_ptr<RunningProgram> start(const QByteArray &path, const std::vector<QByteArray> &environment);
    ~RunningProgram();
    RunningProgram(const RunningProgram &) = delete;
    RunningProgram &operator=(const RunningProgram &) = delete;

    [[nodiscard]] int orders() const { return m_orders.get(); }
    /// It takes no more orders, and what it has begun is killed. From any thread.
    void tellToEnd() const;

private:
    RunningProgram(UniqueFd orders, UniqueFd report, pid_t supervisor);

    UniqueFd m_orders;
    UniqueFd m_report; ///< its supervisor ends it when nobody can read this any more
    pid_t m_supervisor; ///< 0: the spawner's
};

} // namespace holdfast
