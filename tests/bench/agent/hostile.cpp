// SPDX-License-Identifier: Apache-2.0
// bench_hostile make GATE-DIRECTORY CAST-DIRECTORY PORT    writes gate.toml; nobody answers on PORT
// bench_hostile list                                       the names of the abuses
// bench_hostile ask GATE-DIRECTORY CAST-DIRECTORY SAMPLES  milliseconds from hold.request to pending, one after another
// bench_hostile ABUSE GATE-DIRECTORY CAST-DIRECTORY        until it is killed
#include "abuses.h"
#include "identity.h"
#include "rig/pixels.h"

#include "core/documents/request.h"
#include "wire/messagesrequester.h"

#include <QCoreApplication>
#include <QFile>

#include <cstdio>

using namespace holdfast;

namespace {

void make(const QString &directory, const bench::Cast &cast, const QByteArray &port)
{
    QFile file(directory + QStringLiteral("/gate.toml"));
    if (!file.open(QIODevice::WriteOnly) || file.write(bench::hostileToml(cast, port)) < 0)
        bench::fail(file.errorString());
}

/// One request that becomes pending and is taken back; every tenth on a connection of its own, as a command line makes them.
double askOnce(std::unique_ptr<bench::GateClient> &client, const GateAddress &gate, const bench::Cast &cast, int number)
{
    const auto payload = bench::requestPayload(gate.key.name, gate.key, bench::AskedTarget, SystemClock().now(), 2048);
    const Json params = EnvelopeParams{Envelope::sign(cast.request, payloadtype::Request, payload)}.toJson();
    const std::int64_t began = now_ns();
    if (number % 10 == 0)
        client = std::make_unique<bench::GateClient>(gate, cast.request);
    auto status = HoldStatus::fromJson(client->call(method::HoldRequest, params));
    const HoldId hold = status->hold;
    while (status && status->state == State::Measuring)
        status = HoldStatus::fromJson(client->call(method::HoldWait, WaitParams{hold, status->sequence, limit::WaitMs}.toJson()));
    const std::int64_t pending = now_ns();
    if (!status || status->state != State::Pending)
        bench::fail(QStringLiteral("the request did not become pending"));
    (void)client->call(method::CommandSubmit, bench::withdrawal(gate.key, cast.request, hold));
    return static_cast<double>(pending - began) / 1e6;
}

} // namespace

int main(int argc, char **argv)
{
    const QCoreApplication application(argc, argv);
    initialiseCryptography();
    const QStringList words = QCoreApplication::arguments();
    if (words.size() == 2 && words[1] == QStringLiteral("list")) {
        std::printf("%s\n", qPrintable(bench::abuses().join(QLatin1Char('\n'))));
        return 0;
    }
    if (words.size() < 4)
        bench::fail(QStringLiteral("bench_hostile make|ask|ABUSE GATE-DIRECTORY CAST-DIRECTORY [PORT|SAMPLES]"));
    const auto cast = bench::Cast::of(words[3]);
    if (words[1] == QStringLiteral("make") && words.size() == 5) {
        make(words[2], cast, words[4].toLatin1());
    } else if (words[1] == QStringLiteral("ask") && words.size() == 5) {
        std::unique_ptr<bench::GateClient> client;
        constexpr int unmeasured = 10;
        for (int i = -unmeasured; i < words[4].toInt(); ++i)
            if (const double ms = askOnce(client, bench::gateOf(words[2]), cast, i); i >= 0)
                std::printf("%.4f\n", ms);
    } else {
        bench::abuse(words[1], {bench::gateOf(words[2]), cast.hostile}, [] {
            std::puts("begun");
            std::fflush(stdout);
        });
    }
    return 0;
}
