// SPDX-License-Identifier: Apache-2.0
// Hostile statements and schemas: nothing of theirs runs while measuring, and what is not understood says so.
#include "ground.h"

#include <QDirIterator>
#include <QTest>

using namespace holdfast;
using namespace holdfast::tests;

class TestSqlTraps : public QObject
{
    Q_OBJECT

private Q_SLOTS:
    void initTestCase();
    void cleanupTestCase() { m_cluster.reset(); }
    void hostile_data();
    void hostile();
    void uninspectable_data();
    void uninspectable();
    void evaluated_data();
    void evaluated();
    void triggersRulesAndDefaults();
    void rowSecurity();
    void parsersLostSign();
    void deepTreesDoNotCrash();
    void corpusNeverCrashes();

private:
    std::unique_ptr<fakes::PostgresCluster> m_cluster;
};

void TestSqlTraps::initTestCase()
{
    m_cluster = std::make_unique<fakes::PostgresCluster>();
    if (m_cluster->missing())
        QSKIP("PostgreSQL's server programs are not installed");
    QVERIFY2(m_cluster->why().isEmpty(), qPrintable(m_cluster->why()));
    const QString tables = QStringLiteral(
        "CREATE TABLE t (id int PRIMARY KEY, s varchar(20), x text, d date DEFAULT '2026-01-02', b boolean, j jsonb);"
        "INSERT INTO t SELECT i, 'v' || i, 'x', date '2026-01-01' + i, i % 2 = 0, '{}' FROM generate_series(1, 100) i;"
        "CREATE TABLE plain (id int, n int); INSERT INTO plain SELECT i, i FROM generate_series(1, 10) i;");
    QCOMPARE(m_cluster->sql(QStringLiteral("CREATE DATABASE traps; CREATE DATABASE clean")), QString());
    QCOMPARE(m_cluster->sql(tables, QStringLiteral("clean")), QString());
    QCOMPARE(m_cluster->sql(tables + QStringLiteral(
        "CREATE TABLE ran (what text);"
        "CREATE FUNCTION evil(int) RETURNS boolean LANGUAGE plpgsql VOLATILE AS $$ BEGIN INSERT INTO ran VALUES ('evil'); RETURN true; END $$;"
        "CREATE FUNCTION sly(int) RETURNS boolean LANGUAGE plpgsql IMMUTABLE AS $$ BEGIN PERFORM public.evil($1); RETURN true; END $$;"
        "CREATE FUNCTION lower(varchar) RETURNS text LANGUAGE plpgsql AS $$ BEGIN INSERT INTO ran VALUES ('lower'); RETURN 'v1'; END $$;"
        "CREATE FUNCTION eqv(varchar, varchar) RETURNS boolean LANGUAGE plpgsql AS $$ BEGIN INSERT INTO ran VALUES ('eqv'); RETURN true; END $$;"
        "CREATE OPERATOR = (LEFTARG = varchar, RIGHTARG = varchar, FUNCTION = eqv);"
        "CREATE FUNCTION of(t) RETURNS boolean LANGUAGE plpgsql AS $$ BEGIN INSERT INTO ran VALUES ('of'); RETURN true; END $$;"
        "CREATE DOMAIN dom AS int CHECK (public.evil(VALUE)); CREATE TABLE withdom (id int, d int); INSERT INTO withdom VALUES (1, 1);"
        "CREATE VIEW hid AS SELECT * FROM t WHERE public.evil(id);"),
        QStringLiteral("traps")), QString());
}

void TestSqlTraps::hostile_data()
{
    QTest::addColumn<QString>("statement");
    QTest::newRow("volatile function") << QStringLiteral("DELETE FROM plain WHERE evil(id)");
    QTest::newRow("function that lies about itself") << QStringLiteral("DELETE FROM plain WHERE sly(1)");
    QTest::newRow("function in SET") << QStringLiteral("UPDATE plain SET n = 1 WHERE id = 1 AND sly(n)");
    QTest::newRow("shadowing function") << QStringLiteral("DELETE FROM t WHERE lower(s) = 'v1'");
    QTest::newRow("shadowing operator") << QStringLiteral("DELETE FROM t WHERE s = s");
    QTest::newRow("hidden in IN") << QStringLiteral("DELETE FROM t WHERE s IN ('a', 'b')");
    QTest::newRow("hidden in BETWEEN and NULLIF") << QStringLiteral("DELETE FROM t WHERE NULLIF(s, 'a') IS NULL");
    QTest::newRow("attribute notation") << QStringLiteral("DELETE FROM t WHERE t.of");
    QTest::newRow("whole row") << QStringLiteral("DELETE FROM t WHERE of(t)");
    QTest::newRow("domain cast") << QStringLiteral("DELETE FROM withdom WHERE d::dom = 1");
    QTest::newRow("view in sub-select") << QStringLiteral("DELETE FROM plain WHERE id IN (SELECT id FROM hid)");
    QTest::newRow("view as target") << QStringLiteral("DELETE FROM hid");
    QTest::newRow("qualified operator") << QStringLiteral("DELETE FROM t WHERE s OPERATOR(public.=) s");
    QTest::newRow("function in RETURNING") << QStringLiteral("DELETE FROM plain RETURNING evil(id)");
    QTest::newRow("function in FROM") << QStringLiteral("DELETE FROM plain USING evil(1) e WHERE e");
    QTest::newRow("file function") << QStringLiteral("DELETE FROM plain WHERE pg_read_file('/etc/passwd') IS NOT NULL");
    QTest::newRow("sleep") << QStringLiteral("DELETE FROM plain WHERE pg_sleep(60) IS NULL");
    QTest::newRow("sql by xml") << QStringLiteral("DELETE FROM plain WHERE query_to_xml('SELECT evil(1)', true, true, '') IS NOT NULL");
    QTest::newRow("sequence") << QStringLiteral("DELETE FROM plain WHERE nextval('s') > 0");
    QTest::newRow("CTE that writes") << QStringLiteral("WITH w AS (DELETE FROM t RETURNING id) DELETE FROM plain USING w WHERE plain.id = w.id");
    QTest::newRow("insert from function") << QStringLiteral("INSERT INTO plain SELECT 1, 1 WHERE evil(1)");
    QTest::newRow("insert value function") << QStringLiteral("INSERT INTO plain VALUES (1, (SELECT CASE WHEN sly(1) THEN 1 END))");
    QTest::newRow("select function") << QStringLiteral("SELECT evil(1)");
    QTest::newRow("current of") << QStringLiteral("DELETE FROM plain WHERE CURRENT OF c");
}

void TestSqlTraps::hostile()
{
    QFETCH(QString, statement);
    Ground ground(*m_cluster, QStringLiteral("traps"));
    const MeasureOutput output = ground.measure(statement);
    QVERIFY2(!output.measurement.uninspectable.isEmpty(), qPrintable(dump(output)));
    QCOMPARE(ground.sql(QStringLiteral("SELECT count(*) FROM ran")), QStringLiteral("0"));
    if (statement.contains(QStringLiteral("WHERE")) && !statement.startsWith(QStringLiteral("INSERT")))
        QVERIFY2(number(output, fact::DestroyedRows) < 0, qPrintable(dump(output)));
}

void TestSqlTraps::uninspectable_data()
{
    QTest::addColumn<QString>("statement");
    for (const char *text : {"DO $$ BEGIN DELETE FROM t; END $$",
                             "CALL p()",
                             "EXECUTE q",
                             "PREPARE q AS DELETE FROM t",
                             "COPY t TO PROGRAM 'cat > /tmp/x'",
                             "COPY t FROM '/tmp/x'",
                             "SET search_path = x",
                             "BEGIN",
                             "COMMIT",
                             "BEGIN; DELETE FROM t; COMMIT",
                             "ROLLBACK",
                             "CREATE DATABASE x",
                             "DROP DATABASE traps",
                             "VACUUM FULL t",
                             "CREATE INDEX CONCURRENTLY i ON t (x)",
                             "ALTER SYSTEM SET fsync = off",
                             "CREATE TABLE y (id int)",
                             "GRANT ALL ON t TO PUBLIC",
                             "LOCK TABLE t",
                             "EXPLAIN ANALYZE DELETE FROM t",
                             "NOTIFY x",
                             "SET ROLE postgres",
                             "CREATE FUNCTION f() RETURNS int LANGUAGE sql AS 'SELECT 1'",
                             "REINDEX TABLE t",
                             "MERGE INTO t USING plain p ON p.id = t.id WHEN MATCHED THEN DELETE",
                             "DELETE FROM nowhere",
                             "DROP TABLE nowhere",
                             "DELETE FROM pg_catalog.pg_class WHERE evil(1)",
                             "ALTER TABLE t RENAME TO u",
                             "CREATE OR REPLACE VIEW hid AS SELECT 1",
                             "DELETE FROM t WHERE id IN (SELECT id FROM plain FOR UPDATE)",
                             "ALTER TABLE t ADD COLUMN e int DEFAULT evil(1)"})
        QTest::newRow(text) << QString::fromUtf8(text);
}

void TestSqlTraps::uninspectable()
{
    QFETCH(QString, statement);
    Ground ground(*m_cluster, QStringLiteral("traps"));
    const MeasureOutput output = ground.measure(statement);
    QVERIFY2(!output.measurement.uninspectable.isEmpty(), qPrintable(dump(output)));
    QVERIFY(!output.measurement.summaryText.isEmpty());
    QCOMPARE(ground.sql(QStringLiteral("SELECT (SELECT count(*) FROM ran), (SELECT count(*) FROM t)")), QStringLiteral("0|100"));
}

void TestSqlTraps::evaluated_data()
{
    QTest::addColumn<QString>("condition");
    for (const char *text : {"id > -5 AND id < 20",
                             "id = - 3 OR id IN (1, -2, 0)",
                             "x LIKE 'x%' AND x ILIKE 'X' AND x SIMILAR TO 'x+'",
                             "d > '2026-02-01' AND d < CURRENT_DATE + 3650",
                             "d >= now() - interval '100 years'",
                             "b",
                             "NOT b",
                             "b IS NOT TRUE",
                             "x IS NULL",
                             "coalesce(x, '') <> ''",
                             "id % 7 = 0",
                             "id BETWEEN SYMMETRIC 30 AND 20",
                             "x ~ '^x$'",
                             "extract(year FROM d) = 2026",
                             "length(x) = 1",
                             "CASE WHEN b THEN id > 50 ELSE id < 5 END",
                             "id = ANY (ARRAY[1, 2, 3])",
                             "id = ANY ('{1,2}')",
                             "id IN (SELECT n FROM plain WHERE n > 3)",
                             "EXISTS (SELECT * FROM plain p WHERE p.n = t.id)",
                             "id = (SELECT max(n) FROM plain)",
                             "id IN (SELECT min(id) FROM t GROUP BY b HAVING count(*) > 1)",
                             "id IN (SELECT id FROM t ORDER BY id DESC LIMIT 7)",
                             "(id, x) IN ((1, 'x'), (2, 'y'))",
                             "id::text = '5'",
                             "CAST(id AS numeric(4,1)) = 5.0",
                             "j = '{}'",
                             "j ? 'a' OR j @> '{}'",
                             "id IS DISTINCT FROM 4",
                             "greatest(id, 5) = 5",
                             "upper(x) || 'a' = 'Xa'",
                             "id = 1.0",
                             "id < 2147483648",
                             "true",
                             "date_trunc('month', d) = '2026-02-01'",
                             "x = 'a''b\\c' OR x = E'\\x78'",
                             "id IN (SELECT a.id FROM t a JOIN plain p ON p.id = a.id LEFT JOIN plain q ON q.id = p.id WHERE q.n IS NOT NULL)"})
        QTest::newRow(text) << QString::fromUtf8(text);
}

/// What is evaluated must give what the server itself gives for the requester's own words.
void TestSqlTraps::evaluated()
{
    QFETCH(QString, condition);
    Ground ground(*m_cluster, QStringLiteral("clean"));
    const MeasureOutput output = ground.measure(QStringLiteral("DELETE FROM t WHERE ") + condition);
    QVERIFY2(output.measurement.uninspectable.isEmpty(), qPrintable(dump(output)));
    QCOMPARE(QString::number(number(output, fact::DestroyedRows)), ground.sql(QStringLiteral("SELECT count(*) FROM t WHERE ") + condition));
}

void TestSqlTraps::triggersRulesAndDefaults()
{
    QCOMPARE(m_cluster->sql(QStringLiteral("CREATE DATABASE code")), QString());
    Ground ground(*m_cluster, QStringLiteral("code"));
    QCOMPARE(ground.sql(QStringLiteral(
        "CREATE TABLE log (n int); CREATE TABLE t (id int PRIMARY KEY); INSERT INTO t VALUES (1), (2); CREATE TABLE c (t int REFERENCES t ON DELETE CASCADE); INSERT INTO c VALUES (1);"
        "CREATE FUNCTION f() RETURNS trigger LANGUAGE plpgsql AS $$ BEGIN INSERT INTO log VALUES (1); RETURN OLD; END $$; CREATE TRIGGER note AFTER DELETE ON c FOR EACH ROW EXECUTE FUNCTION f();"
        "CREATE TABLE r (id int); CREATE RULE soft AS ON DELETE TO r DO INSTEAD NOTHING; INSERT INTO r VALUES (1);"
        "CREATE FUNCTION g() RETURNS int LANGUAGE sql AS 'SELECT 1'; CREATE TABLE d (id int, n int DEFAULT g());"
        "CREATE FUNCTION e() RETURNS event_trigger LANGUAGE plpgsql AS $$ BEGIN NULL; END $$; CREATE EVENT TRIGGER watch ON sql_drop EXECUTE FUNCTION e();")), QString());
    const MeasureOutput deletion = ground.measure(QStringLiteral("DELETE FROM t"));
    QVERIFY2(deletion.measurement.uninspectable.join(u' ').contains(QStringLiteral("trigger note on c")), qPrintable(dump(deletion)));
    QVERIFY(isBetween(deletion, fact::DestroyedRows, 2, 3)); // two of t go; whether the row of c does, and what else, is the trigger's to say
    QVERIFY(ground.measure(QStringLiteral("DELETE FROM r")).measurement.uninspectable.join(u' ').contains(QStringLiteral("rule soft")));
    QCOMPARE(number(ground.measure(QStringLiteral("DELETE FROM r")), fact::DestroyedRows), -1);
    QVERIFY(ground.measure(QStringLiteral("INSERT INTO d VALUES (1)")).measurement.uninspectable.join(u' ').contains(QStringLiteral("g()")));
    QVERIFY(ground.measure(QStringLiteral("DROP TABLE d")).measurement.uninspectable.join(u' ').contains(QStringLiteral("event trigger watch")));
    // Code that runs before the rows go may take them away first, or more with them.
    QVERIFY(isBetween(ground.measure(QStringLiteral("DROP TABLE r")), fact::DestroyedRows, 1, 1));
    QCOMPARE(ground.sql(QStringLiteral("CREATE EVENT TRIGGER before ON ddl_command_start EXECUTE FUNCTION e()")), QString());
    QVERIFY(isBetween(ground.measure(QStringLiteral("DROP TABLE r")), fact::DestroyedRows, 0, 1));
    QCOMPARE(ground.sql(QStringLiteral("DROP EVENT TRIGGER before")), QString());
    // What the trigger wrote is found before COMMIT, and shown; approved as reported, it is performed.
    const auto first = ground.perform(QStringLiteral("DELETE FROM t"), deletion);
    QVERIFY2(std::holds_alternative<Drifted>(first), qPrintable(dump(first)));
    QCOMPARE(ground.sql(QStringLiteral("SELECT (SELECT count(*) FROM t), (SELECT count(*) FROM log)")), QStringLiteral("2|0"));
    const MeasureOutput &second = std::get<Drifted>(first).now;
    QCOMPARE(number(second, fact::ChangedRows), 1);
    const auto done = ground.perform(QStringLiteral("DELETE FROM t"), second);
    QVERIFY2(std::holds_alternative<Performed>(done), qPrintable(dump(done)));
    QCOMPARE(ground.sql(QStringLiteral("SELECT (SELECT count(*) FROM t), (SELECT count(*) FROM log)")), QStringLiteral("0|1"));
}

void TestSqlTraps::rowSecurity()
{
    QCOMPARE(m_cluster->sql(QStringLiteral("CREATE DATABASE rls; CREATE ROLE limited LOGIN; CREATE ROLE seer LOGIN; GRANT pg_read_all_data TO seer")), QString());
    Ground ground(*m_cluster, QStringLiteral("rls"));
    QCOMPARE(ground.sql(QStringLiteral("CREATE TABLE t (id int); INSERT INTO t SELECT generate_series(1, 10); ALTER TABLE t ENABLE ROW LEVEL SECURITY; CREATE POLICY half ON t USING (id % 2 = 0);"
                                       "GRANT ALL ON t TO limited")), QString());
    QCOMPARE(number(ground.measure(QStringLiteral("DELETE FROM t")), fact::DestroyedRows), 10); // the superuser is not subject to it
    ground.target.url = m_cluster->url(QStringLiteral("rls"), QStringLiteral("limited"));
    QCOMPARE(number(ground.measure(QStringLiteral("DELETE FROM t")), fact::DestroyedRows), -1);
    ground.target.url = m_cluster->url(QStringLiteral("rls"));
    ground.target.measureAs = QStringLiteral("seer"); // half of it would be a silent under-count
    QCOMPARE(number(ground.measure(QStringLiteral("DELETE FROM t")), fact::DestroyedRows), -1);
}

/// libpg_query 15 writes -5 and 0 alike, as nothing.
void TestSqlTraps::parsersLostSign()
{
    Ground ground(*m_cluster, QStringLiteral("clean"));
    QCOMPARE(number(ground.measure(QStringLiteral("DELETE FROM plain WHERE n > -5")), fact::DestroyedRows), 10);
    QCOMPARE(number(ground.measure(QStringLiteral("DELETE FROM plain WHERE n - 6 > -\n 5")), fact::DestroyedRows), 9);
    QCOMPARE(number(ground.measure(QStringLiteral("DELETE FROM plain WHERE n > - /* */ 5")), fact::DestroyedRows), -1);
    QCOMPARE(number(ground.measure(QStringLiteral("/* ä */ DELETE FROM plain WHERE n > 0 AND n < 3")), fact::DestroyedRows), 2);
}

/// libpg_query recurses without a limit when it writes its tree.
void TestSqlTraps::deepTreesDoNotCrash()
{
    Ground ground(*m_cluster, QStringLiteral("clean"));
    for (const auto &[head, unit] : {std::pair{"DELETE FROM t WHERE id = ", "1+"}, std::pair{"SELECT 1 ", "UNION SELECT 1 "},
                                     std::pair{"DELETE FROM t WHERE id = 1", "::int"}}) {
        const QString text = QString::fromLatin1(head) + QString::fromLatin1(unit).repeated(1000000 / static_cast<int>(qstrlen(unit)))
            + (qstrlen(unit) == 2 ? QStringLiteral("1") : QString());
        QVERIFY(ground.measure(text).measurement.uninspectable.join(u' ').contains(QStringLiteral("nested too deeply")));
    }
    QVERIFY(ground.measure(QStringLiteral("SELECT ") + QString(1100000, u'1')).measurement.uninspectable.join(u' ').contains(QStringLiteral("1 MiB")));
}

void TestSqlTraps::corpusNeverCrashes()
{
    const QString corpus = qEnvironmentVariable("HOLDFAST_SHARED") + QStringLiteral("/corpus/postgres/squawk/crates/squawk_parser/tests/data");
    if (!QDir(corpus).exists())
        QSKIP("../shared is not beside the checkout");
    Ground ground(*m_cluster, QStringLiteral("traps"));
    int files = 0;
    QDirIterator each(corpus, {QStringLiteral("*.sql")}, QDir::Files, QDirIterator::Subdirectories);
    while (each.hasNext()) {
        QFile file(each.next());
        QVERIFY(file.open(QIODevice::ReadOnly));
        const MeasureOutput output = ground.measure(QString::fromUtf8(file.readAll()));
        const bool says = !output.measurement.uninspectable.isEmpty() || output.measurement.operation == QStringLiteral("database.read")
            || number(output, fact::DestroyedRows) >= 0 || number(output, fact::ChangedRows) >= 0;
        QVERIFY2(says, qPrintable(file.fileName() + dump(output)));
        ++files;
    }
    QVERIFY(files > 100);
    QCOMPARE(ground.sql(QStringLiteral("SELECT (SELECT count(*) FROM ran), (SELECT count(*) FROM t)")), QStringLiteral("0|100"));
}

QTEST_GUILESS_MAIN(TestSqlTraps)
#include "tst_sql_traps.moc"
