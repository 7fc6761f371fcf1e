// SPDX-License-Identifier: Apache-2.0
#include "cli/owner.h"
#include "config/policywriter.h"
#include "keys/plainfilestore.h"

#include <QDir>
#include <QFile>
#include <QFileInfo>
#include <QProcess>
#include <QTcpServer>
#include <QTemporaryDir>
#include <QTest>

#include <csignal>
#include <unistd.h>

using namespace holdfast;
using namespace std::chrono_literals;

/// The real `hold` against the real gate, with a real person's keys in between.
class GateTest final : public QObject
{
    Q_OBJECT

private Q_SLOTS:
    void initTestCase();
    void cleanupTestCase();
    void targets();
    void approved();
    void sameTwice();
    void denied();
    void withdrawn();
    void commandFails();
    void unknownTarget();
    void strangersKey();
    void gateKilledWhileWaiting();
    void invites();
    void invitesAPerson();
    void addsATarget();
    void exportsAndVerifies();

private:
    struct Running final
    {
        std::unique_ptr<QProcess> process;
        QByteArray out, err;
        int code = -1;
    };
    [[nodiscard]] QString path(const QString &name) const { return m_dir.filePath(name); }
    [[nodiscard]] std::unique_ptr<Running> start(const QStringList &arguments) const;
    int finish(Running &running) const;
    int hold(const QStringList &arguments, QByteArray *both = nullptr) const;
    bool startGate(bool withOwner);
    void makeTree(const QString &name) const;

    QTemporaryDir m_dir;
    QProcess m_gate;
    mutable int m_sessions = 0;
    GateAddress m_address;
    QByteArray m_ownerSecret = randomBytes(16);
    std::unique_ptr<Owner> m_owner;
};

namespace {

Actor machine(const QString &name, const VerifierKey &key)
{
    Actor actor;
    actor.name = name;
    actor.person = QStringLiteral("web-dev");
    actor.roles = {role::Requester.toString()};
    actor.keys = {{purpose::Request.toString(), key}};
    return actor;
}

quint16 freePort()
{
    QTcpServer server;
    return server.listen(QHostAddress::LocalHost) ? server.serverPort() : quint16{0};
}

} // namespace

void GateTest::initTestCase()
{
    initialiseCryptography();
    QVERIFY2(QFileInfo(qEnvironmentVariable("HOLDFAST_BIN") + QStringLiteral("/holdfastd")).isExecutable(), "holdfastd is not built");
    for (const char *name : {"files", "data/holdfast/gate"})
        QVERIFY(QDir().mkpath(path(QString::fromLatin1(name))));
    const auto agent = PlainFileStore::create(path(QStringLiteral("agent.key")), QStringLiteral("agent"));
    const auto own = PlainFileStore::create(path(QStringLiteral("config/holdfast/request.key")), QStringLiteral("olga-cli"));
    QVERIFY(agent && own);
    Target files;
    files.name = QStringLiteral("files");
    files.kind = kind::Filesystem.toString();
    files.environment = QStringLiteral("staging");
    files.roots = {QFileInfo(path(QStringLiteral("files"))).canonicalFilePath()};
    files.reveal = true;
    Target tools;
    tools.name = QStringLiteral("tools");
    tools.kind = kind::Command.toString();
    tools.environment = QStringLiteral("staging");
    tools.programs = {QStringLiteral("/usr/bin/rm")};
    tools.cwd = files.roots[0];
    Actor owner = machine(QStringLiteral("olga-cli"), own->key());
    owner.person = QStringLiteral("olga");
    owner.kinds = QStringList{QStringLiteral("policy")};
    const QByteArray policy = withActor(withActor(withTarget(withTarget(defaultPolicy(), files), tools), machine(QStringLiteral("agent"), agent->key())), owner);
    GateLocal local;
    local.name = QStringLiteral("t.example/gate");
    local.port = freePort(); // the same after a restart
    QVERIFY(writeConfig(path(QStringLiteral("data/holdfast/gate/gate.toml")), gateToml(local, policy)));
    QVERIFY(startGate(true));
    m_owner = std::make_unique<Owner>(QStringLiteral("olga"));
    QVERIFY(m_owner->enrol(m_address, {m_address.key, m_ownerSecret}));
    QVERIFY(m_owner->connect(m_address));
}

void GateTest::cleanupTestCase()
{
    if (m_gate.state() == QProcess::NotRunning)
        return;
    m_gate.terminate();
    QVERIFY(m_gate.waitForFinished(15'000));
}

bool GateTest::startGate(bool withOwner)
{
    QProcessEnvironment environment = QProcessEnvironment::systemEnvironment();
    environment.insert(QStringLiteral("XDG_RUNTIME_DIR"), path(QStringLiteral("run-%1").arg(++m_sessions))); // never the same
    environment.insert(QStringLiteral("HOME"), m_dir.path());
    m_gate.setProcessEnvironment(environment);
    m_gate.setProcessChannelMode(QProcess::SeparateChannels);
    m_gate.setStandardErrorFile(path(QStringLiteral("gate.log")), QIODevice::Append);
    QStringList arguments{QStringLiteral("--config"), path(QStringLiteral("data/holdfast/gate/gate.toml"))};
    int ends[2] = {-1, -1};
    if (withOwner) {
        if (::pipe(ends) != 0 || ::write(ends[1], m_ownerSecret.constData(), 16) != 16)
            return false;
        ::close(ends[1]);
        arguments += {QStringLiteral("--owner-fd"), QString::number(ends[0])};
    }
    m_gate.start(qEnvironmentVariable("HOLDFAST_BIN") + QStringLiteral("/holdfastd"), arguments);
    const bool listens = [this] {
        while (m_gate.waitForReadyRead(30'000)) {
            if (m_gate.readAllStandardOutput().contains("listening on "))
                return true;
        }
        return false;
    }();
    if (withOwner)
        ::close(ends[0]);
    const auto file = GateFile::read(path(QStringLiteral("data/holdfast/gate/gate.json")));
    if (listens && file)
        m_address = file->address;
    return listens && file;
}

std::unique_ptr<GateTest::Running> GateTest::start(const QStringList &arguments) const
{
    auto running = std::make_unique<Running>();
    running->process = std::make_unique<QProcess>();
    QProcessEnvironment environment = QProcessEnvironment::systemEnvironment();
    environment.insert(QStringLiteral("XDG_RUNTIME_DIR"), path(QStringLiteral("run-%1").arg(++m_sessions))); // never the same
    environment.insert(QStringLiteral("XDG_CONFIG_HOME"), path(QStringLiteral("config")));
    environment.insert(QStringLiteral("XDG_DATA_HOME"), path(QStringLiteral("data")));
    environment.insert(QStringLiteral("HOME"), m_dir.path());
    environment.remove(QStringLiteral("HOLDFAST_GATE"));
    running->process->setProcessEnvironment(environment);
    running->process->setWorkingDirectory(path(QStringLiteral("files")));
    running->process->start(qEnvironmentVariable("HOLDFAST_BIN") + QStringLiteral("/hold"), arguments, QIODevice::ReadOnly);
    return running;
}

int GateTest::finish(Running &running) const
{
    if (!QTest::qWaitFor([&running] { return running.process->state() == QProcess::NotRunning; }, 60'000))
        running.process->kill();
    running.out = running.process->readAllStandardOutput();
    running.err = running.process->readAllStandardError();
    running.code = running.process->exitStatus() == QProcess::NormalExit ? running.process->exitCode() : -1;
    return running.code;
}

int GateTest::hold(const QStringList &arguments, QByteArray *both) const
{
    const auto running = start(arguments);
    const int code = finish(*running);
    if (both != nullptr)
        *both = running->out + running->err;
    return code;
}

void GateTest::makeTree(const QString &name) const
{
    QVERIFY(QDir().mkpath(path(QStringLiteral("files/")) + name));
    for (int i = 0; i < 3; ++i) {
        QFile file(path(QStringLiteral("files/%1/%2").arg(name).arg(i)));
        QVERIFY(file.open(QIODevice::WriteOnly));
        file.write("some bytes");
    }
}

void GateTest::targets()
{
    QByteArray printed;
    QCOMPARE(hold({QStringLiteral("targets"), QStringLiteral("--key"), path(QStringLiteral("agent.key"))}, &printed), 0);
    QVERIFY2(printed.contains("files") && printed.contains("cooperative"), printed.constData());
}

void GateTest::approved()
{
    makeTree(QStringLiteral("old"));
    const auto running = start({QStringLiteral("rm"), QStringLiteral("-r"), QStringLiteral("old"), QStringLiteral("--key"), path(QStringLiteral("agent.key")),
                                QStringLiteral("--intent"), QStringLiteral("tidy")});
    const auto shown = m_owner->pending();
    QVERIFY(shown);
    QVERIFY(QFileInfo::exists(path(QStringLiteral("files/old/0"))));
    const auto accepted = m_owner->decide(*shown, Decision::Verdict::Approve);
    QVERIFY2(accepted, accepted ? "" : qPrintable(sentence(accepted.error())));
    QVERIFY2(finish(*running) == 0, running->err.constData());
    QVERIFY(!QFileInfo::exists(path(QStringLiteral("files/old"))));
    const QByteArray code = codeOf(sha256(shown->toPayload())).first(3).toUtf8();
    QVERIFY2(running->err.contains("code " + code), running->err.constData());
    QVERIFY(running->err.contains("committed"));
    QByteArray printed;
    QCOMPARE(hold({QStringLiteral("show"), shown->hold.toString(), QStringLiteral("--key"), path(QStringLiteral("agent.key"))}, &printed), 0);
    QVERIFY2(printed.contains("\"destroyed.files\""), printed.constData()); // reveal = true
}

void GateTest::sameTwice()
{
    makeTree(QStringLiteral("twice"));
    const QStringList words{QStringLiteral("rm"), QStringLiteral("-r"), QStringLiteral("twice"), QStringLiteral("--key"), path(QStringLiteral("agent.key"))};
    const auto first = start(words);
    const auto shown = m_owner->pending();
    QVERIFY(shown);
    // Exactly the same again is not asked of anybody a second time: `hold` waits for the one that is open.
    QByteArray printed;
    QCOMPARE(hold(words + QStringList{QStringLiteral("--timeout"), QStringLiteral("0")}, &printed), 9);
    QVERIFY2(printed.contains(shown->hold.toString().toUtf8() + ": exactly this is open"), printed.constData());
    const auto second = start(words);
    QByteArray told;
    QVERIFY(QTest::qWaitFor([&] { return (told += second->process->readAllStandardError()).contains("exactly this is open"); }, 20'000));
    QVERIFY(m_owner->decide(*shown, Decision::Verdict::Approve));
    QVERIFY2(finish(*first) == 0, first->err.constData());
    QVERIFY2(finish(*second) == 0, second->err.constData());
    QVERIFY2(second->err.contains("committed"), second->err.constData());
    QVERIFY(!QFileInfo::exists(path(QStringLiteral("files/twice"))));
}

void GateTest::denied()
{
    makeTree(QStringLiteral("kept"));
    const auto running = start({QStringLiteral("rm"), QStringLiteral("-r"), QStringLiteral("kept"), QStringLiteral("--key"), path(QStringLiteral("agent.key"))});
    const auto shown = m_owner->pending();
    QVERIFY(shown);
    QVERIFY(m_owner->decide(*shown, Decision::Verdict::Deny, QStringLiteral("still needed"), Json(QStringLiteral("only kept/0"))));
    QVERIFY2(finish(*running) == 2, running->err.constData());
    QVERIFY2(running->err.contains("still needed") && running->err.contains("only kept/0") && running->err.contains("olga"), running->err.constData());
    QVERIFY(QFileInfo::exists(path(QStringLiteral("files/kept/0"))));
    // The denial stands against the same request again.
    QByteArray printed;
    QCOMPARE(hold({QStringLiteral("rm"), QStringLiteral("-r"), QStringLiteral("kept"), QStringLiteral("--key"), path(QStringLiteral("agent.key"))}, &printed), 2);
    QVERIFY(QFileInfo::exists(path(QStringLiteral("files/kept/0"))));
}

void GateTest::withdrawn()
{
    makeTree(QStringLiteral("second"));
    const QStringList key{QStringLiteral("--key"), path(QStringLiteral("agent.key"))};
    const auto running = start(QStringList{QStringLiteral("rm"), QStringLiteral("-r"), QStringLiteral("second")} + key);
    const auto shown = m_owner->pending();
    QVERIFY(shown);
    QByteArray printed;
    QVERIFY2(hold(QStringList{QStringLiteral("withdraw"), shown->hold.toString(), QStringLiteral("--reason"), QStringLiteral("mistaken")} + key, &printed) == 0,
             printed.constData());
    QVERIFY2(finish(*running) == 4, running->err.constData());
    QCOMPARE(hold(QStringList{QStringLiteral("wait"), shown->hold.toString()} + key), 4);
    QVERIFY(QFileInfo::exists(path(QStringLiteral("files/second/0"))));
}

void GateTest::commandFails()
{
    const auto running = start({QStringLiteral("run"), QStringLiteral("--key"), path(QStringLiteral("agent.key")), QStringLiteral("--"), QStringLiteral("rm"),
                                QStringLiteral("no-such-file")});
    const auto shown = m_owner->pending();
    QVERIFY(shown);
    const auto accepted = m_owner->decide(*shown, Decision::Verdict::Approve);
    QVERIFY2(accepted, accepted ? "" : qPrintable(sentence(accepted.error())));
    QVERIFY2(finish(*running) == 7, running->err.constData());
    QVERIFY2(running->out.contains("no-such-file"), running->out.constData()); // what rm itself said
}

void GateTest::unknownTarget()
{
    QByteArray printed;
    QCOMPARE(hold({QStringLiteral("sql"), QStringLiteral("--target"), QStringLiteral("nowhere"), QStringLiteral("--key"), path(QStringLiteral("agent.key")),
                   QStringLiteral("SELECT 1")},
                  &printed),
             64);
    QVERIFY2(printed.contains("unknown-target"), printed.constData());
}

void GateTest::strangersKey()
{
    QVERIFY(PlainFileStore::create(path(QStringLiteral("stranger.key")), QStringLiteral("stranger")));
    QByteArray printed;
    QCOMPARE(hold({QStringLiteral("targets"), QStringLiteral("--key"), path(QStringLiteral("stranger.key"))}, &printed), 2);
    QVERIFY2(printed.contains("unauthenticated"), printed.constData());
}

void GateTest::gateKilledWhileWaiting()
{
    makeTree(QStringLiteral("third"));
    const auto running = start({QStringLiteral("rm"), QStringLiteral("-r"), QStringLiteral("third"), QStringLiteral("--key"), path(QStringLiteral("agent.key"))});
    auto shown = m_owner->pending();
    QVERIFY(shown);
    ::kill(static_cast<pid_t>(m_gate.processId()), SIGKILL);
    QVERIFY(m_gate.waitForFinished(10'000));
    QVERIFY(startGate(false));
    QVERIFY(m_owner->connect(m_address));
    shown = m_owner->pending(); // pending stays pending
    QVERIFY(shown);
    const auto accepted = m_owner->decide(*shown, Decision::Verdict::Approve);
    QVERIFY2(accepted, accepted ? "" : qPrintable(sentence(accepted.error())));
    QVERIFY2(finish(*running) == 0, running->err.constData());
    QVERIFY(!QFileInfo::exists(path(QStringLiteral("files/third"))));
}

void GateTest::invites()
{
    const auto running = start({QStringLiteral("admin"), QStringLiteral("invite"), QStringLiteral("builder"), QStringLiteral("--person"), QStringLiteral("web-dev"),
                                QStringLiteral("--targets"), QStringLiteral("files")});
    const auto shown = m_owner->pending();
    QVERIFY2(shown, running->process->readAllStandardError().constData());
    const auto accepted = m_owner->decide(*shown, Decision::Verdict::Approve);
    QVERIFY2(accepted, accepted ? "" : qPrintable(sentence(accepted.error())));
    QVERIFY2(finish(*running) == 0, running->err.constData());
    const QString invite = QString::fromUtf8(running->out).trimmed();
    QVERIFY2(Invite::parse(invite).has_value(), running->out.constData());
    const QStringList key{QStringLiteral("--key"), path(QStringLiteral("builder.key"))};
    QByteArray printed;
    QVERIFY2(hold(QStringList{QStringLiteral("key"), QStringLiteral("new"), QStringLiteral("--invite"), invite} + key, &printed) == 0, printed.constData());
    QCOMPARE(hold(QStringList{QStringLiteral("targets")} + key, &printed), 0);
    QVERIFY2(printed.contains("files") && !printed.contains("tools"), printed.constData());
    // An invite is good once.
    QVERIFY(hold({QStringLiteral("key"), QStringLiteral("new"), QStringLiteral("--invite"), invite, QStringLiteral("--key"), path(QStringLiteral("again.key"))}) != 0);
}

void GateTest::invitesAPerson()
{
    const QStringList words{QStringLiteral("admin"), QStringLiteral("invite"), QStringLiteral("dora"), QStringLiteral("--kind"), QStringLiteral("human")};
    // The owner's machine key alone is not enough, whoever approves.
    QCOMPARE(hold(words), 64);
    QVERIFY(PlainFileStore::write(path(QStringLiteral("admin.key")), m_owner->session));
    const auto running = start(words + QStringList{QStringLiteral("--session-key"), path(QStringLiteral("admin.key"))});
    const auto shown = m_owner->pending();
    QVERIFY2(shown, running->process->readAllStandardError().constData());
    const auto accepted = m_owner->decide(*shown, Decision::Verdict::Approve);
    QVERIFY2(accepted, accepted ? "" : qPrintable(sentence(accepted.error())));
    QVERIFY2(finish(*running) == 0, running->err.constData());
    QVERIFY2(Invite::parse(QString::fromUtf8(running->out).trimmed()).has_value(), running->out.constData());
}

void GateTest::addsATarget()
{
    const auto running = start({QStringLiteral("admin"), QStringLiteral("add-target"), QStringLiteral("more-files"), QStringLiteral("--kind"), QStringLiteral("filesystem"),
                                QStringLiteral("--environment"), QStringLiteral("staging"), QStringLiteral("--roots"), path(QStringLiteral("files"))});
    const auto shown = m_owner->pending();
    QVERIFY2(shown, running->process->readAllStandardError().constData());
    const auto accepted = m_owner->decide(*shown, Decision::Verdict::Approve);
    QVERIFY2(accepted, accepted ? "" : qPrintable(sentence(accepted.error())));
    QVERIFY2(finish(*running) == 0, running->err.constData());
    QByteArray printed;
    QCOMPARE(hold({QStringLiteral("targets"), QStringLiteral("--key"), path(QStringLiteral("agent.key"))}, &printed), 0);
    QVERIFY2(printed.contains("more-files"), printed.constData());
    // What would not be a policy never reaches the gate.
    QCOMPARE(hold({QStringLiteral("admin"), QStringLiteral("add-target"), QStringLiteral("files"), QStringLiteral("--kind"), QStringLiteral("filesystem"),
                   QStringLiteral("--environment"), QStringLiteral("staging"), QStringLiteral("--roots"), QStringLiteral("/tmp")}),
             64);
}

void GateTest::exportsAndVerifies()
{
    QVERIFY(PlainFileStore::write(path(QStringLiteral("session.key")), m_owner->session));
    const QStringList key{QStringLiteral("--key"), path(QStringLiteral("session.key"))};
    const QString out = path(QStringLiteral("export"));
    QByteArray printed;
    QVERIFY2(hold(QStringList{QStringLiteral("export"), out} + key, &printed) == 0, printed.constData());
    QVERIFY2(hold({QStringLiteral("verify"), out}, &printed) == 0, printed.constData()); // pinned by this user's earlier sessions
    QVERIFY2(hold({QStringLiteral("verify"), out, QStringLiteral("--gate"), m_address.key.toString()}, &printed) == 0, printed.constData());
    const SeedSigner other(QStringLiteral("t.example/gate"), SecretBytes::random(32));
    QCOMPARE(hold({QStringLiteral("verify"), out, QStringLiteral("--gate"), other.key().toString()}, &printed), 6);
    QVERIFY(QDir(path(QStringLiteral("data/holdfast/pins"))).removeRecursively());
    QCOMPARE(hold({QStringLiteral("verify"), out}, &printed), 6);
    QVERIFY2(printed.contains("unpinned"), printed.constData());
    QFile entries(out + QStringLiteral("/tile/entries/000.p/") + QDir(out + QStringLiteral("/tile/entries/000.p")).entryList(QDir::Files).value(0));
    QVERIFY2(entries.open(QIODevice::ReadWrite), qPrintable(entries.fileName()));
    QVERIFY(entries.seek(entries.size() / 2));
    entries.write("\x01", 1);
    entries.close();
    QCOMPARE(hold({QStringLiteral("verify"), out, QStringLiteral("--gate"), m_address.key.toString()}, &printed), 6);
    QCOMPARE(hold(QStringList{QStringLiteral("export"), out} + key), 64); // not into a directory that is not empty
}

QTEST_GUILESS_MAIN(GateTest)
#include "gate_test.moc"
