// SPDX-License-Identifier: Apache-2.0
#include "link/blockinglink.h"
#include "link/scriptedgate.h"

#include <QSignalSpy>
#include <QTest>

#include <deque>

using namespace holdfast;
using namespace std::chrono_literals;

/// Calls that are answered late, twice, in another order, wrongly, or never.
class CallsTest final : public QObject
{
    Q_OBJECT

private Q_SLOTS:
    void initTestCase() { initialiseCryptography(); }
    void init();
    void cleanup();
    void reordered();
    void fewAreInFlight();
    void answersBeforeTheQuestion();
    void lateReplyIsDropped();
    void lossEndsEveryCall();
    void contextEndsFirst();
    void duplicateReply();
    void withoutSession();
    void errors();
    void wrongShape();
    void nonsenseDropsTheConnection_data();
    void nonsenseDropsTheConnection();
    void tooLarge();
    void notificationsBeforeTheSessionAreNothing();

private:
    std::unique_ptr<ScriptedGate> m_gate;
    std::unique_ptr<SeedSigner> m_key;
    std::unique_ptr<BlockingLink> m_link;
};

namespace {

Json numbered(int number)
{
    return Json(JsonObject{{QStringLiteral("n"), Json(number)}});
}

const QString Echo = QStringLiteral("test.echo");

} // namespace

void CallsTest::init()
{
    m_gate = std::make_unique<ScriptedGate>();
    m_key = std::make_unique<SeedSigner>(QStringLiteral("agent"), SecretBytes::random(32));
    LinkOptions options;
    options.address = m_gate->address();
    options.answer = 300ms;
    options.firstDelay = 20ms;
    m_link = std::make_unique<BlockingLink>(options, m_key.get());
    QVERIFY(m_link->open(2s));
}

void CallsTest::cleanup()
{
    m_link.reset();
    m_gate.reset();
}

void CallsTest::reordered()
{
    std::vector<std::pair<ScriptedGate::Reply, Json>> waiting;
    m_gate->on(Echo, [&waiting](const Json &params, const ScriptedGate::Reply &reply) { waiting.emplace_back(reply, params); });
    QList<int> order;
    for (int i = 0; i < 5; ++i) {
        m_link->link().call(Echo, numbered(i), this, [&order, i](Called<Json> answer) {
            QVERIFY(answer);
            QCOMPARE(*answer->find(u"n")->asInteger(), std::int64_t{i}); // to the caller it belongs to
            order.append(i);
        });
    }
    QTRY_COMPARE(waiting.size(), std::size_t{5});
    for (auto it = waiting.rbegin(); it != waiting.rend(); ++it)
        it->first(it->second);
    QTRY_COMPARE(order, QList<int>({4, 3, 2, 1, 0}));
}

// Seen: a ledger page with many blobs made the console ask more than the gate allows, for ever.
void CallsTest::fewAreInFlight()
{
    std::deque<std::pair<ScriptedGate::Reply, Json>> waiting;
    std::size_t most = 0;
    m_gate->on(Echo, [&](const Json &params, const ScriptedGate::Reply &reply) {
        waiting.emplace_back(reply, params);
        most = std::max(most, waiting.size());
    });
    QList<int> order, expected;
    constexpr int many = 3 * limit::UnansweredPerActor;
    for (int i = 0; i < many; ++i) {
        expected.append(i);
        m_link->link().call(Echo, numbered(i), this, [&order, i](Called<Json> answer) {
            QVERIFY(answer);
            order.append(i);
        }, 60s);
    }
    for (int i = 0; i < many; ++i) {
        QTRY_VERIFY(!waiting.empty());
        const auto [reply, params] = waiting.front();
        waiting.pop_front();
        reply(params);
    }
    QTRY_COMPARE(order, expected);
    QVERIFY2(most <= limit::UnansweredPerActor / 2, qPrintable(QString::number(most)));
}

// Seen: ids are counted, so a gate can answer a call that still waits here; when its turn came, the program ended.
void CallsTest::answersBeforeTheQuestion()
{
    m_gate->on(Echo, [](const Json &, const ScriptedGate::Reply &) {});
    QSignalSpy failed(&m_link->link(), &GateLink::failed);
    int answered = 0, lost = 0;
    constexpr int many = limit::UnansweredPerActor;
    for (int i = 0; i < many; ++i)
        m_link->link().call(Echo, numbered(i), this, [&](Called<Json> answer) { answer ? ++answered : ++lost; }, 60s);
    // session.open was 1: the last of these has not left yet.
    m_gate->sendRaw(QStringLiteral(R"({"jsonrpc":"2.0","id":%1,"result":{}})").arg(1 + many));
    QTRY_COMPARE(failed.size(), 1);
    QCOMPARE(failed[0][0].value<LinkError>().kind, LinkError::Kind::BadMessage);
    QCOMPARE(answered, 0);
    QCOMPARE(lost, many);
    QTRY_COMPARE(m_link->link().state(), GateLink::State::Open);
}

void CallsTest::lateReplyIsDropped()
{
    std::optional<ScriptedGate::Reply> held;
    m_gate->on(Echo, [&held](const Json &, const ScriptedGate::Reply &reply) { held = reply; });
    int called = 0;
    std::optional<CallError> error;
    m_link->link().call(Echo, numbered(1), this, [&](Called<Json> answer) {
        ++called;
        if (!answer)
            error = answer.error();
    }, 50ms);
    QTRY_VERIFY(error.has_value());
    QCOMPARE(std::get<LinkError>(*error).kind, LinkError::Kind::Timeout);
    (*held)(numbered(1));
    m_gate->answer(QStringLiteral("test.next"), numbered(2));
    QVERIFY(m_link->call<Nothing>(QStringLiteral("test.next"), numbered(0)).error().index() == 0); // came after it; not Nothing's shape
    QCOMPARE(called, 1);
    QCOMPARE(m_link->link().state(), GateLink::State::Open);
}

void CallsTest::lossEndsEveryCall()
{
    m_gate->on(Echo, [](const Json &, const ScriptedGate::Reply &) {});
    int ended = 0;
    for (int i = 0; i < 3; ++i) {
        m_link->link().call(Echo, numbered(i), this, [&ended](Called<Json> answer) {
            QVERIFY(!answer);
            QCOMPARE(std::get<LinkError>(answer.error()).kind, LinkError::Kind::Unreachable);
            ++ended;
        }, 60s);
    }
    QTRY_COMPARE(m_gate->calls.count(Echo), 3);
    m_gate->drop();
    QTRY_COMPARE(ended, 3);
}

void CallsTest::contextEndsFirst()
{
    std::optional<ScriptedGate::Reply> held;
    m_gate->on(Echo, [&held](const Json &, const ScriptedGate::Reply &reply) { held = reply; });
    auto context = std::make_unique<QObject>();
    m_link->link().call(Echo, numbered(1), context.get(), [](Called<Json>) { QFAIL("its caller has ended"); });
    QTRY_VERIFY(held.has_value());
    context.reset();
    (*held)(numbered(1));
    m_gate->answer(QStringLiteral("test.next"), Nothing{}.toJson());
    QVERIFY(m_link->call<Nothing>(QStringLiteral("test.next"), numbered(0)));
}

void CallsTest::duplicateReply()
{
    m_gate->on(Echo, [](const Json &params, const ScriptedGate::Reply &reply) {
        reply(params);
        reply(params);
    });
    int called = 0;
    m_link->link().call(Echo, numbered(1), this, [&called](Called<Json>) { ++called; });
    m_gate->answer(QStringLiteral("test.next"), Nothing{}.toJson());
    QVERIFY(m_link->call<Nothing>(QStringLiteral("test.next"), numbered(0)));
    QCOMPARE(called, 1);
}

void CallsTest::withoutSession()
{
    m_link->link().close();
    bool returned = false;
    std::optional<CallError> error;
    m_link->link().call(Echo, numbered(1), this, [&](Called<Json> answer) {
        QVERIFY(returned); // never before the call returns
        error = answer.error();
    });
    returned = true;
    QTRY_VERIFY(error.has_value());
    QCOMPARE(std::get<LinkError>(*error).kind, LinkError::Kind::Unreachable);
}

void CallsTest::errors()
{
    m_gate->on(Echo, [](const Json &, const ScriptedGate::Reply &reply) {
        reply(RpcError::of(ErrorCode::Frozen, QStringLiteral("\u202E" "frozen\x1b[31m")));
    });
    const auto answer = m_link->call<Nothing>(Echo, numbered(1));
    QVERIFY(!answer);
    QCOMPARE(std::get<RpcError>(answer.error()).code, std::optional(ErrorCode::Frozen));
    const QString words = sentence(answer.error());
    QVERIFY(!words.contains(QChar(0x202E)) && !words.contains(QChar(0x1B)));
}

void CallsTest::wrongShape()
{
    m_gate->answer(Echo, Json(JsonArray{}));
    const auto answer = m_link->call<EnvelopeResult>(Echo, numbered(1));
    QVERIFY(!answer);
    QCOMPARE(std::get<LinkError>(answer.error()).kind, LinkError::Kind::BadMessage);
}

void CallsTest::nonsenseDropsTheConnection_data()
{
    QTest::addColumn<QString>("text");
    QTest::newRow("not JSON") << QStringLiteral("{");
    QTest::newRow("batch") << QStringLiteral("[]");
    QTest::newRow("a call") << QStringLiteral(R"({"jsonrpc":"2.0","id":1,"method":"hold.get"})");
    QTest::newRow("an error for nobody") << QStringLiteral(R"({"jsonrpc":"2.0","id":null,"error":{"code":-32700,"message":""}})");
    QTest::newRow("an answer to a call that was never made") << QStringLiteral(R"({"jsonrpc":"2.0","id":4000000,"result":{}})");
    QTest::newRow("a second challenge") << QStringLiteral(R"({"jsonrpc":"2.0","method":"session.challenge","params":{}})");
    QTest::newRow("binary") << QString();
}

void CallsTest::nonsenseDropsTheConnection()
{
    QFETCH(QString, text);
    QSignalSpy failed(&m_link->link(), &GateLink::failed);
    if (text.isEmpty())
        m_gate->sendBinary("{}");
    else
        m_gate->sendRaw(text);
    QTRY_COMPARE(failed.size(), 1);
    QCOMPARE(failed[0][0].value<LinkError>().kind, LinkError::Kind::BadMessage);
    QTRY_COMPARE(m_link->link().state(), GateLink::State::Open); // and a new one is opened
}

void CallsTest::tooLarge()
{
    QSignalSpy failed(&m_link->link(), &GateLink::failed);
    m_gate->notify(QStringLiteral("test.large"), Json(JsonObject{{QStringLiteral("x"), Json(QString(limit::Message, u'x'))}}));
    QTRY_COMPARE(failed.size(), 1);
    QTRY_COMPARE(m_link->link().state(), GateLink::State::Open);
    const auto answer = m_link->call<Nothing>(Echo, Json(JsonObject{{QStringLiteral("x"), Json(QString(limit::Message, u'x'))}}));
    QVERIFY(!answer);
    QCOMPARE(std::get<LinkError>(answer.error()).kind, LinkError::Kind::BadMessage);
    QCOMPARE(m_gate->calls.count(Echo), 0);
}

void CallsTest::notificationsBeforeTheSessionAreNothing()
{
    m_link.reset();
    m_gate->answersSession = false;
    LinkOptions options;
    options.address = m_gate->address();
    GateLink link(options, m_key.get());
    QSignalSpy notified(&link, &GateLink::notified);
    QSignalSpy challenged(&link, &GateLink::challenged);
    link.open();
    QTRY_COMPARE(challenged.size(), 1);
    m_gate->notify(method::HoldChanged, numbered(1));
    QVERIFY(!notified.wait(100));
}

QTEST_GUILESS_MAIN(CallsTest)
#include "calls_test.moc"
