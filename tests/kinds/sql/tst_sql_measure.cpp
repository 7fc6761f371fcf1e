// SPDX-License-Identifier: Apache-2.0
// What is measured on small hand-made schemas: identity, cascades, cycles, partitions, names, diffs, masks, recovery.
#include "ground.h"

#include "core/json.h"
#include "core/policy/ruling.h"
#include "kinds/sql/identity.h"

#include <QFile>
#include <QRegularExpression>
#include <QProcess>
#include <QTemporaryDir>
#include <QTest>

using namespace holdfast;
using namespace holdfast::tests;

class TestSqlMeasure : public QObject
{
    Q_OBJECT

private Q_SLOTS:
    void initTestCase();
    void cleanupTestCase() { m_cluster.reset(); }
    void environmentIsMeasured();
    void protectionFollowsTheServer();
    void identityMismatchIsAContradiction();
    void databaseDown();
    void loginRefused();
    void notParsed();
    void cascadesInAllForms_data();
    void cascadesInAllForms();
    void strangeNames();
    void updateShowsBeforeAndAfter();
    void samplesAreMasked();
    void backupsAndFate();
    void alterTable();
    void roles();
    void restarts();
    void secrets();
    void unchanged();
    void settings_data();
    void settings();
    void definitionsThatGo_data();
    void definitionsThatGo();

private:
    Ground make(const QString &schema);
    std::unique_ptr<fakes::PostgresCluster> m_cluster;
};

namespace {

QByteArray blob(const MeasureOutput &output, const QString &titlePart)
{
    for (const DiffRef &diff : output.measurement.diffs) {
        if (!diff.title.contains(titlePart))
            continue;
        for (const MadeBlob &made : output.blobs) {
            if (made.digest == diff.blob.digest)
                return made.bytes;
        }
    }
    return {};
}

bool mentions(const MeasureOutput &output, const QString &part)
{
    return output.measurement.uninspectable.join(u'\n').contains(part);
}

} // namespace

void TestSqlMeasure::initTestCase()
{
    m_cluster = std::make_unique<fakes::PostgresCluster>();
    if (m_cluster->missing())
        QSKIP("PostgreSQL's server programs are not installed");
    QVERIFY2(m_cluster->why().isEmpty(), qPrintable(m_cluster->why()));
    QCOMPARE(m_cluster->sql(QStringLiteral("CREATE DATABASE m")), QString());
}

Ground TestSqlMeasure::make(const QString &schema)
{
    const QString name = QStringLiteral("m");
    const QString reset = QStringLiteral(
        "SET client_min_messages = warning; ALTER DATABASE m RESET ALL; SELECT format('DROP SCHEMA %I CASCADE', nspname) FROM pg_namespace"
        " WHERE oid >= 16384 OR nspname = 'public' \\gexec\nCREATE SCHEMA public; GRANT USAGE ON SCHEMA public TO PUBLIC;");
    QString error = m_cluster->sql(reset, name);
    error += m_cluster->sql(schema, name);
    if (!error.isEmpty())
        qWarning("%s", qPrintable(error)); // what follows fails by it
    return Ground(*m_cluster, name);
}

void TestSqlMeasure::environmentIsMeasured()
{
    Ground ground = make(QStringLiteral("CREATE TABLE t (id int PRIMARY KEY); INSERT INTO t VALUES (1), (2);"));
    const auto live = sql::identifySql(ground.target, nullptr, SystemClock().now());
    QVERIFY(live);
    QVERIFY(QRegularExpression(QStringLiteral("^[0-9]{15,20}$")).match(live->identity.system).hasMatch());
    Target production = ground.target;
    production.name = QStringLiteral("bookings-prod");
    production.environment = QStringLiteral("production");
    production.identity = live->identity;
    ground.targets.push_back(production);
    ground.target.name = QStringLiteral("bookings-staging");
    ground.claims.environment = QStringLiteral("staging");
    ground.claims.reversible = true;
    const MeasureOutput output = ground.measure(QStringLiteral("DROP TABLE t"));
    const Measurement &made = output.measurement;
    QCOMPARE(made.environment.value, QStringLiteral("production"));
    QCOMPARE(toString(made.environment.quality), toString(Quality::Measured));
    QCOMPARE(made.confirmText, QStringLiteral("bookings-prod"));
    QCOMPARE(made.summaryText, QStringLiteral("Drop table t in bookings-prod"));
    QCOMPARE(made.contradictions.size(), std::size_t(3));
    QVERIFY((made.contradictions[0]
             == Contradiction{QStringLiteral("target"), QStringLiteral("bookings-staging"), QStringLiteral("bookings-prod"), Severity::Danger}));
    QVERIFY((made.contradictions[1]
             == Contradiction{QStringLiteral("environment"), QStringLiteral("staging"), QStringLiteral("production"), Severity::Danger}));
    QCOMPARE(made.contradictions[2].claim, QStringLiteral("reversible"));
    QCOMPARE(made.resources, QStringList{QStringLiteral("postgresql:%1/%2/public.t").arg(live->identity.system, live->identity.database)});
}

void TestSqlMeasure::protectionFollowsTheServer()
{
    Ground ground = make(QStringLiteral("CREATE TABLE t (id int PRIMARY KEY); INSERT INTO t VALUES (1), (2);"));
    const auto live = sql::identifySql(ground.target, nullptr, SystemClock().now());
    QVERIFY(live);
    PolicyDocument policy;
    policy.targets = {ground.target, ground.target};
    policy.targets[0].name = QStringLiteral("bookings-prod");
    policy.targets[0].identity = live->identity;
    policy.targets[0].isProtected = true;
    policy.targets[1].name = ground.target.name = QStringLiteral("bookings-staging");
    ground.targets = policy.targets;
    // From the measurement alone, as the console, the performer and the auditor work it out of the signed hold.
    const auto modeOf = [&](const Measurement &measured) {
        return toString(rule(policy, {kind::Sql.toString(), ground.target.name, QStringLiteral("agent"), {}, &measured, SystemClock().now()}).mode);
    };
    const auto drop = [&] { return ground.measure(QStringLiteral("DROP TABLE t")).measurement; };
    QCOMPARE(modeOf(drop()), toString(Mode::Forbid));
    Measurement unlabelled = drop();
    unlabelled.contradictions.clear(); // a command says no target of its own: what it reaches is said by the resources
    QCOMPARE(modeOf(unlabelled), toString(Mode::Forbid));
    // From next door, the whole database.
    QCOMPARE(m_cluster->sql(QStringLiteral("CREATE DATABASE \"Next door\"")), QString());
    Ground next(*m_cluster, QStringLiteral("Next door"));
    next.target.name = ground.target.name;
    next.targets = ground.targets;
    QCOMPARE(modeOf(next.measure(QStringLiteral("DROP DATABASE m")).measurement), toString(Mode::Forbid));
    QCOMPARE(modeOf(next.measure(QStringLiteral("CREATE TABLE t (id int)")).measurement), toString(Mode::Hold));
    policy.targets[0].isProtected = false;
    QCOMPARE(modeOf(drop()), toString(Mode::Hold));
}

void TestSqlMeasure::identityMismatchIsAContradiction()
{
    Ground ground = make(QStringLiteral("CREATE TABLE t (id int)"));
    QCOMPARE(toString(ground.measure(QStringLiteral("DROP TABLE t")).measurement.environment.quality), toString(Quality::Configured));
    ground.target.identity = SqlIdentity{QStringLiteral("1"), QStringLiteral("elsewhere")};
    const MeasureOutput output = ground.measure(QStringLiteral("DROP TABLE t"));
    QCOMPARE(output.measurement.environment.value, QStringLiteral("unknown"));
    QCOMPARE(toString(output.measurement.environment.quality), toString(Quality::Unknown));
    QCOMPARE(output.measurement.contradictions.size(), std::size_t(1));
    QCOMPARE(output.measurement.contradictions[0].claim, QStringLiteral("target"));
}

void TestSqlMeasure::databaseDown()
{
    Ground ground = make(QString());
    ground.target.url = QStringLiteral("postgresql://postgres@/x?host=/tmp/nobody-listens-here");
    const MeasureOutput output = ground.measure(QStringLiteral("DELETE FROM t"));
    QCOMPARE(toString(output.measurement.environment.quality), toString(Quality::Unknown));
    QCOMPARE(toString(output.measurement.recovery.verdict), toString(Verdict::Unknown));
    QCOMPARE(number(output, fact::DestroyedRows), -1);
    QVERIFY2(mentions(output, QStringLiteral("could not be asked")), qPrintable(dump(output)));
}

void TestSqlMeasure::loginRefused()
{
    Ground ground = make(QStringLiteral("CREATE TABLE t (id int)"));
    ground.target.url = m_cluster->url(QStringLiteral("m"), QStringLiteral("nobody"));
    const MeasureOutput output = ground.measure(QStringLiteral("DELETE FROM t"));
    QVERIFY2(mentions(output, QStringLiteral("nobody")), qPrintable(dump(output)));
    QCOMPARE(number(output, fact::DestroyedRows), -1);
}

void TestSqlMeasure::notParsed()
{
    Ground ground = make(QStringLiteral("CREATE TABLE t (id int)"));
    for (const QString &text : {QStringLiteral("DELETE FRM t"), QString(), QStringLiteral("-- nothing"), QStringLiteral("\\d t"),
                                QString(2000, u'(') + QStringLiteral("SELECT 1")}) {
        const MeasureOutput output = ground.measure(text);
        QVERIFY2(!output.measurement.uninspectable.isEmpty(), qPrintable(text.left(50)));
        QCOMPARE(output.measurement.operation, QStringLiteral("database.opaque"));
        QCOMPARE(number(output, fact::DestroyedRows), -1);
        QCOMPARE(toString(output.measurement.environment.quality), toString(Quality::Configured));
    }
}

void TestSqlMeasure::cascadesInAllForms_data()
{
    QTest::addColumn<QString>("schema");
    QTest::addColumn<QString>("statement");
    QTest::addColumn<qint64>("destroyed");
    QTest::addColumn<qint64>("cascade");
    QTest::newRow("self reference") << QStringLiteral("CREATE TABLE t (id int PRIMARY KEY, up int REFERENCES t ON DELETE CASCADE); INSERT INTO t VALUES (1, NULL);"
                                                      "INSERT INTO t SELECT i, i / 2 FROM generate_series(2, 1000) i; CREATE INDEX ON t (up)")
                                    << QStringLiteral("DELETE FROM t WHERE id = 2") << qint64(511) << qint64(510);
    QTest::newRow("ring of three") << QStringLiteral(
        "CREATE TABLE a (id int PRIMARY KEY, c int); CREATE TABLE b (id int PRIMARY KEY, a int REFERENCES a ON DELETE CASCADE);"
        "CREATE TABLE c (id int PRIMARY KEY, b int REFERENCES b ON DELETE CASCADE); CREATE TABLE d (id int PRIMARY KEY, c int REFERENCES c ON DELETE CASCADE);"
        "INSERT INTO a SELECT i, i - 1 FROM generate_series(1, 50) i; INSERT INTO b SELECT i, i FROM generate_series(1, 50) i;"
        "INSERT INTO c SELECT i, i FROM generate_series(1, 50) i; INSERT INTO d SELECT i, 1 + i % 50 FROM generate_series(1, 100) i;"
        "UPDATE a SET c = NULL WHERE id = 1; ALTER TABLE a ADD FOREIGN KEY (c) REFERENCES c ON DELETE CASCADE")
                                   << QStringLiteral("DELETE FROM a WHERE id = 41") << qint64(10 + 10 + 10 + 20) << qint64(49);
    QTest::newRow("partitions") << QStringLiteral(
        "CREATE TABLE p (id int PRIMARY KEY) PARTITION BY RANGE (id); CREATE TABLE p1 PARTITION OF p FOR VALUES FROM (0) TO (100);"
        "CREATE TABLE p2 PARTITION OF p FOR VALUES FROM (100) TO (200); CREATE TABLE x (id int, p int REFERENCES p ON DELETE CASCADE) PARTITION BY HASH (id);"
        "CREATE TABLE x0 PARTITION OF x FOR VALUES WITH (MODULUS 2, REMAINDER 0); CREATE TABLE x1 PARTITION OF x FOR VALUES WITH (MODULUS 2, REMAINDER 1);"
        "INSERT INTO p SELECT generate_series(1, 150); INSERT INTO x SELECT i, 1 + i % 150 FROM generate_series(1, 600) i")
                                << QStringLiteral("DELETE FROM p WHERE id > 90") << qint64(60 + 240) << qint64(240);
    QTest::newRow("one partition") << QStringLiteral(
        "CREATE TABLE p (id int PRIMARY KEY) PARTITION BY RANGE (id); CREATE TABLE p1 PARTITION OF p FOR VALUES FROM (0) TO (100);"
        "CREATE TABLE p2 PARTITION OF p FOR VALUES FROM (100) TO (200); CREATE TABLE x (id int, p int REFERENCES p ON DELETE CASCADE);"
        "INSERT INTO p SELECT generate_series(1, 150); INSERT INTO x SELECT i, 1 + i % 150 FROM generate_series(1, 600) i")
                                   << QStringLiteral("DELETE FROM p2") << qint64(51 + 204) << qint64(204);
    QTest::newRow("inheritance") << QStringLiteral(
        "CREATE TABLE base (id int PRIMARY KEY); CREATE TABLE sub (extra text) INHERITS (base); CREATE TABLE x (b int REFERENCES base ON DELETE CASCADE);"
        "INSERT INTO base VALUES (1), (2); INSERT INTO sub VALUES (3, 'a'), (4, 'b'); INSERT INTO x VALUES (1), (1), (2)")
                                 << QStringLiteral("DELETE FROM base WHERE id >= 2") << qint64(3 + 1) << qint64(1);
    QTest::newRow("only") << QStringLiteral("CREATE TABLE base (id int PRIMARY KEY); CREATE TABLE sub (extra text) INHERITS (base); INSERT INTO base VALUES (1), (2); INSERT INTO sub VALUES (3, 'a')")
                          << QStringLiteral("DELETE FROM ONLY base") << qint64(2) << qint64(0);
    QTest::newRow("drop partitioned") << QStringLiteral("CREATE TABLE p (id int PRIMARY KEY) PARTITION BY RANGE (id); CREATE TABLE p1 PARTITION OF p FOR VALUES FROM (0) TO (100);"
                                                        "CREATE TABLE p2 PARTITION OF p FOR VALUES FROM (100) TO (200); INSERT INTO p SELECT generate_series(1, 150)")
                                      << QStringLiteral("DROP TABLE p") << qint64(150) << qint64(150);
    QTest::newRow("drop two") << QStringLiteral("CREATE TABLE a (id int PRIMARY KEY); CREATE TABLE b (a int REFERENCES a); INSERT INTO a VALUES (1); INSERT INTO b VALUES (1), (1)")
                              << QStringLiteral("DROP TABLE a, b") << qint64(3) << qint64(0);
    QTest::newRow("truncate two") << QStringLiteral("CREATE TABLE a (id int PRIMARY KEY); CREATE TABLE b (a int REFERENCES a); INSERT INTO a VALUES (1); INSERT INTO b VALUES (1), (1)")
                                  << QStringLiteral("TRUNCATE a, b") << qint64(3) << qint64(0);
    QTest::newRow("composite key") << QStringLiteral(
        "CREATE TABLE a (x int, y text, PRIMARY KEY (x, y)); CREATE TABLE b (y text, x int, FOREIGN KEY (x, y) REFERENCES a (x, y) ON DELETE CASCADE);"
        "INSERT INTO a VALUES (1, 'p'), (1, 'q'), (2, 'p'); INSERT INTO b VALUES ('p', 1), ('q', 1), ('p', 2), (NULL, 1)")
                                   << QStringLiteral("DELETE FROM a WHERE (x, y) = (1, 'p')") << qint64(2) << qint64(1);
    QTest::newRow("diamond") << QStringLiteral(
        "CREATE TABLE a (id int PRIMARY KEY); CREATE TABLE b (id int PRIMARY KEY, a int REFERENCES a ON DELETE CASCADE);"
        "CREATE TABLE c (a int REFERENCES a ON DELETE CASCADE, b int REFERENCES b ON DELETE CASCADE);"
        "INSERT INTO a VALUES (1), (2); INSERT INTO b VALUES (1, 1), (2, 2); INSERT INTO c VALUES (1, 1), (1, 2), (2, 1), (2, 2)")
                             << QStringLiteral("DELETE FROM a WHERE id = 1") << qint64(1 + 1 + 3) << qint64(4);
}

void TestSqlMeasure::cascadesInAllForms()
{
    QFETCH(QString, schema);
    QFETCH(QString, statement);
    QFETCH(qint64, destroyed);
    QFETCH(qint64, cascade);
    Ground ground = make(schema);
    const MeasureOutput output = ground.measure(statement);
    const QByteArray shown = dump(output).toUtf8();
    const auto outcome = ground.perform(statement, output);
    const QByteArray came = dump(outcome).toUtf8();
    QVERIFY2(output.measurement.uninspectable.isEmpty(), shown.constData());
    QVERIFY2(std::holds_alternative<Performed>(outcome) && std::get<Performed>(outcome).outcome == Outcome::Committed, came.constData());
    QVERIFY2(number(output, fact::DestroyedRows) == number(std::get<Performed>(outcome), fact::DestroyedRows), (shown + came).constData());
    QCOMPARE(number(output, fact::CascadeRows), cascade);
    QCOMPARE(number(output, fact::DestroyedRows), destroyed);
}

void TestSqlMeasure::strangeNames()
{
    const QString name = QStringLiteral("Tä\"b'le; DROP -- \U0001F600 ") + QString(20, u'x');
    const QString quoted = u'"' + QString(name).replace(u'"', QStringLiteral("\"\"")) + u'"';
    const QString large(200, u'n');
    Ground ground = make(QStringLiteral("CREATE SCHEMA \"S p\"; CREATE TABLE \"S p\".%1 (\"Id\" int PRIMARY KEY, \"a\"\"b\" text); INSERT INTO \"S p\".%1 VALUES (1, 'it''s \\ here'), (2, 'x');"
                                       "CREATE TABLE %2 (id int); INSERT INTO %2 VALUES (7); CREATE SCHEMA other; CREATE TABLE other.t (id int); CREATE TABLE t (id int); INSERT INTO t VALUES (1), (2);"
                                       "ALTER DATABASE m SET search_path = other, public").arg(quoted, large));
    MeasureOutput output = ground.measure(QStringLiteral("DELETE FROM \"S p\".%1 x WHERE x.\"a\"\"b\" = 'it''s \\ here' OR \"Id\" = -7").arg(quoted));
    QVERIFY2(number(output, fact::DestroyedRows) == 1, qPrintable(dump(output)));
    output = ground.measure(QStringLiteral("DELETE FROM %1").arg(large)); // cut to 63 bytes by parser and server alike
    QCOMPARE(number(output, fact::DestroyedRows), 1);
    output = ground.measure(QStringLiteral("DELETE FROM t"));
    QVERIFY2(number(output, fact::DestroyedRows) == 0, "search_path of the performing login: other.t");
    QCOMPARE(ground.measure(QStringLiteral("DELETE FROM public.t WHERE id > -1 AND id <> 0")).measurement.summaryText,
             QStringLiteral("Delete 2 rows from t in ground"));
}

void TestSqlMeasure::updateShowsBeforeAndAfter()
{
    Ground ground = make(QStringLiteral("CREATE TABLE t (id int PRIMARY KEY, n int, state text, note varchar(5), f numeric(6,2)); INSERT INTO t SELECT i, i, 'open', 'abc', i FROM generate_series(1, 50) i;"
                                       "CREATE TABLE x (t int REFERENCES t ON UPDATE CASCADE); INSERT INTO x SELECT 1 + i % 50 FROM generate_series(1, 100) i"));
    const MeasureOutput output =
        ground.measure(QStringLiteral("UPDATE t SET n = n + 1, state = 'shut', f = f / 3 WHERE id <= 30 AND NOT (n BETWEEN 5 AND 6)"));
    QCOMPARE(number(output, fact::ChangedRows), 28);
    const QByteArray rows = blob(output, QStringLiteral("change"));
    const auto json = parseJson(rows.mid(32));
    QVERIFY(json);
    QCOMPARE(*json->find(u"total")->asInteger(), 28);
    const Json &first = json->find(u"rows")->asArray()->front();
    QCOMPARE(first.toBytes(),
             QByteArray(R"({"before":["1","1","open","1.00"],"after":["1","2","shut","0.33"]})"));
    // a key that others follow
    const MeasureOutput keys = ground.measure(QStringLiteral("UPDATE t SET id = id + 1000 WHERE id <= 10"));
    QVERIFY2(number(keys, fact::ChangedRows) == 30, qPrintable(dump(keys)));
    const auto outcome = ground.perform(QStringLiteral("UPDATE t SET id = id + 1000 WHERE id <= 10"), keys);
    QVERIFY2(std::holds_alternative<Performed>(outcome), qPrintable(dump(outcome)));
    QCOMPARE(number(std::get<Performed>(outcome), fact::ChangedRows), 30);
}

void TestSqlMeasure::samplesAreMasked()
{
    Ground ground = make(QStringLiteral(
        "CREATE TYPE mood AS ENUM ('sad', 'glad'); CREATE TABLE p (id int PRIMARY KEY, email text, born date, birthday date, doc jsonb, m mood, tags text[], state text);"
        "INSERT INTO p VALUES (1, 'marta@mail.example', '2020-01-01', '1980-05-05', '{\"a\": 1}', 'glad', '{x}', 'on'), (2, NULL, NULL, NULL, NULL, NULL, NULL, NULL)"));
    const MeasureOutput output = ground.measure(QStringLiteral("TRUNCATE p"));
    const QByteArray bytes = blob(output, QStringLiteral("go"));
    QVERIFY(!bytes.contains("marta") && !bytes.contains("1980"));
    const auto json = parseJson(bytes.mid(32));
    QVERIFY(json);
    QCOMPARE(
        json->find(u"rows")->asArray()->front().toBytes(),
        QByteArray(
            "{\"before\":[\"1\",\"m•••••••• (18)\",\"2020-01-01\",\"1•••••••• (10)\",\"{••••••• (8)\",\"glad\",\"{•• (3)\",\"on\"],\"after\":null}"));
    QCOMPARE(json->find(u"masked")->toBytes(), QByteArray(R"(["email","birthday","doc","tags"])"));
    QVERIFY(ground.measure(QStringLiteral("TRUNCATE p")).blobs.front().digest != output.blobs.front().digest);
    QVERIFY(blob(ground.measure(QStringLiteral("DROP TABLE p")), QStringLiteral("schema"))
                .contains("-CREATE TABLE public.p (\n-    id integer NOT NULL,\n"));
}

void TestSqlMeasure::backupsAndFate()
{
    Ground ground = make(QStringLiteral("CREATE TABLE t (id int); INSERT INTO t VALUES (1)"));
    QTemporaryDir dir;
    QFile file(dir.filePath(QStringLiteral("dump")));
    QVERIFY(file.open(QIODevice::WriteOnly));
    QFile fresh(dir.filePath(QStringLiteral("tonight.dump")));
    QVERIFY(fresh.open(QIODevice::WriteOnly)); // and left empty
    QProcess::execute(QStringLiteral("/usr/lib/postgresql/15/bin/pg_dump"), {QStringLiteral("-Fc"), QStringLiteral("-f"), file.fileName(), ground.target.url});
    const QDateTime old = QDateTime::currentDateTimeUtc().addDays(-92);
    QVERIFY(file.setFileTime(old, QFileDevice::FileModificationTime));
    BackupSource source{QStringLiteral("same-disk"), QStringLiteral("file:") + file.fileName(), {}, {}};
    ground.target.backups = {source};
    MeasureOutput output = ground.measure(QStringLiteral("DROP TABLE t"));
    QCOMPARE(toString(output.measurement.recovery.verdict), toString(Verdict::Partly));
    QCOMPARE(output.measurement.recovery.diesWithTarget, std::optional(true));
    QCOMPARE(number(output, u"backup.not-restorable"), 1);
    QVERIFY2(output.measurement.fact(fact::BackupNewest)->how.contains(QStringLiteral("1 rows of public.t")), qPrintable(output.measurement.fact(fact::BackupNewest)->how));
    QCOMPARE(output.measurement.fact(fact::BackupSameFate)->value, QStringLiteral("yes"));
    QCOMPARE(output.measurement.fact(fact::BackupNewest)->value.left(10), old.toString(QStringLiteral("yyyy-MM-dd")));
    const Instant now = SystemClock().now();
    ground.target.backups.push_back({QStringLiteral("other-account"),
                                     QStringLiteral("command:/bin/echo ") + formatInstant(now - std::chrono::hours(1)),
                                     now - std::chrono::hours(48),
                                     {}});
    output = ground.measure(QStringLiteral("DROP TABLE t"));
    QVERIFY2(output.measurement.recovery.verdict == Verdict::Recoverable, qPrintable(dump(output)));
    QCOMPARE(output.measurement.recovery.failureDomain, std::optional(QStringLiteral("other-account")));
    ground.target.backups = {{QStringLiteral("x"), QStringLiteral("command:/bin/false"), {}, {}}};
    QCOMPARE(toString(ground.measure(QStringLiteral("DROP TABLE t")).measurement.recovery.verdict), toString(Verdict::Unknown));
    ground.target.backups.clear();
    QCOMPARE(toString(ground.measure(QStringLiteral("DROP TABLE t")).measurement.recovery.verdict), toString(Verdict::None));
}

void TestSqlMeasure::alterTable()
{
    Ground ground = make(QStringLiteral("CREATE TABLE t (id int PRIMARY KEY, n int, m int); INSERT INTO t VALUES (1, 1, NULL), (2, NULL, 2), (3, 3, 3); CREATE VIEW v AS SELECT n FROM t; CREATE INDEX ti ON t (n)"));
    MeasureOutput output = ground.measure(QStringLiteral("ALTER TABLE t DROP COLUMN n CASCADE"));
    QVERIFY2(output.measurement.uninspectable.isEmpty(), qPrintable(dump(output)));
    QCOMPARE(number(output, u"destroyed.values"), 2);
    QCOMPARE(number(output, fact::DestroyedRows), 0);
    QCOMPARE(output.measurement.summaryText, QStringLiteral("Drop column n of table t in ground"));
    QVERIFY(blob(output, QStringLiteral("schema")).contains("\n-    n integer,\n"));
    const auto outcome = ground.perform(QStringLiteral("ALTER TABLE t DROP COLUMN n CASCADE"), output);
    QVERIFY2(std::holds_alternative<Performed>(outcome) && std::get<Performed>(outcome).outcome == Outcome::Committed, qPrintable(dump(outcome)));
    output = ground.measure(QStringLiteral("ALTER TABLE t ALTER COLUMN m TYPE bigint"));
    QCOMPARE(number(output, fact::ChangedRows), -1);
    QVERIFY(mentions(output, QStringLiteral("without a copy")));
    QCOMPARE(output.measurement.fact(fact::LockLevel)->value, QStringLiteral("AccessExclusiveLock"));
    output = ground.measure(QStringLiteral("ALTER TABLE t ALTER COLUMN m SET DEFAULT 5"));
    QVERIFY(output.measurement.uninspectable.isEmpty());
}

void TestSqlMeasure::roles()
{
    Ground ground = make(QStringLiteral(
        "DO $$ BEGIN CREATE ROLE reader LOGIN; CREATE ROLE doer LOGIN; END $$; GRANT pg_read_all_data, pg_read_all_stats, pg_read_all_settings TO reader;"
        "CREATE TABLE t (id int); INSERT INTO t VALUES (1); CREATE TABLE u (id int); GRANT SELECT, DELETE ON t TO doer"));
    ground.target.url = m_cluster->url(QStringLiteral("m"), QStringLiteral("doer"));
    ground.target.measureAs = QStringLiteral("reader");
    const MeasureOutput output = ground.measure(QStringLiteral("DELETE FROM t"));
    QVERIFY2(output.measurement.uninspectable.isEmpty(), qPrintable(dump(output)));
    QCOMPARE(output.measurement.credential.name, QStringLiteral("none (doer)"));
    QCOMPARE(output.measurement.credential.can,
             (QStringList{QStringLiteral("drop or alter 0 of 2 tables"), QStringLiteral("change or delete rows of 1 of 2 tables")}));
    QVERIFY(output.measurement.credential.excess.isEmpty());
    const auto outcome = ground.perform(QStringLiteral("DELETE FROM t"), output);
    QVERIFY2(std::holds_alternative<Performed>(outcome) && std::get<Performed>(outcome).outcome == Outcome::Committed, qPrintable(dump(outcome)));
    ground.target.measureAs.reset();
    QVERIFY(mentions(ground.measure(QStringLiteral("DELETE FROM u")), QStringLiteral("permission denied")));
}

/// The sequences that begin anew are rows of the catalog that change: said before, and no surprise when it is performed.
void TestSqlMeasure::restarts()
{
    const Ground ground = make(QStringLiteral("CREATE TABLE s (id serial, other int GENERATED ALWAYS AS IDENTITY); INSERT INTO s DEFAULT VALUES"));
    const QString statement = QStringLiteral("TRUNCATE s RESTART IDENTITY");
    const MeasureOutput output = ground.measure(statement);
    QVERIFY2(output.measurement.uninspectable.isEmpty(), qPrintable(dump(output)));
    const auto outcome = ground.perform(statement, output);
    QVERIFY2(std::holds_alternative<Performed>(outcome) && std::get<Performed>(outcome).outcome == Outcome::Committed, qPrintable(dump(outcome)));
}

/// The server's own tables may be read, but for those that it keeps from everybody.
void TestSqlMeasure::secrets()
{
    const Ground ground = make(QStringLiteral("CREATE TABLE s (t text)"));
    const auto says = [&](const char *statement) { return mentions(ground.measure(QString::fromLatin1(statement)), QStringLiteral("passwords and the like")); };
    QVERIFY(says("SELECT rolname, rolpassword FROM pg_authid"));
    QVERIFY(says("SELECT 1 WHERE EXISTS (SELECT FROM pg_catalog.pg_user_mapping)"));
    QVERIFY(says("INSERT INTO s SELECT rolpassword FROM pg_authid"));
    QVERIFY(says("DELETE FROM s WHERE t IN (SELECT rolpassword FROM pg_authid)"));
    QVERIFY(!says("SELECT relname FROM pg_class"));
    QVERIFY(!says("DELETE FROM s WHERE t IN (SELECT datname FROM pg_database)"));
}

/// Equal is not the same: 1.0 becomes 1.00, and is changed by that.
void TestSqlMeasure::unchanged()
{
    const Ground ground = make(QStringLiteral(
        "CREATE TABLE k (n numeric, i interval, j json, t text); INSERT INTO k VALUES (1.0, '1 day', '[1]', 'a'), (1.00, '24 hours', '[1 ]', 'a'), (NULL, NULL, NULL, NULL)"));
    const auto same = [&](const char *set) { return number(ground.measure(QStringLiteral("UPDATE k SET ") + QString::fromLatin1(set)), u"unchanged.rows"); };
    QCOMPARE(same("n = 1.00"), 1);
    QCOMPARE(same("i = '24 hours'"), 1);
    QCOMPARE(same("j = '[1]'"), 1);
    QCOMPARE(same("t = 'a'"), 2);
    QCOMPARE(same("n = NULL, t = NULL"), 1);
}

/// Values are read and written as the performing role's settings say, not as the measuring role's.
void TestSqlMeasure::settings_data()
{
    QTest::addColumn<QString>("setting");
    QTest::addColumn<QString>("condition");
    QTest::newRow("digits") << QStringLiteral("extra_float_digits = 0") << QStringLiteral("f::text = '0.333333333333333'");
    QTest::newRow("bytes") << QStringLiteral("bytea_output = escape") << QStringLiteral("b::text = E'\\\\005'");
    QTest::newRow("zones") << QStringLiteral("timezone_abbreviations = 'Australia'") << QStringLiteral("t < '2024-01-10 00:00 EST'");
    QTest::newRow("dates") << QStringLiteral("DateStyle = 'SQL, DMY'") << QStringLiteral("t > '2/1/2024'");
    QTest::newRow("nulls") << QStringLiteral("array_nulls = off") << QStringLiteral("n = '{NULL}'");
}

void TestSqlMeasure::settings()
{
    QFETCH(QString, setting);
    QFETCH(QString, condition);
    Ground ground = make(QStringLiteral("CREATE ROLE seer LOGIN; CREATE ROLE set LOGIN; GRANT pg_read_all_data TO seer; ALTER ROLE set SET %1;"
                                        "CREATE TABLE v (f float8, b bytea, t timestamptz, n text[]); GRANT SELECT, DELETE ON v TO set;"
                                        "INSERT INTO v VALUES (1 / 3::float8, '\\x05', '2024-01-09 20:00+00', ARRAY['NULL'])").arg(setting));
    ground.target.url = m_cluster->url(QStringLiteral("m"), QStringLiteral("set"));
    ground.target.measureAs = QStringLiteral("seer");
    const QString statement = QStringLiteral("DELETE FROM v WHERE ") + condition;
    const MeasureOutput output = ground.measure(statement);
    const auto outcome = ground.perform(statement, output);
    QCOMPARE(m_cluster->sql(QStringLiteral("DROP OWNED BY set, seer; DROP ROLE set, seer"), QStringLiteral("m")), QString());
    QVERIFY2(std::holds_alternative<Performed>(outcome) && std::get<Performed>(outcome).outcome == Outcome::Committed, qPrintable(dump(outcome)));
    QCOMPARE(number(output, fact::DestroyedRows), number(std::get<Performed>(outcome), fact::DestroyedRows));
}

void TestSqlMeasure::definitionsThatGo_data()
{
    QTest::addColumn<QString>("statement");
    QTest::addColumn<QStringList>("defined");
    QTest::addColumn<QString>("says");
    const QString seen = QStringLiteral("public.seen"), archive = QStringLiteral("public.archive"), found = QStringLiteral("public.found");
    QTest::newRow("what goes along, but no part of what is named") << QStringLiteral("DROP TABLE archive CASCADE") << QStringList{archive, seen} << QStringLiteral("id integer");
    QTest::newRow("a part that is named") << QStringLiteral("DROP INDEX found") << QStringList{found} << QStringLiteral("CREATE INDEX found ON public.archive USING btree (n)");
    QTest::newRow("a part of parts") << QStringLiteral("DROP INDEX over") << QStringList{QStringLiteral("public.over")} << QStringLiteral("CREATE INDEX over ON ONLY public.part USING btree (n)");
    QTest::newRow("a view that is kept") << QStringLiteral("DROP MATERIALIZED VIEW kept") << QStringList{QStringLiteral("public.kept")} << QStringLiteral("SELECT archive.n");
    QTest::newRow("a view alone") << QStringLiteral("DROP VIEW seen") << QStringList{seen} << QStringLiteral("SELECT archive.id");
}

void TestSqlMeasure::definitionsThatGo()
{
    QFETCH(QString, statement);
    const Ground ground = make(QStringLiteral("CREATE TABLE archive (id int, n int); CREATE INDEX found ON archive (n); CREATE VIEW seen AS SELECT id FROM archive;"
                                             "CREATE TABLE part (id int, n int) PARTITION BY RANGE (id); CREATE TABLE part1 PARTITION OF part DEFAULT; CREATE INDEX over ON part (n);"
                                             "CREATE TABLE other (id int, n int); CREATE MATERIALIZED VIEW kept AS SELECT archive.n FROM other AS archive"));
    const QByteArray text = blob(ground.measure(statement), QStringLiteral("schema"));
    QFETCH(QString, says);
    QVERIFY2(text.contains(says.toUtf8()), text.constData());
    QStringList defined;
    for (const QByteArray &line : text.split('\n'))
        if (line.startsWith("--- "))
            defined += QString::fromUtf8(line.mid(4));
    defined.sort();
    QTEST(defined, "defined");
}

QTEST_GUILESS_MAIN(TestSqlMeasure)
#include "tst_sql_measure.moc"
