// SPDX-License-Identifier: Apache-2.0
#include "daemonbench.h"
#include "fakes/gatebench.h"
#include "processes.h"

#include <QDir>
#include <QRandomGenerator>
#include <QtTest>

#include <arpa/inet.h>
#include <csignal>
#include <set>
#include <sys/resource.h>
#include <sys/socket.h>
#include <unistd.h>

using namespace holdfast;
using namespace holdfast::tests;
using namespace std::chrono_literals;

namespace {

constexpr int patienceMs = 30'000;
constexpr int files = 20'000; ///< so that measuring them takes long enough to be met in the act
constexpr int workerDepth = 5; ///< gate → spawner → supervisor → holdfast-measure → supervisor → the one that measures

} // namespace

/// A PostgreSQL that takes every connection and never says a word.
class Tarpit final
{
public:
    Tarpit() : m_socket(::socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0))
    {
        sockaddr_in address{};
        address.sin_family = AF_INET;
        address.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
        socklen_t size = sizeof address;
        if (::bind(m_socket, reinterpret_cast<const sockaddr *>(&address), size) != 0 || ::listen(m_socket, 1000) != 0
            || ::getsockname(m_socket, reinterpret_cast<sockaddr *>(&address), &size) != 0)
            qFatal("no tarpit");
        m_port = ntohs(address.sin_port);
    }
    ~Tarpit() { ::close(m_socket); }
    Tarpit(const Tarpit &) = delete;
    Tarpit &operator=(const Tarpit &) = delete;
    [[nodiscard]] int port() const { return m_port; }

private:
    int m_socket;
    int m_port = 0;
};

enum class Way { Segv, Kill, Memory, Time };
constexpr std::array<const char *, 4> wayNames{"SIGSEGV", "SIGKILL", "memory", "time"};

/// The real program, whose measuring processes are killed again and again, by every way and at random moments.
class TestMurders final : public QObject
{
    Q_OBJECT

private Q_SLOTS:
    void initTestCase();
    void init();
    void atRandomMoments();
    void theGateItself();
    void printsHowLongItTakes();

private:
    struct Victim final
    {
        HoldId hold;
        std::int64_t sequence = 0;
        int deaths = 0;
    };
    [[nodiscard]] QByteArray policy() const;
    [[nodiscard]] HoldStatus ask(Client &client, const Machine &by, const QString &target, const Action &action) const;
    [[nodiscard]] HoldStatus settle(Client &client, const HoldStatus &asked) const;
    void othersAreAnswered();
    /// A measuring process that was not seen before; 0: the hold has ended being measured without one.
    [[nodiscard]] qint64 nextWorker(const HoldId &hold);
    [[nodiscard]] Victim murder(const QString &target, const Action &action, Way way);
    [[nodiscard]] bool end(qint64 worker, Way way);

    std::unique_ptr<Human> m_lead;
    std::unique_ptr<Machine> m_hostile, m_other;
    std::unique_ptr<QTemporaryDir> m_tree;
    std::unique_ptr<Tarpit> m_tarpit;
    std::unique_ptr<Daemon> m_daemon;
    std::unique_ptr<Client> m_hostileClient, m_otherClient, m_console;
    std::set<qint64> m_seen;
    QRandomGenerator m_random;
    int m_next = 0;
};

void TestMurders::initTestCase()
{
    initialiseCryptography();
    const quint32 seed = qEnvironmentVariableIsSet("HOLDFAST_SEED") ? qEnvironmentVariable("HOLDFAST_SEED").toUInt() : QRandomGenerator::global()->generate();
    qInfo("seed %u", seed);
    m_random.seed(seed);
    m_lead = std::make_unique<Human>(QStringLiteral("lead"));
    m_hostile = std::make_unique<Machine>(QStringLiteral("hostile"));
    m_other = std::make_unique<Machine>(QStringLiteral("other"));
    m_tree = std::make_unique<QTemporaryDir>();
    m_tarpit = std::make_unique<Tarpit>();
    QVERIFY(QDir(m_tree->path()).mkdir(QStringLiteral("large")));
    for (int i = 0; i < files; ++i)
        QVERIFY(QFile(m_tree->filePath(QStringLiteral("large/f%1").arg(i))).open(QIODevice::WriteOnly));
}

void TestMurders::init()
{
    // Less than what a measurer itself gives a server that says nothing.
    m_daemon = std::make_unique<Daemon>(policy(), "measure_within = \"3s\"\n");
    QVERIFY2(m_daemon->start(), m_daemon->errors().constData());
    m_hostileClient = std::make_unique<Client>(m_daemon->url());
    m_otherClient = std::make_unique<Client>(m_daemon->url());
    m_console = std::make_unique<Client>(m_daemon->url());
    QVERIFY(m_hostileClient->openSession(m_hostile->request) && m_otherClient->openSession(m_other->request) && m_console->openSession(m_lead->session));
}

QByteArray TestMurders::policy() const
{
    return humanBlock(*m_lead) + machineBlock(*m_hostile, "dev") + machineBlock(*m_other, "ops")
        + "[[target]]\nname = \"tree\"\nkind = \"filesystem\"\nenvironment = \"staging\"\nroots = [\"" + QDir(m_tree->path()).canonicalPath().toUtf8()
        + "\"]\n\n[[target]]\nname = \"slow\"\nkind = \"sql\"\nenvironment = \"staging\"\nurl = \"postgresql://127.0.0.1:" + QByteArray::number(m_tarpit->port())
        + "/x?sslmode=disable&gssencmode=disable\"\n\n" + ruleBlock("mode = \"hold\"\ntier = \"low\"\nconfirm = []\n");
}

HoldStatus TestMurders::ask(Client &client, const Machine &by, const QString &target, const Action &action) const
{
    Request request;
    request.gate = client.challenge().gate;
    request.gateKey = client.challenge().key;
    request.nonce = randomBytes(16);
    request.kind = (std::holds_alternative<SqlAction>(action) ? kind::Sql : kind::Filesystem).toString();
    request.target = target;
    request.action = action;
    request.createdAt = SystemClock().now();
    const Envelope envelope = Envelope::sign(by.request, payloadtype::Request, request.toPayload());
    return *HoldStatus::fromJson(resultOf(client.call(method::HoldRequest, envelopeParams(envelope))));
}

HoldStatus TestMurders::settle(Client &client, const HoldStatus &asked) const
{
    HoldStatus now = asked;
    while (now.state == State::Measuring) {
        auto next = HoldStatus::fromJson(resultOf(client.call(method::HoldWait, WaitParams{asked.hold, now.sequence, patienceMs}.toJson(), patienceMs)));
        if (!next || next->timedOut)
            return now;
        now = std::move(*next);
    }
    return now;
}

/// Somebody else has a file of his own measured, from request to evidence.
void TestMurders::othersAreAnswered()
{
    const QString name = QStringLiteral("f%1").arg(++m_next);
    QVERIFY(QFile(m_tree->filePath(name)).open(QIODevice::WriteOnly));
    const HoldStatus asked = ask(*m_otherClient, *m_other, QStringLiteral("tree"), FilesystemAction{{QDir(m_tree->path()).canonicalPath() + u'/' + name}, false});
    QCOMPARE(toString(settle(*m_otherClient, asked).state), toString(State::Pending));
    const auto shown = HoldDocuments::fromJson(resultOf(m_console->call(method::HoldGet, HoldParams{asked.hold}.toJson())));
    const Hold hold = *Hold::parse(shown->current->payload);
    QCOMPARE(hold.measured.uninspectable, QStringList());
    QCOMPARE(hold.measured.fact(fact::DestroyedFiles)->number, std::optional<std::int64_t>(1));
    for (const auto &[process, depth] : descendantsOf(m_daemon->pid()))
        if (depth == workerDepth)
            m_seen.insert(process.pid);
}

qint64 TestMurders::nextWorker(const HoldId &hold)
{
    QElapsedTimer timer;
    timer.start();
    while (timer.elapsed() < patienceMs) {
        for (const auto &[process, depth] : descendantsOf(m_daemon->pid()))
            if (depth == workerDepth && m_seen.insert(process.pid).second)
                return process.pid;
        const auto now = HoldStatus::fromJson(resultOf(m_hostileClient->call(method::HoldGet, HoldParams{hold}.toJson())));
        if (now->state != State::Measuring)
            return 0;
    }
    return 0;
}

bool TestMurders::end(qint64 worker, Way way)
{
    const auto pid = static_cast<pid_t>(worker);
    if (way == Way::Memory) {
        const rlimit nothing{1, 1};
        return ::prlimit(pid, RLIMIT_AS, &nothing, nullptr) == 0;
    }
    return ::kill(pid, way == Way::Segv ? SIGSEGV : SIGKILL) == 0;
}

TestMurders::Victim TestMurders::murder(const QString &target, const Action &action, Way way)
{
    const HoldStatus asked = ask(*m_hostileClient, *m_hostile, target, action);
    Victim victim{asked.hold, 0, 0};
    for (qint64 worker = nextWorker(asked.hold); worker != 0; worker = nextWorker(asked.hold)) {
        if (m_random.bounded(3) == 0)
            othersAreAnswered();
        if (way != Way::Time) {
            QTest::qWait(static_cast<int>(m_random.bounded(4u)));
            (void)end(worker, way);
        }
        if (m_random.bounded(3) == 0)
            othersAreAnswered();
    }
    const HoldStatus now = settle(*m_hostileClient, asked);
    victim.sequence = now.sequence;
    const auto shown = HoldDocuments::fromJson(resultOf(m_console->call(method::HoldGet, HoldParams{asked.hold}.toJson())));
    if (!shown || !shown->current)
        return victim;
    const Hold hold = *Hold::parse(shown->current->payload);
    // A hold that was measured was not met in time; one that was not says why, and that it may do anything.
    const bool unknown = !hold.measured.uninspectable.isEmpty() && hold.measured.uninspectable.front().startsWith(QStringLiteral("the measuring process "));
    const int tries = static_cast<int>(std::count_if(shown->documents.begin(), shown->documents.end(), [](const auto &each) { return each.kind == QStringLiteral("event"); }));
    victim.deaths = unknown ? 2 : tries;
    if (way == Way::Time && !(unknown && hold.measured.uninspectable.front().contains(QStringLiteral("was ended after 3 s"))))
        victim.deaths = -1; // nothing else may end it
    if (unknown && (tries != 1 || hold.measured.fact(fact::DestroyedRows)->quality != Quality::Unknown || hold.tier == Tier::Low))
        victim.deaths = -1;
    return victim;
}

void TestMurders::atRandomMoments()
{
    const int wanted = qEnvironmentVariableIsSet("HOLDFAST_LONG") ? 100 : 20;
    const QString root = QDir(m_tree->path()).canonicalPath();
    othersAreAnswered();
    // SQLite opens its files when it first needs them.
    const auto opened = [this] {
        return descriptorsOf(m_daemon->pid()).filter(QRegularExpression(QStringLiteral("^(?!.*/gate\\.db)"))).join(u' ');
    };
    const QString descriptors = opened();
    std::vector<Victim> victims;
    std::array<int, wayNames.size()> deaths{};
    const int ofEach = wanted / static_cast<int>(deaths.size()) + 1;
    for (int round = 0; *std::min_element(deaths.begin(), deaths.end()) < ofEach; ++round) {
        std::size_t way = m_random.bounded(static_cast<quint32>(deaths.size()));
        while (deaths[way] >= ofEach)
            way = (way + 1) % deaths.size();
        QVERIFY(QFile(m_tree->filePath(QStringLiteral("n%1").arg(round))).open(QIODevice::WriteOnly)); // so that no two requests are the same
        const bool slow = way == static_cast<std::size_t>(Way::Time) || (way != static_cast<std::size_t>(Way::Memory) && m_random.bounded(2) == 0);
        const Victim victim = slow ? murder(QStringLiteral("slow"), SqlAction{QStringLiteral("DELETE FROM t WHERE n = %1").arg(round), {}}, static_cast<Way>(way))
                                   : murder(QStringLiteral("tree"), FilesystemAction{{root + QStringLiteral("/large"), root + QStringLiteral("/n%1").arg(round)}, true}, static_cast<Way>(way));
        QVERIFY2(victim.deaths >= 0, "an ended measurement was not told, or told as something else");
        deaths[way] += victim.deaths;
        victims.push_back(victim);
        QVERIFY2(round < wanted * 10, "hardly any process was met in the act");
    }
    for (std::size_t way = 0; way < deaths.size(); ++way)
        qInfo("%d deaths by %s", deaths[way], wayNames[way]);
    othersAreAnswered();
    QTRY_COMPARE_WITH_TIMEOUT(opened(), descriptors, patienceMs);
    const auto stillThere = [this](const char *name) {
        const auto all = descendantsOf(m_daemon->pid());
        return std::count_if(all.begin(), all.end(), [&](const auto &each) { return each.first.name == name; });
    };
    QTRY_COMPARE_WITH_TIMEOUT(stillThere("holdfast-measur"), 1, patienceMs); // the kernel keeps fifteen letters

    // Over a restart nothing is measured by itself either.
    const auto before = descendantsOf(m_daemon->pid());
    QCOMPARE(m_daemon->stop(), 0);
    for (const auto &[process, depth] : before)
        QTRY_COMPARE_WITH_TIMEOUT(descriptorsOf(process.pid), QStringList(), patienceMs);
    QVERIFY2(m_daemon->start(), m_daemon->errors().constData());
    m_hostileClient = std::make_unique<Client>(m_daemon->url());
    m_otherClient = std::make_unique<Client>(m_daemon->url());
    m_console = std::make_unique<Client>(m_daemon->url());
    QVERIFY(m_hostileClient->openSession(m_hostile->request) && m_otherClient->openSession(m_other->request) && m_console->openSession(m_lead->session));
    othersAreAnswered();
    for (const Victim &victim : victims) {
        const auto now = HoldStatus::fromJson(resultOf(m_hostileClient->call(method::HoldGet, HoldParams{victim.hold}.toJson())));
        if (now->state == State::Pending)
            QCOMPARE(now->sequence, victim.sequence);
    }
}

/// kill -9 while several requests are being measured: nothing that it started outlives it.
void TestMurders::theGateItself()
{
    for (int i = 0; i < 2; ++i)
        (void)ask(*m_hostileClient, *m_hostile, QStringLiteral("slow"), SqlAction{QStringLiteral("DELETE FROM t WHERE n = %1").arg(-i), {}});
    const auto working = [this] {
        const auto all = descendantsOf(m_daemon->pid());
        return std::count_if(all.begin(), all.end(), [](const auto &each) { return each.second == workerDepth; });
    };
    QTRY_VERIFY_WITH_TIMEOUT(working() >= 2, patienceMs);
    const auto before = descendantsOf(m_daemon->pid());
    QVERIFY(m_daemon->kill());
    for (const auto &[process, depth] : before)
        QTRY_COMPARE_WITH_TIMEOUT(descriptorsOf(process.pid), QStringList(), patienceMs);
    // And its next start is no death of theirs: they are being measured.
    QVERIFY2(m_daemon->start(), m_daemon->errors().constData());
    QTRY_VERIFY_WITH_TIMEOUT(working() >= 2, patienceMs);
}

/// From a request to its evidence, for one small file: what a process of its own costs. Nothing is asserted.
void TestMurders::printsHowLongItTakes()
{
    std::vector<double> taken;
    for (int i = 0; i < 200; ++i) {
        const QString name = QStringLiteral("t%1").arg(i);
        QVERIFY(QFile(m_tree->filePath(name)).open(QIODevice::WriteOnly));
        QElapsedTimer timer;
        timer.start();
        const HoldStatus asked = ask(*m_otherClient, *m_other, QStringLiteral("tree"), FilesystemAction{{QDir(m_tree->path()).canonicalPath() + u'/' + name}, false});
        QCOMPARE(toString(settle(*m_otherClient, asked).state), toString(State::Pending));
        taken.push_back(static_cast<double>(timer.nsecsElapsed()) / 1e6);
    }
    std::sort(taken.begin(), taken.end());
    qInfo("request to evidence: median %.1f ms, p95 %.1f ms", taken[100], taken[190]);
}

QTEST_GUILESS_MAIN(TestMurders)
#include "murders_test.moc"
