// SPDX-License-Identifier: Apache-2.0
#include "ledger/checkpoint.h"
#include "ledger/story.h"
#include "link/pins.h"

#include <QProcess>
#include <QTemporaryDir>
#include <QTest>

#include <sys/stat.h>

using namespace holdfast;

/// `hold verify` on ledgers that somebody with all the gate's keys may have written: only the people's keys stand against him.
class VerifyTest final : public QObject
{
    Q_OBJECT

private Q_SLOTS:
    void initTestCase()
    {
        initialiseCryptography();
        qputenv("XDG_DATA_HOME", QFile::encodeName(m_home.path())); // with pins of its own
    }
    void honest();
    void seenBefore();
    void aPipeInPlaceOfTheCheckpoint();
    void universalSignature_data();
    void universalSignature();
    void lowOrderRegistry_data();
    void lowOrderRegistry();

private:
    const QTemporaryDir m_home;
    /// What the program says, and its exit code.
    [[nodiscard]] static int verify(const Story &story, QByteArray &said);
};

namespace {

/// R is the point of order one, S is zero: under the key of order one it verifies for every message, where the key is not looked at.
Envelope universally(EntryKind kind, const QByteArray &payload, const QString &hint)
{
    return {payload, QString::fromLatin1(payloadTypeOf(kind)), {{hint, QByteArray(1, '\1') + QByteArray(63, '\0')}}};
}

VerifierKey lowOrderKey(const QString &name)
{
    return {name, VerifierKey::Type::Ed25519, {1}};
}

} // namespace

int VerifyTest::verify(const Story &story, QByteArray &said)
{
    const QTemporaryDir directory;
    if (!story.writeTo(directory.path()))
        return -1;
    QProcess process;
    process.start(qEnvironmentVariable("HOLDFAST_BIN") + QStringLiteral("/hold"), {QStringLiteral("verify"), directory.path(), QStringLiteral("--gate"), story.gate.key().toString()});
    process.waitForFinished();
    said = process.readAllStandardOutput() + process.readAllStandardError();
    return process.exitStatus() == QProcess::NormalExit ? process.exitCode() : -1;
}

// The pins of whoever verifies know more than the key: what he has seen of this gate's ledger.
void VerifyTest::seenBefore()
{
    Story story;
    story.perform();
    Pins pins;
    pins.gate = story.registry.gate;
    pins.keys = {story.gate.key(), story.ledger.key(), story.performer.key()};
    pins.firstRegistry = Entry::parse(story.entries.front())->envelope.payloadDigest();
    pins.checkpoint = story.checkpoint();
    const PinFile file(story.gate.key());
    QByteArray said;
    QVERIFY(file.save(pins));
    QCOMPARE(verify(story, said), 0);
    const auto all = story.entries;
    story.entries.pop_back();
    QCOMPARE(verify(story, said), 0);
    QVERIFY2(said.contains("the later ones are not in it"), said.constData());
    story.entries = all;
    QVERIFY(file.remove());
    pins.checkpoint = signCheckpoint({story.registry.gate, 2, sha256("another history")}, story.ledger);
    QVERIFY(file.save(pins));
    QCOMPARE(verify(story, said), 6);
    QVERIFY2(said.contains("the history was rewritten"), said.constData());
    QVERIFY(file.remove());
    QCOMPARE(verify(story, said), 0);
}

// Whoever made the directory chose what lies in it: nothing in it makes the program wait.
void VerifyTest::aPipeInPlaceOfTheCheckpoint()
{
    const QTemporaryDir directory;
    Story story;
    QVERIFY(story.writeTo(directory.path()));
    const QByteArray path = QFile::encodeName(directory.filePath(QStringLiteral("checkpoint")));
    QVERIFY(QFile::remove(directory.filePath(QStringLiteral("checkpoint"))));
    QCOMPARE(mkfifo(path.constData(), 0600), 0);
    QProcess process;
    process.start(qEnvironmentVariable("HOLDFAST_BIN") + QStringLiteral("/hold"), {QStringLiteral("verify"), directory.path()}); // no --gate: it looks who that is
    const bool ended = process.waitForFinished();
    if (!ended)
        process.kill();
    process.waitForFinished();
    QVERIFY(ended);
    QCOMPARE(process.exitCode(), 64);
}

void VerifyTest::honest()
{
    Story story;
    story.perform();
    story.enrolSecond();
    QByteArray said;
    QVERIFY2(verify(story, said) == 0, said.constData());
}

void VerifyTest::universalSignature_data()
{
    QTest::addColumn<QString>("what");
    for (const char *what : {"request", "approval", "denial", "command", "enrolment", "event", "grant", "receipt", "hold", "registry"})
        QTest::newRow(what) << QString::fromLatin1(what);
}

/// In the place of the true signature, with the true key's hint and with that of the key of low order.
void VerifyTest::universalSignature()
{
    QFETCH(QString, what);
    const std::map<QString, EntryKind> kinds{{QStringLiteral("request"), EntryKind::Request}, {QStringLiteral("approval"), EntryKind::Decision}, {QStringLiteral("denial"), EntryKind::Decision},
                                             {QStringLiteral("command"), EntryKind::Command}, {QStringLiteral("enrolment"), EntryKind::Enrol},   {QStringLiteral("event"), EntryKind::Event},
                                             {QStringLiteral("grant"), EntryKind::Grant},     {QStringLiteral("receipt"), EntryKind::Receipt},   {QStringLiteral("hold"), EntryKind::Hold},
                                             {QStringLiteral("registry"), EntryKind::Registry}};
    Story story;
    story.perform();
    if (what == u"denial") {
        auto about = story.ask();
        story.measure(about);
        story.deny(about);
    }
    if (what == u"command")
        story.order(Command::Verb::Freeze, story.ownerDecide, {}, QStringLiteral("cursor"));
    if (what == u"enrolment" || what == u"registry")
        story.enrolSecond();
    QByteArray said;
    QVERIFY2(verify(story, said) == 0, said.constData());
    const std::vector<QByteArray> honest = story.entries;
    std::size_t at = honest.size();
    while (at-- > 0 && Entry::parse(honest[at])->kind != kinds.at(what)) { }
    const Entry entry = *Entry::parse(honest[at]);
    for (const QString &hint : {entry.envelope.signatures.front().keyHint, lowOrderKey(QStringLiteral("eve")).hint(), QString()}) {
        story.entries = honest;
        Envelope forged = universally(entry.kind, entry.envelope.payload, hint);
        while (forged.signatures.size() < entry.envelope.signatures.size())
            forged.signatures.push_back(forged.signatures.front());
        story.entries[at] = buildEntry(entry.at, forged, entry.index, entry.kind).bytes;
        QVERIFY2(verify(story, said) == 6, said.constData());
        QVERIFY2(said.contains("entry " + QByteArray::number(qlonglong{entry.index})), said.constData());
    }
}

void VerifyTest::lowOrderRegistry_data()
{
    QTest::addColumn<bool>("lowOrder");
    QTest::newRow("a key like any other") << false;
    QTest::newRow("the key of low order") << true;
}

/// A registry with an approver whose key has low order, and his universal approval: both are refused, and nothing but the key's order
/// makes the difference.
void VerifyTest::lowOrderRegistry()
{
    QFETCH(bool, lowOrder);
    Story story;
    const SeedSigner decide(QStringLiteral("eve"), SecretBytes::random(32));
    const VerifierKey key = lowOrder ? lowOrderKey(QStringLiteral("eve")) : decide.key();
    Actor eve = story.registry.actors.back();
    eve.name = eve.person = QStringLiteral("eve");
    eve.keys = {{purpose::Session.toString(), story.secondSession.key()}, {purpose::Decide.toString(), key}};
    story.entries.clear();
    story.registry.actors.push_back(eve);
    story.registryPayload = story.add(EntryKind::Registry, story.gate, story.registry.toPayload()).payloadDigest();
    auto about = story.ask();
    story.measure(about);
    Decision decision = story.decisionOn(about, Decision::Verdict::Approve, decide);
    decision.key = key;
    const Envelope approval = lowOrder ? universally(EntryKind::Decision, decision.toPayload(), key.hint()) : Envelope::sign(decide, payloadtype::Decision, decision.toPayload());
    story.addEnvelope(EntryKind::Decision, approval);
    about.approvals.push_back(approval.idDigest());
    story.event(about, State::Approved);
    story.grant(about);
    story.event(about, State::Executing);
    story.receipt(about);
    QByteArray said;
    const int code = verify(story, said);
    QVERIFY2(code == (lowOrder ? 6 : 0), said.constData());
    QCOMPARE(said.contains("entry 0"), lowOrder);
    QCOMPARE(said.contains("entry 3"), lowOrder);
}

QTEST_GUILESS_MAIN(VerifyTest)
#include "verify_test.moc"
