// SPDX-License-Identifier: Apache-2.0
#include "cli/bench.h"
#include "ledger/story.h"
#include "wire/messagesledger.h"

#include <QTest>
#include <QTimer>

#include <algorithm>
#include <csignal>

using namespace holdfast;

/// Exit codes of protocol 6, what is printed, and that nothing anybody wrote steers the terminal.
class OutcomeTest final : public QObject
{
    Q_OBJECT

private Q_SLOTS:
    void initTestCase() { initialiseCryptography(); }
    void states_data();
    void states();
    void outcomes_data();
    void outcomes();
    void gateErrors_data();
    void gateErrors();
    void denialSaysWhyAndWhatInstead();
    void timeoutLeavesItOpen();
    void evidenceOfThisHoldAlone_data();
    void evidenceOfThisHoldAlone();
    void missingEvidenceIsSaid();
    void interruptLeavesItOpen();
    void gateGoneWhileWaiting();
    void output();
    void hostileText();
    void showEscapes();
    void json();
    void waitFindsTheEnd();
};

namespace {

const QStringList Sql{QStringLiteral("sql"), QStringLiteral("DELETE FROM t")};

QStringList sqlWith(const QStringList &more)
{
    return Sql + more;
}

bool steers(const QByteArray &bytes)
{
    const QString text = QString::fromUtf8(bytes);
    return std::any_of(text.begin(), text.end(), [](QChar c) {
        return (c.unicode() < 0x20 && c != u'\n' && c != u'\t') || (c.unicode() >= 0x7F && c.unicode() < 0xA0) || (c.unicode() >= 0x200B && c.unicode() <= 0x200F)
            || (c.unicode() >= 0x202A && c.unicode() <= 0x202E) || (c.unicode() >= 0x2066 && c.unicode() <= 0x2069) || c.unicode() == 0xFEFF;
    });
}

const QString Hostile = QStringLiteral("a\x1b[31mred\x1b[0m\u202E" "dcba\u200B<img src='http://127.0.0.1:1/x'>\r\x07" "b\nnext");

} // namespace

void OutcomeTest::states_data()
{
    QTest::addColumn<int>("state");
    QTest::addColumn<int>("code");
    const auto row = [](State state, int code) { QTest::newRow(qPrintable(toString(state))) << static_cast<int>(state) << code; };
    row(State::Refused, 2);
    row(State::Denied, 2);
    row(State::Expired, 3);
    row(State::Lapsed, 3);
    row(State::Withdrawn, 4);
    row(State::Stopped, 4);
}

void OutcomeTest::states()
{
    QFETCH(int, state);
    QFETCH(int, code);
    Bench bench;
    bench.takeRequests();
    HoldStatus status = bench.ended(static_cast<State>(state));
    status.reason = QStringLiteral("because of this");
    bench.end(status);
    const Ran ran = bench.run(Sql);
    QVERIFY2(ran.code == code, ran.err.constData());
    QVERIFY(ran.err.contains("because of this"));
    QVERIFY(ran.out.isEmpty());
}

void OutcomeTest::outcomes_data()
{
    QTest::addColumn<int>("outcome");
    QTest::addColumn<int>("code");
    const auto row = [](Outcome outcome, int code) { QTest::newRow(qPrintable(toString(outcome))) << static_cast<int>(outcome) << code; };
    row(Outcome::Committed, 0);
    row(Outcome::Failed, 7);
    row(Outcome::Partial, 7);
    row(Outcome::NotStarted, 7);
    row(Outcome::Unknown, 8);
}

void OutcomeTest::outcomes()
{
    QFETCH(int, outcome);
    QFETCH(int, code);
    Bench bench;
    bench.takeRequests();
    bench.ending = [&] { return bench.committed(static_cast<Outcome>(outcome)); };
    const Ran ran = bench.run(Sql);
    QVERIFY2(ran.code == code, ran.err.constData());
    QVERIFY(ran.err.contains(toString(static_cast<Outcome>(outcome)).toUtf8()));
}

void OutcomeTest::gateErrors_data()
{
    QTest::addColumn<int>("error");
    QTest::addColumn<int>("code");
    const auto row = [](ErrorCode error, int code) { QTest::newRow(qPrintable(toString(error))) << static_cast<int>(error) << code; };
    row(ErrorCode::RefusedByPolicy, 2);
    row(ErrorCode::DeniedBefore, 2);
    row(ErrorCode::Frozen, 2);
    row(ErrorCode::Forbidden, 2);
    row(ErrorCode::Expired, 3);
    row(ErrorCode::RateLimited, 5);
    row(ErrorCode::Unavailable, 5);
    row(ErrorCode::InvalidSignature, 6);
    row(ErrorCode::InvalidDocument, 64);
    row(ErrorCode::UnknownTarget, 64);
    row(ErrorCode::TooLarge, 64);
}

void OutcomeTest::gateErrors()
{
    QFETCH(int, error);
    QFETCH(int, code);
    Bench bench;
    bench.takeRequests();
    bench.gate.on(method::HoldRequest, [error](const Json &, const ScriptedGate::Reply &reply) {
        RpcError refused = RpcError::of(static_cast<ErrorCode>(error), QStringLiteral("$.target: said by the gate"));
        refused.hold = QStringLiteral("hbla3ca6vtjioqwgme3ibk4s2");
        reply(refused);
    });
    const Ran ran = bench.run(Sql);
    QVERIFY2(ran.code == code, ran.err.constData());
    QVERIFY(ran.err.contains("said by the gate"));
    QVERIFY(ran.err.contains("hbla3ca6vtjioqwgme3ibk4s2"));
}

void OutcomeTest::denialSaysWhyAndWhatInstead()
{
    Bench bench;
    bench.takeRequests();
    bench.ending = [&bench] {
        Decision decision = bench.denial(QStringLiteral("not on a Friday"));
        decision.counter = Json(QStringLiteral("only rows older than a year"));
        return bench.denied(decision);
    };
    const Ran ran = bench.run(Sql);
    QCOMPARE(ran.code, 2);
    QVERIFY(ran.err.contains("not on a Friday"));
    QVERIFY(ran.err.contains("only rows older than a year"));
    QVERIFY(ran.err.contains("by ops-lead"));
}

void OutcomeTest::timeoutLeavesItOpen()
{
    Bench bench;
    bench.takeRequests();
    HoldStatus pending = bench.ended(State::Pending);
    pending.timedOut = true;
    bench.end(pending);
    const Ran ran = bench.run(sqlWith({QStringLiteral("--timeout"), QStringLiteral("0")}));
    QVERIFY2(ran.code == 9, ran.err.constData());
    QVERIFY(ran.err.contains("hold wait " + bench.hold.toString().toUtf8()));
    QVERIFY(!bench.gate.calls.contains(method::CommandSubmit.toString())); // nothing is withdrawn
}

void OutcomeTest::evidenceOfThisHoldAlone_data()
{
    QTest::addColumn<int>("which");
    QTest::addColumn<bool>("shown");
    QTest::newRow("its own") << 0 << true;
    QTest::newRow("of another hold") << 1 << false;
    QTest::newRow("of another revision") << 2 << false;
    QTest::newRow("signed by another key") << 3 << false;
    QTest::newRow("not what it names") << 4 << false;
}

// A requester is told what waits; the gate's own signature on something else is not that.
void OutcomeTest::evidenceOfThisHoldAlone()
{
    QFETCH(int, which);
    QFETCH(bool, shown);
    Story story;
    auto about = story.ask();
    story.measure(about);
    Bench bench;
    bench.takeRequests();
    int asked = 0;
    bench.ending = [&] {
        if (++asked > 1)
            return bench.committed(Outcome::Committed);
        Hold hold = about.current;
        hold.hold = which == 1 ? about.id : bench.hold;
        HoldStatus status = bench.ended(State::Pending);
        status.sequence = 2;
        status.revision = hold.revision + (which == 2 ? 1 : 0);
        status.envelope = which == 3 ? Envelope::sign(story.performer, payloadtype::Hold, hold.toPayload()) : bench.gate.signedByGate(payloadtype::Hold, hold.toPayload());
        status.holdDigest = which == 4 ? sha256("another") : status.envelope->payloadDigest();
        status.code = codeOf(*status.holdDigest);
        return status;
    };
    const Ran ran = bench.run(Sql);
    QVERIFY2(ran.code == 0, ran.err.constData());
    QVERIFY2(ran.err.contains("waiting for approval"), ran.err.constData());
    QVERIFY2(ran.err.contains(about.current.measured.summaryText.toUtf8()) == shown, ran.err.constData());
    QVERIFY2(ran.err.contains("the gate shows") == !shown, ran.err.constData());
    asked = 0;
    const Ran seen = bench.run({QStringLiteral("show"), bench.hold.toString()});
    QVERIFY2(seen.code == (shown ? 0 : 6), seen.both().constData());
    QVERIFY2(seen.out.contains(about.current.measured.summaryText.toUtf8()) == shown, seen.out.constData());
    QVERIFY2(seen.err.contains("the gate shows") == !shown, seen.err.constData());
}

// That nothing was shown is not that nothing was found.
void OutcomeTest::missingEvidenceIsSaid()
{
    Bench bench;
    bench.takeRequests();
    bench.end(bench.ended(State::Denied));
    QCOMPARE(bench.run(Sql).code, 2);
    const Ran ran = bench.run({QStringLiteral("show"), bench.hold.toString()});
    QVERIFY2(ran.code == 0, ran.err.constData());
    QVERIFY2(ran.out.contains("the gate does not show its requester what it measured"), ran.out.constData());
}

void OutcomeTest::interruptLeavesItOpen()
{
    Bench bench;
    bench.takeRequests(); // and never answers hold.wait
    const Ran ran = bench.run(Sql, {}, [&bench](QProcess &process) {
        auto *poll = new QTimer(&process);
        QObject::connect(poll, &QTimer::timeout, &process, [&bench, &process, poll] {
            if (!bench.gate.calls.contains(method::HoldWait.toString()))
                return;
            poll->stop();
            ::kill(static_cast<pid_t>(process.processId()), SIGINT);
        });
        poll->start(10);
    });
    QVERIFY2(ran.code == 9, ran.err.constData());
    QVERIFY(ran.err.contains("hold wait " + bench.hold.toString().toUtf8()));
    QVERIFY(!bench.gate.calls.contains(method::CommandSubmit.toString()));
}

void OutcomeTest::gateGoneWhileWaiting()
{
    Bench bench;
    bench.takeRequests();
    bench.ending = [&bench] { return bench.committed(Outcome::Committed); };
    int waits = 0;
    bench.gate.on(method::HoldWait, [&](const Json &, const ScriptedGate::Reply &reply) {
        if (++waits > 1)
            return reply(bench.committed(Outcome::Committed).toJson(HoldStatus::Form::Wait));
        QTimer::singleShot(0, &bench.gate, [&bench] {
            bench.gate.drop();
            QTimer::singleShot(500, &bench.gate, [&bench] { bench.gate.listen(); });
        });
    });
    const Ran ran = bench.run(Sql);
    QVERIFY2(ran.code == 0, ran.err.constData());
    QCOMPARE(bench.gate.calls.count(method::HoldRequest.toString()), 1);
    QVERIFY(ran.err.contains("gone"));
}

void OutcomeTest::output()
{
    Bench bench;
    bench.takeRequests();
    const QByteArray printed = "3 rows\n\x1b[31m\xff tail\n";
    bench.gate.answer(method::BlobRead, BlobReadResult{printed, printed.size()}.toJson());
    bench.ending = [&] {
        Receipt receipt = bench.receipt(Outcome::Failed);
        receipt.exitCode = 3;
        receipt.output = BlobRef{sha256(printed), printed.size(), QStringLiteral("text/plain")};
        HoldStatus status = bench.ended(State::Done);
        status.receipt = Envelope::sign(*bench.gate.performKey, payloadtype::Receipt, receipt.toPayload());
        return status;
    };
    const Ran ran = bench.run({QStringLiteral("run"), QStringLiteral("--"), QStringLiteral("rm"), QStringLiteral("x")});
    QVERIFY2(ran.code == 7, ran.err.constData());
    QVERIFY(ran.out.startsWith("3 rows\n"));
    QVERIFY(ran.err.contains("exit code 3"));
    QVERIFY(!steers(ran.both()));
    bench.gate.answer(method::BlobRead, BlobReadResult{"4" + printed.sliced(1), printed.size()}.toJson());
    QCOMPARE(bench.run({QStringLiteral("run"), QStringLiteral("--"), QStringLiteral("rm"), QStringLiteral("x")}).code, 6); // other output than was signed
}

void OutcomeTest::hostileText()
{
    Bench bench;
    bench.takeRequests();
    bench.ending = [&bench] {
        Decision decision = bench.denial(Hostile);
        decision.counter = Json(Hostile);
        return bench.denied(decision);
    };
    Ran ran = bench.run(sqlWith({QStringLiteral("--intent"), Hostile}));
    QCOMPARE(ran.code, 2);
    QVERIFY(!steers(ran.both()));
    QVERIFY(ran.err.contains("U+202E"));
    ran = bench.run(sqlWith({QStringLiteral("--json")}));
    QCOMPARE(ran.code, 2);
    QVERIFY(!steers(ran.both()));
    const auto json = parseJson(ran.out);
    QVERIFY(json);
    QCOMPARE(*json->find(u"reason")->asString(), Hostile); // escaped, not changed
    bench.gate.on(method::HoldRequest, [](const Json &, const ScriptedGate::Reply &reply) { reply(RpcError::of(ErrorCode::Frozen, Hostile)); });
    ran = bench.run(Sql);
    QCOMPARE(ran.code, 2);
    QVERIFY(!steers(ran.both()));
    ran = bench.run({QStringLiteral("\u202E\x1b[31mapprove")});
    QCOMPARE(ran.code, 64);
    QVERIFY(!steers(ran.both()));
}

void OutcomeTest::showEscapes()
{
    Bench bench;
    bench.takeRequests();
    bench.ending = [&bench] { return bench.committed(Outcome::Committed); };
    QCOMPARE(bench.run(sqlWith({QStringLiteral("--intent"), Hostile})).code, 0);
    const Ran ran = bench.run({QStringLiteral("show"), bench.hold.toString()});
    QVERIFY2(ran.code == 0, ran.err.constData());
    QVERIFY(!steers(ran.both()));
    QVERIFY(ran.out.contains("DELETE FROM t"));
    QVERIFY(ran.out.contains("\u27E8U+202E\u27E9dcba\u27E8U+200B\u27E9"));
    QVERIFY2(!ran.out.contains("U+27E8"), "what is visible already was escaped once more");
    // Another request under the same id is no proof of anything.
    bench.gate.on(method::HoldGet, [&bench](const Json &, const ScriptedGate::Reply &reply) {
        HoldStatus status = bench.committed(Outcome::Committed);
        status.request = bench.gate.signedByGate(payloadtype::Request, bench.request->toPayload());
        reply(status.toJson(HoldStatus::Form::Get));
    });
    QCOMPARE(bench.run({QStringLiteral("show"), bench.hold.toString()}).code, 6);
}

void OutcomeTest::json()
{
    Bench bench;
    bench.takeRequests();
    bench.ending = [&bench] { return bench.committed(Outcome::Committed); };
    const Ran ran = bench.run(sqlWith({QStringLiteral("--json"), QStringLiteral("--quiet")}));
    QCOMPARE(ran.code, 0);
    const auto json = parseJson(ran.out);
    QVERIFY(json);
    QCOMPARE(*json->find(u"outcome")->asString(), QStringLiteral("committed"));
    QCOMPARE(*json->find(u"hold")->asString(), bench.hold.toString());
    const auto targets = parseJson(bench.run({QStringLiteral("targets"), QStringLiteral("--json")}).out);
    QVERIFY(targets);
    QCOMPARE(targets->find(u"targets")->asArray()->size(), std::size_t{3});
}

void OutcomeTest::waitFindsTheEnd()
{
    Bench bench;
    bench.takeRequests();
    HoldStatus pending = bench.ended(State::Pending);
    pending.timedOut = true;
    bench.end(pending);
    QCOMPARE(bench.run(sqlWith({QStringLiteral("--timeout"), QStringLiteral("0")})).code, 9);
    bench.ending = [&bench] { return bench.denied(bench.denial(QStringLiteral("later"))); };
    const Ran ran = bench.run({QStringLiteral("wait"), bench.hold.toString()});
    QCOMPARE(ran.code, 2);
    QVERIFY(ran.err.contains("later"));
    bench.gate.on(method::HoldGet, [](const Json &, const ScriptedGate::Reply &reply) { reply(RpcError::of(ErrorCode::NotFound, QStringLiteral("no such hold"))); });
    QCOMPARE(bench.run({QStringLiteral("wait"), bench.hold.toString()}).code, 64);
}

QTEST_GUILESS_MAIN(OutcomeTest)
#include "outcome_test.moc"
