// SPDX-License-Identifier: Apache-2.0
#include "kinds/filesystem/lookout.h"
#include "measure/fence.h"
#include "measure/landlock.h"

#include <QDir>
#include <QFile>
#include <QTemporaryDir>
#include <QtTest>

#include <csignal>
#include <fcntl.h>
#include <functional>
#include <sys/ptrace.h>
#include <sys/resource.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <sys/sysmacros.h>
#include <sys/wait.h>

using namespace holdfast;

namespace {

/// What `work` gives in a process of its own; -1: a signal ended it.
int inProcess(const std::function<int()> &work)
{
    const pid_t child = ::fork();
    if (child == 0)
        ::_exit(work());
    int status = 0;
    ::waitpid(child, &status, 0);
    return WIFEXITED(status) ? WEXITSTATUS(status) : -1;
}

/// The errno of what is tried behind a fence; 0: it succeeded, 254: there was no fence.
int behind(const FenceNeeds &needs, const std::function<bool()> &tried)
{
    return inProcess([&] {
        if (fenceIn(needs) == FenceState::Failed)
            return 254;
        errno = 0;
        return tried() ? 0 : errno;
    });
}

bool opens(const QString &path, int flags = O_RDONLY)
{
    return ::open(QFile::encodeName(path).constData(), flags | O_CLOEXEC, 0600) >= 0;
}

} // namespace

/// What a measuring process can no longer do, each tried in one.
class TestFence final : public QObject
{
    Q_OBJECT

private Q_SLOTS:
    void init();
    void keysAreOutOfReach();
    void theRestIsNot();
    void noNetwork();
    void networkWhereItHasOne();
    void boundedInEverything();
    void othersAreOutOfReach();
    void theLookoutSeesForIt();
    void rightsDoNotComeBack();

private:
    [[nodiscard]] QString path(const QString &name) const { return m_directory->filePath(name); }

    std::unique_ptr<QTemporaryDir> m_directory;
};

void TestFence::init()
{
    m_directory = std::make_unique<QTemporaryDir>();
    for (const char *name : {"gate/gate.key", "gate/gate.db", "gate/other", "beside"}) {
        QVERIFY(QDir(m_directory->path()).mkpath(QStringLiteral("gate")));
        QFile file(path(QString::fromLatin1(name)));
        QVERIFY(file.open(QIODevice::WriteOnly));
        file.write("x");
    }
    QVERIFY(QFile::link(path(QStringLiteral("gate")), path(QStringLiteral("link"))));
}

void TestFence::keysAreOutOfReach()
{
    if (!hasLandlock())
        QSKIP("this kernel has no Landlock: a hold says so (measuring.fence)");
    // One of them by a path with a link in it, one not there yet.
    const FenceNeeds needs{true, false, {path(QStringLiteral("gate/gate.key")), path(QStringLiteral("link/gate.db")), path(QStringLiteral("gate/gate.db-wal"))}};
    for (const char *name : {"gate/gate.key", "gate/gate.db", "link/gate.key", "link/gate.db"})
        for (const int flags : {O_RDONLY, O_WRONLY, O_RDWR | O_TRUNC})
            QCOMPARE(behind(needs, [&] { return opens(path(QString::fromLatin1(name)), flags); }), EACCES);
    const QByteArray key = QFile::encodeName(path(QStringLiteral("gate/gate.key"))), stolen = QFile::encodeName(path(QStringLiteral("stolen")));
    QVERIFY(behind(needs, [&] { return ::link(key.constData(), stolen.constData()) == 0; }) != 0);
    QVERIFY(behind(needs, [&] { return ::rename(key.constData(), stolen.constData()) == 0; }) != 0);
    QVERIFY(behind(needs, [&] { return ::unlink(key.constData()) == 0; }) != 0);
    QVERIFY(behind(needs, [&] { return opens(path(QStringLiteral("gate/gate.db-wal")), O_RDWR | O_CREAT); }) != 0);
    // Nor through what it starts.
    QVERIFY(inProcess([&] {
        if (fenceIn(needs) == FenceState::Failed)
            return 0;
        ::execl("/bin/cat", "cat", key.constData(), nullptr);
        return 0;
    }) != 0);
    QVERIFY(QFile::exists(path(QStringLiteral("gate/gate.key"))));
}

void TestFence::theRestIsNot()
{
    const FenceNeeds needs{false, false, {path(QStringLiteral("gate/gate.key"))}};
    for (const QString &file : {path(QStringLiteral("beside")), path(QStringLiteral("gate/other")), QStringLiteral("/etc/passwd"), QStringLiteral("/proc/self/status"),
                                QStringLiteral("/usr/bin/git"), QStringLiteral("/dev/null")})
        QCOMPARE(behind(needs, [&] { return opens(file); }), 0);
    QCOMPARE(behind(needs, [&] { return !QDir(path(QStringLiteral("gate"))).entryList(QDir::Files).isEmpty(); }), 0);
    QCOMPARE(inProcess([&] {
        if (fenceIn(needs) == FenceState::Failed)
            return 254;
        ::execl("/bin/true", "true", nullptr);
        return 253;
    }), 0);
}

void TestFence::noNetwork()
{
    for (const int family : {AF_INET, AF_INET6, AF_NETLINK, AF_PACKET})
        QCOMPARE(behind({}, [&] { return ::socket(family, SOCK_DGRAM, 0) >= 0; }), EACCES);
    QCOMPARE(behind({}, [] { return ::socket(AF_UNIX, SOCK_STREAM, 0) >= 0; }), 0);
}

void TestFence::networkWhereItHasOne()
{
    QCOMPARE(behind({true, false, {}}, [] { return ::socket(AF_INET, SOCK_STREAM, 0) >= 0; }), 0);
}

void TestFence::boundedInEverything()
{
    const auto bounded = [](decltype(RLIMIT_CORE) what) {
        rlimit now{};
        return ::getrlimit(what, &now) == 0 && now.rlim_max != RLIM_INFINITY && now.rlim_cur == now.rlim_max;
    };
    QCOMPARE(behind({}, [&] { return bounded(RLIMIT_CORE) && bounded(RLIMIT_NOFILE) && bounded(RLIMIT_CPU); }), 0);
#if !defined(__SANITIZE_ADDRESS__)
    QCOMPARE(behind({}, [] { return ::malloc(2UL * 1024 * 1024 * 1024) != nullptr; }), ENOMEM);
#endif
}

void TestFence::othersAreOutOfReach()
{
    if (!hasLandlock())
        QSKIP("this kernel has no Landlock: a hold says so (measuring.fence)");
    const pid_t other = ::fork();
    if (other == 0) {
        ::pause();
        ::_exit(0);
    }
    const QString memory = QStringLiteral("/proc/%1/mem").arg(other), environment = QStringLiteral("/proc/%1/environ").arg(other);
    QVERIFY(behind({}, [&] { return opens(memory, O_RDWR); }) != 0);
    QVERIFY(behind({}, [&] { return opens(environment) && [&] { QFile file(environment); return file.open(QIODevice::ReadOnly) && !file.readAll().isEmpty(); }(); }) != 0);
    QVERIFY(behind({}, [&] { return ::ptrace(PTRACE_ATTACH, other, nullptr, nullptr) == 0; }) != 0);
    ::kill(other, SIGKILL);
    ::waitpid(other, nullptr, 0);
}

/// Who has a file of the tree open is seen all the same: this test, but not the process that measures.
void TestFence::theLookoutSeesForIt()
{
    QFile held(path(QStringLiteral("beside")));
    QVERIFY(held.open(QIODevice::ReadOnly));
    struct stat status{};
    QCOMPARE(::fstat(held.handle(), &status), 0);
    TreeSums trees;
    trees.keys = {{status.st_dev, status.st_ino}};
    const pid_t test = ::getpid();
    QCOMPARE(inProcess([&] {
        const Lookout lookout;
        if (fenceIn({}) == FenceState::Failed)
            return 254;
        const LiveUse use = liveUseOf(trees);
        return use.processes.size() == 1 && use.processes.front().pid == test && use.processes.front().opens == 1 ? 0 : 1;
    }), 0);
}

void TestFence::rightsDoNotComeBack()
{
    if (::geteuid() != 0)
        QSKIP("only root has rights to give up");
    QCOMPARE(behind({}, [device = QFile::encodeName(path(QStringLiteral("device")))] { return ::mknod(device.constData(), S_IFCHR, makedev(1, 3)) == 0; }), EPERM);
    QCOMPARE(behind({}, [] { return ::chown("/etc/hostname", 1, 1) == 0; }), EPERM);
    // Nor by executing something as root.
    QCOMPARE(inProcess([] {
        if (fenceIn({}) == FenceState::Failed)
            return 254;
        ::execl("/bin/grep", "grep", "-q", "^CapEff:\t00000000000000e4$", "/proc/self/status", nullptr); // to read, to kill, to become somebody else
        return 253;
    }), 0);
}

QTEST_GUILESS_MAIN(TestFence)
#include "fence_test.moc"
