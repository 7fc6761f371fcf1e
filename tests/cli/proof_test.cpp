// SPDX-License-Identifier: Apache-2.0
#include "cli/bench.h"
#include "wire/messagesledger.h"

#include <QDir>
#include <QTest>

using namespace holdfast;

/// A signature or proof that does not hold is 6, whatever else the gate says.
class ProofTest final : public QObject
{
    Q_OBJECT

private Q_SLOTS:
    void initTestCase() { initialiseCryptography(); }
    void forged_data();
    void forged();
    void anotherGate();
    void pinsHold();
    void shorterLedger();
    void keysOfGateFile();
    void withdrawIsProved();
    void anotherHoldThanAsked();
};

namespace {

const QStringList Sql{QStringLiteral("sql"), QStringLiteral("DELETE FROM t")};

} // namespace

void ProofTest::forged_data()
{
    QTest::addColumn<QString>("what");
    for (const char *what : {"receipt by the gate's key", "receipt by anybody", "receipt for another hold", "receipt bent", "no receipt", "receipt of another type",
                             "denial forged", "denial for another hold", "registry by anybody", "registry with another perform key"})
        QTest::newRow(what) << QString::fromLatin1(what);
}

void ProofTest::forged()
{
    QFETCH(QString, what);
    Bench bench;
    bench.takeRequests();
    const SeedSigner other(QStringLiteral("other"), SecretBytes::random(32));
    bench.ending = [&]() -> HoldStatus {
        HoldStatus status = bench.committed(Outcome::Committed);
        const QByteArray payload = status.receipt->payload;
        if (what == u"receipt by the gate's key")
            status.receipt = bench.gate.signedByGate(payloadtype::Receipt, payload);
        else if (what == u"receipt by anybody")
            status.receipt = Envelope::sign(other, payloadtype::Receipt, payload);
        else if (what == u"receipt bent")
            status.receipt->payload.replace("committed", "committee");
        else if (what == u"no receipt")
            status.receipt.reset();
        else if (what == u"receipt of another type")
            status.receipt = Envelope::sign(*bench.gate.performKey, payloadtype::Grant, payload);
        if (what == u"receipt for another hold") {
            Receipt receipt = bench.receipt(Outcome::Committed);
            receipt.hold = HoldId::of(PublicKeyBytes{}, "x");
            status.receipt = Envelope::sign(*bench.gate.performKey, payloadtype::Receipt, receipt.toPayload());
        }
        if (what == u"denial forged") {
            status = bench.denied(bench.denial(QStringLiteral("no")));
            status.decisions[0].payload.replace("\"no\"", "\"yo\"");
        }
        if (what == u"denial for another hold") {
            Decision decision = bench.denial(QStringLiteral("no"));
            decision.hold = HoldId::of(PublicKeyBytes{}, "x");
            status = bench.denied(decision);
        }
        return status;
    };
    QVERIFY(bench.run({QStringLiteral("targets")}).code == 0); // pins the right gate first
    if (what.startsWith(u"registry")) {
        bench.gate.on(method::RegistryGet, [&](const Json &, const ScriptedGate::Reply &reply) {
            Registry registry = bench.gate.registry();
            if (what == u"registry by anybody")
                return reply(EnvelopeResult{Envelope::sign(other, payloadtype::Registry, registry.toPayload())}.toJson());
            registry.gateKeys.performKey = other.key();
            reply(EnvelopeResult{bench.gate.signedByGate(payloadtype::Registry, registry.toPayload())}.toJson());
        });
    }
    const Ran ran = bench.run(Sql);
    QVERIFY2(ran.code == 6, ran.err.constData());
}

void ProofTest::anotherGate()
{
    Bench bench;
    const SeedSigner other(bench.gate.name, SecretBytes::random(32));
    GateAddress address = bench.gate.address();
    address.key = other.key();
    QCOMPARE(bench.run({QStringLiteral("targets"), QStringLiteral("--gate"), address.toString()}).code, 6);
    bench.gate.bendAnswer = [&other](Envelope &answer) { answer = Envelope::sign(other, payloadtype::Session, answer.payload); };
    QCOMPARE(bench.run({QStringLiteral("targets")}).code, 6);
}

void ProofTest::pinsHold()
{
    Bench bench;
    bench.takeRequests();
    QCOMPARE(bench.run({QStringLiteral("targets")}).code, 0);
    bench.gate.ledgerKey = std::make_unique<SeedSigner>(bench.gate.name + QStringLiteral("/ledger"), SecretBytes::random(32));
    QCOMPARE(bench.run({QStringLiteral("targets")}).code, 6);
}

void ProofTest::shorterLedger()
{
    Bench bench;
    bench.takeRequests();
    bench.gate.bendSession = [&bench](Session &session) { session.checkpoint = bench.gate.note(9); };
    QCOMPARE(bench.run({QStringLiteral("targets")}).code, 0);
    bench.gate.bendSession = [&bench](Session &session) { session.checkpoint = bench.gate.note(8); };
    const Ran shorter = bench.run({QStringLiteral("targets")});
    QVERIFY2(shorter.code == 6 && shorter.err.contains("shorter"), shorter.err.constData());
    bench.gate.bendSession = [&bench](Session &session) { session.checkpoint = bench.gate.note(9, sha256("another root")); };
    QCOMPARE(bench.run({QStringLiteral("targets")}).code, 6);
    bench.gate.bendSession = [&bench](Session &session) { session.checkpoint = bench.gate.note(10); };
    QCOMPARE(bench.run({QStringLiteral("targets")}).code, 0);
}

void ProofTest::keysOfGateFile()
{
    Bench bench;
    bench.takeRequests();
    bench.environment = {QStringLiteral("HOLDFAST_GATE=")};
    GateFile file{bench.gate.address(), bench.gate.ledgerKey->key(), bench.gate.performKey->key(), QCoreApplication::applicationPid()};
    QVERIFY(file.write(bench.path(QStringLiteral("data/holdfast/gate/gate.json"))));
    QCOMPARE(bench.run({QStringLiteral("targets")}).code, 0);
    const SeedSigner other(QStringLiteral("other"), SecretBytes::random(32));
    file.performKey = other.key();
    QVERIFY(file.write(bench.path(QStringLiteral("data/holdfast/gate/gate.json"))));
    QCOMPARE(bench.run({QStringLiteral("targets")}).code, 6);
    // What a gate that is gone left behind names nobody.
    QProcess gone;
    gone.start(QStringLiteral("/bin/true"), QStringList());
    file.pid = gone.processId();
    QVERIFY(gone.waitForFinished());
    QVERIFY(file.write(bench.path(QStringLiteral("data/holdfast/gate/gate.json"))));
    const Ran ran = bench.run({QStringLiteral("targets")});
    QVERIFY2(ran.code == 5 && ran.err.contains("has ended"), ran.err.constData());
}

void ProofTest::withdrawIsProved()
{
    Bench bench;
    bench.takeRequests();
    bench.gate.on(method::CommandSubmit, [&bench](const Json &, const ScriptedGate::Reply &reply) {
        reply(SubmitResult{State::Withdrawn, 3, 2, "{}", {}, bench.gate.note(3)}.toJson()); // says so, and proves nothing
    });
    const Ran ran = bench.run({QStringLiteral("withdraw"), QStringLiteral("hbla3ca6vtjioqwgme3ibk4s2")});
    QVERIFY2(ran.code == 6, ran.err.constData());
}

void ProofTest::anotherHoldThanAsked()
{
    Bench bench;
    bench.takeRequests();
    bench.gate.on(method::HoldRequest, [](const Json &, const ScriptedGate::Reply &reply) {
        HoldStatus status;
        status.hold = HoldId::of(PublicKeyBytes{}, "x");
        reply(status.toJson(HoldStatus::Form::Request));
    });
    QCOMPARE(bench.run(Sql).code, 6);
}

QTEST_GUILESS_MAIN(ProofTest)
#include "proof_test.moc"
