// SPDX-License-Identifier: Apache-2.0
// What the gate asks in order to measure runs nobody's code: not what the server evaluates to plan a query, nor what makes text of a value.
#include "ground.h"

#include <QFile>
#include <QTemporaryDir>
#include <QTest>

using namespace holdfast;
using namespace holdfast::tests;

namespace {

/// Operators of which the server knows how they follow from one another, and uses one to find out whether conditions with two others do.
QString ownFamily()
{
    QString objects, members;
    for (const auto &[sign, number] : {std::pair("<", 1), std::pair("<=", 2), std::pair(">=", 4), std::pair(">", 5)}) {
        objects += QStringLiteral("CREATE FUNCTION own%2(int, int) RETURNS bool LANGUAGE plpgsql IMMUTABLE AS 'BEGIN RETURN public.f($1) %1 $2; END'; CREATE OPERATOR ##%1 (LEFTARG = int, RIGHTARG = int, FUNCTION = own%2); ")
                       .arg(QLatin1StringView(sign), QString::number(number));
        members += QStringLiteral("OPERATOR %2 ##%1, ").arg(QLatin1StringView(sign), QString::number(number));
    }
    return objects + QStringLiteral("CREATE OPERATOR CLASS own FOR TYPE int4 USING btree AS OPERATOR 3 =, %1 FUNCTION 1 btint4cmp(int, int); ").arg(members);
}

} // namespace

class TestSqlAsking : public QObject
{
    Q_OBJECT

private Q_SLOTS:
    void initTestCase();
    void cleanupTestCase() { m_shop.reset(); }
    void planning_data();
    void planning();
    void conditions_data();
    void conditions();
    void references_data();
    void references();
    void checking();
    void selfReferring();
    void harmless_data();
    void harmless();
    void casts_data();
    void casts();
    void otherServers_data();
    void otherServers();

private:
    [[nodiscard]] Ground with(const QString &objects);
    [[nodiscard]] QByteArray heard() { return m_log.readAll(); }
    std::unique_ptr<Shop> m_shop;
    QFile m_log;
};

void TestSqlAsking::initTestCase()
{
    // The server's own autovacuum, which asks nothing, evaluates indexes as well.
    m_shop = std::make_unique<Shop>(shopSchema() + QStringLiteral(
        "CREATE FUNCTION f(int) RETURNS int LANGUAGE plpgsql IMMUTABLE AS $$ BEGIN IF pg_catalog.current_query() IS NOT NULL THEN RAISE LOG 'canary in %', pg_catalog.current_query(); END IF; RETURN $1; END $$;"
        "CREATE FUNCTION f() RETURNS int LANGUAGE plpgsql IMMUTABLE AS $$ BEGIN IF pg_catalog.current_query() IS NOT NULL THEN RAISE LOG 'canary in %', pg_catalog.current_query(); END IF; RETURN 1; END $$;"
        "CREATE OPERATOR ### (LEFTARG = int, RIGHTARG = int, FUNCTION = pg_catalog.int4pl); CREATE FUNCTION plus(int, int) RETURNS int LANGUAGE plpgsql IMMUTABLE AS $$ BEGIN RETURN f($1); END $$;"
        "CREATE OPERATOR ##+ (LEFTARG = int, RIGHTARG = int, FUNCTION = plus);"
        "CREATE FUNCTION hidden(int) RETURNS int LANGUAGE sql IMMUTABLE AS 'SELECT $1 + public.f(1)'; CREATE FUNCTION one(int) RETURNS int LANGUAGE sql IMMUTABLE AS 'SELECT 1';"
        "CREATE FUNCTION through(int) RETURNS int LANGUAGE sql IMMUTABLE AS 'SELECT public.hidden($1)'; CREATE FUNCTION wrapped(int) RETURNS int LANGUAGE sql IMMUTABLE AS 'SELECT public.f($1 + 1)';"
        "CREATE TYPE mood AS ENUM ('sad', 'glad'); CREATE TYPE pair AS (x int, y int); CREATE TYPE span AS RANGE (subtype = int4); CREATE DOMAIN small AS int CHECK (VALUE < 9);"
        "CREATE TABLE feel (id int PRIMARY KEY, b bool, c char(4), n name, m mood, p pair, r span, o other, s small, ms mood[]);"
        "INSERT INTO feel VALUES (1, true, 'ab', 'n', 'sad', (1, 2), '[1,5)', (3, 4), 5, '{sad,glad}'), (2, NULL, NULL, NULL, NULL, NULL, NULL, NULL, NULL, NULL);"));
    if (m_shop->missing())
        QSKIP("PostgreSQL's server programs are not installed");
    QVERIFY2(m_shop->why().isEmpty(), qPrintable(m_shop->why()));
    m_log.setFileName(m_shop->cluster().dataDirectory() + QStringLiteral("/../log"));
    QVERIFY(m_log.open(QIODevice::ReadOnly));
}

Ground TestSqlAsking::with(const QString &objects)
{
    Ground ground = m_shop->fresh();
    if (const QString error = ground.sql(objects); !error.isEmpty())
        qWarning("%s", qPrintable(error)); // fails the test
    static_cast<void>(heard());
    return ground;
}

void TestSqlAsking::planning_data()
{
    QTest::addColumn<QString>("objects");
    const QStringList objects{
        QStringLiteral("CREATE INDEX ix ON other ((f(1)))"), QStringLiteral("CREATE INDEX ix ON other ((f()))"), QStringLiteral("CREATE INDEX ix ON other (id) WHERE f(1) > 0"),
        QStringLiteral("CREATE INDEX ix ON other ((2 ##+ 1))"), QStringLiteral("CREATE INDEX ix ON other ((hidden(n)))"), QStringLiteral("CREATE INDEX ix ON other ((through(n)))"),
        QStringLiteral("CREATE INDEX ix ON other ((f(one(n))))"), QStringLiteral("CREATE INDEX ix ON other ((f(CASE WHEN true THEN 1 ELSE id END)))"),
        QStringLiteral("CREATE INDEX ix ON other ((f(coalesce(1, id))))"), QStringLiteral("CREATE INDEX ix ON other ((f(id + NULL::int)))"),
        QStringLiteral("CREATE INDEX ix ON other ((wrapped(2)))"), QStringLiteral("CREATE FUNCTION filled(int, int DEFAULT f(1)) RETURNS int LANGUAGE plpgsql IMMUTABLE AS 'BEGIN RETURN $1; END';"
                       " CREATE INDEX ix ON other ((filled(n)))"),
        QStringLiteral("CREATE FUNCTION filled(int, int DEFAULT f(1)) RETURNS int LANGUAGE plpgsql IMMUTABLE AS 'BEGIN RETURN $1; END';"
                       " CREATE FUNCTION fills(int) RETURNS int LANGUAGE sql IMMUTABLE AS 'SELECT public.filled($1)'; CREATE INDEX ix ON other ((fills(n)))"), QStringLiteral("CREATE STATISTICS st ON (f(1) + n), id FROM other; ANALYZE other"),
        QStringLiteral("CREATE TABLE kid (CHECK (f(1) > 0)) INHERITS (other)"), QStringLiteral("CREATE TABLE kid () INHERITS (other); CREATE INDEX ix ON kid ((f(1)))"),
        QStringLiteral("ALTER TABLE other ADD CHECK (f(1) > 0); DO $$ BEGIN EXECUTE format('ALTER DATABASE %I SET constraint_exclusion = on', current_database()); END $$"),
        QStringLiteral("DROP TABLE other CASCADE; CREATE TABLE other (id int, n int) PARTITION BY RANGE ((f(1) + id)); CREATE TABLE part PARTITION OF other DEFAULT; INSERT INTO other VALUES (5, 5)"),
        QStringLiteral("CREATE FUNCTION compares(int, int) RETURNS int LANGUAGE plpgsql IMMUTABLE AS $$ BEGIN RETURN f(1); END $$; ALTER TABLE other DROP CONSTRAINT other_pkey; INSERT INTO other SELECT i, i FROM"
                       " generate_series(100, 5000) i; CREATE OPERATOR CLASS own FOR TYPE int4 USING btree AS OPERATOR 1 <, OPERATOR 2 <=, OPERATOR 3 =, OPERATOR 4 >=, OPERATOR 5 >, FUNCTION 1 compares(int, int);"
                       " CREATE INDEX ix ON other (id own); ANALYZE other"),
        // A text in the body of a function is read when the body is put in its place.
        QStringLiteral("CREATE DOMAIN checked AS int CHECK (f(VALUE) > 0); CREATE TYPE holder AS (a checked); CREATE FUNCTION takes(int, holder) RETURNS int LANGUAGE plpgsql IMMUTABLE AS 'BEGIN RETURN $1; END';"
                       " CREATE FUNCTION gives(int) RETURNS int LANGUAGE sql IMMUTABLE AS $$ SELECT public.takes($1, '(1)'::public.holder) $$; CREATE INDEX ix ON other ((gives(n)))"),
        QStringLiteral("CREATE DOMAIN checked AS int CHECK (f(VALUE) > 0); CREATE FUNCTION takes(int, checked[]) RETURNS int LANGUAGE plpgsql IMMUTABLE AS 'BEGIN RETURN $1; END';"
                       " CREATE FUNCTION gives(int) RETURNS int LANGUAGE sql IMMUTABLE AS $$ SELECT public.takes($1, '{1}') $$; CREATE INDEX ix ON other ((gives(n)))"),
        // The planner estimates from the statistics of a column how many rows the condition of an index keeps.
        QStringLiteral("CREATE FUNCTION less(int, int) RETURNS bool LANGUAGE plpgsql IMMUTABLE AS 'BEGIN RETURN public.f($1) < $2; END'; CREATE OPERATOR ##< (LEFTARG = int, RIGHTARG = int, FUNCTION = less, RESTRICT = scalarltsel);"
                       " UPDATE other SET n = n % 3; CREATE INDEX ix ON other (n) WHERE n ##< 5 OR id = 5; ANALYZE other"),
        ownFamily() + QStringLiteral("CREATE INDEX ix ON other (n) WHERE id ##<= 100"), ownFamily() + QStringLiteral("CREATE TABLE kid (CHECK (id ##<= 3)) INHERITS (other)")};
    for (const QString &one : objects)
        QTest::newRow(qPrintable(one)) << one;
}

/// The server evaluates what is constant in these before it reads a row.
void TestSqlAsking::planning()
{
    QFETCH(QString, objects);
    const Ground ground = with(objects);
    static_cast<void>(ground.sql(QStringLiteral("SELECT count(*) FROM other WHERE id = 5")));
    QVERIFY2(heard().contains("canary"), "the server does not run it");
    for (const char *text : {"DELETE FROM other WHERE id = 5", "UPDATE other SET n = 1 WHERE id = 5", "SELECT n FROM other WHERE id = 5", "DELETE FROM third WHERE id IN (SELECT id FROM other WHERE id = 5)",
                             "INSERT INTO third SELECT id FROM other WHERE id = 5", "MERGE INTO third t USING other o ON t.id = o.id AND o.id = 5 WHEN MATCHED THEN DELETE",
                             "CREATE TABLE made AS SELECT n FROM other WHERE id = 5"}) {
        const MeasureOutput output = ground.measure(QString::fromLatin1(text));
        const QByteArray ran = heard();
        QVERIFY2(!ran.contains("canary"), (text + ran).constData());
        QVERIFY2(output.measurement.uninspectable.join(u';').contains(QLatin1StringView("the server would run")), (text + dump(output).toUtf8()).constData());
    }
    for (const char *text : {"TRUNCATE other", "DROP TABLE other", "ALTER TABLE other DROP COLUMN n"}) {
        const MeasureOutput output = ground.measure(QString::fromLatin1(text));
        const QByteArray ran = heard();
        QVERIFY2(!ran.contains("canary"), (text + ran).constData());
    }
}

void TestSqlAsking::conditions_data()
{
    QTest::addColumn<QString>("condition");
    for (const char *one : {"f(id) > 0", "id::positive > 0", "NOT id ##> 0"})
        QTest::newRow(one) << QString::fromLatin1(one);
}

/// Where an index answers for pages only, its condition is put to each row of them.
void TestSqlAsking::conditions()
{
    QFETCH(QString, condition);
    const Ground ground = with(QStringLiteral("CREATE DOMAIN positive AS int CHECK (f(VALUE) > 0); CREATE FUNCTION most(int, int) RETURNS bool LANGUAGE plpgsql IMMUTABLE AS 'BEGIN RETURN public.f($1) <= $2; END';"
                                              "CREATE OPERATOR ##<= (LEFTARG = int, RIGHTARG = int, FUNCTION = most); CREATE OPERATOR ##> (LEFTARG = int, RIGHTARG = int, FUNCTION = int4gt, NEGATOR = ##<=); CREATE TABLE broad AS SELECT i AS id, i AS n FROM generate_series(1, 500) i;"
                                              "CREATE INDEX ix ON broad USING brin (n) WHERE %1 OR id = 7; DO $$ BEGIN EXECUTE format('ALTER DATABASE %I SET enable_seqscan = off', current_database()); END $$").arg(condition));
    static_cast<void>(ground.sql(QStringLiteral("SELECT count(*) FROM broad WHERE n < 9 AND n > 6 AND id = 7")));
    QVERIFY2(heard().contains("canary"), "the server does not run it");
    const MeasureOutput output = ground.measure(QStringLiteral("DELETE FROM broad WHERE n < 9 AND n > 6 AND id = 7"));
    const QByteArray ran = heard();
    QVERIFY2(!ran.contains("canary"), ran.constData());
    QVERIFY2(output.measurement.uninspectable.join(u';').contains(QLatin1StringView("for index ix the server would run")), qPrintable(dump(output)));
}

void TestSqlAsking::references_data()
{
    QTest::addColumn<QString>("column");
    QTest::addColumn<QString>("action");
    for (const char *column : {"pair", "double"}) {
        for (const char *action : {"ON DELETE CASCADE", "ON DELETE SET NULL ON UPDATE SET NULL", "ON UPDATE CASCADE", ""})
            QTest::addRow("%s %s", column, action) << QString::fromLatin1(column) << QString::fromLatin1(action);
    }
}

/// A column may refer to one of another type, from which the server comes by a cast.
void TestSqlAsking::references()
{
    QFETCH(QString, column);
    QFETCH(QString, action);
    const Ground ground = with(QStringLiteral("CREATE FUNCTION first(pair) RETURNS int LANGUAGE plpgsql IMMUTABLE AS $$ BEGIN RETURN public.f($1.x); END $$; CREATE CAST (pair AS int) WITH FUNCTION first(pair) AS IMPLICIT;"
                                              "CREATE DOMAIN twin AS pair; CREATE DOMAIN double AS twin; CREATE TABLE refers (p %1 REFERENCES other %2); INSERT INTO refers VALUES (ROW(5, 5))").arg(column, action));
    static_cast<void>(ground.sql(QStringLiteral("SELECT count(*) FROM refers WHERE p = 5")));
    QVERIFY2(heard().contains("canary"), "the server does not run it");
    for (const char *text : {"DELETE FROM other WHERE id = 5", "UPDATE other SET id = 500 WHERE id = 5", "TRUNCATE other CASCADE", "MERGE INTO other USING third ON other.id = third.id WHEN MATCHED THEN DELETE", "DROP TABLE other CASCADE"}) {
        const MeasureOutput output = ground.measure(QString::fromLatin1(text));
        const QByteArray ran = heard();
        QVERIFY2(!ran.contains("canary"), (text + ran).constData());
        const bool counts = std::string_view(text).starts_with("DELETE");
        QVERIFY2(!counts || output.measurement.uninspectable.join(u';').contains(QLatin1StringView("by a cast that somebody made")), (text + dump(output).toUtf8()).constData());
    }
}

/// The server asks for the other side of a foreign key itself.
void TestSqlAsking::checking()
{
    const Ground ground = with(QStringLiteral("CREATE TABLE q (id int REFERENCES other); CREATE INDEX ix ON other ((f(1)))"));
    for (const char *text : {"INSERT INTO q VALUES (5)", "UPDATE q SET id = 6"}) {
        const MeasureOutput output = ground.measure(QString::fromLatin1(text));
        const QByteArray ran = heard();
        QVERIFY2(!ran.contains("canary"), (text + ran).constData());
        QVERIFY2(output.measurement.uninspectable.join(u';').contains(QLatin1StringView("a foreign key of q calls public.f(integer)")), (text + dump(output).toUtf8()).constData());
    }
}

/// Rows that refer to rows of their own table are followed in that table, and in none that inherits from it.
void TestSqlAsking::selfReferring()
{
    const Ground ground = with(QStringLiteral(
        "CREATE TABLE root (id int PRIMARY KEY); INSERT INTO root VALUES (1), (2);"
        "CREATE TABLE tree (id int PRIMARY KEY, up int REFERENCES tree ON DELETE CASCADE, root int REFERENCES root ON DELETE CASCADE);"
        "INSERT INTO tree VALUES (1, NULL, 1), (2, 1, NULL), (3, 2, NULL); CREATE TABLE kid () INHERITS (tree); INSERT INTO kid VALUES (4, 3, 1); CREATE INDEX ix ON kid ((f(1)))"));
    for (const auto &[text, rows] : {std::pair("DELETE FROM ONLY tree WHERE id = 1", 3), std::pair("DELETE FROM root WHERE id = 1", 4)}) {
        const MeasureOutput output = ground.measure(QString::fromLatin1(text));
        const QByteArray ran = heard();
        QVERIFY2(!ran.contains("canary"), (text + ran).constData());
        QVERIFY2(output.measurement.uninspectable.isEmpty(), (text + dump(output).toUtf8()).constData());
        QCOMPARE(number(output, fact::DestroyedRows), rows);
    }
}

void TestSqlAsking::harmless_data()
{
    QTest::addColumn<QString>("objects");
    for (const char *one : {"CREATE INDEX ix ON other ((f(n)))", "CREATE INDEX ix ON other ((f(n + 1))) WHERE n > 3", "CREATE INDEX ix ON other ((wrapped(n)))", "CREATE INDEX ix ON other ((n ##+ 2))",
                            "CREATE INDEX ix ON other ((id + 1)) WHERE n IS NOT NULL", "CREATE FUNCTION named(int) RETURNS text LANGUAGE sql IMMUTABLE AS $$ SELECT 'n'::text || pg_catalog.int4out($1)::text $$; CREATE INDEX ix ON other ((length(named(n))))", "CREATE STATISTICS st ON (f(n)), id FROM other; ANALYZE other", "ALTER TABLE other ADD CHECK (f(n) > 0)"})
        QTest::newRow(one) << QString::fromLatin1(one);
}

/// What is called with a value of a row is called only when that row is written.
void TestSqlAsking::harmless()
{
    QFETCH(QString, objects);
    const Ground ground = with(objects);
    const MeasureOutput output = ground.measure(QStringLiteral("DELETE FROM other WHERE id = 5"));
    QVERIFY2(output.measurement.uninspectable.isEmpty(), qPrintable(dump(output)));
    QCOMPARE(number(output, fact::DestroyedRows), 1);
    QVERIFY(std::holds_alternative<Performed>(ground.perform(QStringLiteral("DELETE FROM other WHERE id = 5"), output)));
    const QByteArray ran = heard();
    QVERIFY2(!ran.contains("canary"), ran.constData());
}

void TestSqlAsking::casts_data()
{
    QTest::addColumn<QString>("type");
    for (const char *one : {"mood", "pair", "span", "other", "mood[]"})
        QTest::newRow(one) << QString::fromLatin1(one);
}

/// Whoever makes a type may make a cast of it; a sample shows what the server itself writes.
void TestSqlAsking::casts()
{
    QFETCH(QString, type);
    const QString plain = QString::fromUtf8([&] {
        const Ground ground = m_shop->fresh();
        QByteArray all;
        const MeasureOutput output = ground.measure(QStringLiteral("DELETE FROM feel WHERE id < 9"));
        for (const MadeBlob &blob : output.blobs)
            all += blob.bytes.mid(32); // behind the salt
        return all;
    }());
    for (const char *value : {"\"sad\"", "\"true\""})
        QVERIFY2(plain.contains(QLatin1StringView(value)), qPrintable(plain));
    const Ground ground = with(QStringLiteral("CREATE FUNCTION says(%1) RETURNS text LANGUAGE plpgsql IMMUTABLE AS $$ BEGIN PERFORM f(1); RETURN 'x'; END $$; CREATE CAST (%1 AS text) WITH FUNCTION says(%1);").arg(type));
    for (const char *text : {"DELETE FROM feel WHERE id < 9", "TRUNCATE feel", "DROP TABLE feel"}) {
        const QString statement = QString::fromLatin1(text);
        const MeasureOutput output = ground.measure(statement);
        const QByteArray ran = heard();
        QVERIFY2(!ran.contains("canary"), (text + ran).constData());
        QVERIFY2(output.measurement.uninspectable.isEmpty(), qPrintable(dump(output)));
        QByteArray all;
        for (const MadeBlob &blob : output.blobs)
            all += blob.bytes.mid(32);
        QVERIFY2(statement.startsWith(QLatin1StringView("DROP")) || QString::fromUtf8(all) == plain, (text + all).constData());
    }
    QVERIFY(std::holds_alternative<Performed>(ground.perform(QStringLiteral("TRUNCATE feel"), ground.measure(QStringLiteral("TRUNCATE feel")))));
    const QByteArray ran = heard();
    QVERIFY2(!ran.contains("canary"), ran.constData());
}

void TestSqlAsking::otherServers_data()
{
    QTest::addColumn<QString>("statement");
    for (const char *one : {"SELECT * FROM third", "DELETE FROM other USING third WHERE other.id = third.id", "INSERT INTO other SELECT id + 100, 1 FROM third",
                            "MERGE INTO other o USING third t ON o.id = t.id WHEN MATCHED THEN DELETE", "UPDATE other SET n = 1 WHERE id IN (SELECT id FROM third)", "TRUNCATE third CASCADE", "DROP TABLE third CASCADE"})
        QTest::newRow(one) << QString::fromLatin1(one);
}

/// A table's rows may lie elsewhere where one that inherits from it is a foreign table.
void TestSqlAsking::otherServers()
{
    QFETCH(QString, statement);
    QTemporaryDir place;
    QVERIFY(QFile::setPermissions(place.path(), QFileDevice::ReadOwner | QFileDevice::WriteOwner | QFileDevice::ExeOwner | QFileDevice::ReadOther | QFileDevice::WriteOther | QFileDevice::ExeOther));
    const QString ran = place.filePath(QStringLiteral("ran"));
    const Ground ground = with(QStringLiteral("CREATE EXTENSION file_fdw; CREATE SERVER files FOREIGN DATA WRAPPER file_fdw; CREATE FOREIGN TABLE far () INHERITS (third) SERVER files"
                                              " OPTIONS (program 'echo 1 | tee -a %1', format 'csv')").arg(ran));
    const MeasureOutput output = ground.measure(statement);
    QVERIFY2(!QFile::exists(ran), qPrintable(dump(output)));
    QVERIFY2(output.measurement.uninspectable.join(u';').contains(QLatin1StringView("a foreign table")), qPrintable(dump(output)));
    static_cast<void>(ground.sql(QStringLiteral("SELECT * FROM third")));
    QVERIFY(QFile::exists(ran));
}

QTEST_GUILESS_MAIN(TestSqlAsking)
#include "tst_sql_asking.moc"
