// SPDX-License-Identifier: Apache-2.0
#include "kinds/command/bench.h"

#include <QProcess>
#include <QTest>

#include <unistd.h>

using namespace holdfast;

class CommandGitPush final : public QObject
{
    Q_OBJECT

private:
    static QByteArray git(const QString &directory, const QStringList &arguments)
    {
        QProcess process;
        process.setWorkingDirectory(directory);
        auto environment = QProcessEnvironment::systemEnvironment();
        for (const char *who : {"AUTHOR", "COMMITTER"}) {
            environment.insert(QStringLiteral("GIT_%1_NAME").arg(QString::fromUtf8(who)), QStringLiteral("Ada"));
            environment.insert(QStringLiteral("GIT_%1_EMAIL").arg(QString::fromUtf8(who)), QStringLiteral("ada@example.org"));
        }
        // The test is root where the repository is nobody's.
        static const QTemporaryDir own;
        const QString configuration = own.filePath(QStringLiteral("gitconfig"));
        QFile file(configuration);
        if (!file.open(QIODevice::WriteOnly) || file.write("[safe]\n\tdirectory = *\n") < 0)
            qFatal("cannot write the test's own file");
        file.close();
        environment.insert(QStringLiteral("GIT_CONFIG_GLOBAL"), configuration);
        process.setProcessEnvironment(environment);
        process.start(QStringLiteral("git"), arguments);
        if (!process.waitForFinished(60'000) || process.exitCode() != 0)
            qFatal("git %s: %s", qPrintable(arguments.join(u' ')), process.readAllStandardError().constData());
        return process.readAllStandardOutput().trimmed();
    }
    static void commits(const QString &directory, int count)
    {
        static int serial = 0; // equal commits on two branches would be one commit
        for (int i = 0; i < count; ++i)
            git(directory, {QStringLiteral("commit"), QStringLiteral("-q"), QStringLiteral("--allow-empty"), QStringLiteral("-m"), QStringLiteral("c%1").arg(++serial)});
    }
    /// origin has main (5 commits) and topic (main's first 3 and 4 of its own); the clone is at main.
    static void make(Bench &b)
    {
        b.target.programs = {QStringLiteral("/usr/bin/git")};
        git(b.work(), {QStringLiteral("init"), QStringLiteral("-q"), QStringLiteral("--bare"), QStringLiteral("origin.git")});
        const QString clone = b.path(QStringLiteral("clone"));
        QDir().mkpath(clone);
        git(clone, {QStringLiteral("init"), QStringLiteral("-q"), QStringLiteral("-b"), QStringLiteral("main")});
        git(clone, {QStringLiteral("remote"), QStringLiteral("add"), QStringLiteral("origin"), b.path(QStringLiteral("origin.git"))});
        commits(clone, 3);
        git(clone, {QStringLiteral("branch"), QStringLiteral("topic")});
        commits(clone, 2);
        git(clone, {QStringLiteral("checkout"), QStringLiteral("-q"), QStringLiteral("topic")});
        commits(clone, 4);
        git(clone, {QStringLiteral("checkout"), QStringLiteral("-q"), QStringLiteral("main")});
        git(clone, {QStringLiteral("push"), QStringLiteral("-q"), QStringLiteral("origin"), QStringLiteral("main"), QStringLiteral("topic")});
        if (::geteuid() == 0)
            QProcess::execute(QStringLiteral("chown"), {QStringLiteral("-R"), QStringLiteral("65534:65534"), b.work()});
    }
    static Measurement push(Bench &b, const QStringList &arguments)
    {
        b.ask(QStringList{QStringLiteral("git"), QStringLiteral("push")} + arguments, {}, b.path(QStringLiteral("clone")));
        return b.measure();
    }

private Q_SLOTS:
    void deletingABranchCountsWhatOnlyItReaches()
    {
        Bench b;
        make(b);
        for (const auto &arguments : {QStringList{QStringLiteral("origin"), QStringLiteral("--delete"), QStringLiteral("topic")}, {QStringLiteral("origin"), QStringLiteral(":topic")}, {QStringLiteral("-d"), QStringLiteral("origin"), QStringLiteral("refs/heads/topic")}}) {
            const auto m = push(b, arguments);
            QVERIFY2(m.uninspectable.isEmpty(), qPrintable(reasons(m)));
            QCOMPARE(m.operation, QStringLiteral("git.delete-ref"));
            QCOMPARE(numberOf(m, fact::DestroyedObjects), 4);
            QCOMPARE(numberOf(m, u"git.authors"), 1);
            QVERIFY(m.resources.front().endsWith(QStringLiteral("origin.git refs/heads/topic")));
            QCOMPARE(m.confirmText, QStringLiteral("topic"));
            QVERIFY(m.recovery.verdict == Verdict::Unknown);
        }
    }
    void anotherBranchThatHoldsThemMeansNothingIsLost()
    {
        Bench b;
        make(b);
        git(b.path(QStringLiteral("clone")), {QStringLiteral("push"), QStringLiteral("-q"), QStringLiteral("origin"), QStringLiteral("topic:copy")});
        QProcess::execute(QStringLiteral("chown"), {QStringLiteral("-R"), QStringLiteral("65534:65534"), b.work()});
        auto m = push(b, {QStringLiteral("origin"), QStringLiteral(":topic")});
        QCOMPARE(numberOf(m, fact::DestroyedObjects), 0);
        QVERIFY(m.recovery.verdict == Verdict::Recoverable);
        m = push(b, {QStringLiteral("origin"), QStringLiteral(":topic"), QStringLiteral(":copy")});
        QCOMPARE(numberOf(m, fact::DestroyedObjects), 4);
        QCOMPARE(numberOf(m, u"git.deleted-refs"), 2);
    }
    void aForcedPushCountsWhatIsReplaced()
    {
        Bench b;
        make(b);
        for (const auto &arguments : {QStringList{QStringLiteral("--force"), QStringLiteral("origin"), QStringLiteral("main~3:main")}, {QStringLiteral("origin"), QStringLiteral("+main~3:refs/heads/main")}}) {
            const auto m = push(b, arguments);
            QVERIFY2(m.uninspectable.isEmpty(), qPrintable(reasons(m)));
            QCOMPARE(m.operation, QStringLiteral("git.force-push"));
            QCOMPARE(numberOf(m, fact::DestroyedObjects), 2); // one of the three stays: topic begins there
            QCOMPARE(numberOf(m, u"git.replaced-refs"), 1);
        }
    }
    void anOrdinaryPushLosesNothing()
    {
        Bench b;
        make(b);
        git(b.path(QStringLiteral("clone")), {QStringLiteral("commit"), QStringLiteral("-q"), QStringLiteral("--allow-empty"), QStringLiteral("-m"), QStringLiteral("next")});
        QProcess::execute(QStringLiteral("chown"), {QStringLiteral("-R"), QStringLiteral("65534:65534"), b.work()});
        for (const QString &spec : {QStringLiteral("main"), QStringLiteral("HEAD"), QStringLiteral("main:new")}) {
            const auto m = push(b, {QStringLiteral("origin"), spec});
            QVERIFY2(m.uninspectable.isEmpty(), qPrintable(reasons(m)));
            QCOMPARE(m.operation, QStringLiteral("git.push"));
            QCOMPARE(numberOf(m, fact::DestroyedObjects), 0);
        }
    }
    void theClonesBeliefIsNotAsked()
    {
        Bench b;
        make(b);
        // The requester pretends that the remote is where it wants to push to.
        git(b.path(QStringLiteral("clone")), {QStringLiteral("update-ref"), QStringLiteral("refs/remotes/origin/main"), QStringLiteral("main~3")});
        QCOMPARE(numberOf(push(b, {QStringLiteral("-f"), QStringLiteral("origin"), QStringLiteral("main~3:main")}), fact::DestroyedObjects), 2);
    }
    void whatGitWouldDecideByItselfIsUninspectable()
    {
        Bench b;
        make(b);
        for (const auto &arguments : {QStringList{}, {QStringLiteral("origin")}, {QStringLiteral("--mirror"), QStringLiteral("origin"), QStringLiteral("x")}, {QStringLiteral("--receive-pack=evil"), QStringLiteral("origin"), QStringLiteral("main")},
                                      {QStringLiteral("origin"), QStringLiteral("refs/heads/*:refs/heads/*")}, {QStringLiteral("nowhere"), QStringLiteral("main")}, {QStringLiteral("origin"), QStringLiteral(":")},
                                      {QStringLiteral("ext::touch /tmp/evil"), QStringLiteral("main")}, {QStringLiteral("origin"), QStringLiteral("no-such-thing")}}) {
            const auto m = push(b, arguments);
            QVERIFY2(!m.uninspectable.isEmpty(), qPrintable(arguments.join(u' ')));
            QCOMPARE(m.operation, QStringLiteral("command.run"));
        }
    }
};

QTEST_GUILESS_MAIN(CommandGitPush)
#include "tst_commandgitpush.moc"
