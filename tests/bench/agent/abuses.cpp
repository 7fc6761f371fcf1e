// SPDX-License-Identifier: Apache-2.0
#include "abuses.h"

#include "core/documents/request.h"
#include "identity.h"
#include "wire/messagesledger.h"

#include <arpa/inet.h>
#include <sys/resource.h>
#include <sys/socket.h>
#include <unistd.h>

#include <atomic>
#include <deque>
#include <latch>
#include <map>
#include <thread>

namespace holdfast::bench {

namespace {

using Begun = std::function<void()>;
constexpr qsizetype largeBlob = 31LL * 1024 * 1024;

std::int64_t unique()
{
    static std::atomic<std::int64_t> last = 0;
    return ++last;
}

Json asked(const Abuser &by, const QString &kindName, const QString &target, Action action)
{
    Request request;
    request.gate = by.gate.key.name;
    request.gateKey = by.gate.key;
    request.nonce = randomBytes(16);
    request.kind = kindName;
    request.target = target;
    request.action = std::move(action);
    request.createdAt = SystemClock().now();
    request.origin.agent = QStringLiteral("hostile");
    return EnvelopeParams{Envelope::sign(by.key, payloadtype::Request, request.toPayload())}.toJson();
}

/// Sends `many` calls at once and waits for their answers, whatever they are.
void burst(GateClient &client, int many, const std::function<GateClient::Prepared()> &next)
{
    std::vector<GateClient::Prepared> calls;
    for (int i = 0; i < many; ++i)
        calls.push_back(next());
    for (const auto &call : calls)
        client.write(call);
    for (const auto &call : calls)
        (void)client.answer(call.id);
}

BlobRef handIn(GateClient &client)
{
    QByteArray bytes = QByteArray("eyJ-").repeated(largeBlob / 4);
    bytes.replace(0, 8, QByteArray::number(unique()).rightJustified(8, '0'));
    for (qsizetype at = 0; at < bytes.size(); at += limit::BlobChunk)
        (void)client.call(method::BlobWrite, BlobWriteParams{sha256(bytes), at, bytes.mid(at, limit::BlobChunk), bytes.size()}.toJson());
    return {sha256(bytes), bytes.size(), QStringLiteral("application/octet-stream")};
}

Json namingBlob(const Abuser &by, const BlobRef &blob)
{
    return asked(by, kind::Command.toString(), BacklogTarget, CommandAction{{Program, QString::number(unique())}, {}, blob});
}

[[noreturn]] void blobRequests(const Abuser &by, const Begun &begun)
{
    GateClient client(by.gate, by.key);
    const BlobRef blob = handIn(client);
    begun();
    for (;;)
        burst(client, 20, [&] { return client.prepare(method::HoldRequest, namingBlob(by, blob)); });
}

[[noreturn]] void blobReads(const Abuser &by, const Begun &begun)
{
    GateClient client(by.gate, by.key);
    const BlobRef blob = handIn(client);
    (void)client.call(method::HoldRequest, namingBlob(by, blob));
    begun();
    for (std::int64_t at = 0;; at += largeBlob / 3)
        burst(client, 30, [&] { return client.prepare(method::BlobRead, BlobReadParams{blob.digest, at % largeBlob, limit::BlobChunk}.toJson()); });
}

[[noreturn]] void blobWrites(const Abuser &by, const Begun &begun)
{
    GateClient client(by.gate, by.key);
    begun();
    for (;;)
        (void)handIn(client);
}

/// One abuse on many sessions at once, each in a thread of its own.
[[noreturn]] void onSessions(const Abuser &by, const Begun &begun, int sessions, const std::function<void(GateClient &)> &again)
{
    std::latch open(sessions);
    std::vector<std::thread> threads;
    for (int i = 0; i < sessions; ++i)
        threads.emplace_back([&] {
            GateClient client(by.gate, by.key);
            open.count_down();
            for (;;)
                again(client);
        });
    open.wait();
    begun();
    for (std::thread &thread : threads)
        thread.join();
    fail(QStringLiteral("an abuse ended by itself"));
}

[[noreturn]] void largeMessages(const Abuser &by, const Begun &begun)
{
    const Json params(JsonObject{{QStringLiteral("envelope"), Json(QString(limit::Message - 200, QLatin1Char('x')))}});
    onSessions(by, begun, 8, [&](GateClient &client) { burst(client, 4, [&] { return client.prepare(method::HoldRequest, params); }); });
}

/// No abuse: as much work as large messages make for their sender, and none for the gate. What it costs, the machine costs.
[[noreturn]] void busyNeighbour(const Abuser &by, const Begun &begun)
{
    const Json params(JsonObject{{QStringLiteral("envelope"), Json(QString(limit::Message - 200, QLatin1Char('x')))}});
    onSessions(by, begun, 8, [&](GateClient &client) { (void)client.prepare(method::HoldRequest, params); });
}

[[noreturn]] void manyCalls(const Abuser &by, const Begun &begun)
{
    onSessions(by, begun, 8, [](GateClient &client) { burst(client, 30, [&] { return client.prepare(method::TargetList, Nothing{}.toJson()); }); });
}

[[noreturn]] void unreadAnswers(const Abuser &by, const Begun &begun)
{
    GateClient first(by.gate, by.key);
    const BlobRef blob = handIn(first);
    (void)first.call(method::HoldRequest, namingBlob(by, blob));
    std::vector<std::unique_ptr<GateClient>> clients;
    for (int i = 0; i < 60; ++i) {
        clients.push_back(std::make_unique<GateClient>(by.gate, by.key));
        for (int call = 0; call < 30; ++call)
            clients.back()->write(clients.back()->prepare(method::BlobRead, BlobReadParams{blob.digest, 0, limit::BlobChunk}.toJson()));
    }
    begun();
    for (;;)
        ::pause();
}

[[noreturn]] void slowTargets(const Abuser &by, const Begun &begun)
{
    GateClient client(by.gate, by.key);
    const auto ask = [&] {
        return client.prepare(method::HoldRequest, asked(by, kind::Sql.toString(), SlowTargets[unique() % SlowTargets.size()],
                                                         SqlAction{QStringLiteral("delete from t where id = %1").arg(unique()), {}}));
    };
    burst(client, 200, ask);
    begun();
    for (;;)
        burst(client, 20, ask);
}

[[noreturn]] void idleSockets(const Abuser &by, const Begun &begun)
{
    constexpr std::size_t most = 5000;
    rlimit files{};
    ::getrlimit(RLIMIT_NOFILE, &files);
    files.rlim_cur = files.rlim_max;
    ::setrlimit(RLIMIT_NOFILE, &files);
    sockaddr_in address{};
    address.sin_family = AF_INET;
    address.sin_port = htons(static_cast<quint16>(by.gate.url.port()));
    address.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
    std::deque<int> open;
    for (std::size_t made = 0;; ++made) {
        const int descriptor = ::socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0);
        if (descriptor < 0 || open.size() >= most) {
            ::close(open.front());
            open.pop_front();
        }
        if (descriptor >= 0 && ::connect(descriptor, reinterpret_cast<const sockaddr *>(&address), sizeof address) == 0)
            open.push_back(descriptor);
        else if (descriptor >= 0)
            ::close(descriptor);
        if (made == most)
            begun();
        if (made > most)
            std::this_thread::sleep_for(std::chrono::milliseconds(1)); // as many as there are stay; a thousand a second are new
    }
}

const std::map<QString, void (*)(const Abuser &, const Begun &)> &all()
{
    static const std::map<QString, void (*)(const Abuser &, const Begun &)> known{
        {QStringLiteral("blob-requests"), blobRequests}, {QStringLiteral("blob-reads"), blobReads}, {QStringLiteral("blob-writes"), blobWrites},
        {QStringLiteral("large-messages"), largeMessages}, {QStringLiteral("many-calls"), manyCalls}, {QStringLiteral("unread-answers"), unreadAnswers},
        {QStringLiteral("busy-neighbour"), busyNeighbour}, {QStringLiteral("slow-targets"), slowTargets}, {QStringLiteral("idle-sockets"), idleSockets}};
    return known;
}

} // namespace

QStringList abuses()
{
    QStringList names;
    for (const auto &[name, abuse] : all())
        names.append(name);
    return names;
}

void abuse(const QString &name, const Abuser &by, const std::function<void()> &begun)
{
    const auto found = all().find(name);
    if (found == all().end())
        fail(QStringLiteral("no such abuse: %1").arg(name));
    found->second(by, begun);
    fail(QStringLiteral("an abuse ended by itself"));
}

} // namespace holdfast::bench
