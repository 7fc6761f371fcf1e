// SPDX-License-Identifier: Apache-2.0
// Stands where holdfast-measure stands, and ends as the request's statements say: what a fault in a measurer would do.
#include "core/signer.h"
#include "kinds/measureorder.h"
#include "kinds/posix/spawner.h"

#include <csignal>
#include <cstdio>
#include <cstdlib>
#include <fcntl.h>
#include <unistd.h>

using namespace holdfast;

namespace {

QByteArray standardInput()
{
    QByteArray bytes;
    char buffer[4096];
    for (ssize_t size = 0; (size = read(STDIN_FILENO, buffer, sizeof buffer)) > 0;)
        bytes.append(buffer, size);
    return bytes;
}

int answer(const QByteArray &bytes)
{
    return write(STDOUT_FILENO, bytes.constData(), static_cast<std::size_t>(bytes.size())) == bytes.size() ? 0 : 1;
}

MeasureOutput measured(const MeasureOrder &order)
{
    MeasureOutput output;
    output.measurement.resources = {order.request.target};
    output.measurement.operation = QStringLiteral("test.fine");
    output.measurement.summaryText = QStringLiteral("Does what it says.");
    output.measurement.environment = {QStringLiteral("staging"), Quality::Configured, {}};
    return output;
}

int misbehave()
{
    const auto order = MeasureOrder::parse(standardInput(), descriptorsOfWork());
    if (!order)
        return measureexit::NoOrder;
    for (const auto &[digest, bytes] : order->blobs)
        if (const QByteArray mapped = bytes.mapForGood(); sha256(mapped) != digest || qstrlen(mapped.constData()) != static_cast<std::size_t>(mapped.size()))
            return measureexit::NoOrder;
    const QString how = *std::get<SqlAction>(order->request.action).statements;
    if (how == QStringLiteral("segv"))
        raise(SIGSEGV);
    if (how == QStringLiteral("kill"))
        raise(SIGKILL);
    if (how == QStringLiteral("memory"))
        return measureexit::OutOfMemory;
    if (how == QStringLiteral("hang"))
        pause();
    if (how == QStringLiteral("orphans")) {
        for (int i = 0; i < 3; ++i)
            if (fork() == 0) {
                setsid();
                pause();
            }
        raise(SIGKILL);
    }
    if (how == QStringLiteral("killall"))
        kill(getppid(), SIGKILL);
    if (how == QStringLiteral("garbage"))
        return answer("\x00\x00\x00\x02{}");
    if (how == QStringLiteral("half"))
        return answer(toBytes(measured(*order)).chopped(1));
    if (how == QStringLiteral("nothing"))
        return 0;
    if (how == QStringLiteral("exit"))
        return 3;
    if (how == QStringLiteral("lends"))
        return answer([&] {
            MeasureOutput output = measured(*order);
            output.measurement.diffs = {{QStringLiteral("rows"), QStringLiteral("rows"), refOf(makeBlob("not here", QStringLiteral("text/plain")))}};
            return toBytes(output);
        }());
    return answer(toBytes(measured(*order)));
}

} // namespace

int main()
{
    initialiseCryptography();
    const int orders = fcntl(STDIN_FILENO, F_DUPFD_CLOEXEC, 3);
    serveOrders(orders, &misbehave);
}
