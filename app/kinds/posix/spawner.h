// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "kinds/posix/supervisor.h"
#include "kinds/posix/uniquefd.h"

namespace holdfast {

/// Forks a spawner: a process that starts others for this one, because forking a grown process copies its page tables. To be called
/// while there is one thread and little memory. Returns the socket that orders go to; the spawner ends when its other end is closed
/// everywhere. -1, with errno: there is none.
[[nodiscard]] UniqueFd forkSpawner();

/// Sends an order; whatever the plan names travels as a descriptor. False, with errno: nobody takes orders there.
[[nodiscard]] bool sendOrder(int spawner, const SupervisorPlan &plan);

/// Orders it from the spawner, or forks where there is none (-1). Gives the supervisor's id where this process is to wait for it, else 0;
/// -1, with errno: nothing was started.
[[nodiscard]] pid_t startSupervisor(const SupervisorPlan &plan, int spawner);

/// Takes orders from `socket` until it is closed, each in a process of its own (supervisor.h), and never returns. `work`: what these
/// processes do instead of executing a program.
[[noreturn]] void serveOrders(int socket, SupervisorPlan::Work work = nullptr);

} // namespace holdfast
