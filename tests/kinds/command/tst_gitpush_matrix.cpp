// SPDX-License-Identifier: Apache-2.0
#include "kinds/command/gitground.h"
#include "kinds/command/performing.h"

#include <QTest>

using namespace holdfast;
using namespace holdfast::gitground;

/// Every form of git push: what is understood does what was shown, which is what git itself does; everything else is uninspectable and
/// does nothing. What the requester can write into the clone, or into a remote on this machine, never runs.
class GitPushMatrix final : public QObject
{
    Q_OBJECT

private Q_SLOTS:
    void forms_data();
    void forms();
    void plants_data();
    void plants();
    void whatMovedMeanwhileIsNotOverwritten();
    void cleanupTestCase() { qInfo("git push: %d forms understood and done as git does them, %d uninspectable", m_understood, m_uninspectable); }

private:
    static QByteArray references(const Bench &b) { return git(b.work(), {QStringLiteral("ls-remote"), b.path(QStringLiteral("origin.git"))}); }
    static void ask(Bench &b, const QString &line)
    {
        QStringList argv = QString(line).replace(QStringLiteral("ORIGIN"), b.path(QStringLiteral("origin.git"))).split(u' ');
        b.ask(argv, {}, b.path(QStringLiteral("clone")));
    }
    static void extend(Bench &b)
    {
        make(b);
        const QString clone = b.path(QStringLiteral("clone"));
        for (const QStringList &arguments : {QStringList{QStringLiteral("tag"), QStringLiteral("v1"), QStringLiteral("main~1")}, {QStringLiteral("push"), QStringLiteral("-q"), QStringLiteral("origin"), QStringLiteral("v1")},
                                             {QStringLiteral("tag"), QStringLiteral("-f"), QStringLiteral("v1"), QStringLiteral("main")}, {QStringLiteral("tag"), QStringLiteral("new-tag")},
                                             {QStringLiteral("tag"), QStringLiteral("both")}, {QStringLiteral("branch"), QStringLiteral("both")}, {QStringLiteral("branch"), QStringLiteral("feature/x"), QStringLiteral("topic")}})
            git(clone, arguments);
        commits(clone, 2); // main is two ahead of the remote
        handOver(b);
    }
    int m_understood = 0, m_uninspectable = 0;
};

void GitPushMatrix::forms_data()
{
    QTest::addColumn<bool>("understood");
    for (const char *line : {"git push origin main", "git push origin HEAD", "git push -q origin main", "git push origin main:main", "git push origin main:refs/heads/new", "git push origin main feature/x",
                             "git push origin main:new", "git push origin new-tag", "git push origin new-tag:refs/tags/other", "git push -f origin main~3:main", "git push --force origin main~3:refs/heads/main",
                             "git push origin +main~4:main", "git push origin :topic", "git push origin --delete topic", "git push -d origin topic", "git push origin -d refs/heads/topic",
                             "git push origin main :topic", "git push --atomic origin main :topic", "git push -f origin v1", "git push origin +v1", "git push --force-with-lease origin main~3:main",
                             "git push --no-verify origin main", "git push ORIGIN main", "git push file://ORIGIN main", "git -C . push origin main", "git -C .. -C clone push origin main", "git push -fq origin topic:main",
                             "git push origin main~1:main", "git push origin main -- new-tag", "git push --porcelain --no-thin origin main", "git push origin refs/heads/feature/x", "git push origin heads/main"})
        QTest::newRow(line) << true;
    for (const char *line : {"git push", "git push origin", "git push origin :", "git push origin refs/heads/*:refs/heads/*", "git push origin tag v1", "git push --mirror origin", "git push --all origin", "git push --tags origin main",
                             "git push --prune origin main", "git push -u origin main", "git push --set-upstream origin main", "git push -n origin main", "git push --dry-run origin main", "git push -o x origin main",
                             "git push --push-option=x origin main", "git push --receive-pack=x origin main", "git push --exec=x origin main", "git push --repo=ORIGIN main", "git push --follow-tags origin main",
                             "git push --signed origin main", "git push --recurse-submodules=on-demand origin main", "git push --force-if-includes origin main", "git push --forc origin main", "git push --no-force origin main",
                             "git push -4 origin main", "git push nowhere main", "git push ../origin.git main", "git push ext::sh main", "git push origin both", "git push origin main~1", "git push origin main~1:unheard-of",
                             "git push origin no-such-thing", "git push origin topic:main", "git push origin v1", "git push origin :nothing", "git push --delete origin +topic", "git push --force-with-lease=main:0000000000000000000000000000000000000001 origin main~3:main",
                             "git push --force-with-lease origin main~3:new", "git -c core.x=y push origin main", "git --git-dir=.git push origin main", "git --exec-path=/tmp push origin main", "git push origin main main~1:main",
                             "git push transport://x/y main", "git push host:x%2fy main", "git push origin @", "git push origin HEAD~1"})
        QTest::newRow(line) << false;
}

void GitPushMatrix::forms()
{
    QFETCH(bool, understood);
    const QString line = QString::fromUtf8(QTest::currentDataTag());
    Bench b;
    extend(b);
    const QByteArray before = references(b);
    git(b.work(), {QStringLiteral("clone"), QStringLiteral("-q"), QStringLiteral("--mirror"), QStringLiteral("origin.git"), QStringLiteral("kept.git")});
    ask(b, line);
    const auto m = b.measure();
    const auto done = run(b);
    if (!understood) {
        ++m_uninspectable;
        QVERIFY2(!m.uninspectable.isEmpty() && m.fact(fact::Stop) != nullptr, qPrintable(m.summaryText));
        QVERIFY(done.outcome == Outcome::NotStarted);
        QCOMPARE(references(b), before);
        return;
    }
    ++m_understood;
    QVERIFY2(m.uninspectable.isEmpty(), qPrintable(reasons(m)));
    QVERIFY2(done.outcome == Outcome::Committed, done.output.constData());
    const QByteArray after = references(b);
    // What was shown, reference by reference.
    for (const auto &shown : m.facts) {
        if (!shown.id.startsWith(u"git.ref."))
            continue;
        const QString next = shown.value.section(QStringLiteral(" → "), 1);
        QVERIFY2(next == u"nothing" ? !after.contains('\t' + shown.label.toUtf8() + '\n') : after.contains(next.toUtf8() + '\t' + shown.label.toUtf8()), qPrintable(shown.value));
    }
    // What git itself does from there.
    git(b.path(QStringLiteral("kept.git")), {QStringLiteral("push"), QStringLiteral("-q"), QStringLiteral("--mirror"), b.path(QStringLiteral("origin.git"))});
    QCOMPARE(references(b), before);
    QStringList argv = std::get<CommandAction>(b.request.action).argv;
    git(b.path(QStringLiteral("clone")), argv.sliced(1));
    QCOMPARE(references(b), after);
}

void GitPushMatrix::plants_data()
{
    QTest::addColumn<QString>("where"); // a file below the work directory, or `config`: into the clone's
    QTest::addColumn<QByteArray>("content");
    QTest::addColumn<bool>("understood"); // done without it; else refused
    const auto configured = [](const char *name, const QByteArray &lines) { QTest::newRow(name) << QStringLiteral("config") << lines << false; };
    QTest::newRow("pre-push hook") << QStringLiteral("clone/.git/hooks/pre-push") << QByteArray("#!/bin/sh\ntouch CANARY\n") << true;
    QTest::newRow("reference-transaction hook") << QStringLiteral("clone/.git/hooks/reference-transaction") << QByteArray("#!/bin/sh\ntouch CANARY\n") << true;
    configured("core.hooksPath", "[core]\n\thooksPath = HOOKS\n");
    configured("core.sshCommand", "[core]\n\tsshCommand = touch CANARY\n");
    configured("core.fsmonitor", "[core]\n\tfsmonitor = touch CANARY;false\n");
    configured("core.gitProxy", "[core]\n\tgitProxy = CANARYSH\n");
    configured("core.askPass", "[core]\n\taskPass = CANARYSH\n");
    configured("core.alternateRefsCommand", "[core]\n\talternateRefsCommand = touch CANARY\n");
    configured("credential.helper", "[credential]\n\thelper = !touch CANARY\n");
    configured("url.insteadOf", "[url \"EVIL\"]\n\tinsteadOf = ORIGIN\n");
    configured("url.pushInsteadOf", "[url \"EVIL\"]\n\tpushInsteadOf = ORIGIN\n");
    configured("remote.pushurl", "[remote \"origin\"]\n\tpushurl = EVIL\n");
    configured("a second url", "[remote \"origin\"]\n\turl = EVIL\n");
    configured("remote.receivepack", "[remote \"origin\"]\n\treceivepack = touch CANARY;git-receive-pack\n");
    configured("remote.uploadpack", "[remote \"origin\"]\n\tuploadpack = touch CANARY;git-upload-pack\n");
    configured("remote.mirror", "[remote \"origin\"]\n\tmirror = true\n");
    configured("remote.vcs", "[remote \"origin\"]\n\tvcs = ext\n");
    configured("push.followTags", "[push]\n\tfollowTags = true\n");
    configured("push.gpgSign", "[push]\n\tgpgSign = true\n[gpg]\n\tprogram = CANARYSH\n");
    configured("push.recurseSubmodules", "[push]\n\trecurseSubmodules = on-demand\n");
    configured("include.path", "[include]\n\tpath = CANARYSH\n");
    configured("includeIf", "[includeIf \"gitdir:/\"]\n\tpath = CANARYSH\n");
    configured("protocol.ext.allow", "[protocol \"ext\"]\n\tallow = always\n[remote \"evil\"]\n\turl = ext::sh -c touch% CANARY\n");
    configured("extensions.worktreeConfig", "[extensions]\n\tworktreeConfig = true\n");
    configured("a key of tomorrow", "[future]\n\tkey = x\n");
    QTest::newRow("a filter, which a push does not run") << QStringLiteral("config") << QByteArray("[filter \"x\"]\n\tclean = touch CANARY\n\tsmudge = touch CANARY\n") << true;
    QTest::newRow("an alias of the same name") << QStringLiteral("config") << QByteArray("[alias]\n\tpush = !touch CANARY\n") << true;
    QTest::newRow("pre-receive of a remote here") << QStringLiteral("origin.git/hooks/pre-receive") << QByteArray("#!/bin/sh\ntouch CANARY\n") << false;
    QTest::newRow("update of a remote here") << QStringLiteral("origin.git/hooks/update") << QByteArray("#!/bin/sh\ntouch CANARY\n") << false;
    QTest::newRow("configuration of a remote here") << QStringLiteral("origin.git/config") << QByteArray("[core]\n\tbare = true\n\talternateRefsCommand = touch CANARY\n") << false;
}

void GitPushMatrix::plants()
{
    QFETCH(QString, where);
    QFETCH(QByteArray, content);
    QFETCH(bool, understood);
    Bench b;
    extend(b);
    git(b.work(), {QStringLiteral("init"), QStringLiteral("-q"), QStringLiteral("--bare"), QStringLiteral("evil.git")});
    const QByteArray canary = b.path(QStringLiteral("canary")).toUtf8();
    b.write(QStringLiteral("canary.sh"), "#!/bin/sh\ntouch " + canary + "\n", true);
    b.write(QStringLiteral("own-hooks/pre-push"), "#!/bin/sh\ntouch " + canary + "\n", true);
    content.replace("CANARYSH", canary + ".sh").replace("CANARY", canary).replace("HOOKS", b.path(QStringLiteral("own-hooks")).toUtf8());
    content.replace("EVIL", b.path(QStringLiteral("evil.git")).toUtf8()).replace("ORIGIN", b.path(QStringLiteral("origin.git")).toUtf8());
    if (where == u"config") {
        where = QStringLiteral("clone/.git/config");
        QFile file(b.path(where));
        QVERIFY(file.open(QIODevice::ReadOnly));
        content.prepend(file.readAll());
    }
    const QByteArray before = references(b);
    b.write(where, content, where.contains(u"hooks"));
    handOver(b);
    ask(b, QStringLiteral("git push -f origin main"));
    const auto m = b.measure();
    const auto done = run(b);
    QVERIFY2(!QFile::exists(QString::fromUtf8(canary)), "what the requester wrote was run");
    QCOMPARE(git(b.work(), {QStringLiteral("ls-remote"), b.path(QStringLiteral("evil.git"))}), QByteArray());
    QVERIFY2(m.uninspectable.isEmpty() == understood, qPrintable(reasons(m)));
    QVERIFY2(done.outcome == (understood ? Outcome::Committed : Outcome::NotStarted), done.output.constData());
    b.write(where, {}); // so that looking does not run it
    QCOMPARE(references(b) == before, !understood);
}

void GitPushMatrix::whatMovedMeanwhileIsNotOverwritten()
{
    Bench b;
    extend(b);
    ask(b, QStringLiteral("git push -f origin topic:main"));
    const auto hold = approve(b);
    git(b.path(QStringLiteral("clone")), {QStringLiteral("push"), QStringLiteral("-q"), QStringLiteral("origin"), QStringLiteral("main~1:main")});
    handOver(b);
    const QByteArray moved = references(b);
    QVERIFY(std::holds_alternative<Drifted>(perform(b, hold)));
    QCOMPARE(references(b), moved);
}

QTEST_GUILESS_MAIN(GitPushMatrix)
#include "tst_gitpush_matrix.moc"
