// SPDX-License-Identifier: Apache-2.0
#include "kinds/posix/program.h"

#include "kinds/posix/process.h"
#include "kinds/posix/spawner.h"

#include <fcntl.h>
#include <sys/socket.h>
#include <sys/wait.h>

namespace holdfast {

namespace {

constexpr long noDeadlineMs = 1000L * 60 * 60 * 24 * 365 * 100;

} // namespace

std::unique_ptr<RunningProgram> RunningProgram::start(const QByteArray &path, const std::vector<QByteArray> &environment)
{
    int socket[2] = {-1, -1}, report[2] = {-1, -1};
    if (::socketpair(AF_UNIX, SOCK_SEQPACKET | SOCK_CLOEXEC, 0, socket) != 0)
        return nullptr;
    UniqueFd orders(socket[0]), theirs(socket[1]);
    if (::pipe2(report, O_CLOEXEC) != 0)
        return nullptr;
    UniqueFd listens(report[0]), reports(report[1]);
    const UniqueFd null(::open("/dev/null", O_RDWR | O_CLOEXEC));
    std::vector<char *> argv{const_cast<char *>(path.constData()), nullptr};
    std::vector<char *> variables;
    variables.reserve(environment.size() + 1);
    for (const QByteArray &each : environment)
        variables.push_back(const_cast<char *>(each.constData()));
    variables.push_back(nullptr);
    SupervisorPlan plan;
    plan.path = path.constData();
    plan.argv = argv.data();
    plan.environment = variables.data();
    plan.in = theirs.get();
    plan.out = plan.err = null.get();
    plan.report = reports.get();
    plan.deadlineMs = noDeadlineMs;
    const pid_t supervisor = startSupervisor(plan, processSpawner());
    if (!null || supervisor < 0)
        return nullptr;
    return std::unique_ptr<RunningProgram>(new RunningProgram(std::move(orders), std::move(listens), supervisor));
}

RunningProgram::RunningProgram(UniqueFd orders, UniqueFd report, pid_t supervisor)
    : m_orders(std::move(orders)), m_report(std::move(report)), m_supervisor(supervisor)
{
}

void RunningProgram::tellToEnd() const
{
    ::shutdown(m_orders.get(), SHUT_RDWR);
}

RunningProgram::~RunningProgram()
{
    m_orders.reset();
    m_report.reset();
    if (m_supervisor > 0)
        ::waitpid(m_supervisor, nullptr, 0);
}

} // namespace holdfast
