// SPDX-License-Identifier: Apache-2.0
// Code that a write would run is found wherever PostgreSQL keeps it, and what it may still change is bounded, never measured.
#include "ground.h"

#include <QTest>

using namespace holdfast;
using namespace holdfast::tests;

class TestSqlCode : public QObject
{
    Q_OBJECT

private Q_SLOTS:
    void initTestCase();
    void cleanupTestCase() { m_cluster.reset(); }
    void found_data();
    void found();
    void builtIn_data();
    void builtIn();
    void sequences_data();
    void sequences();
    void replicaRole();
    void suppressed();
    void rewritten();
    void exceeded();
    void replaced_data();
    void replaced();

private:
    std::unique_ptr<fakes::PostgresCluster> m_cluster;
};

namespace {

bool mentions(const MeasureOutput &output, const QString &part) { return output.measurement.uninspectable.join(u'\n').contains(part); }

// `touch` is what every piece of code here calls: it would leave a trace.
const char schema[] = R"(
CREATE TABLE ran (what text);
CREATE FUNCTION touch(int) RETURNS boolean LANGUAGE plpgsql IMMUTABLE AS $$ BEGIN INSERT INTO ran VALUES ('x'); RETURN true; END $$;
CREATE FUNCTION twice(int) RETURNS int LANGUAGE plpgsql IMMUTABLE AS $$ BEGIN INSERT INTO ran VALUES ('x'); RETURN $1 * 2; END $$;
CREATE FUNCTION same(int, int) RETURNS boolean LANGUAGE plpgsql IMMUTABLE AS $$ BEGIN RETURN $1 = $2; END $$;
CREATE FUNCTION weigh(int, int) RETURNS int LANGUAGE plpgsql IMMUTABLE AS $$ BEGIN RETURN sign($1 - $2); END $$;
CREATE FUNCTION noted() RETURNS trigger LANGUAGE plpgsql AS $$ BEGIN INSERT INTO ran VALUES ('x'); RETURN coalesce(NEW, OLD); END $$;
CREATE OPERATOR === (LEFTARG = int, RIGHTARG = int, FUNCTION = same, COMMUTATOR = ===);
CREATE OPERATOR CLASS weighed FOR TYPE int USING btree AS OPERATOR 3 ===, FUNCTION 1 weigh(int, int);
CREATE DOMAIN checked AS int CHECK (touch(VALUE));
CREATE TYPE pair AS (a int, b checked);
CREATE TYPE span AS RANGE (subtype = checked);
CREATE TYPE token;
CREATE FUNCTION token_in(cstring) RETURNS token LANGUAGE internal IMMUTABLE STRICT AS 'int4in';
CREATE FUNCTION token_out(token) RETURNS cstring LANGUAGE internal IMMUTABLE STRICT AS 'int4out';
CREATE TYPE token (INPUT = token_in, OUTPUT = token_out, LIKE = int4);
CREATE TABLE domains (id int PRIMARY KEY, d checked);
CREATE TABLE arrays (id int, d checked[]);
CREATE TABLE composites (id int, p pair[]);
CREATE TABLE ranges (id int, r span);
CREATE TABLE bases (id int, s token);
CREATE TABLE defaults (id int, n int DEFAULT twice(1));
CREATE TABLE generated (id int, n int GENERATED ALWAYS AS (twice(id)) STORED, z int);
CREATE TABLE checks (id int, z int CHECK (touch(z)));
CREATE TABLE indexed (id int, z int); CREATE INDEX ON indexed (twice(z));
CREATE TABLE partial (id int, z int); CREATE INDEX ON partial (id) WHERE touch(z);
CREATE TABLE classes (id int, z int); CREATE INDEX ON classes (id weighed);
CREATE TABLE excluded (id int, EXCLUDE USING btree (id weighed WITH ===));
CREATE TABLE parted (id int, z int) PARTITION BY RANGE (twice(id)); CREATE TABLE parted_rest PARTITION OF parted DEFAULT;
CREATE TABLE whole (id int, z int) PARTITION BY RANGE (id); CREATE TABLE whole_rest PARTITION OF whole DEFAULT;
CREATE TRIGGER part AFTER DELETE ON whole_rest FOR EACH ROW EXECUTE FUNCTION noted();
CREATE TABLE base (id int, z int); CREATE TABLE sub () INHERITS (base); ALTER TABLE sub ADD CHECK (touch(z));
CREATE TABLE follows (id int, n int GENERATED ALWAYS AS (id + 1) STORED, z int);
CREATE TRIGGER ofn BEFORE UPDATE OF n ON follows FOR EACH ROW EXECUTE FUNCTION noted();
CREATE TABLE ruled (id int); CREATE RULE also AS ON UPDATE TO ruled DO ALSO INSERT INTO ran VALUES ('x');
CREATE TABLE late (id int); CREATE CONSTRAINT TRIGGER last AFTER INSERT ON late DEFERRABLE INITIALLY DEFERRED FOR EACH ROW EXECUTE FUNCTION noted();
CREATE TABLE emptied (id int); CREATE TRIGGER gone AFTER TRUNCATE ON emptied EXECUTE FUNCTION noted();
CREATE TABLE top (id int PRIMARY KEY); INSERT INTO top VALUES (1);
CREATE TABLE nulled (t int REFERENCES top ON DELETE SET NULL); INSERT INTO nulled VALUES (1);
CREATE TRIGGER un BEFORE UPDATE OF t ON nulled FOR EACH ROW EXECUTE FUNCTION noted();
CREATE TABLE reset (t int DEFAULT twice(NULL) REFERENCES top ON DELETE SET DEFAULT); INSERT INTO reset VALUES (1);
CREATE TABLE off (id int); CREATE TRIGGER sleeping AFTER DELETE ON off FOR EACH ROW EXECUTE FUNCTION noted(); ALTER TABLE off DISABLE TRIGGER sleeping;
CREATE TABLE copy (id int); CREATE TRIGGER copied AFTER DELETE ON copy FOR EACH ROW EXECUTE FUNCTION noted(); ALTER TABLE copy ENABLE REPLICA TRIGGER copied;
CREATE SEQUENCE counter;
CREATE DOMAIN setting AS text CHECK (set_config('x.y', VALUE, false) IS NOT NULL);
CREATE TABLE sets (id int, s text DEFAULT set_config('x.y', 'z', false));
CREATE TABLE sets_domain (id int, s setting);
CREATE TABLE asks (id int, CHECK (query_to_xml('SELECT touch(1)', true, true, '') IS NOT NULL));
CREATE TABLE checks_counter (id int, CHECK (nextval('counter') > 0));
CREATE TABLE counts_text (id int, n int DEFAULT nextval(('coun' || 'ter')::regclass));
CREATE TABLE counts (id serial, n int DEFAULT nextval('counter'), g int GENERATED ALWAYS AS IDENTITY, v int);
CREATE TABLE keyed (n int UNIQUE, v int); INSERT INTO keyed VALUES (7, 7), (1, 1);
CREATE TABLE counts_key (k int DEFAULT nextval('counter') REFERENCES keyed (n) ON DELETE SET DEFAULT ON UPDATE SET DEFAULT); INSERT INTO counts_key VALUES (7);
ALTER TABLE counts ADD PRIMARY KEY (id); INSERT INTO counts (id, n, v) VALUES (100, 100, 3);
CREATE TABLE plain (id int PRIMARY KEY, s text DEFAULT lower('X'), r int4range, e numeric CHECK (e > 0), u uuid DEFAULT gen_random_uuid()); INSERT INTO plain VALUES (1);
CREATE INDEX ON plain (lower(s)) WHERE e > 0;
TRUNCATE ran;
)";

} // namespace

void TestSqlCode::initTestCase()
{
    m_cluster = std::make_unique<fakes::PostgresCluster>();
    if (m_cluster->missing())
        QSKIP("PostgreSQL's server programs are not installed");
    QVERIFY2(m_cluster->why().isEmpty(), qPrintable(m_cluster->why()));
    QCOMPARE(m_cluster->sql(QStringLiteral("CREATE DATABASE code")), QString());
    QCOMPARE(m_cluster->sql(QStringLiteral("SET client_min_messages = error;") + QString::fromLatin1(schema), QStringLiteral("code")), QString());
}

void TestSqlCode::found_data()
{
    QTest::addColumn<QString>("statement");
    QTest::addColumn<QString>("reason");
    const auto row = [](const char *statement, const char *reason) { QTest::newRow(statement) << QString::fromLatin1(statement) << QString::fromLatin1(reason); };
    row("INSERT INTO domains VALUES (1, 2)", "a column of domains calls public.touch(integer)");
    row("UPDATE domains SET d = 3", "a column of domains calls public.touch(integer)");
    row("INSERT INTO arrays VALUES (1, '{2}')", "a column of arrays calls public.touch(integer)");
    row("INSERT INTO composites VALUES (1, NULL)", "a column of composites calls public.touch(integer)");
    row("INSERT INTO ranges VALUES (1, NULL)", "a column of ranges calls public.touch(integer)");
    row("INSERT INTO bases VALUES (1, '5')", "a column of bases calls public.token_in(cstring)");
    row("INSERT INTO defaults VALUES (1)", "a default of defaults calls public.twice(integer)");
    row("UPDATE generated SET id = 3", "a generated column of generated calls public.twice(integer)");
    row("INSERT INTO checks VALUES (1, 1)", "a check constraint of checks calls public.touch(integer)");
    row("UPDATE indexed SET id = 3", "an index of indexed calls public.twice(integer)");
    row("INSERT INTO partial VALUES (1, 1)", "an index of partial calls public.touch(integer)");
    row("INSERT INTO classes VALUES (1, 1)", "an index of classes calls public.weigh(integer,integer)");
    row("INSERT INTO excluded VALUES (1)", "an exclusion constraint of excluded calls public.same(integer,integer)");
    row("INSERT INTO parted VALUES (1, 1)", "a partition key of parted calls public.twice(integer)");
    row("INSERT INTO parted_rest VALUES (1, 1)", "a partition key of parted calls public.twice(integer)");
    row("DELETE FROM whole WHERE id = 1", "trigger part on whole_rest");
    row("UPDATE base SET id = 1", "a check constraint of sub calls public.touch(integer)");
    row("UPDATE follows SET id = 1", "trigger ofn on follows");
    row("UPDATE follows SET z = 1", "trigger ofn on follows"); // a BEFORE trigger makes the server compute every generated column
    row("UPDATE ruled SET id = 1", "rule also on ruled");
    row("INSERT INTO late VALUES (1)", "trigger last on late");
    row("TRUNCATE emptied", "trigger gone on emptied");
    row("INSERT INTO sets VALUES (1)", "a default of sets calls set_config(text,text,boolean)");
    row("UPDATE sets_domain SET s = 'a'", "a column of sets_domain calls set_config(text,text,boolean)");
    row("INSERT INTO asks VALUES (1)", "a check constraint of asks calls query_to_xml(text,boolean,boolean,text)");
    row("INSERT INTO checks_counter VALUES (1)", "a check constraint of checks_counter calls nextval(regclass)");
    row("INSERT INTO counts_text VALUES (1)", "a default of counts_text calls nextval(regclass)");
    row("DELETE FROM top", "trigger un on nulled");
    row("DELETE FROM top WHERE id = 1", "a default of reset calls public.twice(integer)");
}

void TestSqlCode::found()
{
    QFETCH(QString, statement);
    QFETCH(QString, reason);
    Ground ground(*m_cluster, QStringLiteral("code"));
    const MeasureOutput output = ground.measure(statement);
    QVERIFY2(mentions(output, reason), qPrintable(dump(output)));
    // Whatever it is, it may destroy rows, and no count is certain.
    QVERIFY2(output.measurement.fact(fact::DestroyedRows), qPrintable(dump(output)));
    for (const Fact &fact : output.measurement.facts) {
        if (fact.unit == QStringLiteral("rows") && (fact.id == fact::DestroyedRows || fact.id == fact::ChangedRows || fact.id == fact::CascadeRows))
            QVERIFY2(fact.quality == Quality::Bounded || fact.quality == Quality::Unknown, qPrintable(dump(output)));
    }
    for (const Dependent &dependent : output.measurement.dependents)
        QVERIFY2(!dependent.count, qPrintable(dump(output)));
    QCOMPARE(ground.sql(QStringLiteral("SELECT count(*) FROM ran")), QStringLiteral("0"));
}

void TestSqlCode::builtIn_data()
{
    QTest::addColumn<QString>("statement");
    for (const char *text : {"INSERT INTO plain (id) VALUES (2)", "UPDATE plain SET e = 3, s = 'y'", "DELETE FROM plain", "TRUNCATE plain", "UPDATE generated SET z = 3",
                             "UPDATE domains SET id = 3", "DELETE FROM domains", "DELETE FROM checks", "DELETE FROM off", "DELETE FROM copy",
                             "DELETE FROM ONLY whole", "UPDATE ONLY base SET id = 1", "UPDATE top SET id = 1 WHERE id = 7"})
        QTest::newRow(text) << QString::fromLatin1(text);
}

/// What runs only code of the server's own, or code that this event does not reach, is measured.
void TestSqlCode::builtIn()
{
    QFETCH(QString, statement);
    Ground ground(*m_cluster, QStringLiteral("code"));
    const MeasureOutput output = ground.measure(statement);
    QVERIFY2(output.measurement.uninspectable.isEmpty(), qPrintable(dump(output)));
    QVERIFY2(number(output, statement.startsWith(u'D') || statement.startsWith(u'T') ? fact::DestroyedRows : fact::ChangedRows) >= 0, qPrintable(dump(output)));
}

void TestSqlCode::sequences_data()
{
    QTest::addColumn<QString>("statement");
    QTest::addColumn<QStringList>("advanced");
    const QString counter = QStringLiteral("counter"), g = QStringLiteral("counts_g_seq"), id = QStringLiteral("counts_id_seq");
    const auto row = [](const char *text, const QStringList &advanced) { QTest::newRow(text) << QString::fromLatin1(text) << advanced; };
    row("INSERT INTO counts (v) VALUES (1)", {counter, g, id});
    row("UPDATE counts SET n = 5", {});
    row("UPDATE counts SET n = DEFAULT", {counter});
    row("UPDATE counts SET g = DEFAULT, v = 4", {g});
    row("UPDATE counts SET v = DEFAULT", {});
    row("MERGE INTO counts USING (VALUES (100)) s(a) ON counts.id = s.a WHEN MATCHED THEN UPDATE SET n = DEFAULT", {counter});
    row("INSERT INTO counts (id, n, v) OVERRIDING SYSTEM VALUE VALUES (100, 1, 1) ON CONFLICT (id) DO UPDATE SET n = DEFAULT", {counter, g, id});
    row("DELETE FROM keyed WHERE n = 7", {counter});
    row("UPDATE keyed SET n = 8 WHERE n = 7", {counter});
}

/// No rollback takes a sequence back: whatever lets a column have its default says which ones that advances, and stays measured.
void TestSqlCode::sequences()
{
    QFETCH(QString, statement);
    const MeasureOutput output = Ground(*m_cluster, QStringLiteral("code")).measure(statement);
    QVERIFY2(output.measurement.uninspectable.isEmpty(), qPrintable(dump(output)));
    QStringList advanced;
    for (const Dependent &dependent : output.measurement.dependents) {
        if (dependent.type == QLatin1StringView("sequence") && dependent.effect == QLatin1StringView("advances"))
            advanced += dependent.name;
    }
    QTEST(advanced, "advanced");
}

/// A login whose sessions begin as a replica's fires the triggers of replicas, and no others.
void TestSqlCode::replicaRole()
{
    Ground ground(*m_cluster, QStringLiteral("code"));
    QCOMPARE(ground.sql(QStringLiteral("CREATE ROLE applier SUPERUSER LOGIN; ALTER ROLE applier SET session_replication_role = replica")), QString());
    ground.target.url = m_cluster->url(QStringLiteral("code"), QStringLiteral("applier"));
    QVERIFY(mentions(ground.measure(QStringLiteral("DELETE FROM copy")), QStringLiteral("trigger copied on copy")));
    QVERIFY(!mentions(ground.measure(QStringLiteral("DELETE FROM whole")), QStringLiteral("trigger part")));
}

/// A BEFORE ROW trigger that keeps some rows: at most the rows that match, and the receipt says how many went.
void TestSqlCode::suppressed()
{
    QCOMPARE(m_cluster->sql(QStringLiteral("CREATE DATABASE kept")), QString());
    Ground ground(*m_cluster, QStringLiteral("kept"));
    QCOMPARE(ground.sql(QStringLiteral(
        "CREATE TABLE parcel (id int PRIMARY KEY, sealed bool NOT NULL); INSERT INTO parcel SELECT i, i % 3 = 0 FROM generate_series(1, 30) i;"
        "CREATE TABLE label (parcel int REFERENCES parcel ON DELETE CASCADE); INSERT INTO label SELECT generate_series(1, 30);"
        "CREATE FUNCTION keep() RETURNS trigger LANGUAGE plpgsql AS $$ BEGIN RETURN CASE WHEN OLD.sealed THEN NULL ELSE OLD END; END $$;"
        "CREATE TRIGGER seal BEFORE DELETE ON parcel FOR EACH ROW EXECUTE FUNCTION keep()")), QString());
    const QString statement = QStringLiteral("DELETE FROM parcel WHERE id <= 12");
    const MeasureOutput output = ground.measure(statement);
    QVERIFY2(isBetween(output, fact::DestroyedRows, 0, 24), qPrintable(dump(output)));
    QVERIFY2(isBetween(output, fact::CascadeRows, 0, 12), qPrintable(dump(output)));
    QVERIFY2(mentions(output, QStringLiteral("trigger seal on parcel")), qPrintable(dump(output)));
    QCOMPARE(output.measurement.dependents.front().most, std::optional<std::int64_t>(12));
    QVERIFY(output.measurement.fact(fact::DestroyedRows)->how.contains(QStringLiteral("trigger seal on parcel")));
    const auto outcome = ground.perform(statement, output);
    QVERIFY2(std::holds_alternative<Performed>(outcome), qPrintable(dump(outcome)));
    QCOMPARE(number(std::get<Performed>(outcome), fact::DestroyedRows), 16); // 8 that are not sealed, each with its label
}

/// A rule that turns some deletions into updates.
void TestSqlCode::rewritten()
{
    QCOMPARE(m_cluster->sql(QStringLiteral("CREATE DATABASE soft")), QString());
    Ground ground(*m_cluster, QStringLiteral("soft"));
    QCOMPARE(ground.sql(QStringLiteral(
        "CREATE TABLE member (id int PRIMARY KEY, state text); INSERT INTO member SELECT i, CASE WHEN i % 4 = 0 THEN 'guest' ELSE 'full' END FROM generate_series(1, 20) i;"
        "CREATE RULE leave AS ON DELETE TO member WHERE old.state <> 'guest' DO INSTEAD UPDATE member SET state = 'left' WHERE id = old.id")), QString());
    const MeasureOutput output = ground.measure(QStringLiteral("DELETE FROM member WHERE id > 4"));
    QVERIFY2(isBetween(output, fact::DestroyedRows, 0, 16), qPrintable(dump(output)));
    QCOMPARE(number(output, fact::ChangedRows), -1);
    QVERIFY(mentions(output, QStringLiteral("rule leave on member")));
    const auto outcome = ground.perform(QStringLiteral("DELETE FROM member WHERE id > 4"), output);
    QVERIFY2(std::holds_alternative<Performed>(outcome), qPrintable(dump(outcome)));
    QCOMPARE(number(std::get<Performed>(outcome), fact::DestroyedRows), 4);
    QCOMPARE(number(std::get<Performed>(outcome), fact::ChangedRows), 12);
}

/// Code that destroys more than was said is rolled back, and the hold says what it did.
void TestSqlCode::exceeded()
{
    QCOMPARE(m_cluster->sql(QStringLiteral("CREATE DATABASE more")), QString());
    Ground ground(*m_cluster, QStringLiteral("more"));
    QCOMPARE(ground.sql(QStringLiteral(
        "CREATE TABLE spare (id int); INSERT INTO spare VALUES (1), (2), (3); CREATE TABLE t (id int); INSERT INTO t VALUES (1);"
        "CREATE FUNCTION greedy() RETURNS trigger LANGUAGE plpgsql AS $$ BEGIN DELETE FROM spare; RETURN NULL; END $$;"
        "CREATE TRIGGER greed AFTER INSERT OR DELETE ON t EXECUTE FUNCTION greedy()")), QString());
    for (const QString &statement : {QStringLiteral("INSERT INTO t VALUES (2)"), QStringLiteral("DELETE FROM t WHERE id = 1")}) {
        const MeasureOutput output = ground.measure(statement);
        const std::int64_t direct = statement.startsWith(u'D') ? 1 : 0;
        QVERIFY2(isBetween(output, fact::DestroyedRows, direct, direct), qPrintable(dump(output)));
        const auto outcome = ground.perform(statement, output);
        QVERIFY2(std::holds_alternative<Drifted>(outcome), qPrintable(dump(outcome)));
        QCOMPARE(number(std::get<Drifted>(outcome).now, fact::DestroyedRows), direct + 3);
        QCOMPARE(ground.sql(QStringLiteral("SELECT count(*) FROM spare")), QStringLiteral("3"));
    }
}

void TestSqlCode::replaced_data()
{
    QTest::addColumn<QString>("made");
    QTest::addColumn<QString>("changed");
    const QString parsed = QStringLiteral("CREATE OR REPLACE FUNCTION g() RETURNS int LANGUAGE sql VOLATILE BEGIN ATOMIC %1; SELECT 1; END;");
    const QString plain = QStringLiteral("CREATE FUNCTION g() RETURNS int LANGUAGE plpgsql AS $$ BEGIN RETURN %1; END $$;");
    const QString trigger = QStringLiteral("CREATE FUNCTION tr() RETURNS trigger LANGUAGE plpgsql AS $$ BEGIN EXECUTE TG_ARGV[0]; RETURN NULL; END $$;"
                                           "CREATE TRIGGER tr AFTER INSERT ON t FOR EACH ROW EXECUTE FUNCTION tr('SELECT 1');");
    QTest::newRow("a parsed body") << parsed.arg(QStringLiteral("SELECT 2")) << parsed.arg(QStringLiteral("UPDATE spare SET id = 0"));
    QTest::newRow("a body in text") << plain.arg(1) << plain.arg(2).replace(QStringLiteral("CREATE"), QStringLiteral("CREATE OR REPLACE"));
    QTest::newRow("as whom") << plain.arg(1) << QStringLiteral("ALTER FUNCTION g() SECURITY DEFINER");
    QTest::newRow("with which settings") << plain.arg(1) << QStringLiteral("ALTER FUNCTION g() SET search_path = elsewhere");
    QTest::newRow("a trigger's argument") << plain.arg(1) + trigger << QStringLiteral("DROP TRIGGER tr ON t; CREATE TRIGGER tr AFTER INSERT ON t FOR EACH ROW EXECUTE FUNCTION tr('UPDATE spare SET id = 0')");
    QTest::newRow("a trigger's condition") << plain.arg(1) + trigger << QStringLiteral("DROP TRIGGER tr ON t; CREATE TRIGGER tr AFTER INSERT ON t FOR EACH ROW WHEN (new.id > 0) EXECUTE FUNCTION tr('SELECT 1')");
}

/// What was approved is what runs: code that is another one by then is drift.
void TestSqlCode::replaced()
{
    QFETCH(QString, made);
    QFETCH(QString, changed);
    static int count = 0;
    const QString name = QStringLiteral("replaced%1").arg(++count);
    QCOMPARE(m_cluster->sql(QStringLiteral("CREATE DATABASE ") + name), QString());
    Ground ground(*m_cluster, name);
    QCOMPARE(ground.sql(QStringLiteral("CREATE TABLE spare (id int); INSERT INTO spare VALUES (1); CREATE TABLE t (id int, n int);") + made
                        + QStringLiteral("ALTER TABLE t ALTER n SET DEFAULT g();")), QString());
    const QString statement = QStringLiteral("INSERT INTO t (id) VALUES (1)");
    const MeasureOutput output = ground.measure(statement);
    QVERIFY2(mentions(output, QStringLiteral("g()")), qPrintable(dump(output)));
    QVERIFY(std::holds_alternative<Performed>(ground.perform(statement, output)));
    QCOMPARE(ground.sql(changed), QString());
    const auto outcome = ground.perform(statement, output);
    QVERIFY(std::holds_alternative<Drifted>(outcome));
    QVERIFY(std::get<Drifted>(outcome).now.measurement.uninspectable != output.measurement.uninspectable); // by what it names, not by what it did
}

QTEST_GUILESS_MAIN(TestSqlCode)
#include "tst_sql_code.moc"
