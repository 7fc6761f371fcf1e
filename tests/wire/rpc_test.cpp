// SPDX-License-Identifier: Apache-2.0
#include "wire/rpc.h"

#include "wire/messages.h"

#include <QTest>

using namespace holdfast;

/// JSON-RPC 2.0 as protocol 3 narrows it: what is refused, with which code, and under which id the answer goes out.
class RpcTest final : public QObject
{
    Q_OBJECT

private Q_SLOTS:
    void refused_data();
    void refused();
    void calls();
    void replies();
    void errorsSurviveTheWay();
    void unknownErrorsAreKept();
    void sizes();
    void everyCodeHasItsName();
};

namespace {

RpcMessage read(const QByteArray &bytes)
{
    auto message = parseRpc(bytes);
    return message ? std::move(message).value() : RpcMessage{RpcReply{{}, RpcError{}}};
}

} // namespace

void RpcTest::refused_data()
{
    QTest::addColumn<QByteArray>("bytes");
    QTest::addColumn<int>("code");
    QTest::addColumn<QByteArray>("id");
    const auto row = [](const char *name, const char *bytes, int code, const char *id = "null") {
        QTest::newRow(name) << QByteArray(bytes) << code << QByteArray(id);
    };
    row("nothing", "", -32700);
    row("not JSON", "{", -32700);
    row("two values", R"({"jsonrpc":"2.0","id":1,"method":"a"}{})", -32700);
    row("duplicate name", R"({"jsonrpc":"2.0","id":1,"id":2,"method":"a"})", -32700);
    row("fraction", R"({"jsonrpc":"2.0","id":1.5,"method":"a"})", -32700);
    row("batch", R"([{"jsonrpc":"2.0","id":1,"method":"a"}])", -32600);
    row("empty batch", "[]", -32600);
    row("a number", "1", -32600);
    row("no version", R"({"id":7,"method":"a"})", -32600, "7");
    row("version 1", R"({"jsonrpc":"1.0","id":7,"method":"a"})", -32600, "7");
    row("version as number", R"({"jsonrpc":2,"id":7,"method":"a"})", -32600, "7");
    row("method is no string", R"({"jsonrpc":"2.0","id":7,"method":1})", -32600, "7");
    row("method is empty", R"({"jsonrpc":"2.0","id":7,"method":""})", -32600, "7");
    row("stray member", R"({"jsonrpc":"2.0","id":7,"method":"a","extra":1})", -32600, "7");
    row("id is null", R"({"jsonrpc":"2.0","id":null,"method":"a"})", -32600);
    row("id is an object", R"({"jsonrpc":"2.0","id":{},"method":"a"})", -32600);
    row("params by position", R"({"jsonrpc":"2.0","id":"x","method":"a","params":[1]})", -32602, "\"x\"");
    row("params is a string", R"({"jsonrpc":"2.0","id":"x","method":"a","params":"1"})", -32602, "\"x\"");
    row("neither", R"({"jsonrpc":"2.0","id":7})", -32600);
    row("result and error", R"({"jsonrpc":"2.0","id":7,"result":{},"error":{"code":-32000,"message":""}})", -32600);
    row("result without id", R"({"jsonrpc":"2.0","result":{}})", -32600);
    row("result for null", R"({"jsonrpc":"2.0","id":null,"result":{}})", -32600);
    row("error is a string", R"({"jsonrpc":"2.0","id":7,"error":"no"})", -32600);
}

void RpcTest::refused()
{
    QFETCH(QByteArray, bytes);
    QFETCH(int, code);
    QFETCH(QByteArray, id);
    const auto message = parseRpc(bytes);
    QVERIFY(!message);
    const RpcReply &reply = message.error();
    const auto *error = std::get_if<RpcError>(&reply.outcome);
    QVERIFY(error != nullptr);
    QCOMPARE(error->rpcCode, code);
    const QByteArray answer = encode(reply);
    QVERIFY2(answer.contains("\"id\":" + id + ","), answer.constData());
    QVERIFY(parseRpc(answer)); // whoever gets it can read it
}

void RpcTest::calls()
{
    const auto withId = std::get<RpcCall>(read(R"({"jsonrpc":"2.0","id":"k","method":"hold.get","params":{"hold":"x"}})"));
    QCOMPARE(std::get<QString>(*withId.id), QStringLiteral("k"));
    QCOMPARE(*withId.params.find(u"hold")->asString(), QStringLiteral("x"));
    const auto bare = std::get<RpcCall>(read(R"({"jsonrpc":"2.0","method":"m"})"));
    QVERIFY(!bare.id);
    QVERIFY(bare.params.asObject() != nullptr && bare.params.asObject()->empty());
    for (const RpcCall &call : {withId, bare})
        QCOMPARE(std::get<RpcCall>(read(encode(call))).method, call.method);
}

void RpcTest::replies()
{
    const RpcReply reply{RpcId{std::int64_t{12}}, Json(JsonObject{{QStringLiteral("a"), Json(1)}})};
    const auto back = std::get<RpcReply>(read(encode(reply)));
    QCOMPARE(std::get<std::int64_t>(*back.id), std::int64_t{12});
    QCOMPARE(std::get<Json>(back.outcome), std::get<Json>(reply.outcome));
    // An answer to something unreadable has no id; it must be told from an answer to a call.
    const auto lost = std::get<RpcReply>(read(R"({"jsonrpc":"2.0","id":null,"error":{"code":-32700,"message":"Parse error"}})"));
    QVERIFY(!lost.id);
}

void RpcTest::errorsSurviveTheWay()
{
    RpcError error = RpcError::of(ErrorCode::DeniedBefore, QStringLiteral("a denial of 10:00 stands"));
    error.hold = QStringLiteral("hbla3ca6vtjioqwgme3ibk4s2");
    error.retryAfterMs = 1500;
    const auto back = std::get<RpcError>(std::get<RpcReply>(read(encode(RpcReply{RpcId{std::int64_t{1}}, error}))).outcome);
    QCOMPARE(back.rpcCode, -32000);
    QCOMPARE(back.code, error.code);
    QCOMPARE(back.detail, error.detail);
    QCOMPARE(back.hold, error.hold);
    QCOMPARE(back.retryAfterMs, error.retryAfterMs);
}

void RpcTest::unknownErrorsAreKept()
{
    const auto reply = std::get<RpcReply>(read(R"({"jsonrpc":"2.0","id":1,"error":{"code":-32000,"message":"x","data":{"code":"of-tomorrow","detail":"d","more":1}}})"));
    const auto &error = std::get<RpcError>(reply.outcome);
    QVERIFY(!error.code);
    QCOMPARE(error.detail, QStringLiteral("d"));
    const auto wild = std::get<RpcReply>(read(R"({"jsonrpc":"2.0","id":1,"error":{"code":99999999999,"message":"x"}})"));
    QCOMPARE(std::get<RpcError>(wild.outcome).rpcCode, -32000);
}

void RpcTest::sizes()
{
    const RpcCall empty{RpcId{std::int64_t{1}}, QStringLiteral("m"), Json(JsonObject{{QStringLiteral("a"), Json(QString())}})};
    const qsizetype around = encode(empty).size();
    const auto callOf = [&](qsizetype size) {
        return encode(RpcCall{RpcId{std::int64_t{1}}, QStringLiteral("m"), Json(JsonObject{{QStringLiteral("a"), Json(QString(size - around, u'x'))}})});
    };
    QCOMPARE(callOf(limit::Message).size(), limit::Message);
    QVERIFY(parseRpc(callOf(limit::Message)));
    QVERIFY(!parseRpc(callOf(limit::Message + 1)));
}

void RpcTest::everyCodeHasItsName()
{
    const QStringList names{QStringLiteral("unauthenticated"), QStringLiteral("forbidden"), QStringLiteral("self-approval"), QStringLiteral("not-found"),
                            QStringLiteral("conflict"), QStringLiteral("stale-revision"), QStringLiteral("expired"), QStringLiteral("refused-by-policy"),
                            QStringLiteral("denied-before"), QStringLiteral("invalid-document"), QStringLiteral("invalid-signature"),
                            QStringLiteral("unknown-target"), QStringLiteral("too-large"), QStringLiteral("rate-limited"), QStringLiteral("frozen"),
                            QStringLiteral("unavailable")};
    for (int i = 0; i < names.size(); ++i) {
        QCOMPARE(toString(static_cast<ErrorCode>(i)), names[i]);
        QCOMPARE(errorCodeFrom(names[i]), std::optional(static_cast<ErrorCode>(i)));
    }
    QVERIFY(!errorCodeFrom(u"Unauthenticated"));
}

QTEST_GUILESS_MAIN(RpcTest)
#include "rpc_test.moc"
