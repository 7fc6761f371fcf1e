// SPDX-License-Identifier: Apache-2.0
// bench_decide product RUNTIME-DIRECTORY | peer URL | floor PORT, then CAST-DIRECTORY SAMPLES
// From the signed decision's frame leaving the approver to the release reaching the agent, which waits for it; one after another.
#include "decider.h"
#include "socket.h"
#include "rig/pixels.h"

#include <QCoreApplication>

#include <cstdio>

using namespace holdfast;

namespace {

std::unique_ptr<bench::Decider> deciderOf(const QStringList &words, const bench::Cast &cast)
{
    if (words[1] == QStringLiteral("product"))
        return bench::decideProduct(words[2], cast);
    return words[1] == QStringLiteral("peer") ? bench::decidePeer(words[2], cast) : bench::decideFloor(static_cast<quint16>(words[2].toInt()), cast);
}

} // namespace

int main(int argc, char **argv)
{
    const QCoreApplication application(argc, argv);
    initialiseCryptography();
    const QStringList words = QCoreApplication::arguments();
    if (words.size() != 5)
        bench::fail(QStringLiteral("bench_decide product|peer|floor WHERE CAST-DIRECTORY SAMPLES"));
    const auto cast = bench::Cast::of(words[3]);
    const auto decider = deciderOf(words, cast);
    constexpr int unmeasured = 5; // statements are prepared and caches filled by the first ones, for everybody
    for (int i = -unmeasured; i < words[4].toInt(); ++i) {
        decider->prepare();
        const std::int64_t sent = now_ns();
        decider->decide();
        decider->awaitRelease();
        const std::int64_t released = now_ns();
        decider->finish();
        if (i >= 0)
            std::printf("%.4f\n", static_cast<double>(released - sent) / 1e6);
    }
    return 0;
}
