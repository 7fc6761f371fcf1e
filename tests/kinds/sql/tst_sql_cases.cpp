// SPDX-License-Identifier: Apache-2.0
// Cases from the field: what the hold says is what the statement does. First with schemas of our own, then with the files of ../shared/cases, where they are.
#include "ground.h"

#include "kinds/sql/connection.h"

#include <QFile>
#include <QTest>

using namespace holdfast;
using namespace holdfast::tests;

class TestSqlCases : public QObject
{
    Q_OBJECT

private Q_SLOTS:
    void initTestCase();
    void cleanupTestCase() { m_cluster.reset(); }
    void truncateReachesThroughSetNull();
    void locksShownAreLocksTaken_data();
    void locksShownAreLocksTaken();
    void measuringLocksNobodyOut();
    void outerColumn();
    void openChoice_data();
    void openChoice();
    void shared_data();
    void shared();

private:
    [[nodiscard]] Ground make(const QString &schema);
    std::unique_ptr<fakes::PostgresCluster> m_cluster;
    int m_made = 0;
};

namespace {

const Dependent *dependent(const MeasureOutput &output, const QString &name)
{
    for (const Dependent &one : output.measurement.dependents) {
        if (one.name == name)
            return &one;
    }
    return nullptr;
}

QString parentOf(const MeasureOutput &output, const QString &name)
{
    const Dependent *one = dependent(output, name);
    return one && one->parent >= 0 ? output.measurement.dependents[static_cast<std::size_t>(one->parent)].name : QString();
}

QString value(const MeasureOutput &output, QStringView id)
{
    const Fact *fact = output.measurement.fact(id);
    return fact ? fact->value : QString();
}

} // namespace

void TestSqlCases::initTestCase()
{
    m_cluster = std::make_unique<fakes::PostgresCluster>();
    if (m_cluster->missing())
        QSKIP("PostgreSQL's server programs are not installed");
    QVERIFY2(m_cluster->why().isEmpty(), qPrintable(m_cluster->why()));
}

Ground TestSqlCases::make(const QString &schema)
{
    const QString name = QStringLiteral("case%1").arg(++m_made);
    QString error = m_cluster->sql(QStringLiteral("CREATE DATABASE %1").arg(name));
    error += m_cluster->sql(QStringLiteral("SET client_min_messages = error;") + schema, name);
    if (!error.isEmpty())
        qWarning("%s", qPrintable(error));
    return Ground(*m_cluster, name);
}

/// TRUNCATE … CASCADE follows references that DELETE would only null, or refuse.
void TestSqlCases::truncateReachesThroughSetNull()
{
    Ground ground = make(QStringLiteral(
        "CREATE TABLE course (id int PRIMARY KEY); INSERT INTO course VALUES (1), (2);"
        "CREATE TABLE desk (id int PRIMARY KEY, course int REFERENCES course ON DELETE CASCADE); INSERT INTO desk SELECT i, 1 FROM generate_series(1, 20) i;"
        "CREATE TABLE pupil (id int PRIMARY KEY, desk int CONSTRAINT pupil_sits REFERENCES desk ON DELETE SET NULL); INSERT INTO pupil SELECT i, CASE WHEN i % 10 = 0 THEN i / 10 END FROM generate_series(1, 50) i;"
        "CREATE TABLE report (pupil int CONSTRAINT report_of REFERENCES pupil ON DELETE RESTRICT); INSERT INTO report SELECT 1 + i % 50 FROM generate_series(1, 70) i;"
        "CREATE TABLE aside (id int); INSERT INTO aside VALUES (1);"
        "CREATE FUNCTION kept() RETURNS trigger LANGUAGE plpgsql AS $$ BEGIN RETURN NULL; END $$; CREATE TRIGGER keep BEFORE DELETE ON desk FOR EACH ROW EXECUTE FUNCTION kept()"));
    ground.claims.reversible = true;
    MeasureOutput output = ground.measure(QStringLiteral("TRUNCATE desk CASCADE"));
    QVERIFY2(number(output, fact::DestroyedRows) == 140 && number(output, fact::CascadeRows) == 120, qPrintable(dump(output)));
    QCOMPARE(parentOf(output, QStringLiteral("pupil")), QStringLiteral("desk"));
    QCOMPARE(parentOf(output, QStringLiteral("report")), QStringLiteral("pupil"));
    QCOMPARE(parentOf(output, QStringLiteral("pupil_sits")), QStringLiteral("pupil"));
    QCOMPARE(dependent(output, QStringLiteral("pupil_sits"))->effect, QStringLiteral("ON DELETE SET NULL does not protect"));
    QCOMPARE(dependent(output, QStringLiteral("report_of"))->effect, QStringLiteral("ON DELETE RESTRICT does not protect"));
    QCOMPARE(value(output, u"truncate.references"), QStringLiteral("pupil_sits (SET NULL), report_of (RESTRICT)"));
    QCOMPARE(value(output, u"truncate.skips"), QStringLiteral("trigger keep on desk"));
    QVERIFY(!output.measurement.fact(u"refused"));
    QCOMPARE(output.measurement.contradictions.size(), std::size_t(1));
    QCOMPARE(output.measurement.contradictions[0].claim, QStringLiteral("reversible"));
    QCOMPARE(value(output, fact::LockLevel), QStringLiteral("AccessExclusiveLock"));
    QCOMPARE(number(output, fact::LockObjects), 5); // three tables, two of them with an index
    QVERIFY(!output.measurement.fact(u"narrower.statement")); // a trigger would keep what DELETE takes: nothing is certain to be narrower
    QCOMPARE(ground.sql(QStringLiteral("DROP TRIGGER keep ON desk")), QString());
    output = ground.measure(QStringLiteral("TRUNCATE desk CASCADE"));
    QCOMPARE(value(output, u"narrower.statement"), QStringLiteral("DELETE FROM desk would destroy 20 rows and change 5"));
    QVERIFY(!output.measurement.fact(u"truncate.skips"));
}

void TestSqlCases::locksShownAreLocksTaken_data()
{
    QTest::addColumn<QString>("statement");
    for (const char *text : {"DELETE FROM a WHERE id = 1", "DELETE FROM a", "UPDATE a SET n = 2", "INSERT INTO a VALUES (900)", "TRUNCATE a CASCADE", "TRUNCATE lone", "DELETE FROM p",
                             "DROP TABLE lone", "DROP TABLE b", "DROP TABLE a CASCADE", "ALTER TABLE lone DROP COLUMN n", "ALTER TABLE lone ALTER n SET STATISTICS 100",
                             "ALTER TABLE lone SET (fillfactor = 50)", "ALTER TABLE lone SET (autovacuum_enabled = off, log_autovacuum_min_duration = 5)", "ALTER TABLE lone SET (user_catalog_table = on, fillfactor = 50)",
                             "ALTER TABLE p ALTER id SET STATISTICS 9", "ALTER TABLE b DROP CONSTRAINT b_a_fkey", "DROP INDEX a_n_idx",
                             "ALTER TABLE a DROP CONSTRAINT a_pkey CASCADE", "DROP TYPE feeling CASCADE", "SELECT id FROM a", "DELETE FROM lone; UPDATE p SET id = id"})
        QTest::newRow(text) << QString::fromLatin1(text);
}

void TestSqlCases::locksShownAreLocksTaken()
{
    QFETCH(QString, statement);
    Ground ground = make(QStringLiteral(
        "CREATE TABLE a (id int PRIMARY KEY, n int); INSERT INTO a SELECT i, i FROM generate_series(1, 9) i; CREATE INDEX ON a (n);"
        "CREATE TABLE b (a int REFERENCES a ON DELETE CASCADE); CREATE INDEX ON b (a); INSERT INTO b VALUES (1), (1);"
        "CREATE TABLE lone (id int PRIMARY KEY, n int); INSERT INTO lone VALUES (1);"
        "CREATE TABLE p (id int) PARTITION BY RANGE (id); CREATE TABLE p1 PARTITION OF p FOR VALUES FROM (0) TO (9); CREATE TABLE p2 PARTITION OF p DEFAULT; CREATE INDEX ON p (id);"
        "INSERT INTO p VALUES (1), (20); CREATE TYPE feeling AS ENUM ('ok'); CREATE TABLE felt (f feeling)"));
    const MeasureOutput output = ground.measure(statement);
    const QString taken = ground.sql(QStringLiteral(
        "CREATE TEMP TABLE was AS SELECT oid FROM pg_class WHERE relkind IN ('r', 'p', 'i', 'I') AND relnamespace = 'public'::regnamespace; BEGIN; SET client_min_messages = error; %1 \\g /dev/null\n"
        "SELECT mode || ' ' || count(*) FROM pg_locks JOIN was ON was.oid = relation WHERE pid = pg_backend_pid() AND locktype = 'relation' GROUP BY mode"
        " ORDER BY array_position(ARRAY['AccessExclusiveLock', 'ShareUpdateExclusiveLock', 'RowExclusiveLock', 'RowShareLock', 'AccessShareLock'], mode) LIMIT 1; ROLLBACK").arg(statement));
    QVERIFY2(value(output, fact::LockLevel) + u' ' + QString::number(number(output, fact::LockObjects)) == taken, qPrintable(taken + dump(output)));
}

/// Whoever holds a lock that admits readers only is no obstacle to measuring, and measuring is none to him.
void TestSqlCases::measuringLocksNobodyOut()
{
    Ground ground = make(QStringLiteral("CREATE TABLE a (id int PRIMARY KEY); INSERT INTO a VALUES (1), (2); CREATE TABLE b (a int REFERENCES a ON DELETE CASCADE); INSERT INTO b VALUES (1)"));
    auto other = sql::PgConnection::open({ground.target.url, {}, {}, true});
    QVERIFY(other && other->run(QStringLiteral("BEGIN")) && other->run(QStringLiteral("LOCK TABLE a, b IN EXCLUSIVE MODE")));
    for (const auto &[statement, rows] : {std::pair{"DELETE FROM a", 3}, std::pair{"TRUNCATE a CASCADE", 3}, std::pair{"DROP TABLE a CASCADE", 2}}) {
        const MeasureOutput output = ground.measure(QString::fromLatin1(statement));
        QVERIFY2(number(output, fact::DestroyedRows) == rows, qPrintable(dump(output)));
    }
}

/// A column that the sub-select does not have is the outer table's, so that everything matches.
void TestSqlCases::outerColumn()
{
    Ground ground = make(QStringLiteral(
        "CREATE TABLE visit (id int PRIMARY KEY, guest int); INSERT INTO visit SELECT i, CASE WHEN i > 3 THEN i % 7 END FROM generate_series(1, 60) i;"
        "CREATE TABLE step (visit int REFERENCES visit ON DELETE CASCADE); INSERT INTO step SELECT 1 + i % 60 FROM generate_series(1, 120) i;"
        "CREATE TABLE gone (id int PRIMARY KEY, who int); INSERT INTO gone VALUES (1, 2)"));
    const MeasureOutput output = ground.measure(QStringLiteral("DELETE FROM visit WHERE guest IN (SELECT guest FROM gone WHERE id < 9)"));
    QVERIFY2(output.measurement.uninspectable.isEmpty(), qPrintable(dump(output)));
    QCOMPARE(number(output, fact::DestroyedRows), 57 + 114);
    QCOMPARE(value(output, u"column.outer"), QStringLiteral("guest in the sub-select is visit.guest"));
    QCOMPARE(value(output, u"destroyed.share"), QStringLiteral("57 of 60 rows (95.0 %)"));
    QVERIFY(!ground.measure(QStringLiteral("DELETE FROM visit WHERE guest IN (SELECT who FROM gone)")).measurement.fact(u"column.outer"));
    QVERIFY(!ground.measure(QStringLiteral("DELETE FROM visit v WHERE EXISTS (SELECT FROM gone WHERE who = v.guest)")).measurement.fact(u"column.outer"));
    // Emptied before it is performed, the sub-select matches nothing: that is drift.
    QCOMPARE(ground.sql(QStringLiteral("TRUNCATE gone")), QString());
    const auto outcome = ground.perform(QStringLiteral("DELETE FROM visit WHERE guest IN (SELECT guest FROM gone WHERE id < 9)"), output);
    QVERIFY2(std::holds_alternative<Drifted>(outcome), qPrintable(dump(outcome)));
}

void TestSqlCases::openChoice_data()
{
    QTest::addColumn<QString>("statement");
    QTest::addColumn<qint64>("destroyed"); // -1: not exact
    QTest::addColumn<bool>("open");
    const auto row = [](const char *text, qint64 destroyed, bool open) { QTest::newRow(text) << QString::fromLatin1(text) << destroyed << open; };
    row("DELETE FROM leaf WHERE id IN (SELECT id FROM leaf WHERE n > 2 LIMIT 4)", 4, true);
    row("DELETE FROM leaf WHERE id IN (SELECT id FROM leaf ORDER BY n LIMIT 4)", 4, true);
    row("DELETE FROM leaf WHERE id IN (SELECT id FROM leaf ORDER BY n, id LIMIT 4)", 4, false);
    row("DELETE FROM leaf WHERE id IN (SELECT id FROM leaf ORDER BY id OFFSET 3)", 17, false);
    row("DELETE FROM leaf WHERE n IN (SELECT n FROM leaf LIMIT 2)", -1, true); // how many have that n depends on the n
    row("DELETE FROM root WHERE id IN (SELECT id FROM root LIMIT 2)", -1, true); // so do the rows that go along
    row("UPDATE leaf SET n = 1 WHERE id IN (SELECT id FROM leaf LIMIT 3)", -2, true);
    // The picking query is open in itself, or another for each row, or reads another table.
    row("DELETE FROM leaf WHERE id IN (SELECT id FROM leaf WHERE id IN (SELECT id FROM root LIMIT 3) LIMIT 5)", -1, true);
    row("DELETE FROM leaf WHERE id IN (SELECT id FROM leaf WHERE id = (SELECT id FROM root LIMIT 1) LIMIT 5)", -1, true);
    row("DELETE FROM leaf WHERE id IN (SELECT id FROM leaf LIMIT (SELECT id FROM root LIMIT 1))", -1, true);
    row("DELETE FROM leaf WHERE id IN (SELECT id FROM away.leaf LIMIT 1)", -1, true);
    row("DELETE FROM leaf WHERE id IN (SELECT o.id FROM leaf o WHERE o.n >= leaf.n LIMIT 1)", -1, true);
    row("DELETE FROM leaf USING root WHERE leaf.id IN (SELECT id FROM leaf LIMIT 4)", -1, true);
    // Values are open, and what finds them later.
    row("UPDATE leaf SET n = (SELECT id FROM root LIMIT 1) WHERE id = 3", -2, true);
    row("UPDATE root SET id = (SELECT id + 20 FROM root LIMIT 1) WHERE id = 5", -2, true);
    row("INSERT INTO leaf VALUES ((SELECT id + 20 FROM root LIMIT 1), 1, 1); DELETE FROM leaf WHERE id = 21", -1, true);
    row("INSERT INTO leaf SELECT id + 20, 1, 1 FROM root LIMIT 1; DELETE FROM leaf WHERE id = 21", -1, true);
    row("INSERT INTO leaf SELECT id + 20, 1, 1 FROM root ORDER BY id LIMIT 1; DELETE FROM leaf WHERE id = 21", 1, false);
    row("CREATE TABLE made AS SELECT n FROM leaf LIMIT 3", -2, true);
    row("INSERT INTO leaf VALUES (CASE WHEN EXISTS (SELECT DISTINCT * FROM root ORDER BY id OFFSET 2) THEN 21 ELSE 22 END, 1, 1); DELETE FROM leaf WHERE id = 21", 1, false);
}

void TestSqlCases::openChoice()
{
    QFETCH(QString, statement);
    QFETCH(qint64, destroyed);
    QFETCH(bool, open);
    Ground ground = make(QStringLiteral(
        "CREATE TABLE root (id int PRIMARY KEY); INSERT INTO root SELECT generate_series(1, 5);"
        "CREATE SCHEMA away; CREATE TABLE away.leaf (id int PRIMARY KEY, n int); INSERT INTO away.leaf VALUES (1, 1), (99, 1);"
        "CREATE TABLE leaf (id int PRIMARY KEY, n int, root int REFERENCES root ON DELETE CASCADE ON UPDATE CASCADE); INSERT INTO leaf SELECT i, i % 6, 1 + i % 2 FROM generate_series(1, 20) i"));
    const MeasureOutput output = ground.measure(statement);
    QVERIFY2(number(output, fact::DestroyedRows) == destroyed, qPrintable(dump(output)));
    QCOMPARE(output.measurement.fact(u"rows.open") != nullptr, open);
    QVERIFY2(!open || !output.measurement.fact(u"unchanged.rows"), qPrintable(dump(output)));
    QVERIFY2(!statement.startsWith(QStringLiteral("UPDATE root")) || number(output, fact::ChangedRows) == -1, "its own key is changed, and rows follow");
    const auto outcome = ground.perform(statement, output);
    QVERIFY2(std::holds_alternative<Performed>(outcome), qPrintable(dump(outcome)));
}

void TestSqlCases::shared_data()
{
    QTest::addColumn<QString>("directory");
    QTest::addColumn<QString>("file");
    QTest::addColumn<qint64>("least");
    QTest::addColumn<qint64>("most");
    QTest::addColumn<qint64>("happens");
    QTest::newRow("truncate") << QStringLiteral("01-truncate-reaches-set-null") << QStringLiteral("statement.sql") << qint64(45400) << qint64(45400) << qint64(45400);
    QTest::newRow("rule") << QStringLiteral("04-delete-that-is-an-update") << QStringLiteral("statement.sql") << qint64(0) << qint64(40) << qint64(20);
    QTest::newRow("trigger") << QStringLiteral("04-delete-that-is-an-update") << QStringLiteral("statement-trigger.sql") << qint64(0) << qint64(40) << qint64(20);
    QTest::newRow("outer column") << QStringLiteral("05-subquery-takes-outer-column") << QStringLiteral("statement.sql") << qint64(34930) << qint64(34930) << qint64(34930);
}

void TestSqlCases::shared()
{
    QFETCH(QString, directory);
    QFETCH(QString, file);
    QFETCH(qint64, least);
    QFETCH(qint64, most);
    QFETCH(qint64, happens);
    const QString place = qEnvironmentVariable("HOLDFAST_SHARED") + QStringLiteral("/cases/") + directory + u'/';
    QFile schema(place + QStringLiteral("schema.sql")), statement(place + file);
    if (!schema.open(QIODevice::ReadOnly) || !statement.open(QIODevice::ReadOnly))
        QSKIP("../shared/cases is not beside the checkout");
    Ground ground = make(QString::fromUtf8(schema.readAll()));
    const QString text = QString::fromUtf8(statement.readAll());
    const MeasureOutput output = ground.measure(text);
    QVERIFY2(least == most ? number(output, fact::DestroyedRows) == least : isBetween(output, fact::DestroyedRows, least, most), qPrintable(dump(output)));
    QCOMPARE(output.measurement.uninspectable.isEmpty(), least == most);
    const auto outcome = ground.perform(text, output);
    QVERIFY2(std::holds_alternative<Performed>(outcome), qPrintable(dump(outcome)));
    QCOMPARE(number(std::get<Performed>(outcome), fact::DestroyedRows), happens);
}

QTEST_GUILESS_MAIN(TestSqlCases)
#include "tst_sql_cases.moc"
