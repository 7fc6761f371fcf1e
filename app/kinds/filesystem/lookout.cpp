// SPDX-License-Identifier: Apache-2.0
#include "kinds/filesystem/lookout.h"

#include <sys/prctl.h>
#include <sys/socket.h>
#include <sys/wait.h>

#include <cerrno>
#include <csignal>
#include <type_traits>

namespace holdfast {

namespace {

const Lookout *theLookout = nullptr;
constexpr std::uint32_t mostProcesses = 100'000;
constexpr std::uint32_t longestName = 1024;
constexpr std::uint64_t mostKeys = 4'000'000; ///< twice what a tree is walked for

bool sendAll(int socket, const void *data, std::size_t size)
{
    const char *at = static_cast<const char *>(data);
    while (size > 0) {
        const auto sent = ::send(socket, at, size, MSG_NOSIGNAL);
        if (sent < 0 && errno != EINTR)
            return false;
        at += std::max<ssize_t>(sent, 0);
        size -= static_cast<std::size_t>(std::max<ssize_t>(sent, 0));
    }
    return true;
}

bool takeAll(int socket, void *data, std::size_t size)
{
    char *at = static_cast<char *>(data);
    while (size > 0) {
        const auto got = ::recv(socket, at, size, 0);
        if (got == 0 || (got < 0 && errno != EINTR))
            return false;
        at += std::max<ssize_t>(got, 0);
        size -= static_cast<std::size_t>(std::max<ssize_t>(got, 0));
    }
    return true;
}

struct Sighting final
{
    std::int64_t pid = 0;
    std::int32_t opens = 0;
    std::uint32_t nameSize = 0;
};
struct Counted final
{
    std::int32_t unreadable = 0;
    std::uint32_t processes = 0;
};
static_assert(std::is_trivially_copyable_v<FileKey> && std::is_trivially_copyable_v<Sighting>);

bool answer(int socket, std::int64_t asker)
{
    std::uint64_t count = 0;
    TreeSums trees;
    if (!takeAll(socket, &count, sizeof count) || count > mostKeys)
        return false;
    trees.keys.resize(count);
    if (!takeAll(socket, trees.keys.data(), count * sizeof(FileKey)))
        return false;
    const LiveUse use = liveUseOf(trees, asker);
    const Counted counted{use.unreadable, static_cast<std::uint32_t>(use.processes.size())};
    if (!sendAll(socket, &counted, sizeof counted))
        return false;
    for (const LiveProcess &each : use.processes) {
        const QByteArray name = each.name.toUtf8().left(longestName);
        const Sighting sighting{each.pid, each.opens, static_cast<std::uint32_t>(name.size())};
        if (!sendAll(socket, &sighting, sizeof sighting) || !sendAll(socket, name.constData(), static_cast<std::size_t>(name.size())))
            return false;
    }
    return true;
}

} // namespace

Lookout::Lookout()
{
    int ends[2] = {-1, -1};
    if (::socketpair(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0, ends) != 0)
        return;
    m_socket = UniqueFd(ends[0]);
    UniqueFd theirs(ends[1]);
    const pid_t asker = ::getpid();
    m_process = ::fork();
    if (m_process == 0) {
        ::prctl(PR_SET_PDEATHSIG, SIGKILL, 0, 0, 0);
        m_socket.reset();
        while (answer(theirs.get(), asker)) {}
        ::_exit(0);
    }
    theLookout = this;
}

Lookout::~Lookout()
{
    theLookout = nullptr;
    m_socket.reset();
    if (m_process > 0)
        ::waitpid(m_process, nullptr, 0);
}

const Lookout *Lookout::standing()
{
    return theLookout;
}

std::optional<LiveUse> Lookout::ask(const std::vector<FileKey> &keys) const
{
    const std::uint64_t count = keys.size();
    Counted counted;
    if (!sendAll(m_socket.get(), &count, sizeof count) || !sendAll(m_socket.get(), keys.data(), keys.size() * sizeof(FileKey))
        || !takeAll(m_socket.get(), &counted, sizeof counted) || counted.processes > mostProcesses)
        return std::nullopt;
    LiveUse use;
    use.unreadable = counted.unreadable;
    for (std::uint32_t i = 0; i < counted.processes; ++i) {
        Sighting sighting;
        if (!takeAll(m_socket.get(), &sighting, sizeof sighting) || sighting.nameSize > longestName)
            return std::nullopt;
        QByteArray name(static_cast<qsizetype>(sighting.nameSize), '\0');
        if (!takeAll(m_socket.get(), name.data(), sighting.nameSize))
            return std::nullopt;
        use.processes.push_back({sighting.pid, QString::fromUtf8(name), sighting.opens});
    }
    return use;
}

} // namespace holdfast
