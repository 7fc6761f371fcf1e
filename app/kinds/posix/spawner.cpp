// SPDX-License-Identifier: Apache-2.0
#include "kinds/posix/spawner.h"

#include "kinds/posix/sealedbytes.h"

#include <fcntl.h>
#include <linux/close_range.h>
#include <sys/socket.h>
#include <sys/syscall.h>
#include <unistd.h>

#include <array>
#include <cerrno>
#include <csignal>
#include <cstring>
#include <vector>

namespace holdfast {

namespace {

// An order is one packet: this head, and its descriptors: texts, input, output, errors, report, then those
// that the head tells of. Texts have no bound that a packet could hold, so they lie in sealed memory: the path, then every argument, then every variable, each ending with NUL.
struct OrderHead final
{
    bool hasProgram = false, hasDirectory = false, hasPath = false, hasUser = false;
    ProcessUser user;
    std::uint32_t arguments = 0, variables = 0, more = 0;
    std::int64_t textSize = 0;
    std::int64_t deadlineMs = 0;
};
constexpr std::size_t mostDescriptors = 7 + mostMoreDescriptors;
constexpr std::int64_t longestTexts = 16LL * 1024 * 1024;

struct Descriptors final
{
    std::array<int, mostDescriptors> fds{};
    std::size_t count = 0;
    void add(int fd) { fds[count++] = fd; }
};

void appendAll(std::string &texts, char *const *list, std::uint32_t &count)
{
    for (; list != nullptr && *list != nullptr; ++list, ++count)
        texts.append(*list, std::strlen(*list) + 1);
}

bool send(int socket, OrderHead &head, const Descriptors &descriptors)
{
    alignas(cmsghdr) std::array<char, CMSG_SPACE(sizeof(int) * mostDescriptors)> control{};
    iovec bytes{&head, sizeof head};
    msghdr message{};
    message.msg_iov = &bytes;
    message.msg_iovlen = 1;
    message.msg_control = control.data();
    message.msg_controllen = CMSG_SPACE(sizeof(int) * descriptors.count);
    cmsghdr *rights = CMSG_FIRSTHDR(&message);
    rights->cmsg_level = SOL_SOCKET;
    rights->cmsg_type = SCM_RIGHTS;
    rights->cmsg_len = CMSG_LEN(sizeof(int) * descriptors.count);
    std::memcpy(CMSG_DATA(rights), descriptors.fds.data(), sizeof(int) * descriptors.count);
    ssize_t sent = 0;
    while ((sent = ::sendmsg(socket, &message, MSG_NOSIGNAL)) < 0 && errno == EINTR) {}
    return sent == ssize_t{sizeof head};
}

/// One order as it arrived, with what it points into.
class Order final
{
public:
    /// False: the socket was closed.
    bool receive(int socket)
    {
        alignas(cmsghdr) std::array<char, CMSG_SPACE(sizeof(int) * mostDescriptors)> control{};
        iovec bytes{&m_head, sizeof m_head};
        msghdr message{};
        message.msg_iov = &bytes;
        message.msg_iovlen = 1;
        message.msg_control = control.data();
        message.msg_controllen = control.size();
        ssize_t size = 0;
        while ((size = ::recvmsg(socket, &message, MSG_CMSG_CLOEXEC)) < 0 && errno == EINTR) {}
        for (const cmsghdr *rights = CMSG_FIRSTHDR(&message); rights != nullptr; rights = CMSG_NXTHDR(&message, const_cast<cmsghdr *>(rights)))
            adopt(*rights);
        m_whole = size == ssize_t{sizeof m_head} && readTexts();
        return size > 0;
    }
    [[nodiscard]] bool isWhole() const { return m_whole; }

    [[nodiscard]] SupervisorPlan plan(SupervisorPlan::Work work)
    {
        SupervisorPlan plan;
        std::size_t next = 1;
        plan.in = m_fds[next++].get();
        plan.out = m_fds[next++].get();
        plan.err = m_fds[next++].get();
        plan.report = m_fds[next++].get();
        plan.program = m_head.hasProgram ? m_fds[next++].get() : -1;
        plan.directory = m_head.hasDirectory ? m_fds[next++].get() : -1;
        for (std::size_t i = 0; i < m_head.more; ++i)
            m_more[i] = m_fds[next++].get();
        plan.more = m_more.data();
        plan.moreCount = m_head.more;
        plan.path = m_head.hasPath ? m_texts.data() : nullptr;
        plan.argv = m_arguments.data();
        plan.environment = m_variables.data();
        plan.deadlineMs = m_head.deadlineMs;
        plan.runAs = m_head.hasUser ? &m_head.user : nullptr;
        plan.work = work;
        return plan;
    }

private:
    void adopt(const cmsghdr &rights)
    {
        if (rights.cmsg_level != SOL_SOCKET || rights.cmsg_type != SCM_RIGHTS)
            return;
        const std::size_t count = (rights.cmsg_len - CMSG_LEN(0)) / sizeof(int);
        for (std::size_t i = 0; i < count && m_count < mostDescriptors; ++i) {
            int fd = -1;
            std::memcpy(&fd, CMSG_DATA(const_cast<cmsghdr *>(&rights)) + i * sizeof fd, sizeof fd);
            m_fds[m_count++] = UniqueFd(fd);
        }
    }

    bool readTexts()
    {
        const std::size_t wanted = 5U + (m_head.hasProgram ? 1U : 0U) + (m_head.hasDirectory ? 1U : 0U) + m_head.more;
        if (m_head.more > mostMoreDescriptors || m_count != wanted || m_head.textSize > longestTexts)
            return false;
        const auto texts = SealedBytes::from(std::move(m_fds[0]), m_head.textSize);
        if (!texts)
            return false;
        m_texts = texts->read().toStdString();
        char *at = m_texts.data();
        if (m_head.hasPath)
            at += std::strlen(at) + 1;
        return point(m_arguments, at, m_head.arguments) && point(m_variables, at, m_head.variables);
    }

    bool point(std::vector<char *> &list, char *&at, std::uint32_t count)
    {
        const char *end = m_texts.data() + m_texts.size();
        for (std::uint32_t i = 0; i < count; ++i) {
            if (at >= end)
                return false;
            list.push_back(at);
            at += std::strlen(at) + 1;
        }
        list.push_back(nullptr);
        return true;
    }

    OrderHead m_head;
    std::array<UniqueFd, mostDescriptors> m_fds;
    std::array<int, mostMoreDescriptors> m_more{};
    std::size_t m_count = 0;
    std::string m_texts;
    std::vector<char *> m_arguments, m_variables;
    bool m_whole = false;
};

/// Nothing of the larger process is kept: no descriptor, no terminal's signals.
[[noreturn]] void becomeSpawner(int socket)
{
    ::setpgid(0, 0);
    const int null = ::open("/dev/null", O_RDWR | O_CLOEXEC);
    const int kept = ::fcntl(socket, F_DUPFD_CLOEXEC, 10);
    for (const int standard : {0, 1, 2})
        ::dup2(null, standard);
    ::dup2(kept, 3);
    ::syscall(SYS_close_range, 4U, ~0U, 0U);
    serveOrders(3);
}

} // namespace

UniqueFd forkSpawner()
{
    int ends[2] = {-1, -1};
    if (::socketpair(AF_UNIX, SOCK_SEQPACKET | SOCK_CLOEXEC, 0, ends) != 0)
        return {};
    UniqueFd ours(ends[0]), theirs(ends[1]);
    const pid_t spawner = ::fork();
    if (spawner == 0)
        becomeSpawner(theirs.get());
    return spawner < 0 ? UniqueFd() : std::move(ours);
}

bool sendOrder(int spawner, const SupervisorPlan &plan)
{
    OrderHead head;
    std::string texts;
    head.hasPath = plan.path != nullptr;
    if (head.hasPath)
        texts.append(plan.path, std::strlen(plan.path) + 1);
    appendAll(texts, plan.argv, head.arguments);
    appendAll(texts, plan.environment, head.variables);
    const auto memory = SealedBytes::of(texts);
    if (!memory)
        return false;
    head.textSize = memory->size();
    head.more = static_cast<std::uint32_t>(plan.moreCount);
    if (plan.moreCount > mostMoreDescriptors) {
        errno = E2BIG;
        return false;
    }
    head.deadlineMs = plan.deadlineMs;
    head.hasUser = plan.runAs != nullptr;
    if (head.hasUser)
        head.user = *plan.runAs;
    Descriptors descriptors;
    for (const int fd : {memory->descriptor(), plan.in, plan.out, plan.err, plan.report})
        descriptors.add(fd);
    head.hasProgram = plan.program >= 0;
    if (head.hasProgram)
        descriptors.add(plan.program);
    head.hasDirectory = plan.directory >= 0;
    if (head.hasDirectory)
        descriptors.add(plan.directory);
    for (std::size_t i = 0; i < plan.moreCount; ++i)
        descriptors.add(plan.more[i]);
    return send(spawner, head, descriptors);
}

pid_t startSupervisor(const SupervisorPlan &plan, int spawner)
{
    if (spawner >= 0)
        return sendOrder(spawner, plan) ? 0 : -1;
    const pid_t supervisor = ::fork();
    if (supervisor == 0)
        supervise(plan);
    return supervisor;
}

void serveOrders(int socket, SupervisorPlan::Work work)
{
    // Supervisors report to whoever ordered; nobody here waits for them. A signal to the group must not end the one who serves.
    for (const int number : {SIGCHLD, SIGPIPE, SIGTERM, SIGINT, SIGHUP})
        ::signal(number, SIG_IGN);
    for (;;) {
        Order order;
        if (!order.receive(socket))
            ::_exit(0);
        if (order.isWhole() && ::fork() == 0)
            supervise(order.plan(work));
    }
}

} // namespace holdfast
