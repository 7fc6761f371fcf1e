// SPDX-License-Identifier: Apache-2.0
// Statements with several parts, and queries in all their forms: what is said of each happens when it is performed.
#include "ground.h"

#include <QTest>

using namespace holdfast;
using namespace holdfast::tests;

class TestSqlParts : public QObject
{
    Q_OBJECT

private Q_SLOTS:
    void initTestCase();
    void cleanupTestCase() { m_shop.reset(); }
    void happens_data();
    void happens();
    void refused_data();
    void refused();
    void notKnown_data();
    void notKnown();
    void sentences_data();
    void sentences();
    void queries_data();
    void queries();
    void hidden_data();
    void hidden();
    void madeTable();
    void partition();
    void namesWithDatabase();
    void sharedCase();

private:
    std::unique_ptr<Shop> m_shop;
};

void TestSqlParts::initTestCase()
{
    m_shop = std::make_unique<Shop>(shopSchema() + QStringLiteral(
        "CREATE TABLE archive (id int, n int);"
        "CREATE TABLE tree (id int PRIMARY KEY, up int REFERENCES tree ON DELETE CASCADE, note text); INSERT INTO tree SELECT i, nullif(i / 2, 0) FROM generate_series(1, 20) i;"
        "CREATE TABLE feed (id int, n int); INSERT INTO feed SELECT i, i FROM generate_series(31, 50) i;"
        "CREATE TABLE boss (id int PRIMARY KEY); INSERT INTO boss SELECT generate_series(1, 3);"
        "CREATE TABLE works (id int, boss int REFERENCES boss ON UPDATE CASCADE); INSERT INTO works SELECT i, i % 3 + 1 FROM generate_series(1, 18) i;"
        "CREATE TABLE noisy (id int PRIMARY KEY); INSERT INTO noisy SELECT generate_series(1, 5); CREATE TABLE ran (what text);"
        "CREATE FUNCTION f() RETURNS int LANGUAGE plpgsql AS $$ BEGIN INSERT INTO public.ran VALUES ('f'); RETURN 1; END $$;"
        "CREATE FUNCTION heard() RETURNS trigger LANGUAGE plpgsql AS $$ BEGIN RETURN OLD; END $$;"
        "CREATE TRIGGER heard BEFORE DELETE ON noisy FOR EACH ROW EXECUTE FUNCTION heard()"));
    if (m_shop->missing())
        QSKIP("PostgreSQL's server programs are not installed");
    QVERIFY2(m_shop->why().isEmpty(), qPrintable(m_shop->why()));
}

void TestSqlParts::happens_data()
{
    addExpected();
    // WITH that changes rows: all parts see one snapshot.
    expect("WITH moved AS (DELETE FROM other WHERE id <= 7 RETURNING *) INSERT INTO archive SELECT * FROM moved", 7, 7, 7, 7);
    expect("WITH moved AS (DELETE FROM other WHERE id <= 7 RETURNING id, n * 2 AS m) INSERT INTO archive SELECT m, id FROM moved WHERE m > 6", 7, 7, 4, 4);
    expect("WITH gone AS (DELETE FROM item WHERE id <= 2 RETURNING id) SELECT count(*) FROM gone", 8, 8, -2, -2);
    expect("WITH gone AS (DELETE FROM item WHERE id <= 2) SELECT 1", 8, 8, -2, -2);
    expect("WITH gone(a) AS (DELETE FROM other WHERE id <= 5 RETURNING id), more AS (DELETE FROM third RETURNING id) UPDATE item SET price = 0 WHERE id IN (SELECT a FROM gone)", 7, 7, 5, 5);
    expect("WITH up AS (UPDATE other SET n = n + 100 WHERE id > 30 RETURNING id, n) INSERT INTO archive SELECT id, n FROM up WHERE n > 135", -2, -2, 15, 15);
    expect("WITH new AS (INSERT INTO archive (id, n) VALUES (1, 5), (2, 6) RETURNING id, n) INSERT INTO third SELECT n FROM new WHERE id = 2", -2, -2, 3, 3);
    expect("WITH a AS (DELETE FROM other WHERE id <= 10) DELETE FROM other WHERE id > 35", 10, 15, -2, -2);
    expect("WITH a AS (DELETE FROM other WHERE id <= 10) DELETE FROM other WHERE id <= 10", 10, 20, -2, -2); // each row goes once
    expect("WITH a AS (UPDATE other SET n = 0 WHERE id <= 3) DELETE FROM other WHERE id <= 5", 2, 5, 0, 3);
    expect("WITH a AS (INSERT INTO other SELECT id + 100, id FROM third) DELETE FROM other", 40, 40, 2, 2); // what is added is not seen
    expect("WITH a AS (DELETE FROM third) DELETE FROM third", 2, 4, -2, -2);
    // Of a row that two parts delete one returns it, and the server says which; what follows either of them is not known.
    expect("WITH a AS (DELETE FROM other WHERE id <= 10 RETURNING id), b AS (DELETE FROM other WHERE id <= 5) DELETE FROM item WHERE id IN (SELECT id FROM a)", 10, -1, -2, -2);
    expect("WITH a AS (DELETE FROM other WHERE id <= 10 RETURNING id), b AS (DELETE FROM other WHERE id <= 5 RETURNING id), c AS (DELETE FROM item WHERE id IN (SELECT id FROM a)) SELECT count(*) FROM b", 10, -1, -2, -2);
    expect("WITH a AS (DELETE FROM other WHERE id <= 10 RETURNING id), b AS (DELETE FROM other WHERE id <= 5 RETURNING id), c AS (DELETE FROM item WHERE id IN (SELECT id FROM a) RETURNING id),"
           " d AS (INSERT INTO archive SELECT id, 1 FROM c) SELECT count(*) FROM b", 10, -1, -1, -1);
    expect("WITH w AS (SELECT id FROM other WHERE n > 38) DELETE FROM item WHERE id IN (SELECT id FROM w)", 8, 8, -2, -2);
    expect("WITH w AS (SELECT id FROM other WHERE n > 38), v AS (SELECT id + 1 AS id FROM w) UPDATE item SET price = 1 FROM v WHERE v.id = item.id", -2, -2, 2, 2);
    expect("WITH other AS (SELECT 3 AS id) DELETE FROM other WHERE id IN (SELECT id FROM other)", 1, 1, -2, -2); // the name stands for both
    expect("WITH RECURSIVE t(id) AS (SELECT 3 UNION ALL SELECT c.id FROM tree c JOIN t ON c.up = t.id) DELETE FROM third WHERE id + 2 IN (SELECT id FROM t)", 1, 1, -2, -2);
    expect("WITH RECURSIVE t AS (SELECT id FROM tree WHERE id = 2 UNION SELECT c.id FROM tree c, t WHERE c.up = t.id) INSERT INTO archive SELECT id, id FROM t", -2, -2, 12, 12);
    expect("DELETE FROM other WHERE id IN (WITH w AS (SELECT id FROM third) SELECT id FROM w)", 2, 2, -2, -2);
    expect("DELETE FROM tree WHERE id = 2", 12, 12, -2, -2);
    expect("WITH a AS (DELETE FROM tree WHERE id IN (2, 9)) UPDATE tree SET note = '' WHERE id = 2", 1, 12, 0, 1); // which of them has the row, the server says
    // MERGE: the first action whose condition holds.
    expect("MERGE INTO other o USING feed f ON o.id = f.id WHEN MATCHED AND f.n > 37 THEN DELETE WHEN MATCHED THEN UPDATE SET n = 0 WHEN NOT MATCHED AND f.id < 45 THEN INSERT (id, n) VALUES (f.id, f.n)", 3, 3, 11, 11);
    expect("MERGE INTO other USING feed ON other.id = feed.id WHEN MATCHED AND feed.n > 37 THEN DO NOTHING WHEN MATCHED THEN DELETE", 7, 7, -2, -2);
    expect("MERGE INTO other USING feed ON other.id = feed.id WHEN NOT MATCHED THEN INSERT VALUES (feed.id, DEFAULT)", -2, -2, 10, 10);
    expect("MERGE INTO item USING (SELECT id FROM other WHERE id < 4) s ON item.id = s.id WHEN MATCHED AND s.id = 1 THEN DELETE WHEN MATCHED THEN UPDATE SET name = 'x'", 4, 4, 2, 2);
    expect("WITH s AS (SELECT id FROM third) MERGE INTO other USING s ON other.id = s.id WHEN MATCHED THEN DELETE", 2, 2, -2, -2);
    expect("MERGE INTO other USING feed ON other.id = feed.id AND feed.n % 2 = 0 WHEN MATCHED THEN UPDATE SET n = feed.n WHEN NOT MATCHED AND feed.n % 2 = 0 THEN INSERT (id) VALUES (feed.id)", -2, -2, 10, 10);
    expect("MERGE INTO third USING feed ON false WHEN NOT MATCHED THEN INSERT DEFAULT VALUES", -2, -2, 20, 20);
    expect("MERGE INTO third USING feed ON third.id = feed.id WHEN MATCHED THEN DO NOTHING", -2, -2, 0, 0);
    // A table made of a query.
    expect("CREATE TABLE made AS SELECT id FROM other WHERE n <= 6", -2, -2, 6, 6);
    expect("CREATE TABLE made (a) AS SELECT id, n FROM other ORDER BY n LIMIT 3", -2, -2, 3, 3);
    expect("CREATE TABLE IF NOT EXISTS third AS SELECT id FROM other", -2, -2, 0, 0);
    expect("CREATE TABLE made AS SELECT id FROM other WITH NO DATA", -2, -2, 0, 0);
    expect("CREATE UNLOGGED TABLE made AS SELECT id FROM other", -2, -2, 40, 40);
    expect("SELECT id, n INTO made FROM other WHERE n > 30", -2, -2, 10, 10);
    expect("CREATE TABLE backup AS SELECT * FROM other WHERE id <= 5; DELETE FROM other WHERE id <= 5", 5, 5, 5, 5);
    expect("CREATE TABLE made AS WITH w AS (VALUES (1), (2)) TABLE w", -2, -2, 2, 2);
    // ON CONFLICT: never more than proposed; what is changed instead counts like what is added.
    expect("INSERT INTO other VALUES (1, 7), (77, 7) ON CONFLICT (id) DO UPDATE SET n = excluded.n", -2, -2, 2, 2);
    expect("INSERT INTO other VALUES (1, 7), (77, 7) ON CONFLICT (id) DO UPDATE SET n = excluded.n WHERE other.n > 5", -2, -2, 0, 2);
    expect("INSERT INTO other SELECT id, n FROM feed ON CONFLICT DO NOTHING", -2, -2, 0, 20);
    expect("INSERT INTO other SELECT id, n FROM feed ON CONFLICT (id) DO UPDATE SET n = 0", -2, -2, 20, 20);
    // Later statements, where the rows that come are known.
    expect("INSERT INTO other SELECT id + 10, n FROM feed; DELETE FROM other WHERE id > 55", 5, 5, 20, 20);
    expect("INSERT INTO other VALUES (101, 7), (102, 8); DELETE FROM other WHERE n = 8", 2, 2, 2, 2);
    expect("INSERT INTO tree VALUES (21, 1); DELETE FROM tree WHERE id = 2", 12, 13, 1, 1); // it may go along, though it is not named
    expect("INSERT INTO other (id) VALUES (101); DELETE FROM other WHERE n IS NULL", 0, 1, 1, 1); // what a default gives is not looked at
}

void TestSqlParts::happens()
{
    const QByteArray why = unexpected(m_shop->fresh());
    QVERIFY2(why.isEmpty(), why.constData());
}

void TestSqlParts::refused_data()
{
    QTest::addColumn<QString>("statement");
    for (const char *text : {"MERGE INTO other USING (VALUES (1), (1)) s(a) ON other.id = s.a WHEN MATCHED THEN DELETE", "CREATE TABLE third AS SELECT 1", "SELECT 1 INTO third"})
        QTest::newRow(text) << QString::fromLatin1(text);
}

/// What the server will refuse is told, and it does.
void TestSqlParts::refused()
{
    QFETCH(QString, statement);
    const Ground ground = m_shop->fresh();
    const MeasureOutput output = ground.measure(statement);
    QVERIFY2(output.measurement.uninspectable.isEmpty() && number(output, u"refused") == 1, qPrintable(dump(output)));
    const auto outcome = ground.perform(statement, output);
    QVERIFY2(std::holds_alternative<Performed>(outcome) && std::get<Performed>(outcome).outcome == Outcome::Failed, qPrintable(dump(outcome)));
}

void TestSqlParts::notKnown_data()
{
    QTest::addColumn<QString>("statement");
    QTest::addColumn<QString>("reason");
    const auto row = [](const char *text, const char *reason) { QTest::newRow(text) << QString::fromLatin1(text) << QString::fromLatin1(reason); };
    row("WITH gone AS (DELETE FROM noisy RETURNING id) INSERT INTO archive SELECT id FROM gone", "trigger heard");
    row("WITH w AS (SELECT f() AS a) DELETE FROM other WHERE id IN (SELECT a FROM w)", "it calls f");
    row("WITH w AS (SELECT f() AS a) DELETE FROM other WHERE id = 1", "it calls f");
    row("WITH gone AS (DELETE FROM other WHERE id = f()) SELECT 1", "it calls f");
    row("WITH gone AS (DELETE FROM other RETURNING f()) SELECT 1", "it calls f");
    row("WITH gone AS (DELETE FROM other RETURNING id) SELECT f()", "it calls f");
    row("WITH a AS (DELETE FROM other USING third WHERE other.id = third.id RETURNING third.id) INSERT INTO archive SELECT id FROM a", "what a returns is not known");
    row("MERGE INTO other USING feed ON other.id = feed.id AND f() = 1 WHEN MATCHED THEN DELETE", "it calls f");
    row("MERGE INTO other USING feed ON other.id = feed.id WHEN MATCHED AND f() = 1 THEN DELETE", "it calls f");
    row("MERGE INTO other USING feed ON other.id = feed.id WHEN MATCHED THEN UPDATE SET n = f()", "it calls f");
    row("MERGE INTO other USING feed ON other.id = feed.id WHEN NOT MATCHED THEN INSERT VALUES (feed.id, f())", "it calls f");
    row("MERGE INTO other USING (SELECT f() AS id) s ON other.id = s.id WHEN MATCHED THEN DELETE", "it calls f");
    row("MERGE INTO noisy USING feed ON noisy.id = feed.id WHEN MATCHED THEN DELETE", "trigger heard");
    row("CREATE TABLE made AS SELECT f()", "it calls f");
    row("CREATE TABLE made AS EXECUTE q", "it is no query");
    row("CREATE TABLE made WITH (fillfactor = 70) AS SELECT 1", "into.options");
    row("CREATE TEMP TABLE made AS SELECT 1", "relpersistence");
    row("CREATE TABLE pg_temp.made AS SELECT 1", "temporary tables");
    row("CREATE MATERIALIZED VIEW made AS SELECT 1", "not inspected");
    row("SELECT f() INTO made", "it calls f");
    row("CREATE TABLE backup AS SELECT * FROM other; DELETE FROM backup", "an earlier statement makes");
    row("INSERT INTO other VALUES (1, 2) ON CONFLICT (id) DO UPDATE SET n = f()", "it calls f");
    row("INSERT INTO item VALUES (1, 2) ON CONFLICT (id) DO UPDATE SET (price, name) = (SELECT f(), 'x')", "not inspected");
    row("WITH RECURSIVE a AS (SELECT id FROM b), b AS (SELECT id FROM a) DELETE FROM other WHERE id IN (SELECT id FROM a)", "refer to each other");
}

/// A part that is not understood is named, and nothing beside it is counted as if it stood alone.
void TestSqlParts::notKnown()
{
    QFETCH(QString, statement);
    QFETCH(QString, reason);
    const Ground ground = m_shop->shared();
    const MeasureOutput output = ground.measure(statement);
    QVERIFY2(output.measurement.uninspectable.join(u'\n').contains(reason), qPrintable(dump(output)));
    const Fact *destroyed = output.measurement.fact(fact::DestroyedRows), *changed = output.measurement.fact(fact::ChangedRows);
    QVERIFY2((destroyed && !destroyed->number) || (changed && !changed->number), qPrintable(dump(output)));
}

void TestSqlParts::sentences_data()
{
    QTest::addColumn<QString>("statement");
    QTest::addColumn<QString>("sentence");
    const auto row = [](const char *text, const char *sentence) { QTest::newRow(text) << QString::fromLatin1(text) << QString::fromLatin1(sentence); };
    row("WITH moved AS (DELETE FROM other WHERE id <= 7 RETURNING *) INSERT INTO archive SELECT * FROM moved", "Delete 7 rows from other; add 7 rows to archive in ground");
    row("WITH gone AS (DELETE FROM item WHERE id <= 2 RETURNING id) SELECT count(*) FROM gone", "Delete 2 rows from item in ground (6 more by cascade)");
    row("MERGE INTO other o USING feed f ON o.id = f.id WHEN MATCHED AND f.n > 37 THEN DELETE WHEN MATCHED THEN UPDATE SET n = 0 WHEN NOT MATCHED THEN INSERT VALUES (f.id, f.n)",
        "Delete 3 rows from other; update 7 rows of other; add 10 rows to other in ground");
    // Rows that go by a key of the table itself are told apart, and bounded apart.
    row("DELETE FROM tree WHERE id = 2", "Delete 1 row from tree in ground (11 more by cascade)");
    row("WITH a AS (DELETE FROM tree WHERE id IN (2, 9)) UPDATE tree SET note = '' WHERE id = 2", "Delete 1 to 2 rows from tree (up to 10 more by cascade); update up to 1 row of tree in ground");
    row("UPDATE tree SET up = 3 WHERE id = 2; DELETE FROM tree WHERE id = 3", "Delete up to 2 rows from tree (an unknown number more by cascade); update 1 row of tree in ground");
    // And so are rows that change by a key.
    row("UPDATE boss SET id = 100 WHERE id = 1", "Update 1 row of boss in ground (6 more by foreign keys)");
    row("DELETE FROM works WHERE id <= 4; UPDATE boss SET id = 100 WHERE id = 1", "Delete 4 rows from works; update up to 1 row of boss (2 to 7 more by foreign keys) in ground");
    row("INSERT INTO works VALUES (99, 1); UPDATE boss SET id = 100 WHERE id = 1", "Update 1 to 2 rows of boss (5 to 8 more by foreign keys); add 1 row to works in ground");
    row("WITH a AS (DELETE FROM works WHERE id <= 4) UPDATE boss SET id = 100 WHERE id = 1", "Delete up to 11 rows from works; update up to 1 row of boss (2 to 7 more by foreign keys) in ground");
    row("CREATE TABLE made AS SELECT id FROM other WHERE n <= 6", "Create table made with 6 rows in ground");
    row("SELECT id INTO made FROM other", "Create table made with 40 rows in ground");
    row("INSERT INTO other SELECT id, n FROM feed ON CONFLICT DO NOTHING", "Add up to 20 rows to other in ground");
}

void TestSqlParts::sentences()
{
    QFETCH(QString, statement);
    const Ground ground = m_shop->shared();
    QTEST(ground.measure(statement).measurement.summaryText, "sentence");
}

void TestSqlParts::queries_data()
{
    QTest::addColumn<QString>("query");
    for (const char *text : {
             "SELECT * FROM other", "SELECT o.*, t.id AS x FROM other o, third t", "TABLE third", "VALUES (1, 'a'), (2, 'b') ORDER BY 2 LIMIT 1",
             "SELECT id FROM other UNION SELECT id + 1 FROM third ORDER BY id", "SELECT id FROM other EXCEPT ALL SELECT id FROM third", "SELECT id FROM other INTERSECT (SELECT id FROM third ORDER BY id)",
             "SELECT id FROM feed JOIN other USING (id)", "SELECT * FROM feed NATURAL JOIN other", "SELECT feed.n, id FROM feed LEFT JOIN other USING (id, n) WHERE id > 3",
             "SELECT j.id FROM feed FULL JOIN other USING (id) AS j WHERE other.id IS NULL", "SELECT DISTINCT ON (n % 3) id FROM other ORDER BY n % 3, id", "SELECT DISTINCT ON (m) n % 3 AS m, id FROM other ORDER BY m, id DESC",
             "SELECT n % 3 AS m, count(*) FROM other GROUP BY m ORDER BY count DESC, 1 LIMIT 2", "SELECT count(*) FROM other GROUP BY n % 2 HAVING count(*) > 3",
             "SELECT g FROM generate_series(1, 5) g", "SELECT x, y FROM generate_series(1, 3) WITH ORDINALITY AS g(x, y)", "SELECT generate_series FROM generate_series(1, 2)",
             "SELECT o.id, g FROM other o, generate_series(1, o.id) g WHERE o.id < 4", "SELECT value FROM jsonb_array_elements_text('[1,2]') x", "SELECT u FROM unnest(ARRAY[1, 2, 2]) u",
             "SELECT * FROM (SELECT id, n AS m FROM other) q WHERE q.m > 3", "SELECT a FROM (SELECT id FROM other) q(a)", "SELECT p.b FROM other p(a, b) WHERE a < 3",
             "SELECT * FROM third, LATERAL (SELECT max(n) AS m FROM other WHERE other.id <= third.id) l", "SELECT lower FROM (SELECT lower('A'), CASE WHEN true THEN 1 END) q WHERE \"case\" = 1",
             "SELECT s.int4, s.exists, s.array, s.\"?column?\" FROM (SELECT '1'::int, EXISTS (SELECT 1), ARRAY(SELECT id FROM third), 1 + 1) s", "SELECT (SELECT max(id) FROM third), (SELECT id FROM third WHERE id = 1) AS b",
             "WITH w AS (SELECT id FROM other), v(a) AS (SELECT id FROM w WHERE id > 2) SELECT count(*) FROM v, w WHERE a = id", "WITH RECURSIVE w(a) AS (SELECT 1 UNION ALL SELECT a + 1 FROM w WHERE a < 3) SELECT a FROM w",
             "SELECT id FROM third WHERE EXISTS (WITH w AS (SELECT third.id AS i) SELECT * FROM w WHERE i = 2)", "SELECT n FROM third t JOIN other o ON o.id = t.id AND n > 1",
             "SELECT id AS n FROM other ORDER BY n DESC LIMIT 2", "SELECT n FROM other GROUP BY other.n ORDER BY max(id)", "SELECT count(id), id % 2 AS id FROM other GROUP BY 2 ORDER BY 2",
             "SELECT max(n) AS id FROM other GROUP BY id", "SELECT n % 3 AS m, count(*) FROM other GROUP BY other.n % 3 ORDER BY m"})
        QTest::newRow(text) << QString::fromLatin1(text);
}

/// As many rows as the server itself gives, with the names resolved as it does.
void TestSqlParts::queries()
{
    QFETCH(QString, query);
    const Ground ground = m_shop->shared();
    const MeasureOutput read = ground.measure(query);
    QVERIFY2(read.measurement.uninspectable.isEmpty() && read.measurement.operation == QStringLiteral("database.read"), qPrintable(dump(read)));
    const MeasureOutput made = ground.measure(QStringLiteral("CREATE TABLE made AS ") + query);
    QCOMPARE(QString::number(number(made, fact::ChangedRows)), ground.sql(QStringLiteral("SELECT count(*) FROM (%1) q").arg(query)));
    const auto outcome = ground.perform(query, read);
    QVERIFY2(std::holds_alternative<Performed>(outcome) && std::get<Performed>(outcome).outcome == Outcome::Committed, qPrintable(dump(outcome)));
}

void TestSqlParts::hidden_data()
{
    QTest::addColumn<QString>("query");
    for (const char *text : {"SELECT * FROM (SELECT f()) q", "SELECT 1 FROM generate_series(1, f())", "SELECT 1 UNION SELECT f()", "VALUES (1), (f())", "SELECT 1 FROM third ORDER BY f()", "SELECT DISTINCT ON (f()) 1",
                             "SELECT count(*) FROM third GROUP BY f()", "SELECT 1 FROM third LIMIT f()", "WITH w AS (SELECT f()) SELECT 1", "SELECT 1 FROM third t JOIN other o ON f() = 1", "SELECT 1 FROM LATERAL (SELECT f()) q",
                             "WITH RECURSIVE w(a) AS (SELECT 1 UNION ALL SELECT a + f() FROM w WHERE a < 3) SELECT a FROM w", "SELECT ARRAY(SELECT f())", "SELECT 1 FROM f()", "SELECT * FROM ROWS FROM (f())",
                             "SELECT 1 FROM json_to_record('{}') AS t(a int)", "SELECT count(*) FROM third GROUP BY ROLLUP (f())", "SELECT 1 FROM third TABLESAMPLE system (f())", "SELECT 1 FROM third ORDER BY 1 USING <",
                             "VALUES (1) ORDER BY f()", "SELECT 1 UNION SELECT 2 ORDER BY f()", "SELECT 1 WHERE EXISTS (SELECT f())"})
        QTest::newRow(text) << QString::fromLatin1(text);
}

/// Wherever a query has room for an expression, what it calls is looked at.
void TestSqlParts::hidden()
{
    QFETCH(QString, query);
    const Ground ground = m_shop->shared();
    for (const QString &text : {query, QStringLiteral("DELETE FROM third WHERE EXISTS (%1)").arg(query), QStringLiteral("INSERT INTO third %1").arg(query)}) {
        const MeasureOutput output = ground.measure(text);
        QVERIFY2(!output.measurement.uninspectable.isEmpty(), qPrintable(text + dump(output)));
    }
    QCOMPARE(ground.sql(QStringLiteral("SELECT count(*) FROM ran")), QStringLiteral("0"));
}

/// The table that comes into being is the statement's own; one beside it is not.
void TestSqlParts::madeTable()
{
    const Ground ground = m_shop->fresh();
    const QString statement = QStringLiteral("CREATE TABLE made AS SELECT * FROM item");
    const MeasureOutput output = ground.measure(statement);
    QVERIFY(output.measurement.operation == QStringLiteral("database.create-table"));
    QVERIFY2(std::any_of(output.measurement.resources.begin(), output.measurement.resources.end(), [](const QString &one) { return one.endsWith(QStringLiteral("/public.made")); }), qPrintable(dump(output)));
    // Where its large values are kept, with the index of that, is the table's too.
    for (const char *wordy : {"CREATE TABLE wordy AS SELECT id, 'x'::text AS w FROM item", "CREATE TABLE wordier AS SELECT id, 'x'::text AS w FROM item; DELETE FROM wordy WHERE id = 1"}) {
        const auto made = ground.perform(QString::fromLatin1(wordy), ground.measure(QString::fromLatin1(wordy)));
        QVERIFY2(std::holds_alternative<Performed>(made) && std::get<Performed>(made).outcome == Outcome::Committed, qPrintable(dump(made)));
    }
    QCOMPARE(ground.sql(QStringLiteral("CREATE FUNCTION e() RETURNS event_trigger LANGUAGE plpgsql AS $$ BEGIN CREATE TABLE beside (a int); INSERT INTO beside VALUES (1); END $$;"
                                       "CREATE EVENT TRIGGER e ON ddl_command_end WHEN TAG IN ('CREATE TABLE AS') EXECUTE FUNCTION e()")), QString());
    const auto outcome = ground.perform(statement, output);
    QVERIFY2(std::holds_alternative<Drifted>(outcome), qPrintable(dump(outcome)));
    QVERIFY(ground.measure(statement).measurement.uninspectable.join(u' ').contains(QStringLiteral("event trigger e")));
}

/// Whoever empties a partition takes rows of the table that it is a part of: a rule for that one has to see it.
void TestSqlParts::partition()
{
    const Ground ground = m_shop->fresh();
    QCOMPARE(ground.sql(QStringLiteral("CREATE TABLE events (id int) PARTITION BY RANGE (id); CREATE TABLE events_old PARTITION OF events FOR VALUES FROM (1) TO (9) PARTITION BY RANGE (id);"
                                       "CREATE TABLE events_older PARTITION OF events_old FOR VALUES FROM (1) TO (5); INSERT INTO events VALUES (1)")), QString());
    for (const char *text : {"TRUNCATE events_older", "DELETE FROM events_older", "DROP TABLE events_older"}) {
        const MeasureOutput output = ground.measure(QString::fromLatin1(text));
        for (const char *name : {"/public.events", "/public.events_old", "/public.events_older"})
            QVERIFY2(std::any_of(output.measurement.resources.begin(), output.measurement.resources.end(), [&](const QString &one) { return one.endsWith(QLatin1StringView(name)); }), qPrintable(dump(output)));
    }
}

/// A name of three parts is the table where it names this database, and nothing that can be counted where it names another.
void TestSqlParts::namesWithDatabase()
{
    const Ground ground = m_shop->fresh();
    const QString here = ground.sql(QStringLiteral("SELECT current_database()"));
    const MeasureOutput own = ground.measure(QStringLiteral("DELETE FROM %1.public.third WHERE id = 2").arg(here));
    QVERIFY2(number(own, fact::DestroyedRows) == 1 && own.measurement.uninspectable.isEmpty(), qPrintable(dump(own)));
    const MeasureOutput other = ground.measure(QStringLiteral("DELETE FROM elsewhere.public.third WHERE id = 2"));
    QVERIFY2(number(other, fact::DestroyedRows) < 0 && other.measurement.uninspectable.join(u' ').contains(QStringLiteral("names another database")), qPrintable(dump(other)));
}

/// Two hundred additions and two rounds of changes around five deletions.
void TestSqlParts::sharedCase()
{
    const QString folder = qEnvironmentVariable("HOLDFAST_SHARED") + QStringLiteral("/cases/20-deletes-behind-the-fold");
    QFile schema(folder + QStringLiteral("/schema.sql")), text(folder + QStringLiteral("/statement.sql"));
    if (!schema.open(QIODevice::ReadOnly) || !text.open(QIODevice::ReadOnly))
        QSKIP("../shared is not beside the checkout");
    QCOMPARE(m_shop->cluster().sql(QStringLiteral("CREATE DATABASE fold")), QString());
    QCOMPARE(m_shop->cluster().sql(QString::fromUtf8(schema.readAll()), QStringLiteral("fold")), QString());
    const Ground ground(m_shop->cluster(), QStringLiteral("fold"));
    const QString statements = QString::fromUtf8(text.readAll());
    const MeasureOutput output = ground.measure(statements);
    QVERIFY2(output.measurement.uninspectable.isEmpty() && number(output, fact::DestroyedRows) == 645, qPrintable(dump(output)));
    QVERIFY2(output.measurement.summaryText.startsWith(QStringLiteral("Delete 5 rows from article (640 more by cascade); update 900 rows of article;")), qPrintable(dump(output)));
    const auto outcome = ground.perform(statements, output);
    QVERIFY2(std::holds_alternative<Performed>(outcome), qPrintable(dump(outcome)));
    QCOMPARE(number(std::get<Performed>(outcome), fact::DestroyedRows), 645);
}

QTEST_GUILESS_MAIN(TestSqlParts)
#include "tst_sql_parts.moc"
