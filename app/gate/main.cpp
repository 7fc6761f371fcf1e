// SPDX-License-Identifier: Apache-2.0
#include "core/text/visible.h"
#include "gate/gate.h"
#include "kinds/posix/process.h"
#include "kinds/posix/spawner.h"

#include <CLI/CLI.hpp>
#include <spdlog/sinks/stdout_color_sinks.h>
#include <spdlog/spdlog.h>

#include <QCoreApplication>

#include <csignal>
#include <cstdio>
#include <sys/stat.h>
#include <unistd.h>

namespace {

using namespace holdfast;

constexpr int exitFailure = 1;
constexpr int exitUsage = 64;
constexpr int exitHeld = 69; ///< another gate has the store

/// 16 bytes from a descriptor that is closed afterwards; anything else is refused.
std::optional<QByteArray> readSecret(int descriptor)
{
    QByteArray secret(16, '\0');
    qsizetype have = 0;
    while (have < secret.size()) {
        const ssize_t got = read(descriptor, secret.data() + have, static_cast<std::size_t>(secret.size() - have));
        if (got <= 0)
            break;
        have += got;
    }
    close(descriptor);
    return have == secret.size() ? std::optional(secret) : std::nullopt;
}

int check(const GateConfig &config)
{
    for (const QString &line : explain(config.policy))
        std::printf("%s\n", visible(line).toUtf8().constData());
    return 0;
}

int serve(GateConfig config, QByteArray ownerSecret)
{
    sigset_t ends;
    sigemptyset(&ends);
    sigaddset(&ends, SIGTERM);
    sigaddset(&ends, SIGINT);
    // Blocked before any thread begins, so that only the wait below sees them.
    pthread_sigmask(SIG_BLOCK, &ends, nullptr);
    std::signal(SIGPIPE, SIG_IGN);
    Gate gate(std::move(config), std::move(ownerSecret));
    const auto url = gate.start();
    if (!url) {
        spdlog::get("gate")->critical("{}", visible(url.error().sentence).toStdString());
        return url.error().held ? exitHeld : exitFailure;
    }
    std::printf("listening on %s\n", url->toUtf8().constData());
    std::fflush(stdout);
    int received = 0;
    sigwait(&ends, &received);
    spdlog::get("gate")->info("ending");
    gate.stop();
    return 0;
}

} // namespace

int main(int argc, char **argv)
{
    umask(S_IRWXG | S_IRWXO);
    // Before there is anything of the gate's to copy: neither memory nor descriptors.
    startProcessesThrough(forkSpawner());
    const QCoreApplication application(argc, argv);
    initialiseCryptography();
    spdlog::stderr_color_mt("gate");
    std::string configFile;
    std::string checkedFile;
    int ownerDescriptor = -1;
    CLI::App app("Holds destructive actions until a human who can see their real consequences has signed them.", "holdfastd");
    app.set_version_flag("--version", HOLDFAST_VERSION);
    app.add_option("--config", configFile, "gate.toml to run with");
    app.add_option("--check", checkedFile, "only read this gate.toml, say what applies, and end");
    app.add_option("--owner-fd", ownerDescriptor, "read the first owner's 16 secret bytes from this descriptor")->check(CLI::Range(3, 1 << 20));
    try {
        app.parse(argc, argv);
    } catch (const CLI::ParseError &error) {
        return app.exit(error) == 0 ? 0 : exitUsage;
    }
    if (configFile.empty() == checkedFile.empty()) {
        std::fputs("holdfastd: one of --config and --check is needed\n", stderr);
        return exitUsage;
    }
    auto config = readGateConfig(QString::fromStdString(configFile.empty() ? checkedFile : configFile));
    if (!config) {
        std::fprintf(stderr, "%s\n", visible(config.error().sentence()).toUtf8().constData());
        return exitUsage;
    }
    if (configFile.empty())
        return check(*config);
    std::optional<QByteArray> ownerSecret = QByteArray();
    if (ownerDescriptor >= 0)
        ownerSecret = readSecret(ownerDescriptor);
    if (!ownerSecret) {
        std::fputs("holdfastd: --owner-fd: 16 bytes were expected\n", stderr);
        return exitUsage;
    }
    return serve(std::move(*config), std::move(*ownerSecret));
}
