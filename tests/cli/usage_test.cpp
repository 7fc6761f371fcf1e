// SPDX-License-Identifier: Apache-2.0
#include "cli/bench.h"
#include "keys/plainfilestore.h"

#include <QFile>
#include <QTest>

using namespace holdfast;

/// Wrong usage is 64 and names what is wrong; nothing reaches the gate then. An unreachable gate is 5.
class UsageTest final : public QObject
{
    Q_OBJECT

private Q_SLOTS:
    void initTestCase() { initialiseCryptography(); }
    void refused_data();
    void refused();
    void help();
    void unreadableContent();
    void unreachable();
    void noGateAtAll();
    void keys();
    void looseKey();
    void actionsAsTheyAreSigned();
    void noCommandApproves();
};

void UsageTest::refused_data()
{
    QTest::addColumn<QStringList>("arguments");
    QTest::addColumn<QByteArray>("names");
    const auto row = [](const char *name, const QStringList &arguments, const char *names) { QTest::newRow(name) << arguments << QByteArray(names); };
    const auto q = [](const char *text) { return QString::fromUtf8(text); };
    row("nothing", {}, "subcommand");
    row("unknown command", {q("approve")}, "approve");
    row("unknown option", {q("targets"), q("--force")}, "--force");
    row("option without value", {q("sql"), q("--target")}, "--target");
    row("two statements", {q("sql"), q("SELECT 1"), q("SELECT 2")}, "SELECT 2");
    row("empty statement", {q("sql"), q("  ")}, "statement");
    row("statement and file", {q("sql"), q("-f"), q("x"), q("SELECT 1")}, "-f");
    row("no such file", {q("sql"), q("-f"), q("nowhere.sql")}, "nowhere.sql");
    row("bad wanted-by", {q("sql"), q("--wanted-by"), q("soon"), q("SELECT 1")}, "--wanted-by");
    row("bad timeout", {q("sql"), q("--timeout"), q("soon"), q("SELECT 1")}, "--timeout");
    row("negative timeout", {q("sql"), q("--timeout=-1"), q("SELECT 1")}, "--timeout");
    row("bad gate", {q("targets"), q("--gate"), q("ws://127.0.0.1:1/v1")}, "--gate");
    row("far gate without TLS", {q("targets"), q("--gate"), q("ws://gate.example/v1#x")}, "--gate");
    row("no paths", {q("rm")}, "paths");
    row("rm of dot-dot", {q("rm"), q("..")}, "..");
    row("rm in nowhere", {q("rm"), q("nowhere/x")}, "nowhere/x");
    row("run without argv", {q("run")}, "argv");
    row("bad hold id", {q("wait"), q("h123")}, "h123");
    row("upper-case hold id", {q("show"), q("HBLA3CA6VTJIOQWGME3IBK4S2")}, "hold id");
    row("withdraw what", {q("withdraw")}, "hold");
    row("bad invite", {q("key"), q("new"), q("--invite"), q("x"), q("--key"), q("new.key")}, "--invite");
    row("key without new", {q("key")}, "subcommand");
    row("invite without person", {q("admin"), q("invite"), q("bot")}, "--person");
    row("invite with a wrong role", {q("admin"), q("invite"), q("bot"), q("--person"), q("p"), q("--roles"), q("god")}, "--roles");
    row("half an identity", {q("admin"), q("add-target"), q("t"), q("--kind"), q("sql"), q("--environment"), q("staging"), q("--identity-system"), q("1")}, "--identity");
    row("identify nothing", {q("admin"), q("identify")}, "--toml");
    row("identify two things", {q("admin"), q("identify"), q("t"), q("--toml"), q("f")}, "--toml");
    row("practice what", {q("admin"), q("practice"), q("dance")}, "action");
    row("verify nowhere", {q("verify"), q("nowhere")}, "nowhere");
    row("no session key of a person", {q("export"), q("out")}, "session key");
}

void UsageTest::refused()
{
    QFETCH(QStringList, arguments);
    QFETCH(QByteArray, names);
    Bench bench;
    bench.takeRequests();
    const Ran ran = bench.run(arguments);
    QVERIFY2(ran.code == 64, ran.both().constData());
    QVERIFY2(ran.err.contains(names), ran.err.constData());
    QVERIFY(ran.out.isEmpty());
    QVERIFY(!bench.request);
}

void UsageTest::help()
{
    Bench bench;
    for (const char *command : {"", "sql", "rm", "run", "wait", "show", "withdraw", "targets", "export", "verify"}) {
        QStringList arguments{QString::fromLatin1(command), QStringLiteral("--help")};
        arguments.removeAll(QString());
        const Ran ran = bench.run(arguments);
        QCOMPARE(ran.code, 0);
        QVERIFY(ran.out.contains("--gate") || QByteArray(command).size() > 0);
    }
}

void UsageTest::unreadableContent()
{
    Bench bench;
    bench.takeRequests();
    bench.write(QStringLiteral("latin1.sql"), "SELECT '\xe9'");
    Ran ran = bench.run({QStringLiteral("sql"), QStringLiteral("-f"), QStringLiteral("latin1.sql")});
    QCOMPARE(ran.code, 64);
    QVERIFY(ran.err.contains("UTF-8"));
    // C interfaces would cut it there: shown is not run.
    ran = bench.run({QStringLiteral("sql")}, QByteArray("DROP TABLE a;\0DROP TABLE b", 26));
    QCOMPARE(ran.code, 64);
    QVERIFY2(ran.err.contains("$.action"), ran.err.constData());
    QVERIFY(!bench.request);
}

void UsageTest::unreachable()
{
    Bench bench;
    bench.gate.drop();
    const Ran ran = bench.run({QStringLiteral("targets")});
    QCOMPARE(ran.code, 5);
    QVERIFY(ran.err.contains("reached"));
}

void UsageTest::noGateAtAll()
{
    Bench bench;
    bench.environment = {QStringLiteral("HOLDFAST_GATE=")};
    const Ran ran = bench.run({QStringLiteral("targets"), QStringLiteral("--json")});
    QCOMPARE(ran.code, 5);
    QVERIFY(ran.err.contains("gate.json"));
    const auto json = parseJson(ran.out);
    QVERIFY(json);
    QCOMPARE(*json->find(u"error")->find(u"exit_code")->asInteger(), std::int64_t{5});
}

void UsageTest::keys()
{
    Bench bench;
    const QStringList make{QStringLiteral("key"), QStringLiteral("new"), QStringLiteral("--key"), QStringLiteral("made.key"), QStringLiteral("--name"), QStringLiteral("bot")};
    Ran ran = bench.run(make);
    QCOMPARE(ran.code, 0);
    const auto key = PlainFileStore::read(bench.path(QStringLiteral("made.key")));
    QVERIFY(key);
    QCOMPARE(ran.out, key->key().toString().toUtf8() + '\n');
    ran = bench.run(make);
    QCOMPARE(ran.code, 64); // never overwritten
    QCOMPARE(PlainFileStore::read(bench.path(QStringLiteral("made.key")))->key(), key->key());
}

void UsageTest::looseKey()
{
    Bench bench;
    const QString key = bench.path(QStringLiteral("config/holdfast/request.key"));
    QVERIFY(QFile::setPermissions(key, QFile::ReadOwner | QFile::WriteOwner | QFile::ReadOther));
    const Ran ran = bench.run({QStringLiteral("targets")});
    QCOMPARE(ran.code, 64);
    QVERIFY(ran.err.contains("request.key"));
    QCOMPARE(bench.gate.connections, 0);
}

void UsageTest::actionsAsTheyAreSigned()
{
    Bench bench;
    bench.takeRequests();
    bench.ending = [&bench] { return bench.committed(Outcome::Committed); };
    Ran ran = bench.run({QStringLiteral("run"), QStringLiteral("--target"), QStringLiteral("tools"), QStringLiteral("--"), QStringLiteral("rm"), QStringLiteral("-rf"),
                         QStringLiteral("--target"), QStringLiteral("a b; $(c)")});
    QVERIFY2(ran.code == 0, ran.err.constData());
    QCOMPARE(std::get<CommandAction>(bench.request->action).argv,
             QStringList({QStringLiteral("rm"), QStringLiteral("-rf"), QStringLiteral("--target"), QStringLiteral("a b; $(c)")}));
    QCOMPARE(bench.request->target, QStringLiteral("tools"));

    QVERIFY(QFile::link(QStringLiteral("/etc"), bench.path(QStringLiteral("link"))));
    ran = bench.run({QStringLiteral("rm"), QStringLiteral("-r"), QStringLiteral("link/"), QStringLiteral("./link/hosts")});
    QVERIFY2(ran.code == 0, ran.err.constData());
    const auto &files = std::get<FilesystemAction>(bench.request->action);
    QVERIFY(files.recursive);
    QVERIFY(files.paths[0].endsWith(QStringLiteral("/link"))); // the link itself
    QCOMPARE(files.paths[1], QStringLiteral("/etc/hosts")); // through it: where that really is

    const QByteArray statements = "DELETE FROM t;\n-- \xE2\x80\xAE\n";
    ran = bench.run({QStringLiteral("sql"), QStringLiteral("--intent"), QStringLiteral("tidy"), QStringLiteral("--claim-environment"), QStringLiteral("staging"),
                     QStringLiteral("--reversible"), QStringLiteral("--ticket"), QStringLiteral("T-1"), QStringLiteral("--wanted-by"), QStringLiteral("30m"),
                     QStringLiteral("--agent"), QStringLiteral("cursor")},
                    statements);
    QVERIFY2(ran.code == 0, ran.err.constData());
    QCOMPARE(std::get<SqlAction>(bench.request->action).statements->toUtf8(), statements);
    QCOMPARE(bench.request->claims.reversible, std::optional(true));
    QCOMPARE(bench.request->origin.agent, std::optional(QStringLiteral("cursor")));
    QVERIFY(bench.request->wantedBy.has_value());
}

void UsageTest::noCommandApproves()
{
    Bench bench;
    const Ran ran = bench.run({QStringLiteral("--help")});
    QCOMPARE(ran.code, 0);
    const qsizetype commands = ran.out.indexOf("Subcommands:");
    QVERIFY(commands > 0);
    for (const char *word : {"approve", "decide", "deny ", "unfreeze", "lift"})
        QVERIFY2(!ran.out.sliced(commands).contains(QByteArray("\n  ") + word), word);
}

QTEST_GUILESS_MAIN(UsageTest)
#include "usage_test.moc"
