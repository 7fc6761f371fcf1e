// SPDX-License-Identifier: Apache-2.0
#include "gate/server/server.h"

#include "gate/rawclient.h"

#include <QFile>
#include <QTest>

#include <latch>
#include <mutex>
#include <thread>

using namespace holdfast;
using namespace std::chrono_literals;

namespace {

/// The server's events, gathered from its thread.
class Journal final
{
public:
    ServerEvents events()
    {
        return {[this](ConnectionId id) { write([&] { m_opened.push_back(id); }); },
            [this](ConnectionId id, QByteArray message) {
                std::function<void(ConnectionId, std::size_t)> heard;
                write([&] {
                    heard = m_heard;
                    m_received.push_back(message);
                    m_mostWaiting = std::max(m_mostWaiting, ++m_waiting);
                });
                if (heard)
                    heard(id, static_cast<std::size_t>(message.size()));
            },
            [this](ConnectionId id) { write([&] { m_closed.push_back(id); }); }};
    }
    std::vector<ConnectionId> opened() { return read(m_opened); }
    std::vector<ConnectionId> closed() { return read(m_closed); }
    std::vector<QByteArray> received() { return read(m_received); }
    /// Called with each message, on the server's thread.
    void onReceived(std::function<void(ConnectionId, std::size_t)> heard) { write([&] { m_heard = std::move(heard); }); }
    void tookOne() { write([&] { --m_waiting; }); }
    int mostWaiting() { return m_mostWaiting; }

private:
    template<typename F>
    void write(F change)
    {
        const std::lock_guard lock(m_mutex);
        change();
    }
    template<typename T>
    std::vector<T> read(const std::vector<T> &list)
    {
        const std::lock_guard lock(m_mutex);
        return list;
    }

    std::mutex m_mutex;
    std::vector<ConnectionId> m_opened, m_closed;
    std::vector<QByteArray> m_received;
    std::function<void(ConnectionId, std::size_t)> m_heard;
    int m_waiting = 0, m_mostWaiting = 0;
};

ServerOptions usual()
{
    ServerOptions options;
    options.hosts = {QStringLiteral("gate.example:7420")};
    options.origins = {QStringLiteral("https://gate.example")};
    return options;
}

/// A running server and its journal.
struct Running final
{
    explicit Running(ServerOptions options = usual())
        : server(std::move(options), journal.events())
    {
        if (const auto listening = server.start())
            port = *listening;
    }

    /// The id of the nth connection that was opened.
    ConnectionId id(std::size_t nth = 0)
    {
        (void)QTest::qWaitFor([&] { return journal.opened().size() > nth; });
        return journal.opened().at(nth);
    }

    Journal journal;
    Server server;
    quint16 port = 0;
};

qint64 memory(const char *field)
{
    QFile status(QStringLiteral("/proc/self/status"));
    if (!status.open(QIODevice::ReadOnly))
        return -1;
    for (const QByteArray &line : status.readAll().split('\n')) {
        if (line.startsWith(field))
            return line.simplified().split(' ').at(1).toLongLong();
    }
    return -1;
}

} // namespace

class ServerTest final : public QObject
{
    Q_OBJECT

private Q_SLOTS:
    void talks();
    void handshakes_data();
    void handshakes();
    void framesBeforeTheAnswerAreRefused();
    void doesNotCompress();
    void wrongFrames_data();
    void wrongFrames();
    void limits_data();
    void limits();
    void unfinishedFragmentsAreBounded();
    void lateHandshakeIsClosed();
    void lateSessionIsClosed();
    void admittedStays();
    void answeringPingsStays();
    void missedPingsAreClosed();
    void slowReceiverIsCutOff();
    void slowReceiversTogetherAreCutOff();
    void connectionsAreLimited();
    void waitingMessagesAreLimited_data();
    void waitingMessagesAreLimited();
    void largeMessagesDelayNobodyElse();
    void answersThatNobodyReadsStopTheQuestions();
    void strangersMakeRoom();
    void talkingStrangersGoLast();
    void closeComesAfterWhatWasSent();
    void closeWithoutAnswerEnds();
    void longReasonIsCut();
    void broadcastReachesAll();
    void manyThreadsSend();
    void clientLeaves();
    void stops();
    void listensOnLoopbackOnly();
};

void ServerTest::talks()
{
    Running running;
    RawClient client(running.port);
    const QByteArray head = client.ask(client.goodRequest());
    QCOMPARE(RawClient::statusOf(head), 101);
    QVERIFY(head.contains("Sec-WebSocket-Accept: s3pPLMBiTxaQ9kYGzzhZRbK+xOo="));
    QVERIFY(head.contains("Sec-WebSocket-Protocol: holdfast.v1"));
    client.say("{\"a\":1}");
    client.write(RawClient::frame(RawClient::Text, "two ", false) + RawClient::frame(RawClient::Ping, "p") + RawClient::frame(RawClient::Continuation, "parts"));
    QTRY_COMPARE(running.journal.received().size(), 2u);
    QCOMPARE(running.journal.received()[0], QByteArray("{\"a\":1}"));
    QCOMPARE(running.journal.received()[1], QByteArray("two parts"));
    const auto pong = client.next();
    QVERIFY(pong && pong->opcode == RawClient::Pong && pong->payload == "p");
    running.server.send(running.id(), "héllo");
    const auto frame = client.next();
    QVERIFY(frame && frame->opcode == RawClient::Text && frame->fin && frame->payload == "héllo");
}

void ServerTest::handshakes_data()
{
    QTest::addColumn<QByteArray>("find");
    QTest::addColumn<QByteArray>("replace");
    QTest::addColumn<int>("status");
    const auto row = [](const char *name, const char *find, const QByteArray &replace, int status) { QTest::newRow(name) << QByteArray(find) << replace << status; };
    row("as it should be", "", "", 101);
    row("other path", "/v1", "/", 404);
    row("path below", "/v1", "/v1/", 404);
    row("query", "/v1", "/v1?x", 404);
    row("absolute target", "/v1", "http://127.0.0.1/v1", 404);
    row("foreign origin", "Upgrade: w", "Origin: https://evil.example\r\nUpgrade: w", 403);
    row("null origin", "Upgrade: w", "Origin: null\r\nUpgrade: w", 403);
    row("two origins", "Upgrade: w", "Origin: https://gate.example\r\nOrigin: https://gate.example\r\nUpgrade: w", 403);
    row("allowed origin", "Upgrade: w", "Origin: https://gate.example\r\nUpgrade: w", 101);
    row("foreign host", "Host: 127.0.0.1", "Host: evil.example", 403);
    row("host without port", "Host: 127.0.0.1:", "Host: 127.0.0.1\r\nX: ", 403);
    row("no host", "Host: ", "X-Host: ", 403);
    row("two hosts", "Host: ", "Host: evil.example\r\nHost: ", 403);
    row("localhost", "Host: 127.0.0.1", "Host: LocalHost", 101);
    row("ipv6", "Host: 127.0.0.1", "Host: [::1]", 101);
    row("configured host", "Host: ", "Host: gate.example:7420\r\nX: ", 101);
    row("no subprotocol", "Sec-WebSocket-Protocol: holdfast.v1\r\n", "", 400);
    row("other subprotocol", "holdfast.v1", "holdfast.v2", 400);
    row("subprotocol in a list", "holdfast.v1", "chat, holdfast.v1", 101);
    row("no upgrade", "Upgrade: websocket\r\n", "", 426);
    row("post", "GET", "POST", 426);
    row("no key", "Sec-WebSocket-Key: dGhlIHNhbXBsZSBub25jZQ==\r\n", "", 400);
    row("old version", "Version: 13", "Version: 8", 426);
    row("long header", "Upgrade: w", "X: " + QByteArray(20'000, 'x') + "\r\nUpgrade: w", 431);
}

void ServerTest::handshakes()
{
    QFETCH(QByteArray, find);
    QFETCH(QByteArray, replace);
    QFETCH(int, status);
    Running running;
    RawClient client(running.port);
    QByteArray request = client.goodRequest();
    if (!find.isEmpty()) {
        const qsizetype at = request.indexOf(find);
        QVERIFY(at >= 0);
        request.replace(at, find.size(), replace);
    }
    QCOMPARE(RawClient::statusOf(client.ask(request)), status);
    if (status != 101) {
        QVERIFY(client.ends());
        QVERIFY(running.journal.opened().empty());
    }
}

void ServerTest::framesBeforeTheAnswerAreRefused()
{
    Running running;
    RawClient client(running.port);
    QCOMPARE(RawClient::statusOf(client.ask(client.goodRequest() + RawClient::frame(RawClient::Text, "early"))), 400);
    QVERIFY(client.ends());
    QVERIFY(running.journal.received().empty());
}

void ServerTest::doesNotCompress()
{
    Running running;
    RawClient client(running.port);
    QByteArray request = client.goodRequest();
    request.replace("Upgrade: w", "Sec-WebSocket-Extensions: permessage-deflate\r\nUpgrade: w");
    const QByteArray head = client.ask(request);
    QCOMPARE(RawClient::statusOf(head), 101);
    QVERIFY(!head.toLower().contains("sec-websocket-extensions"));
}

void ServerTest::wrongFrames_data()
{
    QTest::addColumn<QByteArray>("bytes");
    QTest::addColumn<int>("code");
    const auto row = [](const char *name, const QByteArray &bytes, int code) { QTest::newRow(name) << bytes << code; };
    row("unmasked", RawClient::frame(RawClient::Text, "{}", true, false), 1002);
    row("compressed bit", RawClient::frame(RawClient::Text, "{}", true, true, 0x40), 1002);
    row("unknown opcode", RawClient::frame(3, "{}"), 1002);
    row("continuation of nothing", RawClient::frame(RawClient::Continuation, "{}"), 1002);
    row("text inside a text", RawClient::frame(RawClient::Text, "{", false) + RawClient::frame(RawClient::Text, "}"), 1002);
    row("fragmented ping", RawClient::frame(RawClient::Ping, "", false), 1002);
    row("long ping", RawClient::frame(RawClient::Ping, QByteArray(126, 'x')), 1002);
    row("not utf-8", RawClient::frame(RawClient::Text, "\"\xC0\xAF\""), 1007);
    row("binary", RawClient::frame(RawClient::Binary, "{}"), 1003);
}

void ServerTest::wrongFrames()
{
    QFETCH(QByteArray, bytes);
    QFETCH(int, code);
    Running running;
    RawClient client(running.port);
    QVERIFY(client.open());
    client.write(bytes);
    const auto frame = client.next();
    QVERIFY(frame);
    QCOMPARE(frame->opcode, int(RawClient::Close));
    QCOMPARE(frame->code(), code);
    client.socket.disconnectFromHost();
    QTRY_COMPARE(running.journal.closed().size(), 1u);
    QVERIFY(running.journal.received().empty());
}

void ServerTest::limits_data()
{
    QTest::addColumn<bool>("admitted");
    QTest::addColumn<QByteArray>("bytes");
    QTest::addColumn<bool>("accepted");
    const auto text = [](qsizetype size) { return RawClient::frame(RawClient::Text, QByteArray(size, 'x')); };
    const auto parts = [](qsizetype size) {
        return RawClient::frame(RawClient::Text, QByteArray(size / 2, 'x'), false) + RawClient::frame(RawClient::Continuation, QByteArray(size - size / 2, 'x'));
    };
    constexpr qsizetype before = 64LL * 1024, after = 2LL * 1024 * 1024;
    QTest::newRow("64 KiB before") << false << text(before) << true;
    QTest::newRow("more before") << false << text(before + 1) << false;
    QTest::newRow("more in parts before") << false << parts(before + 1) << false;
    QTest::newRow("2 MiB after") << true << text(after) << true;
    QTest::newRow("2 MiB in parts after") << true << parts(after) << true;
    QTest::newRow("more after") << true << text(after + 1) << false;
    QTest::newRow("more in parts after") << true << parts(after + 1) << false;
    QTest::newRow("an announced terabyte") << true << QByteArray::fromHex("81ff000001000000000000000000") << false;
}

void ServerTest::limits()
{
    QFETCH(bool, admitted);
    QFETCH(QByteArray, bytes);
    QFETCH(bool, accepted);
    Running running;
    RawClient client(running.port);
    QVERIFY(client.open());
    if (admitted) {
        running.server.admit(running.id());
        running.server.send(running.id(), "admitted");
        QVERIFY(client.next());
    }
    client.write(bytes);
    if (accepted) {
        QTRY_COMPARE(running.journal.received().size(), 1u);
        return;
    }
    const auto frame = client.next();
    QVERIFY(frame);
    QCOMPARE(frame->opcode, int(RawClient::Close));
    QCOMPARE(frame->code(), 1009);
    QVERIFY(running.journal.received().empty());
}

void ServerTest::unfinishedFragmentsAreBounded()
{
    Running running;
    RawClient client(running.port);
    QVERIFY(client.open());
    running.server.admit(running.id());
    running.server.send(running.id(), "admitted");
    QVERIFY(client.next());
    QFile reset(QStringLiteral("/proc/self/clear_refs"));
    const bool canReset = reset.open(QIODevice::WriteOnly | QIODevice::Unbuffered) && reset.write("5") == 1;
    const qint64 before = memory(canReset ? "VmRSS:" : "VmHWM:");
    const QByteArray part = RawClient::frame(RawClient::Continuation, QByteArray(64 * 1024, 'x'), false);
    client.write(RawClient::frame(RawClient::Text, "x", false));
    qint64 sent = 0;
    while (sent < 200'000'000 && client.socket.state() == QAbstractSocket::ConnectedState) {
        client.write(part);
        sent += part.size();
        while (client.socket.bytesToWrite() > 0 && client.socket.waitForBytesWritten(5000)) { }
    }
    const qint64 grown = memory("VmHWM:") - before;
    QVERIFY2(grown < 24 * 1024, qPrintable(QStringLiteral("%1 KiB after %2 bytes").arg(grown).arg(sent)));
    QVERIFY(sent > 2'000'000);
    QVERIFY(running.journal.received().empty());
}

void ServerTest::lateHandshakeIsClosed()
{
    ServerOptions options = usual();
    options.handshakeWithin = 80ms;
    Running running(options);
    RawClient silent(running.port);
    RawClient slow(running.port);
    slow.write(slow.goodRequest().chopped(4));
    QVERIFY(silent.ends());
    QVERIFY(slow.ends());
    QVERIFY(running.journal.opened().empty());
}

void ServerTest::lateSessionIsClosed()
{
    ServerOptions options = usual();
    options.handshakeWithin = 80ms;
    Running running(options);
    RawClient client(running.port);
    QVERIFY(client.open());
    client.say("{}"); // talking is no session
    const auto frame = client.next();
    QVERIFY(frame && frame->opcode == RawClient::Close);
    QCOMPARE(frame->code(), 1008);
    QCOMPARE(frame->payload.mid(2), QByteArray("no session in time"));
    client.write(RawClient::frame(RawClient::Close, frame->payload));
    QVERIFY(client.ends());
    QTRY_COMPARE(running.journal.closed().size(), 1u);
}

void ServerTest::admittedStays()
{
    ServerOptions options = usual();
    options.handshakeWithin = 100ms;
    Running running(options);
    RawClient stays(running.port);
    QVERIFY(stays.open());
    running.server.admit(running.id());
    RawClient goes(running.port);
    QVERIFY(goes.open());
    const auto frame = goes.next();
    QVERIFY(frame && frame->opcode == RawClient::Close); // the later one's time is up, so the earlier one's would be
    running.server.send(running.id(), "still here");
    QVERIFY(stays.next()->payload == "still here");
}

void ServerTest::answeringPingsStays()
{
    ServerOptions options = usual();
    options.pingEvery = 30ms;
    Running running(options);
    RawClient client(running.port);
    QVERIFY(client.open());
    for (int i = 0; i < 8; ++i) {
        const auto frame = client.next();
        QVERIFY(frame && frame->opcode == RawClient::Ping);
        client.write(RawClient::frame(RawClient::Pong, frame->payload));
        QVERIFY(client.socket.waitForBytesWritten(1000) || client.socket.bytesToWrite() == 0);
    }
    QVERIFY(running.journal.closed().empty());
}

void ServerTest::missedPingsAreClosed()
{
    ServerOptions options = usual();
    options.pingEvery = 30ms;
    Running running(options);
    RawClient client(running.port);
    QVERIFY(client.open());
    int pings = 0;
    while (const auto frame = client.next())
        pings += frame->opcode == RawClient::Ping ? 1 : 0;
    QCOMPARE(pings, 2);
    QVERIFY(client.ends());
    QTRY_COMPARE(running.journal.closed().size(), 1u);
}

void ServerTest::slowReceiverIsCutOff()
{
    ServerOptions options = usual();
    options.queueBytes = 512 * 1024;
    Running running(options);
    RawClient slow(running.port);
    QVERIFY(slow.open());
    slow.socket.setReadBufferSize(1024);
    const ConnectionId slowId = running.id(0);
    RawClient quick(running.port);
    QVERIFY(quick.open());
    const ConnectionId quickId = running.id(1);
    int sent = 0;
    for (; sent < 2000 && running.journal.closed().empty(); ++sent) {
        running.server.broadcast({slowId, quickId}, QByteArray(64 * 1024, 'x'));
        const auto frame = quick.next();
        QVERIFY(frame && frame->payload.size() == 64 * 1024);
    }
    QCOMPARE(running.journal.closed(), std::vector{slowId});
    QVERIFY2(sent < 400, qPrintable(QString::number(sent))); // what the two kernels hold, and 512 KiB
}

// Each keeps below what one may have waiting: many of them together do not.
void ServerTest::slowReceiversTogetherAreCutOff()
{
    ServerOptions options = usual();
    options.queueBytes = 64UL * 1024 * 1024;
    options.allQueuedBytes = 1024UL * 1024;
    Running running(options);
    std::vector<std::unique_ptr<RawClient>> slow;
    for (std::size_t i = 0; i < 3; ++i) {
        slow.push_back(std::make_unique<RawClient>(running.port));
        QVERIFY(slow.back()->open());
        slow.back()->socket.setReadBufferSize(1024);
        (void)running.id(i);
    }
    RawClient quick(running.port);
    QVERIFY(quick.open());
    const ConnectionId quickId = running.id(3);
    int sent = 0;
    for (; sent < 2000 && running.journal.closed().size() < 3; ++sent) {
        for (std::size_t i = 0; i < 3; ++i)
            running.server.send(running.id(i), QByteArray(64 * 1024, 'x'));
        running.server.send(quickId, QByteArray(64 * 1024, 'x'));
        const auto frame = quick.next();
        QVERIFY(frame && frame->payload.size() == 64 * 1024);
    }
    const auto closed = running.journal.closed();
    QCOMPARE(closed.size(), std::size_t{3});
    QVERIFY(std::find(closed.begin(), closed.end(), quickId) == closed.end());
    QVERIFY2(sent < 800, qPrintable(QString::number(sent))); // what the kernels hold, and 1 MiB in all
}

void ServerTest::connectionsAreLimited()
{
    ServerOptions options = usual();
    options.connections = 2;
    Running running(options);
    RawClient first(running.port);
    QVERIFY(first.open());
    RawClient second(running.port); // even without a handshake it counts
    RawClient third(running.port);
    QVERIFY(third.ask(third.goodRequest()).isEmpty());
    QVERIFY(third.ends());
    QVERIFY(second.open());
    first.socket.disconnectFromHost();
    QTRY_COMPARE(running.journal.closed().size(), 1u);
    RawClient fourth(running.port);
    QVERIFY(fourth.open());
}

void ServerTest::waitingMessagesAreLimited_data()
{
    QTest::addColumn<int>("messages");
    QTest::addColumn<int>("bytes");
    QTest::addColumn<int>("all");
    QTest::addColumn<int>("most");
    QTest::newRow("messages") << 4 << 1'000'000 << 1'000'000 << 4;
    QTest::newRow("bytes") << 1000 << 3000 << 1'000'000 << 3;
    QTest::newRow("bytes of all") << 1000 << 1'000'000 << 2000 << 2;
    QTest::newRow("one is always read") << 1 << 1 << 1 << 1;
}

void ServerTest::waitingMessagesAreLimited()
{
    QFETCH(int, messages);
    QFETCH(int, bytes);
    QFETCH(int, all);
    QFETCH(int, most);
    ServerOptions options = usual();
    options.waitingMessages = static_cast<std::size_t>(messages);
    options.waitingBytes = static_cast<std::size_t>(bytes);
    options.allWaitingBytes = static_cast<std::size_t>(all);
    Running running(options);
    RawClient client(running.port);
    QVERIFY(client.open());
    for (int i = 0; i < 50; ++i)
        client.say(QByteArray(1000, 'x')); // all of them are there before one is taken
    client.socket.flush();
    for (int taken = 0; taken < 50; ++taken) {
        QTRY_VERIFY(running.journal.received().size() > static_cast<std::size_t>(taken));
        running.journal.tookOne();
        running.server.taken(running.id(), 1000);
    }
    QCOMPARE(running.journal.received().size(), 50u);
    QVERIFY2(running.journal.mostWaiting() <= most, qPrintable(QString::number(running.journal.mostWaiting())));
    running.server.send(running.id(), "still here");
    QVERIFY(client.next()->payload == "still here");
}

// Reading two mebibytes takes a while: it is not the other sockets', and what follows on the same socket does not overtake it.
void ServerTest::largeMessagesDelayNobodyElse()
{
    ServerOptions options = usual();
    options.asideBytes = 1000;
    Running running(options);
    std::latch othersHeard{1};
    running.journal.onReceived([&](ConnectionId id, std::size_t bytes) {
        if (bytes > 1000)
            othersHeard.wait();
        running.journal.tookOne();
        running.server.taken(id, bytes);
    });
    RawClient large(running.port), other(running.port);
    QVERIFY(large.open() && other.open());
    const QByteArray first(1001, 'a'), second(2000, 'b');
    large.write(RawClient::frame(RawClient::Text, first) + RawClient::frame(RawClient::Text, "after it") + RawClient::frame(RawClient::Text, second)
                + RawClient::frame(RawClient::Text, "last"));
    large.socket.flush();
    QTRY_COMPARE(running.journal.received(), std::vector<QByteArray>{first});
    const std::vector<QByteArray> others{"1", "2", QByteArray(1000, 'c')};
    for (const QByteArray &each : others)
        other.say(each);
    QTRY_COMPARE(running.journal.received().size(), std::size_t(4));
    QCOMPARE(running.journal.received(), (std::vector<QByteArray>{first, others[0], others[1], others[2]}));
    othersHeard.count_down();
    QTRY_COMPARE(running.journal.received().size(), std::size_t(7));
    const auto all = running.journal.received();
    QCOMPARE((std::vector<QByteArray>{all[4], all[5], all[6]}), (std::vector<QByteArray>{"after it", second, "last"}));
    // One that leaves in the middle of it takes nothing with it.
    large.say(first);
    large.socket.flush();
    large.socket.abort();
    QTRY_COMPARE(running.journal.closed().size(), std::size_t(1));
    other.say("still there");
    QTRY_VERIFY(running.journal.received().back() == "still there");
}

void ServerTest::answersThatNobodyReadsStopTheQuestions()
{
    ServerOptions options = usual();
    options.answerBytes = 64UL * 1024;
    options.queueBytes = 512UL * 1024;
    Running running(options);
    running.journal.onReceived([&running](ConnectionId id, std::size_t bytes) {
        running.server.taken(id, bytes);
        running.server.send(id, QByteArray(64 * 1024, 'x'));
    });
    RawClient client(running.port);
    client.socket.setReadBufferSize(1024);
    QVERIFY(client.open());
    for (int i = 0; i < 400; ++i)
        client.say("a");
    client.socket.flush();
    // It reads late, and yet loses nothing: 25 MiB never waited for it.
    QTRY_VERIFY(running.journal.received().size() > 1);
    client.socket.setReadBufferSize(0);
    for (int i = 0; i < 400; ++i) {
        const auto frame = client.nextMessage();
        QVERIFY2(frame && frame->payload.size() == 64 * 1024, qPrintable(QString::number(i)));
    }
    QVERIFY(running.journal.closed().empty());
}

void ServerTest::strangersMakeRoom()
{
    ServerOptions options = usual();
    options.connections = 12;
    options.beforeSession = 8;
    options.beforeSessionPerAddress = 4;
    Running running(options);
    RawClient session(running.port);
    QVERIFY(session.open());
    running.server.admit(running.id());
    running.server.send(running.id(), "admitted");
    QVERIFY(session.next());
    std::vector<std::unique_ptr<RawClient>> idle;
    for (int i = 0; i < 40; ++i)
        idle.push_back(std::make_unique<RawClient>(running.port));
    RawClient newcomer(running.port);
    QVERIFY(newcomer.open());
    for (int i = 0; i < 36; ++i)
        QVERIFY2(idle[static_cast<std::size_t>(i)]->ends(), qPrintable(QString::number(i)));
    running.server.send(running.id(), "still here");
    QVERIFY(session.next()->payload == "still here");
}

void ServerTest::talkingStrangersGoLast()
{
    ServerOptions options = usual();
    options.beforeSessionPerAddress = 4;
    Running running(options);
    RawClient early(running.port);
    QVERIFY(early.open());
    std::vector<std::unique_ptr<RawClient>> idle;
    for (int i = 0; i < 10; ++i)
        idle.push_back(std::make_unique<RawClient>(running.port));
    QVERIFY(idle[6]->ends());
    running.server.send(running.id(), "still here");
    QVERIFY(early.next()->payload == "still here");
}

void ServerTest::closeComesAfterWhatWasSent()
{
    Running running;
    RawClient client(running.port);
    QVERIFY(client.open());
    for (int i = 0; i < 50; ++i)
        running.server.send(running.id(), QByteArray(20'000, 'x'));
    running.server.close(running.id(), 1013, QStringLiteral("try again"));
    running.server.send(running.id(), "too late");
    for (int i = 0; i < 50; ++i) {
        const auto frame = client.next();
        QVERIFY(frame && frame->opcode == RawClient::Text && frame->payload.size() == 20'000);
    }
    const auto frame = client.next();
    QVERIFY(frame && frame->opcode == RawClient::Close);
    QCOMPARE(frame->code(), 1013);
    QCOMPARE(frame->payload.mid(2), QByteArray("try again"));
    client.write(RawClient::frame(RawClient::Close, frame->payload));
    QVERIFY(client.ends());
    QTRY_COMPARE(running.journal.closed().size(), 1u);
}

void ServerTest::closeWithoutAnswerEnds()
{
    ServerOptions options = usual();
    options.closeWithin = 60ms;
    Running running(options);
    RawClient client(running.port);
    QVERIFY(client.open());
    running.server.close(running.id(), 1008, {});
    const auto frame = client.next();
    QVERIFY(frame && frame->opcode == RawClient::Close);
    client.say("{}"); // no answer, and not heard any more
    QVERIFY(client.ends());
    QTRY_COMPARE(running.journal.closed().size(), 1u);
    QVERIFY(running.journal.received().empty());
}

void ServerTest::longReasonIsCut()
{
    Running running;
    RawClient client(running.port);
    QVERIFY(client.open());
    running.server.close(running.id(), 1008, QStringLiteral("é").repeated(200));
    const auto frame = client.next();
    QVERIFY(frame && frame->opcode == RawClient::Close);
    QCOMPARE(frame->payload.mid(2), QByteArray("é").repeated(61));
}

void ServerTest::broadcastReachesAll()
{
    Running running;
    std::vector<std::unique_ptr<RawClient>> clients;
    for (int i = 0; i < 60; ++i) {
        clients.push_back(std::make_unique<RawClient>(running.port));
        QVERIFY(clients.back()->open());
    }
    QTRY_COMPARE(running.journal.opened().size(), 60u);
    std::vector<ConnectionId> all = running.journal.opened();
    all.push_back(999'999); // one that has gone
    const QByteArray message(100'000, 'm');
    running.server.broadcast(all, message);
    for (const auto &client : clients) {
        const auto frame = client->next();
        QVERIFY(frame && frame->payload == message);
    }
}

void ServerTest::manyThreadsSend()
{
    Running running;
    RawClient client(running.port);
    QVERIFY(client.open());
    const ConnectionId id = running.id();
    const auto send = [&](char letter) {
        for (int i = 0; i < 1000; ++i)
            running.server.send(id, QByteArray(50, letter));
    };
    std::thread first(send, 'a'), second(send, 'b');
    int a = 0, b = 0;
    for (int i = 0; i < 2000; ++i) {
        const auto frame = client.next();
        if (!frame)
            break;
        a += frame->payload == QByteArray(50, 'a') ? 1 : 0;
        b += frame->payload == QByteArray(50, 'b') ? 1 : 0;
    }
    first.join();
    second.join();
    QCOMPARE(a, 1000);
    QCOMPARE(b, 1000);
}

void ServerTest::clientLeaves()
{
    Running running;
    {
        RawClient polite(running.port);
        QVERIFY(polite.open());
        polite.write(RawClient::frame(RawClient::Close, QByteArray::fromHex("03e8")));
        const auto frame = polite.next();
        QVERIFY(frame && frame->opcode == RawClient::Close && frame->code() == 1000);
        RawClient rude(running.port);
        QVERIFY(rude.open());
        rude.write(RawClient::frame(RawClient::Text, "half", false));
        rude.socket.abort();
    }
    QTRY_COMPARE(running.journal.closed().size(), 2u);
    running.server.send(running.id(), "to nobody");
    running.server.close(running.id(), 1000, {});
    RawClient next(running.port);
    QVERIFY(next.open());
}

void ServerTest::stops()
{
    ServerOptions options = usual();
    options.stopWithin = 200ms;
    Running running(options);
    std::vector<std::unique_ptr<RawClient>> clients;
    for (int i = 0; i < 5; ++i) {
        clients.push_back(std::make_unique<RawClient>(running.port));
        QVERIFY(clients.back()->open());
    }
    RawClient silent(running.port);
    QTRY_COMPARE(running.journal.opened().size(), 5u);
    running.server.stop(); // nobody answers the close frame, and it ends nevertheless
    QCOMPARE(running.journal.closed().size(), 5u);
    for (const auto &client : clients) {
        const auto frame = client->next();
        QVERIFY(frame && frame->opcode == RawClient::Close);
        QCOMPARE(frame->code(), 1001);
        QVERIFY(client->ends());
    }
    QVERIFY(silent.ends());
    running.server.send(1, "after the end");
    running.server.stop();
    Running idle(options);
    idle.server.stop();
}

void ServerTest::listensOnLoopbackOnly()
{
    Journal journal;
    for (const char *address : {"0.0.0.0", "::", "192.0.2.1", "localhost", "gate.example", ""}) {
        ServerOptions options;
        options.address = QString::fromLatin1(address);
        Server server(options, journal.events());
        QVERIFY2(!server.start(), address);
    }
    Running running;
    ServerOptions taken;
    taken.port = running.port;
    Server second(taken, journal.events());
    const auto refused = second.start();
    QVERIFY(!refused && refused.error().contains(QString::number(running.port)));
}

QTEST_GUILESS_MAIN(ServerTest)
#include "server_test.moc"
