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
#include <latch>

using namespace holdfast;
using namespace holdfast::tests;
using namespace std::chrono_literals;

namespace {

constexpr int patienceMs = 20'000;

QString faultyProgram()
{
    return qEnvironmentVariable("HOLDFAST_BIN") + QStringLiteral("/faulty-measure");
}

} // namespace

/// The process that measures: what its end comes to, for the request and for everybody else.
class TestMeasuring final : public QObject
{
    Q_OBJECT

private Q_SLOTS:
    void initTestCase();
    void carriesEverything();
    void refusesWhatIsNoMeasurement_data();
    void refusesWhatIsNoMeasurement();
    void saysHowItEnded_data();
    void saysHowItEnded();
    void othersGoOn();
    void comesBack();
    void leavesNothingBehind();
    void endsWithItsOwner();
    void credentialsFromCommands();

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
    given.blobs[sha256("blob")] = "blob";
    const QByteArray bytes = given.toBytes();
    const auto read = MeasureOrder::parse(bytes);
    QVERIFY(read);
    QCOMPARE(read->request.toPayload(), given.request.toPayload());
    QCOMPARE(read->toBytes(), bytes);
    QCOMPARE(read->credential.secret, given.credential.secret);
    QCOMPARE(read->blobs.at(sha256("blob")), QByteArray("blob"));
    for (qsizetype size = 0; size < bytes.size(); ++size)
        QVERIFY(!MeasureOrder::parse(bytes.first(size)));

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
    const QStringList before = descriptorsOf(getpid());
    {
        MeasuringProcess process({faultyProgram(), 1s});
        for (const char *how : {"fine", "segv", "kill", "hang", "orphans", "garbage", "killall"})
            (void)process.measure(order(QString::fromLatin1(how)));
    }
    QTRY_COMPARE_WITH_TIMEOUT(descendantsOf(getpid()).size(), std::size_t{1}, patienceMs);
    QCOMPARE(descriptorsOf(getpid()), before);
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

QTEST_GUILESS_MAIN(TestMeasuring)
#include "measuring_test.moc"
