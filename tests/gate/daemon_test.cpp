// SPDX-License-Identifier: Apache-2.0
#include "config/policyreader.h"
#include "core/documents/session.h"
#include "daemonbench.h"
#include "fakes/gatebench.h"
#include "ledger/auditor.h"
#include "wire/gateaddress.h"

#include <QDir>
#include <QRandomGenerator>
#include <QtTest>

using namespace holdfast;
using namespace holdfast::tests;
using namespace std::chrono_literals;

/// The real program: its door, its files, its end, and what is left of it after kill -9.
class TestDaemon final : public QObject
{
    Q_OBJECT

private Q_SLOTS:
    void init();
    void startsAndEnds();
    void oneForAStore();
    void oneOfManyStarts();
    void enrolsItsOwner();
    void performs();
    void refusesWhatItNeverDoes();
    void refusesManyValues();
    void killed();
    void refusesAnOlderStore();
    void refusesLooseKeys();
    void refusesBadConfig();

private:
    [[nodiscard]] QByteArray policy() const;
    [[nodiscard]] Envelope deletion(const Client &client, const QString &file) const;
    [[nodiscard]] Envelope approve(Client &console, const HoldId &hold) const;
    void audit(Client &console);
    [[nodiscard]] HoldStatus settle(Client &agent, const HoldId &hold) const;
    void fill(const QString &name, const QByteArray &bytes = "x");

    std::unique_ptr<Human> m_lead;
    std::unique_ptr<Machine> m_agent;
    std::unique_ptr<QTemporaryDir> m_tree;
};

void TestDaemon::init()
{
    initialiseCryptography();
    m_lead = std::make_unique<Human>(QStringLiteral("lead"));
    m_agent = std::make_unique<Machine>(QStringLiteral("agent"));
    m_tree = std::make_unique<QTemporaryDir>();
}

QByteArray TestDaemon::policy() const
{
    return humanBlock(*m_lead) + machineBlock(*m_agent, "dev") + "[[target]]\nname = \"tree\"\nkind = \"filesystem\"\nenvironment = \"staging\"\nroots = [\""
        + QDir(m_tree->path()).canonicalPath().toUtf8() + "\"]\n\n" + ruleBlock("mode = \"hold\"\ntier = \"low\"\nconfirm = []\n");
}

void TestDaemon::fill(const QString &name, const QByteArray &bytes)
{
    QFile file(m_tree->filePath(name));
    QVERIFY(file.open(QIODevice::WriteOnly));
    file.write(bytes);
}

Envelope TestDaemon::deletion(const Client &client, const QString &file) const
{
    Request request;
    request.gate = client.challenge().gate;
    request.gateKey = client.challenge().key;
    request.nonce = randomBytes(16);
    request.kind = kind::Filesystem.toString();
    request.target = QStringLiteral("tree");
    request.action = FilesystemAction{{QDir(m_tree->path()).canonicalPath() + u'/' + file}, false};
    request.createdAt = SystemClock().now();
    return Envelope::sign(m_agent->request, payloadtype::Request, request.toPayload());
}

Envelope TestDaemon::approve(Client &console, const HoldId &hold) const
{
    const auto view = HoldDocuments::fromJson(resultOf(console.call(method::HoldGet, HoldParams{hold}.toJson())));
    return signedDecision(*m_lead, decisionAbout(*view, console.challenge(), *m_lead, Decision::Verdict::Approve, SystemClock().now()));
}

void TestDaemon::audit(Client &console)
{
    const auto note = CheckpointResult::fromJson(resultOf(console.call(method::LedgerCheckpoint, Json(JsonObject{}))));
    const auto head = openCheckpoint(note->checkpoint.toUtf8(), console.challenge().ledgerKey, console.challenge().gate);
    QVERIFY(head);
    MerkleNodes tree;
    AuditorOptions options;
    options.pin = console.challenge().key;
    options.policy = policyOrNothing;
    options.blobs = [&console](const Digest &digest) -> std::optional<QByteArray> {
        const auto blob = console.call(method::BlobRead, BlobReadParams{digest, 0, limit::BlobChunk}.toJson());
        return tests::codeOf(blob) == QStringLiteral("ok") ? std::optional(BlobReadResult::fromJson(resultOf(blob))->data) : std::nullopt;
    };
    LedgerAuditor auditor(std::move(options));
    while (tree.size() < head->size) {
        const auto page = EntriesResult::fromJson(resultOf(console.call(method::LedgerEntries, RangeParams{tree.size(), head->size}.toJson())));
        for (const QByteArray &entry : page->entries) {
            tree.append(leafHash(entry));
            for (const Finding &finding : auditor.add(entry))
                QFAIL(qPrintable(QStringLiteral("entry %1: %2").arg(finding.index).arg(finding.sentence)));
        }
    }
    QCOMPARE(tree.root().toString(), head->root.toString());
}

void TestDaemon::startsAndEnds()
{
    Daemon daemon(policy());
    QVERIFY2(daemon.start(), daemon.errors().constData());
    const QByteArray expected = "listening on ws://127.0.0.1:" + QByteArray::number(daemon.url().port()) + "/v1\n";
    QCOMPARE(daemon.printed(), expected);
    const QFileDevice::Permissions forOthers = QFileDevice::ReadGroup | QFileDevice::WriteGroup | QFileDevice::ReadOther | QFileDevice::WriteOther;
    for (const char *name : {"gate.key", "gate-ledger.key", "gate-perform.key", "gate.db", "gate.db-wal", "gate.db.lock", "gate.json"}) {
        QVERIFY2(QFile::exists(daemon.path(QString::fromLatin1(name))), name);
        QVERIFY2(!(QFile::permissions(daemon.path(QString::fromLatin1(name))) & forOthers), name);
    }
    Client client(daemon.url());
    QCOMPARE(client.challenge().gate, QStringLiteral("test.example/gate"));
    const auto file = GateFile::read(daemon.path(QStringLiteral("gate.json")));
    QVERIFY(file);
    QCOMPARE(file->pid, daemon.pid());
    QVERIFY(file->isOfRunning() && !file->awaitsOwner);
    QCOMPARE(file->address.key.toString(), client.challenge().key.toString());
    QVERIFY(client.openSession(m_lead->session));
    QCOMPARE(daemon.stop(), 0);
    QCOMPARE(daemon.printed(), expected); // and nothing else
    QVERIFY(!QFile::exists(daemon.path(QStringLiteral("gate.json"))));
}

void TestDaemon::oneForAStore()
{
    Daemon daemon(policy());
    QVERIFY2(daemon.start(), daemon.errors().constData());
    Client agent(daemon.url());
    QVERIFY(agent.openSession(m_agent->request));
    fill(QStringLiteral("a"));
    for (int i = 0; i < 3; ++i) {
        const auto [code, said] = daemon.startSecond();
        QCOMPARE(code, 69);
        for (const QByteArray &named : {QByteArrayLiteral("gate.db"), "process " + QByteArray::number(daemon.pid()), QByteArrayLiteral("since 20"),
                                        "on ws://127.0.0.1:" + QByteArray::number(daemon.url().port())})
            QVERIFY2(said.contains(named), said.constData());
        // The first goes on as if nothing had been there: its store, its file, its clients.
        const auto asked = HoldStatus::fromJson(resultOf(agent.call(method::HoldRequest, envelopeParams(deletion(agent, QStringLiteral("a") + QString::number(i))))));
        resultOf(agent.call(method::HoldWait, WaitParams{asked->hold, asked->sequence, 20'000}.toJson()));
        QCOMPARE(GateFile::read(daemon.path(QStringLiteral("gate.json")))->pid, daemon.pid());
    }
    // One that was killed leaves its files, and stands in nobody's way.
    QVERIFY(daemon.kill());
    QVERIFY(!GateFile::read(daemon.path(QStringLiteral("gate.json")))->isOfRunning());
    QVERIFY2(daemon.start(), daemon.errors().constData());
    QCOMPARE(GateFile::read(daemon.path(QStringLiteral("gate.json")))->pid, daemon.pid());
}

/// Started all at the same moment on nothing: one makes keys and store, and it is the one that everybody finds.
void TestDaemon::oneOfManyStarts()
{
    for (int round = 0; round < 5; ++round) {
        Daemon daemon(policy());
        std::vector<std::unique_ptr<QProcess>> programs;
        for (int i = 0; i < 6; ++i) {
            programs.push_back(std::make_unique<QProcess>());
            programs.back()->start(qEnvironmentVariable("HOLDFAST_BIN") + QStringLiteral("/holdfastd"), {QStringLiteral("--config"), daemon.path(QStringLiteral("gate.toml"))});
        }
        std::vector<qint64> running;
        for (const auto &each : programs) {
            QVERIFY(each->waitForStarted());
            while (each->state() != QProcess::NotRunning && !each->canReadLine())
                (void)(each->waitForReadyRead(100) || each->waitForFinished(1));
            if (each->state() == QProcess::Running)
                running.push_back(each->processId());
            else
                QVERIFY2(each->exitCode() == 69, each->readAllStandardError().constData());
        }
        QCOMPARE(running.size(), std::size_t(1));
        QCOMPARE(GateFile::read(daemon.path(QStringLiteral("gate.json")))->pid, running.front());
        for (const auto &each : programs) {
            each->terminate();
            QVERIFY(each->state() == QProcess::NotRunning || each->waitForFinished());
        }
        QVERIFY(!QFile::exists(daemon.path(QStringLiteral("gate.json"))));
        QVERIFY2(daemon.start(), daemon.errors().constData()); // and its keys are the ones that it had
    }
}

void TestDaemon::enrolsItsOwner()
{
    const QByteArray secret = randomBytes(16);
    Daemon daemon(machineBlock(*m_agent, "owner"));
    QVERIFY2(daemon.start(secret), daemon.errors().constData());
    const Human owner(QStringLiteral("owner"));
    QVERIFY(GateFile::read(daemon.path(QStringLiteral("gate.json")))->awaitsOwner);
    Client client(daemon.url());
    Enrol enrol;
    enrol.gate = client.challenge().gate;
    enrol.gateKey = client.challenge().key;
    enrol.nonce = client.challenge().nonce;
    enrol.keys = {{QStringLiteral("session"), owner.session.key()}, {QStringLiteral("decide"), owner.decide.key()}};
    enrol.mark = Invite{client.challenge().key, secret}.mark();
    enrol.mac = enrolMac(secret, enrol.nonce, enrol.keys);
    Envelope envelope = Envelope::sign(owner.session, payloadtype::Enrol, enrol.toPayload());
    envelope.signatures.push_back(Envelope::sign(owner.decide, payloadtype::Enrol, enrol.toPayload()).signatures.front());
    resultOf(client.call(method::ActorEnrol, envelopeParams(envelope)));
    QVERIFY(client.openSession(owner.session));
    QVERIFY(!GateFile::read(daemon.path(QStringLiteral("gate.json")))->awaitsOwner);
    audit(client);
    QCOMPARE(daemon.stop(), 0);
    QVERIFY(daemon.start()); // the store is the authority now
    Client again(daemon.url());
    QVERIFY(again.openSession(owner.session));
}

void TestDaemon::performs()
{
    fill(QStringLiteral("a"));
    fill(QStringLiteral("b"));
    Daemon daemon(policy());
    QVERIFY2(daemon.start(), daemon.errors().constData());
    Client agent(daemon.url()), console(daemon.url());
    QVERIFY(agent.openSession(m_agent->request) && console.openSession(m_lead->session));
    const auto asked = HoldStatus::fromJson(resultOf(agent.call(method::HoldRequest, envelopeParams(deletion(agent, QStringLiteral("a"))))));
    const auto pending = HoldStatus::fromJson(resultOf(agent.call(method::HoldWait, WaitParams{asked->hold, asked->sequence, 20'000}.toJson())));
    QCOMPARE(toString(pending->state), QStringLiteral("pending"));
    QVERIFY(QFile::exists(m_tree->filePath(QStringLiteral("a"))));
    resultOf(console.call(method::DecisionSubmit, envelopeParams(approve(console, asked->hold))));
    std::int64_t after = pending->sequence;
    Parsed<HoldStatus> now = *pending;
    while (!isFinal(now->state)) {
        now = HoldStatus::fromJson(resultOf(agent.call(method::HoldWait, WaitParams{asked->hold, after, 20'000}.toJson())));
        QVERIFY(!now->timedOut);
        after = now->sequence;
    }
    QCOMPARE(toString(now->state), QStringLiteral("done"));
    QCOMPARE(toString(Receipt::parse(now->receipt->payload)->outcome), QStringLiteral("committed"));
    QVERIFY(!QFile::exists(m_tree->filePath(QStringLiteral("a"))));
    QVERIFY(QFile::exists(m_tree->filePath(QStringLiteral("b"))));
    audit(console);
}

void TestDaemon::refusesWhatItNeverDoes()
{
    QVERIFY(QDir(m_tree->path()).mkdir(QStringLiteral("full")));
    fill(QStringLiteral("full/a"));
    Daemon daemon(policy());
    QVERIFY2(daemon.start(), daemon.errors().constData());
    Client agent(daemon.url()), console(daemon.url());
    QVERIFY(agent.openSession(m_agent->request) && console.openSession(m_lead->session));
    const auto asked = HoldStatus::fromJson(resultOf(agent.call(method::HoldRequest, envelopeParams(deletion(agent, QStringLiteral("full"))))));
    auto now = HoldStatus::fromJson(resultOf(agent.call(method::HoldWait, WaitParams{asked->hold, asked->sequence, 20'000}.toJson())));
    QCOMPARE(toString(now->state), toString(State::Refused));
    QVERIFY2(now->reason->contains(QStringLiteral("the request is not recursive")), qPrintable(*now->reason));
    const auto shown = HoldDocuments::fromJson(resultOf(console.call(method::HoldGet, HoldParams{asked->hold}.toJson())));
    QVERIFY(Hold::parse(shown->current->payload)->ruleBecause.contains(QStringLiteral("the request is not recursive")));
    QVERIFY(QFile::exists(m_tree->filePath(QStringLiteral("full/a"))));
    audit(console);
}

// Seen: of a mebibyte of zeros, twenty become what was read.
void TestDaemon::refusesManyValues()
{
    Daemon daemon(policy());
    QVERIFY(daemon.start());
    Client agent(daemon.url());
    QVERIFY(agent.openSession(m_agent->request));
    for (const std::size_t values : {9'000U, 150'000U}) {
        const Json padded(JsonBuilder().add(QStringLiteral("zeros"), JsonArray(values, Json(0))).add(QStringLiteral("text"), QString(300'000, u'x')).build());
        const auto reply = agent.call(method::TargetList, padded);
        const auto *error = reply ? std::get_if<RpcError>(&reply->outcome) : nullptr;
        QVERIFY(error != nullptr);
        QCOMPARE(error->code == ErrorCode::TooLarge, values > 10'000U);
    }
    const auto reply = agent.call(method::TargetList, Nothing{}.toJson());
    QVERIFY(reply && std::holds_alternative<Json>(reply->outcome));
}

void TestDaemon::killed()
{
    Daemon daemon(policy());
    QVERIFY2(daemon.start(), daemon.errors().constData());
    const quint32 seed = qEnvironmentVariableIsSet("HOLDFAST_SEED") ? qEnvironmentVariable("HOLDFAST_SEED").toUInt() : QRandomGenerator::global()->generate();
    qInfo("seed %u", seed);
    QRandomGenerator random(seed);
    std::map<HoldId, std::int64_t> acknowledged; // sequences that the gate has told somebody
    std::map<HoldId, QString> files;
    for (int round = 0; round < 12; ++round) {
        const QString name = QStringLiteral("f%1").arg(round);
        fill(name);
        Client agent(daemon.url()), console(daemon.url());
        QVERIFY(agent.openSession(m_agent->request) && console.openSession(m_lead->session));
        for (const auto &[hold, sequence] : acknowledged) {
            const auto status = HoldStatus::fromJson(resultOf(agent.call(method::HoldGet, HoldParams{hold}.toJson())));
            QVERIFY(status->sequence >= sequence);
        }
        const auto asked = HoldStatus::fromJson(resultOf(agent.call(method::HoldRequest, envelopeParams(deletion(agent, name)))));
        acknowledged[asked->hold] = asked->sequence;
        files[asked->hold] = name;
        if (random.bounded(4) != 0) {
            const auto pending = HoldStatus::fromJson(resultOf(agent.call(method::HoldWait, WaitParams{asked->hold, asked->sequence, 20'000}.toJson())));
            acknowledged[asked->hold] = pending->sequence;
            if (random.bounded(4) != 0) {
                const auto decided = SubmitResult::fromJson(resultOf(console.call(method::DecisionSubmit, envelopeParams(approve(console, asked->hold)))));
                acknowledged[asked->hold] = *decided->sequence;
            }
        }
        QTest::qWait(static_cast<int>(random.bounded(8u)));
        QVERIFY2(daemon.kill(), "the gate had crashed");
        QVERIFY2(daemon.start(), daemon.errors().constData());
    }
    Client agent(daemon.url()), console(daemon.url());
    QVERIFY(agent.openSession(m_agent->request) && console.openSession(m_lead->session));
    int unknown = 0;
    for (const auto &[hold, name] : files) {
        const HoldStatus settled = settle(agent, hold);
        const bool there = QFile::exists(m_tree->filePath(name));
        const QString outcome = settled.receipt ? toString(Receipt::parse(settled.receipt->payload)->outcome) : QString();
        unknown += outcome == QStringLiteral("unknown") ? 1 : 0;
        // A file that is not done was not touched, one that is committed is gone; of the unknown, nothing is said.
        if (outcome != QStringLiteral("unknown"))
            QVERIFY2(there == (outcome != QStringLiteral("committed")), qPrintable(toString(settled.state) + outcome));
    }
    qInfo("%d of %zu ended unknown", unknown, files.size());
    audit(console);
}

/// Waits until nothing happens to a hold by itself any more.
HoldStatus TestDaemon::settle(Client &agent, const HoldId &hold) const
{
    auto now = HoldStatus::fromJson(resultOf(agent.call(method::HoldGet, HoldParams{hold}.toJson())));
    while (!isFinal(now->state) && now->state != State::Pending)
        now = HoldStatus::fromJson(resultOf(agent.call(method::HoldWait, WaitParams{hold, now->sequence, 20'000}.toJson())));
    return *now;
}

void TestDaemon::refusesAnOlderStore()
{
    Daemon daemon(policy());
    QVERIFY2(daemon.start(), daemon.errors().constData());
    QCOMPARE(daemon.stop(), 0);
    QVERIFY(QFile::copy(daemon.path(QStringLiteral("gate.db")), daemon.path(QStringLiteral("older"))));
    QVERIFY(daemon.start());
    {
        Client agent(daemon.url());
        QVERIFY(agent.openSession(m_agent->request));
        fill(QStringLiteral("a"));
        resultOf(agent.call(method::HoldRequest, envelopeParams(deletion(agent, QStringLiteral("a")))));
    }
    QCOMPARE(daemon.stop(), 0);
    QFile::remove(daemon.path(QStringLiteral("gate.db")));
    QVERIFY(QFile::copy(daemon.path(QStringLiteral("older")), daemon.path(QStringLiteral("gate.db"))));
    QVERIFY(!daemon.start());
    QVERIFY(daemon.errors().contains("behind the highest checkpoint"));
}

void TestDaemon::refusesLooseKeys()
{
    Daemon daemon(policy());
    QVERIFY2(daemon.start(), daemon.errors().constData());
    QCOMPARE(daemon.stop(), 0);
    QFile::setPermissions(daemon.path(QStringLiteral("gate.key")), QFileDevice::ReadOwner | QFileDevice::WriteOwner | QFileDevice::ReadGroup);
    QVERIFY(!daemon.start());
    QVERIFY(daemon.errors().contains("gate.key"));
    QFile::remove(daemon.path(QStringLiteral("gate.key")));
    QVERIFY(!daemon.start()); // never made anew beside the others
}

void TestDaemon::refusesBadConfig()
{
    Daemon daemon(policy() + "[[target]]\nname = \"x\"\ncolour = 1\n");
    QVERIFY(!daemon.start());
    const QByteArray errors = daemon.errors();
    QVERIFY2(errors.contains("gate.toml:") && errors.contains("target."), errors.constData());
}

QTEST_GUILESS_MAIN(TestDaemon)
#include "daemon_test.moc"
