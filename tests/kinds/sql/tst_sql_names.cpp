// SPDX-License-Identifier: Apache-2.0
// What a name means is decided by everything of that name that the server could choose, wherever in a statement it stands.
#include "ground.h"

#include <QFile>
#include <QTest>

using namespace holdfast;
using namespace holdfast::tests;

class TestSqlNames : public QObject
{
    Q_OBJECT

private Q_SLOTS:
    void initTestCase();
    void cleanupTestCase() { m_cluster.reset(); }
    void shadowed_data();
    void shadowed();
    void othersDoNotMatter_data();
    void othersDoNotMatter();
    void dotsInNames();
    void beforeTheServers();
    void codeInNames();
    void placesInNames();

private:
    [[nodiscard]] Ground make(const QString &objects) const;
    std::unique_ptr<fakes::PostgresCluster> m_cluster;
};

void TestSqlNames::initTestCase()
{
    m_cluster = std::make_unique<fakes::PostgresCluster>();
    if (m_cluster->missing())
        QSKIP("PostgreSQL's server programs are not installed");
    QVERIFY2(m_cluster->why().isEmpty(), qPrintable(m_cluster->why()));
    QCOMPARE(m_cluster->sql(QStringLiteral("CREATE DATABASE n")), QString());
}

Ground TestSqlNames::make(const QString &objects) const
{
    const QString error = m_cluster->sql(QStringLiteral(
        "SET client_min_messages = warning; SELECT format('DROP SCHEMA %I CASCADE', nspname) FROM pg_namespace WHERE oid >= 16384 OR nspname = 'public' \\gexec\n"
        "CREATE SCHEMA public; CREATE SCHEMA hid; CREATE TABLE ran (what text);"
        "CREATE FUNCTION hid.mark() RETURNS boolean LANGUAGE plpgsql AS $$ BEGIN INSERT INTO public.ran VALUES ('x'); RETURN true; END $$;"
        "CREATE DOMAIN dom AS text; CREATE TYPE mood AS ENUM ('sad', 'glad');"
        "CREATE TABLE t (id int PRIMARY KEY, s varchar(20), b boolean, m mood); INSERT INTO t SELECT i, i::text, true, 'sad' FROM generate_series(1, 9) i;"
        "CREATE TABLE plain (id int, n int); INSERT INTO plain SELECT i, i FROM generate_series(1, 5) i;") + objects, QStringLiteral("n"));
    if (!error.isEmpty())
        qWarning("%s", qPrintable(error)); // what follows fails by it
    return Ground(*m_cluster, QStringLiteral("n"));
}

void TestSqlNames::shadowed_data()
{
    QTest::addColumn<QString>("objects");
    QTest::addColumn<QString>("statement");
    const auto comparing = [](const char *name, const char *left, const char *right) {
        return QStringLiteral("CREATE FUNCTION hid.cmp(%2, %3) RETURNS boolean LANGUAGE sql VOLATILE AS 'SELECT hid.mark()';"
                              "CREATE OPERATOR %1 (LEFTARG = %2, RIGHTARG = %3, FUNCTION = hid.cmp);")
            .arg(QString::fromLatin1(name), QString::fromLatin1(left), QString::fromLatin1(right));
    };
    const QString equals = comparing("=", "varchar", "dom");
    for (const char *text : {"DELETE FROM t WHERE s = '1'", "DELETE FROM t WHERE s IN ('1')", "DELETE FROM t WHERE NULLIF(s, '1') IS NULL",
                             "DELETE FROM t WHERE CASE s WHEN '1' THEN true ELSE false END", "DELETE FROM t WHERE s IS NOT DISTINCT FROM '1'",
                             "DELETE FROM t WHERE id = 1 RETURNING s = '1'", "UPDATE t SET b = (s = '1') WHERE id = 1",
                             "INSERT INTO plain VALUES (1, (SELECT count(*) FROM t WHERE s = '1'))", "INSERT INTO plain SELECT id, id FROM t WHERE s = '1'",
                             "INSERT INTO t (id) VALUES (1) ON CONFLICT (id) DO UPDATE SET b = (t.s = '1')",
                             "INSERT INTO t (id) VALUES (1) ON CONFLICT (id) DO UPDATE SET b = true WHERE t.s = '1'",
                             "INSERT INTO t (id) VALUES (99) RETURNING s = '1'", "SELECT id FROM t WHERE s = '1'", "SELECT s = '1' FROM t",
                             "DELETE FROM plain USING t WHERE t.id = plain.id AND t.s = '1'"})
        QTest::newRow(text) << equals << QString::fromLatin1(text);
    QTest::newRow("not equal") << comparing("<>", "varchar", "dom") << QStringLiteral("DELETE FROM t WHERE s NOT IN ('1')");
    QTest::newRow("between") << comparing(">=", "varchar", "dom") << QStringLiteral("DELETE FROM t WHERE s BETWEEN '1' AND '2'");
    QTest::newRow("like") << comparing("~~", "varchar", "dom") << QStringLiteral("DELETE FROM t WHERE s LIKE '1'");
    QTest::newRow("literal on the left") << comparing("=", "dom", "varchar") << QStringLiteral("DELETE FROM t WHERE '1' = s");
    QTest::newRow("any element") << comparing("=", "mood", "text") << QStringLiteral("DELETE FROM t WHERE m = '1'::text");
    const auto function = [](const char *signature) {
        return QStringLiteral("CREATE FUNCTION %1 RETURNS int LANGUAGE sql VOLATILE AS 'SELECT hid.mark()::int';").arg(QString::fromLatin1(signature));
    };
    QTest::newRow("function") << function("length(varchar)") << QStringLiteral("DELETE FROM t WHERE length(s) = 1");
    QTest::newRow("function with a default") << function("length(varchar, int DEFAULT 3)") << QStringLiteral("DELETE FROM t WHERE length(s) = 1");
    QTest::newRow("variadic function") << function("length(VARIADIC varchar[])") << QStringLiteral("DELETE FROM t WHERE length(s) = 1");
    QTest::newRow("polymorphic function") << function("length(anyelement)") << QStringLiteral("UPDATE plain SET n = length(n)");
    QTest::newRow("function in VALUES") << function("length(varchar)") << QStringLiteral("INSERT INTO plain VALUES (1, length('a'::varchar))");
    QTest::newRow("function in a filter") << function("length(varchar)") << QStringLiteral("SELECT count(*) FILTER (WHERE length(s) = 1) FROM t");
    const QString cast = QStringLiteral("CREATE FUNCTION hid.num(varchar) RETURNS int LANGUAGE sql VOLATILE AS 'SELECT hid.mark()::int'; CREATE CAST (varchar AS int) WITH FUNCTION hid.num(varchar) AS ASSIGNMENT;");
    QTest::newRow("cast that is written") << cast << QStringLiteral("DELETE FROM t WHERE s::int = 1");
    QTest::newRow("cast by INSERT") << cast << QStringLiteral("INSERT INTO plain (n) SELECT s FROM t");
    QTest::newRow("cast by UPDATE") << cast << QStringLiteral("UPDATE plain SET n = t.s FROM t WHERE t.id = plain.id");
    QTest::newRow("cast by ON CONFLICT") << cast + QStringLiteral("CREATE UNIQUE INDEX ON plain (id);")
                                         << QStringLiteral("INSERT INTO plain (id) VALUES (1) ON CONFLICT (id) DO UPDATE SET n = 'a'::varchar");
    const QString order = QStringLiteral(
        "CREATE FUNCTION hid.cmp(varchar, varchar) RETURNS int LANGUAGE plpgsql AS $$ BEGIN PERFORM hid.mark(); RETURN 0; END $$;"
        "CREATE FUNCTION hid.no(varchar, varchar) RETURNS boolean LANGUAGE sql AS 'SELECT hid.mark()';"
        "CREATE OPERATOR hid.< (LEFTARG = varchar, RIGHTARG = varchar, FUNCTION = hid.no); CREATE OPERATOR hid.= (LEFTARG = varchar, RIGHTARG = varchar, FUNCTION = hid.no);"
        "CREATE OPERATOR hid.> (LEFTARG = varchar, RIGHTARG = varchar, FUNCTION = hid.no);"
        "CREATE OPERATOR CLASS hid.o DEFAULT FOR TYPE varchar USING btree AS OPERATOR 1 hid.<, OPERATOR 3 hid.=, OPERATOR 5 hid.>, FUNCTION 1 hid.cmp(varchar, varchar);");
    QTest::newRow("order of a type") << order << QStringLiteral("SELECT s FROM t ORDER BY s");
    QTest::newRow("distinct values") << order << QStringLiteral("INSERT INTO plain SELECT 1, count(*) FROM t GROUP BY s");
}

void TestSqlNames::shadowed()
{
    QFETCH(QString, objects);
    QFETCH(QString, statement);
    const Ground ground = make(objects);
    const MeasureOutput output = ground.measure(statement);
    QVERIFY2(!output.measurement.uninspectable.isEmpty(), qPrintable(dump(output)));
    QVERIFY2(number(output, fact::DestroyedRows) < 0 && number(output, fact::ChangedRows) < 0, qPrintable(dump(output)));
    QCOMPARE(ground.sql(QStringLiteral("SELECT count(*) FROM ran")), QStringLiteral("0"));
    static_cast<void>(ground.sql(statement));
    QVERIFY(ground.sql(QStringLiteral("SELECT count(*) FROM ran")) != QStringLiteral("0")); // the server does choose it
}

void TestSqlNames::othersDoNotMatter_data()
{
    QTest::addColumn<QString>("condition");
    QTest::addColumn<bool>("known");
    for (const char *text : {"s = '1' OR id IN (2, 3)", "lower(s) <> '1' AND m <> 'glad'", "id = (SELECT max(n) FROM plain)", "replace(s, '1', '2') = '2'",
                             "OPERATOR(pg_catalog.-) id < 0 AND pg_catalog.length('a') = 1"})
        QTest::newRow(text) << QString::fromLatin1(text) << true;
    QTest::newRow("literals alone") << QStringLiteral("'a' = 'a'") << false; // they would take citext's type as well as text's
    QTest::newRow("text on one side") << QStringLiteral("s LIKE '1%'") << false; // ~~(citext, text): one operand would fit, and that is doubt enough
    QTest::newRow("rows of literals") << QStringLiteral("(s, 'a') = ('1', 'a')") << false;
}

/// Operators and functions of an extension in public, for types that nothing here can become without being asked to.
void TestSqlNames::othersDoNotMatter()
{
    QFETCH(QString, condition);
    QFETCH(bool, known);
    const Ground ground = make(QStringLiteral("CREATE EXTENSION citext; CREATE EXTENSION hstore;"));
    const MeasureOutput output = ground.measure(QStringLiteral("DELETE FROM t WHERE ") + condition);
    QVERIFY2(output.measurement.uninspectable.isEmpty() == known, qPrintable(dump(output)));
    if (known)
        QCOMPARE(QString::number(number(output, fact::DestroyedRows)), ground.sql(QStringLiteral("SELECT count(*) FROM t WHERE ") + condition));
}

/// A dot in a name is not the end of a schema's.
void TestSqlNames::dotsInNames()
{
    const Ground ground = make(QStringLiteral("CREATE TABLE p (id int PRIMARY KEY); CREATE TABLE \"a.b\" (a int REFERENCES p ON DELETE CASCADE);"
                                              "CREATE TABLE hid.\"c\"\".d\" (a int REFERENCES p ON DELETE CASCADE); INSERT INTO p VALUES (1);"
                                              "INSERT INTO \"a.b\" VALUES (1); INSERT INTO hid.\"c\"\".d\" VALUES (1);"));
    const MeasureOutput output = ground.measure(QStringLiteral("DELETE FROM p"));
    const auto reaches = [&](QLatin1StringView table) {
        return std::any_of(output.measurement.resources.begin(), output.measurement.resources.end(), [&](const QString &each) { return each.endsWith(u'/' + table); });
    };
    QVERIFY2(reaches(QLatin1StringView("public.\"a.b\"")), qPrintable(output.measurement.resources.join(u'\n')));
    QVERIFY2(!reaches(QLatin1StringView("\"a.b\"")), qPrintable(output.measurement.resources.join(u'\n')));
    QVERIFY2(reaches(QLatin1StringView("hid.\"c\"\".d\"")), qPrintable(output.measurement.resources.join(u'\n')));
}

/// A schema that the performing session's path puts before pg_catalog: what the gate itself asks of the server means the server's own.
void TestSqlNames::beforeTheServers()
{
    const Ground ground = make(QStringLiteral(
        "CREATE FUNCTION hid.saw(anyelement) RETURNS boolean LANGUAGE plpgsql AS $$ BEGIN RAISE LOG 'canary % in %', pg_catalog.pg_typeof($1), pg_catalog.current_query(); RETURN true; END $$;"
        "CREATE DOMAIN hid.text AS pg_catalog.text CHECK (hid.saw(VALUE)); CREATE DOMAIN hid.oid AS pg_catalog.oid CHECK (hid.saw(VALUE)); CREATE DOMAIN hid.name AS pg_catalog.name CHECK (hid.saw(VALUE));"
        "CREATE DOMAIN hid.regclass AS pg_catalog.regclass CHECK (hid.saw(VALUE)); CREATE DOMAIN hid.int8 AS pg_catalog.int8 CHECK (hid.saw(VALUE));"
        "DO $$ DECLARE t text; o text; BEGIN FOREACH t IN ARRAY '{name,oid,text,\"\\\"char\\\"\",boolean,int4,bigint,int2}'::text[] LOOP"
        "  EXECUTE format('CREATE FUNCTION hid.compares(%1$s, %1$s) RETURNS boolean LANGUAGE plpgsql AS ''BEGIN PERFORM hid.saw(1); RETURN true; END''', t);"
        "  FOREACH o IN ARRAY '{=,<>,<,>,>=,<=,||,&}'::text[] LOOP EXECUTE format('CREATE OPERATOR hid.%s (LEFTARG = %s, RIGHTARG = %2$s, FUNCTION = hid.compares)', o, t); END LOOP; END LOOP; END $$;"
        "CREATE FUNCTION hid.quote_ident(text) RETURNS text LANGUAGE plpgsql AS $$ BEGIN PERFORM hid.saw(1); RETURN $1; END $$;"
        "CREATE VIEW hid.pg_class AS SELECT c.* FROM pg_catalog.pg_class c WHERE hid.saw(1); CREATE VIEW hid.pg_settings AS SELECT c.* FROM pg_catalog.pg_settings c WHERE hid.saw(1);"
        "CREATE TABLE public.others (id int); INSERT INTO public.others VALUES (1), (2); ALTER DATABASE n SET search_path = hid, pg_catalog, public"));
    QFile log(m_cluster->dataDirectory() + QStringLiteral("/../log"));
    QVERIFY(log.open(QIODevice::ReadOnly));
    static_cast<void>(log.readAll());
    static_cast<void>(ground.sql(QStringLiteral("SELECT 'a'::text FROM pg_class WHERE relname = 'others'")));
    QVERIFY(log.readAll().contains("canary")); // the server does choose them
    for (const char *text : {"DELETE FROM public.others WHERE true", "TRUNCATE public.others", "INSERT INTO public.others SELECT 1", "DROP TABLE public.others", "SELECT 1"}) {
        const QString statement = QString::fromLatin1(text);
        const MeasureOutput output = ground.measure(statement);
        const auto outcome = ground.perform(statement, output);
        const QByteArray heard = log.readAll();
        QVERIFY2(!heard.contains("canary"), qPrintable(statement + QString::fromUtf8(heard) + dump(outcome)));
    }
    QCOMPARE(ground.sql(QStringLiteral("ALTER DATABASE n RESET search_path")), QString());
}

/// Names that would leave their quotes if one of them were filled in at what another holds.
void TestSqlNames::codeInNames()
{
    const Ground ground = make(QStringLiteral(
        "CREATE FUNCTION f() RETURNS int LANGUAGE sql AS 'SELECT hid.mark()::int'; CREATE TABLE \"p.k0 OPERATOR(pg_catalog.=) x.\" (z int);"
        "CREATE TABLE par (id int PRIMARY KEY); CREATE TABLE \"%3\" (\" a, public.f() z), 0 --\" int REFERENCES par ON DELETE SET NULL);"
        "INSERT INTO par VALUES (1), (2); INSERT INTO \"%3\" VALUES (1);"));
    const MeasureOutput output = ground.measure(QStringLiteral("DELETE FROM par"));
    QVERIFY2(output.measurement.uninspectable.isEmpty(), qPrintable(dump(output)));
    const auto outcome = ground.perform(QStringLiteral("DELETE FROM par"), output);
    QVERIFY2(std::holds_alternative<Performed>(outcome) && std::get<Performed>(outcome).outcome == Outcome::Committed, qPrintable(dump(outcome)));
    QCOMPARE(ground.sql(QStringLiteral("SELECT count(*) FROM ran")), QStringLiteral("0"));
}

/// A name that holds what a text of ours is filled in at.
void TestSqlNames::placesInNames()
{
    const Ground ground = make(QStringLiteral(
        "CREATE TABLE p (id int PRIMARY KEY); CREATE TABLE \"%3\" (a int REFERENCES p ON DELETE CASCADE); CREATE TABLE \"%2\" (a int REFERENCES p ON DELETE SET NULL);"
        "CREATE TABLE \"0\" (a int); INSERT INTO p VALUES (1), (2); INSERT INTO \"%3\" VALUES (1), (1), (2); INSERT INTO \"%2\" VALUES (1), (2);"
        "CREATE TABLE \"t%2\" (\"%1\" int, \"%2\" text); INSERT INTO \"t%2\" VALUES (1, '%1 %3'); CREATE TABLE x1 (); CREATE TABLE x2 (); CREATE TABLE x3 ();"));
    const MeasureOutput output = ground.measure(QStringLiteral("DELETE FROM p"));
    QVERIFY2(output.measurement.uninspectable.isEmpty(), qPrintable(dump(output)));
    QCOMPARE(number(output, fact::DestroyedRows), 5);
    QCOMPARE(number(output, fact::ChangedRows), 2);
    QCOMPARE(ground.measure(QStringLiteral("DROP TABLE \"t%2\", x1, x2, x3")).measurement.summaryText,
             QStringLiteral("Drop tables \"t%2\" and 3 more in ground"));
    const QString update = QStringLiteral("UPDATE \"t%2\" SET \"%1\" = 2, \"%2\" = '%2%1' WHERE \"%2\" = '%1 %3'");
    const auto outcome = ground.perform(update, ground.measure(update));
    QVERIFY2(std::holds_alternative<Performed>(outcome) && std::get<Performed>(outcome).outcome == Outcome::Committed, qPrintable(dump(outcome)));
    QCOMPARE(number(std::get<Performed>(outcome), fact::ChangedRows), 1);
}

QTEST_GUILESS_MAIN(TestSqlNames)
#include "tst_sql_names.moc"
