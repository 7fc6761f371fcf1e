// SPDX-License-Identifier: Apache-2.0
#include "config/policywriter.h"
#include "core/signer.h"

#include <QDir>
#include <QFile>
#include <QRandomGenerator>
#include <QRegularExpression>
#include <QTemporaryDir>
#include <QTest>

using namespace holdfast;

namespace {

QByteArray key(const char *name, VerifierKey::Type type = VerifierKey::Type::Ed25519)
{
    return SeedSigner(QString::fromLatin1(name), SecretBytes::random(32), type).key().toString().toUtf8();
}

const QByteArray head = "# local\n[gate]\nname = \"pocketos.example/gate\"\n\n";

QByteArray fullPolicy()
{
    return "[[actor]]\nname = \"ops-lead\"\nkind = \"human\"\nperson = \"ops-lead\"\nroles = [\"approver\", \"lead\"]\ngroups = [\"dba\"]\n"
           "keys = { session = \"" + key("ops-session") + "\", decide = \"" + key("ops-decide") + "\", cosign = \"" + key("ops-cosign", VerifierKey::Type::Cosignature) + "\" }\n\n"
           "[[actor]]\nname = \"cursor-frontend\"\nkind = \"machine\"\nperson = \"web-dev\"\nroles = [\"requester\"]\n# of the agent\nkeys = { request = \"" + key("cursor") + "\" }\n"
           "targets = [\"staging-db\"]\nkinds = [\"sql\", \"command\"]\nexpires = 2026-11-23T01:00:00+01:00\n\n"
           "[[target]]\nname = \"prod-db\"\nkind = \"sql\"\nenvironment = \"production\"\nurl = \"postgresql://db.internal/bookings\"\n"
           "identity = { system = \"7420\", database = \"bookings\", host = \"10.0.0.5:5432\", timeline = \"1\" }\ncredential = \"file:prod-db.cred\"\nprotected = true\n"
           "backups = [{ domain = \"other-account\", newest = \"command:date\", restore_tested = 2026-11-01 }]\n\n"
           "[[target]]\nname = \"tree\"\nkind = \"filesystem\"\nenvironment = \"staging\"\nroots = [\"/srv/tree\"]\n\n"
           "[[target]]\nname = \"shell\"\nkind = \"command\"\nenvironment = \"staging\"\nprograms = [\"/bin/rm\"]\ncwd = \"/srv\"\nenvironment_names = [\"PATH\"]\n\n"
           "# what goes in production\n[[rule]]\nid = \"drop-in-production\"\n"
           "when = { operation = \"database.*\", environment = \"production\", rows_over = 0, between = [\"22:00\", \"06:00\"] }\n"
           "mode = \"hold\"\ntier = \"critical\"\nquorum = { need = 2, from = [\"approver\"] }\nsponsor_may_approve = false\nconfirm = [\"type-target\"]\n"
           "cool_off = \"0s\"\napprove_within = \"4h\"\nexecute_within = \"15m\"\ntolerance = { \"destroyed.rows\" = \"1.25%\", \"changed.rows\" = 3 }\n";
}

} // namespace

class TestConfig : public QObject
{
    Q_OBJECT
private Q_SLOTS:
    void initTestCase() { initialiseCryptography(); }

    void readsEverything();
    void localPartHasDefaults();
    void policyIsTheExactBytes();
    void refuses_data();
    void refuses();
    void theDefaultRulesAreAPolicy();
    void blocksReadBack();
    void editsKeepEverythingElse();
    void inviteIsReplaced();
    void rewriteKeepsTheLocalPart();
    void explainsEveryPart();
    void survivesAnything();
};

void TestConfig::readsEverything()
{
    const auto config = parseGateConfig(head + fullPolicy(), QStringLiteral("/etc/holdfast/gate.toml"));
    QVERIFY2(config, qPrintable(config ? QString() : config.error().sentence()));
    const PolicyDocument &policy = config->policy;
    QCOMPARE(policy.actors.size(), 2u);
    QCOMPARE(policy.actors[0].keys.size(), 3u);
    QCOMPARE(policy.actors[0].groups.value(), QStringList{QStringLiteral("dba")});
    QCOMPARE(formatInstant(policy.actors[1].expires.value()), QStringLiteral("2026-11-23T00:00:00.000Z"));
    QCOMPARE(policy.targets.size(), 3u);
    QVERIFY(policy.targets[0].isProtected);
    QCOMPARE(policy.targets[0].identity->database, QStringLiteral("bookings"));
    QCOMPARE(policy.targets[0].identity->host, QStringLiteral("10.0.0.5:5432"));
    QCOMPARE(policy.targets[0].identity->timeline, QStringLiteral("1"));
    QVERIFY(!policy.targets[0].identity->certificate);
    QCOMPARE(formatInstant(policy.targets[0].backups[0].restoreTested.value()), QStringLiteral("2026-11-01T00:00:00.000Z"));
    QCOMPARE(policy.targets[2].environmentNames, QStringList{QStringLiteral("PATH")});
    const Rule &rule = policy.rules.at(0);
    QCOMPARE(rule.quorum.need, 2);
    QCOMPARE(rule.when.rowsOver.value(), 0);
    QCOMPARE(rule.when.between->second, QStringLiteral("06:00"));
    QCOMPARE(rule.tolerance.at(QStringLiteral("destroyed.rows")).amount, 125);
    QVERIFY(rule.tolerance.at(QStringLiteral("destroyed.rows")).perCent);
    QCOMPARE(rule.tolerance.at(QStringLiteral("changed.rows")).amount, 3);
    QVERIFY(!rule.tolerance.at(QStringLiteral("changed.rows")).perCent);
}

void TestConfig::localPartHasDefaults()
{
    const auto config = parseGateConfig(head, QStringLiteral("/etc/holdfast/gate.toml"));
    QVERIFY(config);
    QCOMPARE(config->local.address, QStringLiteral("127.0.0.1"));
    QCOMPARE(config->local.store, QStringLiteral("/etc/holdfast/gate.db"));
    QCOMPARE(config->local.ledgerKey, QStringLiteral("/etc/holdfast/gate-ledger.key"));
    const auto moved = parseGateConfig("[gate]\nname = \"g\"\nlisten = \"[::1]:7\"\nkey = \"file:/var/k/a.key\"\nwitness_need = 0\nhosts = [\"a:1\"]\nmeasure_within = \"2m\"\n", QStringLiteral("/e/g.toml"));
    QVERIFY(moved);
    QCOMPARE(moved->local.address, QStringLiteral("::1"));
    QCOMPARE(int(moved->local.port), 7);
    QVERIFY(config->local.measureWithin == std::chrono::minutes(3) && moved->local.measureWithin == std::chrono::minutes(2));
    QCOMPARE(moved->local.performKey, QStringLiteral("/var/k/gate-perform.key"));
}

void TestConfig::policyIsTheExactBytes()
{
    const QByteArray policy = "[[rule]]   # kept\r\nid = \"a\"\n\n\n";
    const auto config = parseGateConfig(head + policy, QStringLiteral("g.toml"));
    QVERIFY(config);
    QCOMPARE(config->policyToml, policy);
    QCOMPARE(config->policyLine, 5);
    QCOMPARE(policyOffset("[[rule]]\n"), 0);
    QCOMPARE(policyOffset("[gate]\n [[rule]]\n"), 17);
}

void TestConfig::refuses_data()
{
    QTest::addColumn<QByteArray>("toml");
    QTest::addColumn<int>("line");
    QTest::addColumn<QString>("sentence");
    const auto add = [](const char *name, const QByteArray &toml, int line, const char *sentence) { QTest::newRow(name) << toml << line << QString::fromLatin1(sentence); };
    const QByteArray gate = "[gate]\nname = \"g\"\n";
    const QByteArray sql = gate + "[[target]]\nname = \"t\"\nkind = \"sql\"\nenvironment = \"e\"\nurl = \"postgresql:///d\"\n";
    const QByteArray rule = gate + "[[rule]]\nid = \"r\"\n";
    const QByteArray machine = gate + "[[actor]]\nname = \"m\"\nkind = \"machine\"\nperson = \"p\"\n";
    add("no gate", "", 1, "gate: is missing");
    add("not toml", "[gate\n", 1, "not TOML");
    for (const char *header : {"[=", "[.", "[,", "[{", "[#", "[ \""})
        add(header, gate + header, 3, "not TOML");
    add("unknown in gate", gate + "colour = 1\n", 3, "gate.colour: there is no such key");
    add("unknown table", gate + "[other]\n", 3, "other: there is no such key");
    add("tls", gate + "tls = { certificate = \"a\", key = \"b\" }\n", 3, "gate.tls: not honoured");
    add("postgresql store", gate + "store = \"postgresql://h/d\"\n", 3, "gate.store: not honoured");
    add("off loopback", gate + "listen = \"0.0.0.0:1\"\n", 3, "gate.listen: not honoured");
    add("no port", gate + "listen = \"127.0.0.1\"\n", 3, "gate.listen: expected address:port");
    add("port", gate + "listen = \"127.0.0.1:70000\"\n", 3, "gate.listen: expected address:port");
    add("witness", gate + "witness_need = 1\n", 3, "gate.witness_need: not honoured");
    add("no time to measure", gate + "measure_within = \"0s\"\n", 3, "gate.measure_within: expected from");
    add("too long to measure", gate + "measure_within = \"61m\"\n", 3, "gate.measure_within: expected from");
    add("keychain key", gate + "key = \"keychain:x\"\n", 3, "gate.key: not honoured");
    add("same key file", gate + "ledger_key = \"file:gate.key\"\n", 1, "gate.key: expected three different");
    add("key not a file", gate + "key = \"gate.key\"\n", 3, "gate.key: expected file:");
    add("store without scheme", gate + "store = \"gate.db\"\n", 3, "gate.store: expected sqlite:");
    add("policy syntax", gate + "[[rule]]\nid = \n", 4, "not TOML");
    add("unknown in rule", rule + "tear = \"low\"\n", 5, "rule.tear: there is no such key");
    add("unknown in when", rule + "when = { verb = \"x\" }\n", 5, "rule.when.verb: there is no such key");
    add("cool off", rule + "cool_off = \"10m\"\n", 5, "rule.cool_off: not honoured");
    add("limit", gate + "[[limit]]\nrows = 1\n", 3, "limit: not honoured");
    add("clone", sql + "clone = \"postgresql:///c\"\n", 8, "target.clone: not honoured");
    add("quarantine", gate + "[[target]]\nname = \"t\"\nkind = \"filesystem\"\nenvironment = \"e\"\nroots = [\"/a\"]\nquarantine = \"/q\"\n", 8, "target.quarantine: not honoured");
    add("keychain", sql + "credential = \"keychain:x\"\n", 8, "target.credential: not honoured");
    add("credential in the open", sql + "credential = \"hunter2\"\n", 8, "target.credential: expected file:");
    add("later kind", gate + "[[target]]\nname = \"t\"\nkind = \"git\"\nenvironment = \"e\"\nurl = \"x\"\n", 5, "target.kind: not honoured");
    add("unknown kind", gate + "[[target]]\nname = \"t\"\nkind = \"ftp\"\nenvironment = \"e\"\n", 5, "target.kind: expected one of");
    add("password in url", gate + "[[target]]\nname = \"t\"\nkind = \"sql\"\nenvironment = \"e\"\nurl = \"postgresql://u:p@h/d\"\n", 7, "target.url: expected no password");
    add("other database", gate + "[[target]]\nname = \"t\"\nkind = \"sql\"\nenvironment = \"e\"\nurl = \"mysql://h/d\"\n", 7, "target.url: expected postgresql");
    add("no digest", sql + "identity = { system = \"1\", database = \"d\", certificate = \"sha256:12\" }\n", 8, "target.identity.certificate: expected sha256:");
    add("relative root", gate + "[[target]]\nname = \"t\"\nkind = \"filesystem\"\nenvironment = \"e\"\nroots = [\"a\"]\n", 7, "target.roots: expected absolute");
    add("no roots", gate + "[[target]]\nname = \"t\"\nkind = \"filesystem\"\nenvironment = \"e\"\n", 3, "target.roots: is missing");
    add("roots of sql", sql + "roots = [\"/a\"]\n", 8, "target.roots: there is no such key");
    add("target twice", sql + "[[target]]\nname = \"t\"\n", 9, "target.name: was written before");
    add("rule twice", rule + "[[rule]]\nid = \"r\"\n", 6, "rule.id: was written before");
    add("mode", rule + "mode = \"maybe\"\n", 5, "rule.mode: expected one of allow, hold");
    add("tier", rule + "tier = 3\n", 5, "rule.tier: expected one of low");
    add("confirm", rule + "confirm = [\"nod\"]\n", 5, "rule.confirm: expected any of press");
    add("need", rule + "quorum = { need = 0 }\n", 5, "rule.quorum.need: expected a whole number from 1");
    add("duration", rule + "approve_within = \"soon\"\n", 5, "rule.approve_within: expected a duration");
    add("no time at all", rule + "execute_within = \"0s\"\n", 5, "rule.execute_within: expected a duration longer");
    add("between", rule + "when = { between = [\"22:00\"] }\n", 5, "rule.when.between: expected two");
    add("recovery", rule + "when = { recovery = \"maybe\" }\n", 5, "rule.when.recovery: expected one of");
    add("tolerance", rule + "tolerance = { \"destroyed.rows\" = \"some\" }\n", 5, "rule.tolerance.destroyed.rows: expected a whole number");
    add("negative tolerance", rule + "tolerance = { \"destroyed.rows\" = -1 }\n", 5, "rule.tolerance.destroyed.rows: expected a whole number");
    add("machine that decides", machine + "invite = \"x\"\nroles = [\"approver\"]\n", 8, "actor.roles: expected only requester");
    add("unknown role", machine + "invite = \"x\"\nroles = [\"king\"]\n", 8, "actor.roles: expected any of");
    add("no keys", machine + "roles = [\"requester\"]\n", 3, "actor.keys: is missing");
    add("bad key", machine + "roles = [\"requester\"]\nkeys = { request = \"x+1+y\" }\n", 8, "actor.keys.request: expected a verifier key");
    const QByteArray lowOrder = VerifierKey{QStringLiteral("low"), VerifierKey::Type::Ed25519, {1}}.toString().toUtf8();
    add("low-order key", machine + "roles = [\"requester\"]\nkeys = { request = \"" + lowOrder + "\" }\n", 8, "actor.keys.request: expected a verifier key");
    add("deciding key of a machine", machine + "roles = [\"requester\"]\nkeys = { request = \"" + key("a") + "\", decide = \"" + key("b") + "\" }\n", 8, "actor.keys.decide: there is no such key");
    const QByteArray twice = key("twice");
    add("same key twice", gate + "[[actor]]\nname = \"h\"\nkind = \"human\"\nperson = \"p\"\nroles = [\"approver\"]\nkeys = { session = \"" + twice + "\", decide = \"" + twice + "\" }\n", 8, "actor.keys.decide: was written before");
    add("expires without offset", machine + "invite = \"x\"\nroles = [\"requester\"]\nexpires = 2026-11-23T00:00:00\n", 9, "actor.expires: expected a date");
    add("gate in the policy", rule + "[gate]\n", 5, "gate: there is no such key");
}

void TestConfig::refuses()
{
    QFETCH(QByteArray, toml);
    QFETCH(int, line);
    QFETCH(QString, sentence);
    const auto config = parseGateConfig(toml, QStringLiteral("gate.toml"));
    QVERIFY(!config);
    QVERIFY2(config.error().sentence().contains(sentence), qPrintable(config.error().sentence()));
    QCOMPARE(config.error().line, line);
}

void TestConfig::theDefaultRulesAreAPolicy()
{
    const QByteArray toml = defaultPolicy();
    QVERIFY(toml.startsWith("[[rule]]"));
    const auto policy = readPolicy(toml);
    QVERIFY2(policy, qPrintable(policy ? QString() : policy.error().sentence()));
    for (const Rule &rule : policy->rules) {
        QVERIFY(rule.sponsorMayApprove);
        QVERIFY2(rule.tier != Tier::Critical || rule.confirm == QStringList{QStringLiteral("type-target")}, qPrintable(rule.id));
    }
}

void TestConfig::blocksReadBack()
{
    const auto policy = readPolicy(fullPolicy());
    QVERIFY(policy);
    QByteArray again;
    for (const Actor &actor : policy->actors)
        again += actorBlock(actor);
    for (const Target &target : policy->targets)
        again += targetBlock(target);
    const auto back = readPolicy(again);
    QVERIFY2(back, qPrintable(back ? QString() : back.error().sentence()));
    QCOMPARE(back->actors, policy->actors);
    QCOMPARE(back->targets.size(), policy->targets.size());
    QCOMPARE(back->targets[0].identity, policy->targets[0].identity);
    QCOMPARE(back->targets[0].backups[0].restoreTested, policy->targets[0].backups[0].restoreTested);
    QCOMPARE(back->targets[2].programs, policy->targets[2].programs);
    GateLocal local;
    local.name = QStringLiteral("g");
    local.address = QStringLiteral("::1");
    const auto config = parseGateConfig(gateToml(local, again), QStringLiteral("/x/gate.toml"));
    QVERIFY(config);
    QCOMPARE(config->policyToml, again);
    QCOMPARE(config->local.address, QStringLiteral("::1"));
}

void TestConfig::editsKeepEverythingElse()
{
    Actor actor;
    actor.name = QStringLiteral("odd");
    actor.person = QStringLiteral("quo\"te\\ \u00e4\t");
    actor.roles = {role::Requester.toString()};
    actor.mark = QStringLiteral("0123456789abcdef");
    for (const QByteArray &toml : {fullPolicy(), defaultPolicy(), QByteArray("[[actor]]\nname = \"x\"\nkind = \"machine\"\nperson = \"x\"\nroles = [\"requester\"]\ninvite = \"m\""), QByteArray()}) {
        const QByteArray after = withActor(toml, actor);
        const auto policy = readPolicy(after);
        QVERIFY2(policy, qPrintable(policy ? QString() : policy.error().sentence()));
        QCOMPARE(policy->actors.back(), actor);
        QVERIFY(after.startsWith("[["));
        // Taking the block out again leaves what was there, up to blank lines.
        QByteArray rest = after;
        rest.replace(actorBlock(actor), "");
        QCOMPARE(rest.simplified(), toml.simplified());
    }
    const QByteArray full = withActor(fullPolicy(), actor);
    QVERIFY(full.indexOf("name = \"odd\"") < full.indexOf("# what goes in production"));
}

void TestConfig::inviteIsReplaced()
{
    const QString mark = QStringLiteral("aaaaaaaaaaaaaaaa");
    const QString name = QStringLiteral("cursor-frontend");
    const auto first = withInvite(fullPolicy(), name, mark);
    QVERIFY(first);
    const auto policy = readPolicy(*first);
    QVERIFY2(policy, qPrintable(policy ? QString() : policy.error().sentence()));
    QCOMPARE(policy->actors[1].mark.value(), mark);
    QVERIFY(policy->actors[1].keys.empty());
    QVERIFY(!policy->actors[0].mark);
    QVERIFY(first->contains("# of the agent\n"));
    const auto second = withInvite(*first, name, QStringLiteral("bbbbbbbbbbbbbbbb"));
    QCOMPARE(readPolicy(*second)->actors[1].mark.value(), QStringLiteral("bbbbbbbbbbbbbbbb"));
    QCOMPARE(QByteArray(*second).replace("bbbbbbbbbbbbbbbb", "aaaaaaaaaaaaaaaa"), *first);
    QVERIFY(!withInvite(fullPolicy(), QStringLiteral("nobody"), mark));
    QVERIFY(!withInvite({}, name, mark));
}

void TestConfig::rewriteKeepsTheLocalPart()
{
    QTemporaryDir dir;
    const QString path = dir.filePath(QStringLiteral("gate.toml"));
    QVERIFY(writeConfig(path, head + fullPolicy()));
    QVERIFY(rewritePolicy(path, defaultPolicy()));
    QFile file(path);
    QVERIFY(file.open(QIODevice::ReadOnly));
    QCOMPARE(file.readAll(), head + defaultPolicy());
    QCOMPARE(file.permissions() & ~(QFile::ReadUser | QFile::WriteUser), QFile::ReadOwner | QFile::WriteOwner);
    QVERIFY(readGateConfig(path));
    QVERIFY(!readGateConfig(dir.filePath(QStringLiteral("absent.toml"))));
    QVERIFY(!rewritePolicy(dir.filePath(QStringLiteral("absent.toml")), {}));
    QVERIFY(!writeConfig(dir.filePath(QStringLiteral("no/such/gate.toml")), {}));
}

void TestConfig::explainsEveryPart()
{
    const auto policy = readPolicy(fullPolicy());
    const QStringList lines = explain(*policy);
    QCOMPARE(lines.size(), 7);
    QVERIFY(lines[5].contains(QStringLiteral("between 22:00 and 06:00 UTC")));
    QVERIFY(lines.join(u'\n').contains(QStringLiteral("2 of approver, never the sponsor")));
    QVERIFY(!lines.join(u'\n').contains(QStringLiteral("prod-db.cred")));
}

void TestConfig::survivesAnything()
{
    QRandomGenerator random(2026);
    const QByteArray good = head + fullPolicy();
    const QByteArray pieces = "[]{}\"'=,.\n#0-\\ t\xff";
    int refused = 0;
    for (int round = 0; round < 500; ++round) {
        QByteArray bad = good;
        for (int change = 0; change < 1 + round % 4; ++change) {
            const qsizetype at = random.bounded(static_cast<int>(bad.size()));
            bad.replace(at, random.bounded(3), pieces.mid(random.bounded(static_cast<int>(pieces.size())), 1));
        }
        const auto config = parseGateConfig(bad, QStringLiteral("g.toml"));
        refused += !config;
        QVERIFY(config || !config.error().sentence().isEmpty());
        (void)withInvite(bad, QStringLiteral("cursor-frontend"), QStringLiteral("0123456789abcdef"));
        (void)withActor(bad, Actor());
    }
    QVERIFY(refused > 200);
    QVERIFY(!parseGateConfig(head + "[[rule]]\nid = " + QByteArray(100000, '['), QStringLiteral("g.toml")));
    QVERIFY(!readPolicy(QByteArray(300 * 1024, '#')));
}

QTEST_GUILESS_MAIN(TestConfig)
#include "tst_config.moc"
