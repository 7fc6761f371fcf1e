// SPDX-License-Identifier: Apache-2.0
#include "kinds/command/performing.h"

#include <QProcess>
#include <QTest>

#include <csignal>
#include <unistd.h>

using namespace holdfast;

namespace {

const Fact *effect(const Performed &done, QStringView id)
{
    for (const auto &fact : done.effects) {
        if (fact.id == id)
            return &fact;
    }
    return nullptr;
}

} // namespace

class CommandPerform final : public QObject
{
    Q_OBJECT

private Q_SLOTS:
    void argvIsPerformedExactly()
    {
        Bench b;
        b.target.programs = {QStringLiteral("/usr/bin/printf")};
        b.ask({QStringLiteral("printf"), QStringLiteral("[%s]"), QString(), QStringLiteral("$(touch x)"), QStringLiteral("; rm -rf *"), QStringLiteral("a\nb"), QStringLiteral("ünï"), QStringLiteral("~"), QString()});
        const auto done = run(b);
        QVERIFY(done.outcome == Outcome::Committed);
        QCOMPARE(done.output, QByteArray("[][$(touch x)][; rm -rf *][a\nb][ünï][~][]"));
        QCOMPARE(done.exitCode, std::optional<std::int64_t>(0));
        QVERIFY(!QFile::exists(b.path(QStringLiteral("x"))));
    }
    void argvZeroStaysWhatWasAsked()
    {
        Bench b;
        b.target.programs = {QStringLiteral("/bin/sh")};
        b.ask({QStringLiteral("sh"), QStringLiteral("-c"), QStringLiteral("tr '\\0' ' ' < /proc/$$/cmdline")});
        QVERIFY(run(b).output.startsWith("sh -c tr"));
    }
    void rmReallyDeletesAndExitCodesArrive()
    {
        Bench b;
        b.target.programs = {QStringLiteral("/usr/bin/rm"), QStringLiteral("/bin/sh")};
        b.write(QStringLiteral("t/a"), "x");
        if (::geteuid() == 0) {
            for (const char *name : {"", "t", "t/a"})
                QCOMPARE(::chown(b.path(QString::fromUtf8(name)).toUtf8().constData(), 65534, 65534), 0);
        }
        b.ask({QStringLiteral("rm"), QStringLiteral("-r"), QStringLiteral("t")});
        const auto done = run(b);
        QVERIFY2(done.outcome == Outcome::Committed, done.output.constData());
        QVERIFY(!QFile::exists(b.path(QStringLiteral("t"))));
        b.ask({QStringLiteral("sh"), QStringLiteral("-c"), QStringLiteral("echo out; echo err >&2; exit 3")});
        const auto failed = run(b);
        QVERIFY(failed.outcome == Outcome::Failed);
        QCOMPARE(failed.exitCode, std::optional<std::int64_t>(3));
        QCOMPARE(failed.output, QByteArray("out\nerr\n"));
    }
    void theReceiptSaysWhatBecameOfTheNamedPlaces()
    {
        Bench b;
        b.target.programs = {QStringLiteral("/bin/sh")};
        b.write(QStringLiteral("t/gone"), "x");
        b.write(QStringLiteral("t/changed"), "x");
        b.write(QStringLiteral("t/kept"), "x");
        QProcess::execute(QStringLiteral("chmod"), {QStringLiteral("-R"), QStringLiteral("a+rwX"), b.work()});
        b.ask({QStringLiteral("sh"), QStringLiteral("-c"), QStringLiteral("/bin/rm t/gone; echo more >> t/changed; echo new > t/new; exit 1")});
        const auto done = run(b);
        QVERIFY(done.outcome == Outcome::Failed);
        for (const auto &[id, path] : {std::pair{u"command.vanished", "t/gone"}, {u"command.changed", "t/changed"}, {u"command.appeared", "t/new"}}) {
            const Fact *fact = effect(done, id);
            QVERIFY(fact != nullptr);
            QCOMPARE(fact->number, std::optional<std::int64_t>(1));
            QVERIFY2(fact->how.endsWith(b.path(QString::fromLatin1(path))), qPrintable(fact->how));
        }
        QVERIFY(std::none_of(done.effects.begin(), done.effects.end(), [](const Fact &each) { return each.how.contains(QStringLiteral("t/kept")); }));
        // A link is what it is; what it points to is elsewhere.
        QFile::link(QStringLiteral("/etc"), b.path(QStringLiteral("out")));
        b.ask({QStringLiteral("sh"), QStringLiteral("-c"), QStringLiteral("true"), QStringLiteral("out")});
        QCOMPARE(effect(run(b), u"command.vanished")->number, std::optional<std::int64_t>(0));
        QVERIFY(effect(run(b), u"command.vanished")->quality == Quality::Measured);
    }
    void onlyTheNamedEnvironmentArrives()
    {
        ::setenv("HOLDFAST_NAMED", "yes", 1);
        ::setenv("HOLDFAST_OTHER", "no", 1);
        Bench b;
        b.target.programs = {QStringLiteral("/usr/bin/env")};
        b.target.environmentNames = {QStringLiteral("HOLDFAST_NAMED"), QStringLiteral("HOLDFAST_UNSET")};
        b.ask({QStringLiteral("env")});
        QCOMPARE(run(b).output, QByteArray("HOLDFAST_NAMED=yes\n"));
        QVERIFY(b.measure().fact(u"command.environment")->how.contains(QStringLiteral("HOLDFAST_UNSET")));
    }
    void theInputAndTheDirectoryArrive()
    {
        Bench b;
        b.target.programs = {QStringLiteral("/bin/sh")};
        b.write(QStringLiteral("sub/x"), "x");
        b.ask({QStringLiteral("sh"), QStringLiteral("-c"), QStringLiteral("pwd; cat")}, "hello", b.path(QStringLiteral("sub")));
        QCOMPARE(run(b).output, b.path(QStringLiteral("sub")).toUtf8() + "\nhello");
        b.blobs.clear();
        QVERIFY(run(b).outcome == Outcome::NotStarted);
    }
    void aFloodIsBounded()
    {
        Bench b;
        b.target.programs = {QStringLiteral("/usr/bin/head")};
        b.ask({QStringLiteral("head"), QStringLiteral("-c"), QStringLiteral("30000000"), QStringLiteral("/dev/zero")});
        const auto done = run(b);
        QCOMPARE(done.output.size(), 1024 * 1024);
        QCOMPARE(effect(done, u"command.output")->number, std::optional<std::int64_t>(30'000'000));
    }
    void theDeadlineEndsChildrenToo()
    {
        Bench b;
        b.target.programs = {QStringLiteral("/bin/sh")};
        ::chmod(b.work().toUtf8().constData(), 0777);
        b.ask({QStringLiteral("sh"), QStringLiteral("-c"), QStringLiteral("PATH=/usr/bin:/bin; setsid sh -c 'echo $$ > pid; exec sleep 1000' & sleep 1000")});
        const auto done = run(b, std::chrono::milliseconds(800));
        QVERIFY(done.outcome == Outcome::Unknown);
        QVERIFY(effect(done, u"command.timed-out") != nullptr);
        QFile file(b.path(QStringLiteral("pid")));
        QVERIFY(file.open(QIODevice::ReadOnly));
        const int pid = file.readAll().trimmed().toInt();
        QVERIFY(pid > 1 && ::kill(pid, 0) == -1);
    }
    void theGatesUserIsLeftBehind()
    {
        if (::geteuid() != 0)
            QSKIP("changing the user needs root");
        Bench b;
        b.target.programs = {QStringLiteral("/bin/sh")};
        const QString key = b.write(QStringLiteral("gate.key"), "secret");
        ::chmod(key.toUtf8().constData(), 0600);
        b.ask({QStringLiteral("sh"), QStringLiteral("-c"), QStringLiteral("/usr/bin/id -u; /usr/bin/id -G; /bin/cat gate.key")});
        QVERIFY(b.measure().fact(u"command.user")->value == u"nobody");
        const auto done = run(b);
        QVERIFY(done.output.startsWith("65534\n65534\n"));
        QVERIFY(!done.output.contains("secret"));
        QCOMPARE(::chown(b.work().toUtf8().constData(), 12345, 12345), 0);
        QVERIFY(b.measure().fact(u"command.user")->value == u"uid 12345");
        QVERIFY(run(b).output.startsWith("12345\n12345\n"));
    }
    void aSwappedProgramIsDrift()
    {
        Bench b;
        QFile::copy(QStringLiteral("/usr/bin/true"), b.path(QStringLiteral("tool")));
        ::chmod(b.path(QStringLiteral("tool")).toUtf8().constData(), 0755);
        b.target.programs = {b.path(QStringLiteral("tool"))};
        b.ask({QStringLiteral("tool")});
        const auto hold = approve(b);
        QVERIFY(std::holds_alternative<Performed>(perform(b, hold)));
        QFile::remove(b.path(QStringLiteral("tool")));
        QFile::copy(QStringLiteral("/usr/bin/touch"), b.path(QStringLiteral("tool")));
        const auto swapped = perform(b, hold);
        QVERIFY(std::holds_alternative<Drifted>(swapped));
        QVERIFY(std::get<Drifted>(swapped).now.measurement.fact(u"command.program")->value != hold.measured.fact(u"command.program")->value);
    }
    void aSwappedScriptIsDriftAndOneChangedWhileRunningIsTold()
    {
        Bench b;
        b.target.programs = {QStringLiteral("/bin/sh")};
        ::chmod(b.work().toUtf8().constData(), 0777);
        const QString script = b.write(QStringLiteral("s.sh"), "echo one\n");
        b.ask({QStringLiteral("sh"), QStringLiteral("s.sh")});
        const auto hold = approve(b);
        b.write(QStringLiteral("s.sh"), "echo two\n");
        QVERIFY(std::holds_alternative<Drifted>(perform(b, hold)));
        b.write(QStringLiteral("s.sh"), "echo x; /bin/cp other s.sh\n");
        b.write(QStringLiteral("other"), "echo changed to something else\n");
        ::chmod(script.toUtf8().constData(), 0666);
        const auto done = run(b);
        QVERIFY2(effect(done, u"command.changed-files") != nullptr, done.output.constData());
    }
    void aScriptAsProgramKeepsItsName()
    {
        Bench b;
        const QString tool = b.write(QStringLiteral("bin/tool"), "#!/bin/sh\necho \"$0 $*\"\n", true);
        b.target.programs = {tool};
        b.ask({QStringLiteral("tool"), QStringLiteral("a b")});
        QCOMPARE(run(b).output, tool.toUtf8() + " a b\n");
    }
    void whatMayNotRunIsNotStarted()
    {
        Bench b;
        b.target.programs = {QStringLiteral("/usr/bin/rm")};
        b.ask({QStringLiteral("/bin/sh"), QStringLiteral("-c"), QStringLiteral("touch x")});
        QVERIFY(run(b).outcome == Outcome::NotStarted);
        b.ask({QStringLiteral("rm"), QStringLiteral("-rf"), QStringLiteral("/var/mail")});
        const auto done = run(b);
        QVERIFY(done.outcome == Outcome::NotStarted);
        QVERIFY(done.output.contains("home directory"));
        QVERIFY(QFile::exists(QStringLiteral("/var/mail")));
    }
    void filesAddedAfterTheSignatureAreDrift()
    {
        Bench b;
        b.target.programs = {QStringLiteral("/usr/bin/rm")};
        b.write(QStringLiteral("t/a"), "x");
        b.ask({QStringLiteral("rm"), QStringLiteral("-r"), QStringLiteral("t")});
        const auto hold = approve(b);
        b.write(QStringLiteral("t/b"), "x");
        QVERIFY(std::holds_alternative<Drifted>(perform(b, hold)));
        QVERIFY(QFile::exists(b.path(QStringLiteral("t/a"))));
    }
};

QTEST_GUILESS_MAIN(CommandPerform)
#include "tst_commandperform.moc"
