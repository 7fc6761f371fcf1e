// SPDX-License-Identifier: Apache-2.0
#include "fakes/gatebench.h"
#include "gate/lifecycle/enforcement.h"
#include "gate/lifecycle/measuringprocess.h"
#include "gate/lifecycle/workers.h"
#include "kinds/posix/process.h"
#include "kinds/posix/spawner.h"
#include "processes.h"

#include <QtTest>

#include <csignal>
#include <fcntl.h>
#include <latch>
#include <sys/mman.h>

using namespace holdfast;
using namespace holdfast::tests;
using namespace std::chrono_literals;

namespace {

constexpr int patienceMs = 20'000;

QString faultyProgram()
{
    return qEnvironmentVariable("HOLDFAST_BIN") + QStringLiteral("/faulty-measure");
}

/// Descriptors of an order's blobs as they arrive: copies, for whoever parses it to keep.
std::vector<UniqueFd> descriptorsOf(const MeasureOrder &order)
{
    std::vector<UniqueFd> copies;
    for (const int each : order.descriptors())
        copies.emplace_back(::fcntl(each, F_DUPFD_CLOEXEC, 3));
    return copies;
}

/// Requesters that are being measured; none ends before all are let go.
class Waiting final
{
public:
    void stay(bool isLarge)
    {
        std::unique_lock lock(m_mutex);
        ++m_now[isLarge ? 1 : 0];
        m_mostLarge = std::max(m_mostLarge, m_now[1]);
        m_wake.wait(lock, [this] { return m_over; });
        --m_now[isLarge ? 1 : 0];
    }
    void letGo()
    {
        const std::lock_guard lock(m_mutex);
        m_over = true;
        m_wake.notify_all();
    }
    [[nodiscard]] std::pair<int, int> smallAndLarge()
    {
        const std::lock_guard lock(m_mutex);
        return {m_now[0], m_now[1]};
    }
    [[nodiscard]] int mostLarge()
    {
        const std::lock_guard lock(m_mutex);
        return m_mostLarge;
    }

private:
    std::mutex m_mutex;
    std::condition_variable m_wake;
    std::array<int, 2> m_now{};
    int m_mostLarge = 0;
    bool m_over = false;
};

class WaitingMeasurer final : public Measurer
{
public:
    explicit WaitingMeasurer(Waiting &waiting) : m_waiting(waiting) {}
    MeasureOutput measure(const MeasureInput &input) const override
    {
        m_waiting.stay(!input.request->blobs().empty());
        return {};
    }

private:
    Waiting &m_waiting;
};

} // namespace

/// The process that measures: what its end comes to, for the request and for everybody else.
class TestMeasuring final : public QObject
{
    Q_OBJECT

private Q_SLOTS:
    void initTestCase();
    void carriesEverything();
    void handsOverBlobs();
    void sealsBytes();
    void refusesWhatIsNoMeasurement_data();
    void refusesWhatIsNoMeasurement();
    void saysHowItEnded_data();
    void saysHowItEnded();
    void othersGoOn();
    void comesBack();
    void leavesNothingBehind();
    void endsWithItsOwner();
    void credentialsFromCommands();
    void largeOnesOneByOne();

private:
    [[nodiscard]] MeasureOrder order(const QString &statements) const;

    std::unique_ptr<Machine> m_agent;
};

void TestMeasuring::initTestCase()
{
    initialiseCryptography();
    startProcessesThrough(forkSpawner());
    m_agent = std::make_unique<Machine>(QStringLiteral("agent"));
}

MeasureOrder TestMeasuring::order(const QString &statements) const
{
    MeasureOrder order;
    order.request.gate = QStringLiteral("test.example/gate");
    order.request.gateKey = m_agent->request.key();
    order.request.nonce = randomBytes(16);
    order.request.kind = kind::Sql.toString();
    order.request.target = QStringLiteral("db");
    order.request.action = SqlAction{statements, {}};
    order.request.createdAt = SystemClock().now();
    order.actor = order.person = QStringLiteral("agent");
    order.at = SystemClock().now();
    return order;
}

void TestMeasuring::carriesEverything()
{
    MeasureOrder given = order(QStringLiteral("delete from t"));
    given.credential = {QStringLiteral("file:x"), QByteArray("\0\xff secret", 9), false};
    given.askable = {QStringLiteral("db")};
    given.others.emplace(QStringLiteral("db"), Credential{QStringLiteral("file:y"), "z", true});
    given.others.emplace(QStringLiteral("gone"), Failure{QStringLiteral("it cannot be read")});
    given.environment[QStringLiteral("A")] = "b";
    given.policyToml = "# text\n";
    given.withheld = {QStringLiteral("/a"), QStringLiteral("/b")};
    given.blobs.emplace(sha256("blob"), *SealedBytes::of("blob"));
    given.blobs.emplace(sha256(""), *SealedBytes::of(""));
    const QByteArray bytes = given.toBytes();
    const auto read = MeasureOrder::parse(bytes, descriptorsOf(given));
    QVERIFY(read);
    QCOMPARE(read->request.toPayload(), given.request.toPayload());
    QCOMPARE(read->toBytes(), bytes);
    QCOMPARE(read->credential.secret, given.credential.secret);
    QCOMPARE(read->blobs.at(sha256("blob")).read(), QByteArray("blob"));
    for (qsizetype size = 0; size < bytes.size(); ++size)
        QVERIFY(!MeasureOrder::parse(bytes.first(size), descriptorsOf(given)));
    auto twice = descriptorsOf(given);
    twice.push_back(std::move(descriptorsOf(given).front()));
    QVERIFY(!MeasureOrder::parse(bytes, std::move(twice)));
    auto exchanged = descriptorsOf(given);
    std::swap(exchanged.front(), exchanged.back());
    QVERIFY(!MeasureOrder::parse(bytes, std::move(exchanged)));
    QVERIFY(!MeasureOrder::parse(bytes, {}));

    MeasureOutput output;
    output.measurement = deletes(7);
    output.blobs.push_back(makeBlob("diff", QStringLiteral("text/plain")));
    output.measurement.diffs = {{QStringLiteral("rows"), QStringLiteral("rows"), refOf(output.blobs[0])}};
    const QByteArray answer = toBytes(output);
    const auto back = parseMeasureAnswer(answer);
    QVERIFY(back);
    QCOMPARE(toBytes(std::get<MeasureOutput>(*back)), answer);
    for (qsizetype size = 0; size < answer.size(); ++size)
        QVERIFY(!parseMeasureAnswer(answer.first(size)));
    const auto wants = parseMeasureAnswer(toBytes(WantsCredential{QStringLiteral("db")}));
    QVERIFY(wants);
    QCOMPARE(std::get<WantsCredential>(*wants).target, QStringLiteral("db"));
}

// Large ones too, several at once and none at all; the gate keeps no descriptor and no copy.
void TestMeasuring::handsOverBlobs()
{
    MeasuringProcess process({faultyProgram(), 20s});
    MeasureOrder given = order(QStringLiteral("fine"));
    QVERIFY(process.measure(given));
    const QStringList before = tests::descriptorsOf(getpid());
    for (const qsizetype size : {qsizetype{0}, qsizetype{1}, qsizetype{4096}, qsizetype{31} * 1024 * 1024}) {
        const QByteArray bytes(size, 'x');
        given.blobs.emplace(sha256(bytes), *SealedBytes::of(bytes));
        const auto measured = process.measure(given);
        QVERIFY2(measured, measured ? "" : qPrintable(measured.error().why));
        QVERIFY(given.toBytes().size() < 10'000);
    }
    given.blobs.emplace(sha256("one too many"), *SealedBytes::of("one too many"));
    QVERIFY(!process.measure(given));
    given.blobs.clear();
    QCOMPARE(tests::descriptorsOf(getpid()), before);
    given.blobs.emplace(sha256("other"), *SealedBytes::of("bytes"));
    QCOMPARE(process.measure(given).error().why, QStringLiteral("the measuring process did not understand what to measure"));
}

void TestMeasuring::sealsBytes()
{
    const auto bytes = SealedBytes::of("abc");
    QVERIFY(bytes);
    QCOMPARE(::write(bytes->descriptor(), "x", 1), ssize_t{-1});
    QCOMPARE(::ftruncate(bytes->descriptor(), 0), -1);
    QCOMPARE(::fcntl(bytes->descriptor(), F_ADD_SEALS, 0), -1);
    QVERIFY(::mmap(nullptr, 4, PROT_READ | PROT_WRITE, MAP_SHARED, bytes->descriptor(), 0) == MAP_FAILED);
    QCOMPARE(bytes->read(1, 100), QByteArray("bc"));
    QCOMPARE(bytes->read(3, 1), QByteArray());
    // Memory that could still be changed is not taken for sealed.
    UniqueFd open(::memfd_create("open", MFD_CLOEXEC | MFD_ALLOW_SEALING));
    QCOMPARE(::write(open.get(), "abc", 4), ssize_t{4});
    QVERIFY(!SealedBytes::from(std::move(open), 3));
    QVERIFY(!SealedBytes::from(UniqueFd(::fcntl(bytes->descriptor(), F_DUPFD_CLOEXEC, 3)), 4));
}

void TestMeasuring::refusesWhatIsNoMeasurement_data()
{
    QTest::addColumn<QString>("how");
    for (const char *how : {"garbage", "half", "nothing", "lends"})
        QTest::newRow(how) << QString::fromLatin1(how);
}

void TestMeasuring::refusesWhatIsNoMeasurement()
{
    QFETCH(const QString, how);
    MeasuringProcess process({faultyProgram(), 20s});
    const auto measured = process.measure(order(how));
    QVERIFY(!measured);
    QVERIFY(measured.error().died);
    QCOMPARE(measured.error().why, QStringLiteral("the measuring process answered what is no measurement"));
}

void TestMeasuring::saysHowItEnded_data()
{
    QTest::addColumn<QString>("how");
    QTest::addColumn<QString>("why");
    QTest::newRow("SIGSEGV") << QStringLiteral("segv") << QStringLiteral("the measuring process ended by signal 11");
    QTest::newRow("SIGKILL") << QStringLiteral("kill") << QStringLiteral("the measuring process ended by signal 9");
    QTest::newRow("memory") << QStringLiteral("memory") << QStringLiteral("the measuring process ran out of memory");
    QTest::newRow("time") << QStringLiteral("hang") << QStringLiteral("the measuring process was ended after 1 s");
    QTest::newRow("exit") << QStringLiteral("exit") << QStringLiteral("the measuring process ended with exit code 3");
    QTest::newRow("its supervisor") << QStringLiteral("killall") << QStringLiteral("the measuring process was ended from outside");
}

void TestMeasuring::saysHowItEnded()
{
    QFETCH(const QString, how);
    QFETCH(const QString, why);
    MeasuringProcess process({faultyProgram(), 1s});
    const auto measured = process.measure(order(how));
    QVERIFY(!measured);
    QVERIFY(measured.error().died);
    QCOMPARE(measured.error().why, why);
    QVERIFY(process.measure(order(QStringLiteral("fine"))));
}

void TestMeasuring::othersGoOn()
{
    MeasuringProcess process({faultyProgram(), 20s});
    std::atomic<bool> ended = false;
    std::thread hangs([&] {
        const auto measured = process.measure(order(QStringLiteral("hang")));
        ended = !measured && measured.error().died;
    });
    for (int i = 0; i < 20; ++i) {
        QVERIFY(process.measure(order(QStringLiteral("fine"))));
        QVERIFY(!process.measure(order(QStringLiteral("segv"))));
    }
    process.end();
    hangs.join();
    QVERIFY(ended);
    QVERIFY(!process.measure(order(QStringLiteral("fine"))));
}

/// The program itself killed, not only what it forked.
void TestMeasuring::comesBack()
{
    MeasuringProcess process({faultyProgram(), 20s});
    for (int round = 0; round < 5; ++round) {
        QVERIFY(process.measure(order(QStringLiteral("fine"))));
        const auto descendants = descendantsOf(getpid());
        const auto program = std::find_if(descendants.begin(), descendants.end(), [](const auto &each) { return each.first.name == "faulty-measure"; });
        QVERIFY(program != descendants.end());
        QCOMPARE(::kill(static_cast<pid_t>(program->first.pid), SIGKILL), 0);
        // It is noticed at once or by the order that nobody took: then that order has no answer, and the next one has.
        if (!process.measure(order(QStringLiteral("fine"))))
            QVERIFY(process.measure(order(QStringLiteral("fine"))));
    }
}

void TestMeasuring::leavesNothingBehind()
{
    QTRY_COMPARE_WITH_TIMEOUT(descendantsOf(getpid()).size(), std::size_t{1}, patienceMs); // the spawner, and nothing of earlier tests
    const QStringList before = tests::descriptorsOf(getpid());
    {
        MeasuringProcess process({faultyProgram(), 1s});
        for (const char *how : {"fine", "segv", "kill", "hang", "orphans", "garbage", "killall"})
            (void)process.measure(order(QString::fromLatin1(how)));
    }
    QTRY_COMPARE_WITH_TIMEOUT(descendantsOf(getpid()).size(), std::size_t{1}, patienceMs);
    QCOMPARE(tests::descriptorsOf(getpid()), before);
}

void TestMeasuring::endsWithItsOwner()
{
    auto process = std::make_unique<MeasuringProcess>(MeasuringProcess::Options{faultyProgram(), 20s});
    QVERIFY(process->measure(order(QStringLiteral("fine"))));
    process.reset();
    QTRY_COMPARE_WITH_TIMEOUT(descendantsOf(getpid()).size(), std::size_t{1}, patienceMs); // the spawner
}

/// The gate's other processes come from the spawner too: their parent is not this process.
void TestMeasuring::credentialsFromCommands()
{
    const auto secretOf = [](const QString &command) {
        Target target;
        target.credential = QStringLiteral("command:") + command;
        return resolveCredential(target, QStringLiteral("/"));
    };
    QCOMPARE(secretOf(QStringLiteral("printf a\\n"))->secret, QByteArray("a"));
    QCOMPARE(secretOf(QStringLiteral("/bin/sh -c \"echo $HOLDFAST_BIN\""))->secret, qgetenv("HOLDFAST_BIN"));
    const auto parent = secretOf(QStringLiteral("sh -c \"cat /proc/$PPID/status\""));
    QVERIFY(parent && !parent->secret.contains("PPid:\t" + QByteArray::number(getpid()) + '\n'));
    for (const char *command : {"false", "no-such-program-anywhere", "sh -c \"kill -9 $$\""})
        QCOMPARE(secretOf(QString::fromLatin1(command)).error(), QStringLiteral("the credential command failed"));
}

// One actor's large requests kept every processor of a small machine: one of them is measured at a time, and nobody else waits for it.
void TestMeasuring::largeOnesOneByOne()
{
    Waiting waiting;
    Kinds kinds;
    kinds[kind::Sql.toString()].measurer = std::make_unique<WaitingMeasurer>(waiting);
    const SystemClock clock;
    std::atomic<int> done = 0;
    Workers workers(std::move(kinds), {}, clock, {}, [&done](const Input &input) { done += std::holds_alternative<Measured>(input) ? 1 : 0; });
    const auto letGo = qScopeGuard([&waiting] { waiting.letGo(); }); // before the workers end, however this ends
    const auto policy = std::make_shared<PolicyDocument>();
    const auto ask = [&](const QString &actor, const QString &target, qsizetype blob) {
        auto subject = std::make_shared<Subject>();
        subject->request = order({}).request;
        subject->actor = subject->person = actor;
        subject->target.name = target;
        subject->target.credential = QStringLiteral("command:printf x");
        subject->policy = policy;
        if (blob > 0)
            subject->request.action = SqlAction{{}, BlobRef{sha256("large"), blob, QStringLiteral("text/plain")}};
        MeasureJob job;
        job.subject = subject;
        workers.start(std::move(job));
    };
    constexpr qsizetype large = 2LL * 1024 * 1024;
    for (const char *target : {"one", "two", "three"})
        ask(QStringLiteral("agent"), QString::fromLatin1(target), large);
    ask(QStringLiteral("other"), QStringLiteral("one"), large);
    ask(QStringLiteral("agent"), QStringLiteral("two"), 0);
    ask(QStringLiteral("other"), QStringLiteral("three"), 0);
    QTRY_COMPARE_WITH_TIMEOUT(waiting.smallAndLarge(), std::pair(2, 2), patienceMs);
    waiting.letGo();
    QTRY_COMPARE_WITH_TIMEOUT(done.load(), 6, patienceMs);
    QCOMPARE(waiting.mostLarge(), 2);
    workers.stop();
}

QTEST_GUILESS_MAIN(TestMeasuring)
#include "measuring_test.moc"
