// SPDX-License-Identifier: Apache-2.0
#include "measure/fence.h"

#include "measure/landlock.h"

#include <linux/capability.h>
#include <seccomp.h>
#include <sys/prctl.h>
#include <sys/resource.h>
#include <sys/socket.h>
#include <sys/syscall.h>
#include <unistd.h>

#include <array>
#include <cerrno>

namespace holdfast {

namespace {

constexpr rlim_t mostMemory = 1024UL * 1024 * 1024; ///< of address space
constexpr rlim_t mostProcessorSeconds = 150; ///< a tree is walked for two minutes at most
constexpr rlim_t mostDescriptors = 1024;

#if defined(__SANITIZE_ADDRESS__)
constexpr bool boundsMemory = false; // the sanitizer's shadow takes terabytes of address space
#else
constexpr bool boundsMemory = true;
#endif

bool limit(decltype(RLIMIT_CORE) what, rlim_t value)
{
    rlimit now{};
    if (::getrlimit(what, &now) != 0)
        return false;
    now.rlim_max = now.rlim_max < value ? now.rlim_max : value;
    now.rlim_cur = now.rlim_max;
    return ::setrlimit(what, &now) == 0;
}

bool boundResources()
{
    return limit(RLIMIT_CORE, 0) && limit(RLIMIT_NOFILE, mostDescriptors) && limit(RLIMIT_CPU, mostProcessorSeconds)
        && (!boundsMemory || limit(RLIMIT_AS, mostMemory));
}

/// Reading what root may read and acting as the owner of a repository is all that measuring needs of root.
bool dropCapabilities(bool becomesOthers)
{
    std::uint64_t kept = 0;
    for (const int each : {CAP_DAC_READ_SEARCH, CAP_SETUID, CAP_SETGID, CAP_KILL})
        kept |= std::uint64_t{1} << each;
    if (becomesOthers)
        for (const int each : {CAP_CHOWN, CAP_DAC_OVERRIDE, CAP_FOWNER})
            kept |= std::uint64_t{1} << each;
    __user_cap_header_struct head{_LINUX_CAPABILITY_VERSION_3, 0};
    std::array<__user_cap_data_struct, 2> data{};
    if (::syscall(SYS_capget, &head, data.data()) != 0)
        return false;
    const bool mayDrop = (data[0].effective & (1U << CAP_SETPCAP)) != 0;
    for (int each = 0; mayDrop && ::prctl(PR_CAPBSET_READ, each, 0, 0, 0) >= 0; ++each)
        if ((kept >> each & 1) == 0 && ::prctl(PR_CAPBSET_DROP, each, 0, 0, 0) != 0)
            return false;
    for (std::size_t half = 0; half < data.size(); ++half) {
        data[half].permitted &= static_cast<std::uint32_t>(kept >> (32 * half));
        data[half].effective &= data[half].permitted;
        data[half].inheritable = 0;
    }
    return ::syscall(SYS_capset, &head, data.data()) == 0;
}

bool refuseNetwork()
{
    const scmp_filter_ctx filter = ::seccomp_init(SCMP_ACT_ALLOW);
    if (filter == nullptr)
        return false;
    const std::uint32_t refusal = SCMP_ACT_ERRNO(EACCES);
    // io_uring makes sockets without the call that is filtered here.
    const bool loaded = ::seccomp_rule_add(filter, refusal, SCMP_SYS(socket), 1, SCMP_A0(SCMP_CMP_NE, AF_UNIX)) == 0
        && ::seccomp_rule_add(filter, refusal, SCMP_SYS(io_uring_setup), 0) == 0 && ::seccomp_load(filter) == 0;
    ::seccomp_release(filter);
    return loaded;
}

} // namespace

FenceState fenceIn(const FenceNeeds &needs)
{
    if (!boundResources() || ::prctl(PR_SET_NO_NEW_PRIVS, 1, 0, 0, 0) != 0 || !dropCapabilities(needs.becomesOthers))
        return FenceState::Failed;
    FenceState state = FenceState::Whole;
    if (!hasLandlock())
        state = FenceState::WithoutLandlock;
    else if (!withhold(needs.withheld))
        return FenceState::Failed;
    return needs.network || refuseNetwork() ? state : FenceState::Failed;
}

} // namespace holdfast
