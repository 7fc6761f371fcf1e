// SPDX-License-Identifier: Apache-2.0
#include "kinds/posix/spawner.h"
#include "measure/work.h"

#include <fcntl.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <unistd.h>

#include <cstdio>

namespace {

constexpr int exitUsage = 64;

/// Its standard input is the socket that orders come through; nothing that measures may find it there.
holdfast::UniqueFd takeOrders()
{
    int type = 0;
    socklen_t size = sizeof type;
    if (::getsockopt(STDIN_FILENO, SOL_SOCKET, SO_TYPE, &type, &size) != 0 || type != SOCK_SEQPACKET)
        return {};
    holdfast::UniqueFd socket(::fcntl(STDIN_FILENO, F_DUPFD_CLOEXEC, 3));
    const holdfast::UniqueFd null(::open("/dev/null", O_RDWR | O_CLOEXEC));
    return ::dup2(null.get(), STDIN_FILENO) == STDIN_FILENO ? std::move(socket) : holdfast::UniqueFd();
}

} // namespace

int main()
{
    ::umask(S_IRWXG | S_IRWXO);
    const holdfast::UniqueFd orders = takeOrders();
    if (!orders) {
        std::fputs("holdfast-measure: started by holdfastd only\n", stderr);
        return exitUsage;
    }
    holdfast::prepareToMeasure();
    holdfast::serveOrders(orders.get(), &holdfast::measureOnce);
}
