// SPDX-License-Identifier: Apache-2.0
// bench_store GATE-DIRECTORY CAST-DIRECTORY ENTRIES WAITING: a gate with a past of so many ledger entries and so many holds that wait.
#include "link/pins.h"
#include "socket.h"
#include "storemaker.h"

#include <QCoreApplication>

#include <cstdio>

using namespace holdfast;

int main(int argc, char **argv)
{
    const QCoreApplication application(argc, argv);
    initialiseCryptography();
    const QStringList words = QCoreApplication::arguments();
    if (words.size() != 5)
        bench::fail(QStringLiteral("bench_store GATE-DIRECTORY CAST-DIRECTORY ENTRIES WAITING"));
    const auto cast = bench::Cast::of(words[2]);
    bench::StoreMaker maker(words[1], cast);
    maker.live(words[3].toLongLong());
    maker.leaveWaiting(words[4].toInt());
    // As this console accepted the gate when it enrolled: keys and first registry, and no checkpoint yet.
    Pins pins;
    pins.gate = maker.identity().name;
    pins.keys = maker.identity().publicKeys();
    pins.firstRegistry = maker.firstRegistry();
    const PinFile file(pins.keys.key, words[1] + QStringLiteral("/../pins"));
    if (!file.save(pins))
        bench::fail(file.path() + QStringLiteral(" cannot be written"));
    std::printf("%lld\n", static_cast<long long>(maker.size()));
    return 0;
}
