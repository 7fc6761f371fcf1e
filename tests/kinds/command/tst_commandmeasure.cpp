// SPDX-License-Identifier: Apache-2.0
#include "kinds/command/bench.h"
#include "kinds/command/optionreader.h"

#include <QTest>

#include <unistd.h>

using namespace holdfast;

class CommandMeasure final : public QObject
{
    Q_OBJECT

private Q_SLOTS:
    void onlyConfiguredProgramsRun()
    {
        Bench b;
        b.target.programs = {QStringLiteral("/usr/bin/rm")};
        for (const auto &argv : {QStringList{QStringLiteral("/bin/rm"), QStringLiteral("x")}, {QStringLiteral("./rm")}, {QStringLiteral("sh"), QStringLiteral("-c"), QStringLiteral("x")}, {QString()}}) {
            b.ask(argv);
            const auto m = b.measure();
            QVERIFY2(reasons(m).contains(QStringLiteral("not one of the target's programs")), qPrintable(reasons(m)));
            QVERIFY(m.fact(fact::Stop) != nullptr);
            QVERIFY(m.operation == u"command.opaque");
        }
        b.ask({QStringLiteral("rm"), QStringLiteral("x")});
        QVERIFY(b.measure().fact(fact::Stop) == nullptr);
    }
    void rmIsMeasuredAsTheTreeItDeletes()
    {
        Bench b;
        b.target.programs = {QStringLiteral("/usr/bin/rm")};
        b.write(QStringLiteral("t/a"), QByteArray(1000, 'x'));
        b.write(QStringLiteral("t/d/b"), "x");
        b.write(QStringLiteral("*"), "x");
        b.ask({QStringLiteral("rm"), QStringLiteral("-rf"), QStringLiteral("./t"), QStringLiteral("*")});
        const auto m = b.measure();
        QVERIFY2(m.uninspectable.isEmpty(), qPrintable(reasons(m)));
        QCOMPARE(m.operation, QStringLiteral("filesystem.delete-tree"));
        QCOMPARE(numberOf(m, fact::DestroyedFiles), 3); // the star is a name here, nobody expands it
        QCOMPARE(m.resources, (QStringList{b.path(QStringLiteral("*")), b.path(QStringLiteral("t"))}));
        QVERIFY(m.fact(u"command.flag.--force") != nullptr);
        QVERIFY(m.summaryText.contains(QStringLiteral("rm -rf ./t '*'")));
        QVERIFY(m.fact(u"command.program")->value.contains(QStringLiteral("sha256:")));
    }
    void rmWithoutRecursiveOnADirectoryStops()
    {
        Bench b;
        b.target.programs = {QStringLiteral("/usr/bin/rm")};
        b.write(QStringLiteral("t/a"), "x");
        b.ask({QStringLiteral("rm"), QStringLiteral("t")});
        QVERIFY(reasons(b.measure()).contains(QStringLiteral("not recursive")));
    }
    void rmFollowsLinksInParentsAndSaysWhereItArrives()
    {
        Bench b;
        b.target.programs = {QStringLiteral("/usr/bin/rm")};
        b.write(QStringLiteral("real/a"), "x");
        QFile::link(b.path(QStringLiteral("real")), b.path(QStringLiteral("link")));
        b.ask({QStringLiteral("rm"), QStringLiteral("link/a")});
        QCOMPARE(b.measure().resources, QStringList{b.path(QStringLiteral("real/a"))});
        // Named for what it is, with what was typed beside it.
        QCOMPARE(b.measure().confirmText, b.path(QStringLiteral("real/a")));
        QVERIFY2(b.measure().fact(u"path.asked-as")->value.contains(b.path(QStringLiteral("link/a"))), qPrintable(b.measure().fact(u"path.asked-as")->value));
        b.ask({QStringLiteral("rm"), QStringLiteral("-r"), QStringLiteral("link/")});
        QVERIFY(reasons(b.measure()).contains(QStringLiteral("symbolic link")));
        b.ask({QStringLiteral("rm"), QStringLiteral("-r"), QStringLiteral("link")});
        QCOMPARE(numberOf(b.measure(), u"fs.links"), 1);
    }
    void rmOfTheRootOrAHomeNeverRuns_data()
    {
        QTest::addColumn<QStringList>("argv");
        QTest::newRow("root") << QStringList{QStringLiteral("rm"), QStringLiteral("-rf"), QStringLiteral("--no-preserve-root"), QStringLiteral("/")};
        QTest::newRow("home") << QStringList{QStringLiteral("rm"), QStringLiteral("-rf"), QStringLiteral("/var/mail")};
        QTest::newRow("proc, a mount") << QStringList{QStringLiteral("rm"), QStringLiteral("-rf"), QStringLiteral("/proc")};
        QTest::newRow("parent") << QStringList{QStringLiteral("rm"), QStringLiteral("-rf"), QStringLiteral("..")};
        QTest::newRow("here") << QStringList{QStringLiteral("rm"), QStringLiteral("-rf"), QStringLiteral(".")};
    }
    void rmOfTheRootOrAHomeNeverRuns()
    {
        QFETCH(QStringList, argv);
        Bench b;
        b.target.programs = {QStringLiteral("/usr/bin/rm")};
        b.ask(argv);
        const auto m = b.measure();
        QVERIFY(!m.uninspectable.isEmpty());
        QVERIFY(m.fact(fact::Stop) != nullptr);
        QVERIFY(m.recovery.verdict != Verdict::Recoverable);
    }
    void unknownOptionsAreNotGuessed()
    {
        Bench b;
        b.target.programs = {QStringLiteral("/usr/bin/rm"), QStringLiteral("/usr/bin/git")};
        b.ask({QStringLiteral("rm"), QStringLiteral("-rfZ"), QStringLiteral("x")});
        QVERIFY(reasons(b.measure()).contains(QStringLiteral("-rfZ")));
    }
    void theRestIsUninspectableAndItsFilesAreHashed()
    {
        Bench b;
        b.target.programs = {QStringLiteral("/bin/sh")};
        b.write(QStringLiteral("deploy.sh"), "#!/bin/sh\nrm -rf /\n");
        b.ask({QStringLiteral("sh"), QStringLiteral("deploy.sh"), QStringLiteral("--force")});
        const auto m = b.measure();
        QVERIFY(reasons(m).contains(QStringLiteral("not understood")));
        QVERIFY(m.fact(u"command.file.1")->value.startsWith(b.path(QStringLiteral("deploy.sh"))));
        QVERIFY(m.fact(u"command.flag.--force") != nullptr);
        const auto before = m.fingerprint;
        b.write(QStringLiteral("deploy.sh"), "#!/bin/sh\nrm -rf .\n");
        QVERIFY(b.measure().fingerprint != before);
    }
    void whatItReadsDecidesAsMuch()
    {
        Bench b;
        b.target.programs = {QStringLiteral("/bin/sh")};
        b.ask({QStringLiteral("sh")}, "ls\n");
        const auto listing = b.measure();
        QVERIFY(b.measure().fingerprint == listing.fingerprint);
        b.ask({QStringLiteral("sh")}, "rm -rf .\n");
        QVERIFY(b.measure().fingerprint != listing.fingerprint);
        b.blobs.clear();
        QVERIFY(b.measure().fact(fact::Stop) != nullptr);
    }
    void theWorkingDirectoryStaysBeneathTheTargets()
    {
        Bench b;
        b.target.programs = {QStringLiteral("/bin/sh")};
        b.write(QStringLiteral("sub/x"), "x");
        QFile::link(QStringLiteral("/etc"), b.path(QStringLiteral("out")));
        b.ask({QStringLiteral("sh")}, {}, b.path(QStringLiteral("sub")));
        QVERIFY(b.measure().fact(fact::Stop) == nullptr);
        for (const QString &cwd : {QStringLiteral("/etc"), b.path(QStringLiteral("out")), b.path(QStringLiteral("sub/../../..")), b.path(QStringLiteral("none"))}) {
            b.ask({QStringLiteral("sh")}, {}, cwd);
            QVERIFY2(b.measure().fact(fact::Stop) != nullptr, qPrintable(cwd));
        }
    }
    void psqlWithoutARegisteredTargetIsUnknown()
    {
        Bench b;
        if (!QFile::exists(QStringLiteral("/usr/bin/psql")))
            QSKIP("no psql here");
        b.target.programs = {QStringLiteral("/usr/bin/psql"), QStringLiteral("/usr/bin/dropdb")};
        b.ask({QStringLiteral("psql"), QStringLiteral("-X"), QStringLiteral("-h"), QStringLiteral("db.internal"), QStringLiteral("-c"), QStringLiteral("DROP TABLE bookings CASCADE"), QStringLiteral("prod")});
        const auto m = b.measure();
        QCOMPARE(m.operation, QStringLiteral("database.opaque"));
        QVERIFY(m.environment.quality == Quality::Unknown);
        QVERIFY(m.fact(fact::DestroyedRows)->quality == Quality::Unknown);
        QVERIFY(reasons(m).contains(QStringLiteral("prod on db.internal, port (not named)"))); // Debian's wrapper may find another than 5432
        b.ask({QStringLiteral("psql"), QStringLiteral("-c"), QStringLiteral("\\! rm -rf /")});
        QVERIFY(reasons(b.measure()).contains(QStringLiteral("backslash")));
        b.ask({QStringLiteral("psql"), QStringLiteral("-X"), QStringLiteral("prod")}, "DELETE FROM t;");
        QCOMPARE(b.measure().operation, QStringLiteral("database.opaque"));
        b.write(QStringLiteral("s.sql"), "TRUNCATE t;");
        b.ask({QStringLiteral("psql"), QStringLiteral("-X"), QStringLiteral("--file=s.sql"), QStringLiteral("postgresql://u@h:6000/d")});
        const auto script = b.measure();
        QCOMPARE(script.operation, QStringLiteral("database.opaque"));
        QVERIFY(script.fact(u"command.file.1")->value.startsWith(b.path(QStringLiteral("s.sql"))));
        QVERIFY(reasons(script).contains(QStringLiteral("d on h, port 6000")));
        if (!QFile::exists(QStringLiteral("/usr/bin/dropdb")))
            return;
        b.ask({QStringLiteral("dropdb"), QStringLiteral("--force"), QStringLiteral("-p"), QStringLiteral("6001"), QStringLiteral("prod")});
        const auto drop = b.measure();
        QCOMPARE(drop.operation, QStringLiteral("database.drop-database"));
        QVERIFY(drop.fact(u"command.flag.--force") != nullptr);
        QCOMPARE(drop.confirmText, QStringLiteral("prod"));
    }
    void destructiveCommandsNeverPassQuietly_data()
    {
        QTest::addColumn<QStringList>("argv");
        // Shapes in which a known guard was got round: other programs that delete, quoting, indirection.
        const QList<QByteArray> lines{"find . -delete", "find . -exec rm {} +", "shred -u a", "truncate -s0 a", "dd if=/dev/zero of=a", "git reset --hard", "git clean -fdx",
                                      "git push origin --delete", "git push --mirror origin", "git push --force", "git -c alias.x=!rm x", "git checkout -- .", "git branch -D main", "git stash clear",
                                      "mv a /dev/null", "unlink a", "rsync -a --delete x/ y/", "tar --remove-files -cf x a", "bash -c cm0gLXJmIC8=", "env rm -rf a",
                                      "xargs rm -rf", "perl -e unlink", "python3 -c x", "sudo rm -rf a", "kubectl delete ns prod", "terraform destroy -auto-approve",
                                      "aws rds delete-db-instance --skip-final-snapshot", "psql -c SELECT(1)", "dropdb", "rm", "rm -rf a"};
        for (const auto &line : lines) {
            QStringList argv;
            for (const auto &word : line.split(' '))
                argv.append(QString::fromUtf8(word));
            QTest::newRow(line.constData()) << argv;
        }
    }
    void destructiveCommandsNeverPassQuietly()
    {
        QFETCH(QStringList, argv);
        Bench b;
        b.write(QStringLiteral("a"), "x");
        // Whatever the owner allows: where the program is not installed, a stand-in under the same name is.
        QString program = QStringLiteral("/usr/bin/") + argv.front();
        if (!QFile::exists(program))
            program = b.write(QStringLiteral("bin/") + argv.front(), "#!/bin/sh\n", true);
        b.target.programs = {program};
        b.ask(argv);
        const auto m = b.measure();
        const bool counted = numberOf(m, fact::DestroyedObjects) > 0;
        QVERIFY2(counted || !m.uninspectable.isEmpty() || argv == QStringList{QStringLiteral("rm")}, qPrintable(argv.join(u' ')));
        QVERIFY(counted || m.recovery.verdict != Verdict::Recoverable || argv.size() == 1);
    }
    void optionsAreReadAsGetoptDoes()
    {
        const OptionTable table{QStringLiteral("ab"), QStringLiteral("c"), {QStringLiteral("force"), QStringLiteral("format")}, {QStringLiteral("name")}, {QStringLiteral("optional")}, true};
        const auto read = readArguments({QStringLiteral("-abcX"), QStringLiteral("one"), QStringLiteral("--name"), QStringLiteral("n"), QStringLiteral("--forc"), QStringLiteral("--"), QStringLiteral("-a")}, table);
        QCOMPARE(read.operands, (QStringList{QStringLiteral("one"), QStringLiteral("-a")}));
        QCOMPARE(read.value({QStringLiteral("c")}), QStringLiteral("X"));
        QCOMPARE(read.value({QStringLiteral("name")}), QStringLiteral("n"));
        QVERIFY(read.has({QStringLiteral("force")}));
        QVERIFY(read.unknown.isEmpty());
        for (const char *odd : {"-z", "--for", "--none", "-c", "--name", "--force=yes"})
            QVERIFY2(!readArguments({QString::fromUtf8(odd)}, table).unknown.isEmpty(), odd);
    }
    void secretsInArgumentsAreNotShown()
    {
        Bench b;
        b.target.programs = {QStringLiteral("/bin/sh")};
        b.ask({QStringLiteral("sh"), QStringLiteral("-c"), QStringLiteral("curl -H 'Authorization: Bearer 3d2c42fb-1b2c-4d5e-8f90-aabbccddeeff' x")});
        QVERIFY(!b.measure().summaryText.contains(QStringLiteral("3d2c42fb")));
    }
};

QTEST_GUILESS_MAIN(CommandMeasure)
#include "tst_commandmeasure.moc"
