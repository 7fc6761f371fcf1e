// SPDX-License-Identifier: Apache-2.0
#include "kinds/posix/directory.h"
#include "kinds/posix/process.h"
#include "kinds/posix/spawner.h"
#include "kinds/posix/uniquefd.h"

#include <QTemporaryDir>
#include <QTest>

#include <atomic>
#include <csignal>
#include <fcntl.h>
#include <sys/wait.h>
#include <thread>

using namespace holdfast;

namespace {

ProcessEnd shell(const QByteArray &script, std::chrono::milliseconds deadline = std::chrono::seconds(30), const QByteArray &input = {})
{
    ProcessSpec spec;
    spec.path = "/bin/sh";
    spec.argv = {"sh", "-c", script};
    spec.environment = {"PATH=/usr/bin:/bin", "LC_ALL=C"};
    spec.deadline = deadline;
    spec.input = input;
    return runProcess(spec);
}

} // namespace

class Process final : public QObject
{
    Q_OBJECT

private Q_SLOTS:
    void initTestCase()
    {
        if (qEnvironmentVariableIsSet("HOLDFAST_SPAWNER"))
            startProcessesThrough(forkSpawner());
    }
    void everythingEndsWithItsOwner()
    {
        // A process whose only work is to run one that would sleep for ever, and that is killed meanwhile.
        int ends[2];
        QCOMPARE(::pipe(ends), 0);
        const pid_t owner = ::fork();
        if (owner == 0) {
            ::close(ends[0]);
            startProcessesThrough(qEnvironmentVariableIsSet("HOLDFAST_SPAWNER") ? forkSpawner() : UniqueFd());
            ProcessSpec spec;
            spec.path = "/bin/sh";
            spec.argv = {"sh", "-c", "exec 3<>/proc/" + QByteArray::number(::getppid()) + "/fd/" + QByteArray::number(ends[1]) + "; echo >&3; sleep 1000 & sleep 1000"};
            spec.environment = {"PATH=/usr/bin:/bin"};
            (void)runProcess(spec);
            ::_exit(0);
        }
        char started = 0;
        QCOMPARE(::read(ends[0], &started, 1), 1);
        ::kill(owner, SIGKILL);
        QCOMPARE(::waitpid(owner, nullptr, 0), owner);
        ::close(ends[1]);
        QCOMPARE(::read(ends[0], &started, 1), 0); // once nobody has the other end any more
        ::close(ends[0]);
    }
    void aDirectoryOfAnEndedProcessIsEmpty()
    {
        const pid_t child = ::fork();
        if (child == 0) {
            ::pause();
            ::_exit(0);
        }
        const QByteArray path = "/proc/" + QByteArray::number(qint64{child}) + "/fd";
        const auto open = [&path] { return UniqueFd(::open(path.constData(), O_RDONLY | O_DIRECTORY | O_CLOEXEC)); };
        UniqueFd held = open();
        QVERIFY(held && Directory(open()).next() != nullptr);
        ::kill(child, SIGKILL);
        QCOMPARE(::waitpid(child, nullptr, 0), child);
        const int number = held.get();
        {
            // Opened while the process lived: the listing of the descriptors of a process that is gone.
            Directory directory(std::move(held));
            QVERIFY(!directory);
            QVERIFY(directory.next() == nullptr);
        }
        QCOMPARE(::fcntl(number, F_GETFD), -1); // and its descriptor is not left open
        QVERIFY(!Directory(UniqueFd()) && !Directory(AT_FDCWD, "/proc/self/exe"));
    }

    void argumentsArriveExactly()
    {
        ProcessSpec spec;
        const UniqueFd program(::open("/usr/bin/printf", O_PATH | O_CLOEXEC));
        spec.program = program.get();
        spec.argv = {"printf", "[%s]", "", "$(id)", "a b", "*", "`x`;|&><", "\n", "--", ""};
        const auto end = runProcess(spec);
        QCOMPARE(end.exitCode, std::optional<int>(0));
        QCOMPARE(end.output, QByteArray("[][$(id)][a b][*][`x`;|&><][\n][--][]"));
    }
    void exitCodeAndSignal()
    {
        QCOMPARE(shell("exit 7").exitCode, std::optional<int>(7));
        const auto killed = shell("kill -9 $$");
        QVERIFY(!killed.exitCode);
        QCOMPARE(killed.signal, std::optional<int>(9));
    }
    void whatCannotStartSaysWhere()
    {
        ProcessSpec spec;
        spec.path = "/no/such/program";
        spec.argv = {"x"};
        const auto end = runProcess(spec);
        QVERIFY(!end.started);
        QCOMPARE(end.error, ENOENT);
        QCOMPARE(QByteArray(end.failedStep), QByteArray("execute"));
    }
    void inputIsFedAndOutputIsBothStreamsInOrder()
    {
        const QByteArray large(3'000'000, 'q');
        QCOMPARE(shell("wc -c", std::chrono::seconds(30), large).output.trimmed(), QByteArray("3000000"));
        QCOMPARE(shell("echo a; echo b >&2; echo c").output, QByteArray("a\nb\nc\n"));
        QVERIFY(shell("exit 0", std::chrono::seconds(30), large).succeeded());
    }
    void aFloodIsCutAndCounted()
    {
        const auto end = shell("head -c 50000000 /dev/zero");
        QCOMPARE(end.output.size(), 1024 * 1024);
        QCOMPARE(end.outputTotal, 50'000'000);
        QVERIFY(end.succeeded());
    }
    void theDeadlineEndsTheWholeFamily()
    {
        QTemporaryDir dir;
        const QByteArray pidFile = dir.filePath(QStringLiteral("pid")).toUtf8();
        const auto end = shell("setsid sh -c 'echo $$ > " + pidFile + "; exec sleep 1000' & while :; do :; done", std::chrono::milliseconds(700));
        QVERIFY(end.timedOut);
        QFile file(QString::fromUtf8(pidFile));
        QVERIFY(file.open(QIODevice::ReadOnly));
        const auto pid = file.readAll().trimmed().toInt();
        QVERIFY(pid > 0);
        QCOMPARE(::kill(pid, 0), -1);
        QCOMPARE(errno, ESRCH);
    }
    void whatIsLeftBehindIsEnded()
    {
        const auto end = shell("setsid sleep 1000 >/dev/null 2>&1 & setsid sleep 1000 & exit 3");
        QCOMPARE(end.exitCode, std::optional<int>(3));
        QCOMPARE(end.leftBehind, 2);
    }
    void nothingIsInherited()
    {
        ::setenv("HOLDFAST_TEST_SECRET", "x", 1);
        const UniqueFd open(::open("/dev/null", O_RDONLY)); // without O_CLOEXEC, on purpose
        const auto end = shell("ls /proc/self/fd | wc -l; env | grep -c HOLDFAST_TEST_SECRET; pwd");
        QCOMPARE(end.output, QByteArray("4\n0\n/\n")); // 0, 1, 2, and the directory that ls reads
    }
    void theUserIsChangedForGood()
    {
        if (::geteuid() != 0)
            QSKIP("changing the user needs root");
        ProcessSpec spec;
        spec.path = "/bin/sh";
        spec.argv = {"sh", "-c", "id -u; id -g; id -G; cat /etc/shadow > /dev/null 2>&1; echo $?"};
        spec.environment = {"PATH=/usr/bin:/bin"};
        spec.runAs = ProcessUser{65534, 65534};
        QCOMPARE(runProcess(spec).output, QByteArray("65534\n65534\n65534\n1\n"));
    }
    void runsAtTheSameTimeDoNotHoldEachOther()
    {
        std::atomic<int> slow = 0;
        std::thread other([&slow] { slow = shell("sleep 3; exit 5").exitCode.value_or(-1); });
        for (int i = 0; i < 30; ++i) {
            const auto end = shell("echo x");
            QCOMPARE(end.output, QByteArray("x\n"));
        }
        other.join();
        QCOMPARE(slow.load(), 5);
    }
};

QTEST_GUILESS_MAIN(Process)
#include "tst_process.moc"
