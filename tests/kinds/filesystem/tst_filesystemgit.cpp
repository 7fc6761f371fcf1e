// SPDX-License-Identifier: Apache-2.0
#include "kinds/filesystem/ground.h"

#include <QProcess>
#include <QTest>

#include <fcntl.h>
#include <sys/stat.h>
#include <unistd.h>

using namespace holdfast;

class FilesystemGit final : public QObject
{
    Q_OBJECT

private:
    static void git(const QString &directory, const QStringList &arguments)
    {
        QProcess process;
        process.setWorkingDirectory(directory);
        auto environment = QProcessEnvironment::systemEnvironment();
        for (const char *name : {"GIT_AUTHOR_NAME", "GIT_COMMITTER_NAME"})
            environment.insert(QString::fromUtf8(name), QStringLiteral("t"));
        for (const char *name : {"GIT_AUTHOR_EMAIL", "GIT_COMMITTER_EMAIL"})
            environment.insert(QString::fromUtf8(name), QStringLiteral("t@example.org"));
        environment.insert(QStringLiteral("GIT_CONFIG_GLOBAL"), QStringLiteral("/dev/null"));
        process.setProcessEnvironment(environment);
        process.start(QStringLiteral("git"), arguments);
        if (!process.waitForFinished(60'000) || process.exitCode() != 0)
            qFatal("git %s: %s", qPrintable(arguments.join(u' ')), process.readAllStandardError().constData());
    }
    /// `repo` with two pushed files.
    static void make(const Ground &g)
    {
        const QString repo = g.path(QStringLiteral("repo"));
        QDir().mkpath(repo);
        git(g.base.path(), {QStringLiteral("init"), QStringLiteral("-q"), QStringLiteral("--bare"), QStringLiteral("origin.git")});
        git(repo, {QStringLiteral("init"), QStringLiteral("-q"), QStringLiteral("-b"), QStringLiteral("main")});
        g.write(QStringLiteral("repo/a"));
        g.write(QStringLiteral("repo/src/b"));
        g.write(QStringLiteral("repo/.gitignore"), "*.o\n");
        commit(g);
        git(repo, {QStringLiteral("remote"), QStringLiteral("add"), QStringLiteral("origin"), g.base.path() + QStringLiteral("/origin.git")});
        git(repo, {QStringLiteral("push"), QStringLiteral("-q"), QStringLiteral("-u"), QStringLiteral("origin"), QStringLiteral("main")});
    }
    static void commit(const Ground &g)
    {
        git(g.path(QStringLiteral("repo")), {QStringLiteral("add"), QStringLiteral("-A")});
        git(g.path(QStringLiteral("repo")), {QStringLiteral("commit"), QStringLiteral("-qm"), QStringLiteral("x")});
    }

private Q_SLOTS:
    void workThatOnlyHereExistsIsCounted()
    {
        Ground g;
        make(g);
        g.write(QStringLiteral("repo/c"));
        commit(g);
        g.write(QStringLiteral("repo/a"), "stashed");
        git(g.path(QStringLiteral("repo")), {QStringLiteral("stash"), QStringLiteral("-q")});
        g.write(QStringLiteral("repo/a"), "changed");
        g.write(QStringLiteral("repo/new"));
        g.write(QStringLiteral("repo/d/new"));
        g.write(QStringLiteral("repo/x.o"));
        g.ask({g.path(QStringLiteral("repo"))});
        const auto m = g.measure().measurement;
        QVERIFY2(m.uninspectable.isEmpty(), qPrintable(m.uninspectable.join(u' ')));
        QCOMPARE(numberOf(m, u"git.repositories"), 1);
        QCOMPARE(numberOf(m, u"git.uncommitted"), 1);
        QCOMPARE(numberOf(m, u"git.untracked"), 2);
        QCOMPARE(numberOf(m, u"git.ignored"), 1);
        QCOMPARE(numberOf(m, u"git.unpushed"), 1);
        QCOMPARE(numberOf(m, u"git.stashes"), 1);
        QVERIFY(m.fact(u"git.unpushed")->severity == Severity::Danger);
        QVERIFY(m.recovery.verdict != Verdict::Recoverable);
    }
    void linkedWorktreesElsewhereAreNamed()
    {
        Ground g;
        make(g);
        git(g.path(QStringLiteral("repo")), {QStringLiteral("worktree"), QStringLiteral("add"), QStringLiteral("-q"), g.path(QStringLiteral("beside")), QStringLiteral("-b"), QStringLiteral("other")});
        git(g.path(QStringLiteral("repo")), {QStringLiteral("worktree"), QStringLiteral("add"), QStringLiteral("-q"), g.path(QStringLiteral("repo/inside")), QStringLiteral("-b"), QStringLiteral("third")});
        g.ask({g.path(QStringLiteral("repo"))});
        const auto m = g.measure().measurement;
        QCOMPARE(numberOf(m, u"git.worktrees"), 1);
        QVERIFY2(m.fact(u"git.worktrees")->how.contains(g.path(QStringLiteral("beside"))), qPrintable(m.fact(u"git.worktrees")->how));
        QVERIFY(m.fact(u"git.worktrees")->severity == Severity::Danger);
    }
    void measuringWritesNothing()
    {
        Ground g;
        make(g);
        ::utimensat(AT_FDCWD, g.path(QStringLiteral("repo/a")).toUtf8().constData(), nullptr, 0); // makes git want to refresh its index
        g.ask({g.path(QStringLiteral("repo"))});
        const auto before = g.measure().measurement.fingerprint;
        QCOMPARE(g.measure().measurement.fingerprint, before);
    }
    void aDirectoryOfAPushedRepositoryComesBack()
    {
        Ground g;
        make(g);
        g.ask({g.path(QStringLiteral("repo/src"))});
        const auto m = g.measure().measurement;
        QCOMPARE(numberOf(m, u"git.repositories"), 0);
        QCOMPARE(numberOf(m, u"git.untracked"), 0);
        QVERIFY(m.recovery.verdict == Verdict::Recoverable);
        g.write(QStringLiteral("repo/src/new"));
        const auto worse = g.measure().measurement;
        QCOMPARE(numberOf(worse, u"git.untracked"), 1);
        QVERIFY(worse.recovery.verdict == Verdict::Partly);
    }
    void theMetadataAloneIsARepository()
    {
        Ground g;
        make(g);
        git(g.path(QStringLiteral("repo")), {QStringLiteral("commit"), QStringLiteral("-q"), QStringLiteral("--allow-empty"), QStringLiteral("-m"), QStringLiteral("y")});
        g.ask({g.path(QStringLiteral("repo/.git"))});
        const auto m = g.measure().measurement;
        QCOMPARE(numberOf(m, u"git.repositories"), 1);
        QCOMPARE(numberOf(m, u"git.unpushed"), 1);
    }
    void programsThatTheRepositoryNamesAreNeverRun()
    {
        Ground g;
        make(g);
        const QString repo = g.path(QStringLiteral("repo"));
        const QString mark = g.base.path() + QStringLiteral("/ran");
        const QString program = g.base.path() + QStringLiteral("/evil");
        QFile file(program);
        QVERIFY(file.open(QIODevice::WriteOnly));
        file.write("#!/bin/sh\ntouch " + mark.toUtf8() + "\n");
        file.close();
        file.setPermissions(QFile::ReadOwner | QFile::ExeOwner | QFile::ReadOther | QFile::ExeOther);
        for (const char *key : {"core.fsmonitor", "core.pager", "core.sshCommand", "core.editor", "diff.external", "alias.status", "core.alternateRefsCommand"})
            git(repo, {QStringLiteral("config"), QString::fromUtf8(key), program});
        for (const char *hook : {"post-index-change", "fsmonitor-watchman", "pre-commit"})
            QFile::copy(program, repo + QStringLiteral("/.git/hooks/") + QString::fromUtf8(hook));
        g.write(QStringLiteral("repo/a"), "changed");
        g.ask({repo});
        const auto m = g.measure().measurement;
        QCOMPARE(numberOf(m, u"git.uncommitted"), 1);
        QVERIFY(!QFile::exists(mark));
        git(repo, {QStringLiteral("config"), QStringLiteral("filter.x.clean"), program});
        g.write(QStringLiteral("repo/.gitattributes"), "* filter=x\n");
        const auto filtered = g.measure().measurement;
        QVERIFY(!QFile::exists(mark));
        QVERIFY(filtered.fact(u"git.uncommitted")->quality == Quality::Unknown);
        QVERIFY(filtered.uninspectable.join(u' ').contains(QStringLiteral("filter programs")));
        QVERIFY(filtered.recovery.verdict == Verdict::Unknown);
    }
    void filesHiddenFromGitAreNotTrusted()
    {
        Ground g;
        make(g);
        git(g.path(QStringLiteral("repo")), {QStringLiteral("update-index"), QStringLiteral("--assume-unchanged"), QStringLiteral("a")});
        g.write(QStringLiteral("repo/a"), "changed in secret");
        g.ask({g.path(QStringLiteral("repo"))});
        QVERIFY(g.measure().measurement.uninspectable.join(u' ').contains(QStringLiteral("does not look at")));
    }
    void aBrokenRepositoryIsUnknown()
    {
        Ground g;
        make(g);
        g.write(QStringLiteral("repo/.git/HEAD"), "rubbish");
        g.ask({g.path(QStringLiteral("repo"))});
        const auto m = g.measure().measurement;
        QVERIFY(m.fact(u"git.uncommitted")->quality == Quality::Unknown);
        QVERIFY(!m.uninspectable.isEmpty());
    }
    void whoOwnsItDoesNotMatter()
    {
        if (::geteuid() != 0)
            QSKIP("changing owners needs root");
        Ground g;
        make(g);
        g.write(QStringLiteral("repo/new"));
        ::chmod(g.base.path().toUtf8().constData(), 0755);
        QProcess::execute(QStringLiteral("chown"), {QStringLiteral("-R"), QStringLiteral("65534:65534"), g.root()});
        g.ask({g.path(QStringLiteral("repo"))});
        const auto m = g.measure().measurement;
        QVERIFY2(m.uninspectable.isEmpty(), qPrintable(m.uninspectable.join(u' ')));
        QCOMPARE(numberOf(m, u"git.untracked"), 1);
    }
};

QTEST_GUILESS_MAIN(FilesystemGit)
#include "tst_filesystemgit.moc"
