// SPDX-License-Identifier: Apache-2.0
// What of a statement nobody read is named, and what a name means is decided by everything of that name.
#include "ground.h"

#include "kinds/sql/measurestatement.h"
#include "kinds/sql/sqlmeasurer.h"

#include <QDirIterator>
#include <QTest>

using namespace holdfast;
using namespace holdfast::tests;

class TestSqlReader : public QObject
{
    Q_OBJECT

private Q_SLOTS:
    void initTestCase();
    void cleanupTestCase() { m_cluster.reset(); }
    void leftOver_data();
    void leftOver();
    void laterStatements_data();
    void laterStatements();
    void dropsTheFunctionThatIsMeant();
    void everyMemberOfEveryNode();
    void corpusIsReadOrNamed();

private:
    [[nodiscard]] Ground make() const;
    std::unique_ptr<fakes::PostgresCluster> m_cluster;
};

namespace {

QString reasons(const MeasureOutput &output) { return output.measurement.uninspectable.join(u'\n'); }

QStringList ownStatements()
{
    return {QStringLiteral("DELETE FROM ONLY plain AS p USING t, (plain q JOIN t u ON u.id = q.id) WHERE p.id = t.id AND t.id = q.id RETURNING p.*, t.id AS i"),
            QStringLiteral("DELETE FROM plain WHERE id BETWEEN 1 AND 2 OR (id, n) IN ((1, 2), (3, 4)) AND n IS DISTINCT FROM 3 AND NOT id = ANY ('{1}')"
                           " AND CASE n WHEN 1 THEN true ELSE id::int8 > 0 END AND EXISTS (SELECT * FROM t ORDER BY id LIMIT 3 OFFSET 1)"),
            QStringLiteral("DELETE FROM plain WHERE n IN (SELECT DISTINCT length(x) FROM t GROUP BY x HAVING count(DISTINCT id) FILTER (WHERE b IS NOT TRUE) > 0)"),
            QStringLiteral("UPDATE plain SET n = coalesce(n, -1) + CAST('3' AS int), id = DEFAULT FROM t WHERE t.id = plain.id AND x SIMILAR TO 'x' RETURNING n"),
            QStringLiteral("UPDATE plain SET n = greatest(ARRAY[1, 2]::int[]) IS NULL::int WHERE id = 1"),
            QStringLiteral("INSERT INTO plain AS p (id, n) OVERRIDING USER VALUE VALUES (1, DEFAULT), (2, 3) RETURNING id"),
            QStringLiteral("INSERT INTO t (id, x) SELECT n, 'a' FROM plain ON CONFLICT (id) WHERE id > 3 DO UPDATE SET x = excluded.x WHERE t.id > 1"),
            QStringLiteral("INSERT INTO t (id) VALUES (1) ON CONFLICT ON CONSTRAINT t_pkey DO NOTHING"),
            QStringLiteral("SELECT id, n FROM plain WHERE n > 3 ORDER BY id DESC NULLS LAST LIMIT 2"),
            QStringLiteral("WITH RECURSIVE w(a) AS MATERIALIZED (SELECT 1 UNION ALL SELECT a + 1 FROM w WHERE a < 3), g AS (DELETE FROM plain p WHERE id = 1 RETURNING *, p.id AS i)"
                           " SELECT DISTINCT ON (a) g.*, q.x FROM w JOIN (VALUES (1, 2) ORDER BY 1) AS q(a, x) USING (a) AS j LEFT JOIN g ON g.id = j.a, LATERAL (SELECT a AS b) l"),
            QStringLiteral("SELECT s AS c, count(*) FROM generate_series(1, 4) WITH ORDINALITY AS g(s, o) NATURAL JOIN (SELECT id AS s FROM t LIMIT 3) v GROUP BY c HAVING count(*) > 0"
                           " UNION ALL (SELECT id, n FROM plain EXCEPT SELECT 1, 2) ORDER BY c DESC LIMIT 3"),
            QStringLiteral("MERGE INTO plain AS p USING (SELECT * FROM t) s ON p.id = s.id WHEN MATCHED AND s.b THEN UPDATE SET n = s.id WHEN MATCHED THEN DELETE"
                           " WHEN NOT MATCHED AND s.x = 'x' THEN INSERT (id, n) OVERRIDING SYSTEM VALUE VALUES (s.id, DEFAULT) WHEN NOT MATCHED THEN DO NOTHING"),
            QStringLiteral("CREATE TABLE IF NOT EXISTS made (a) AS SELECT ARRAY(SELECT id FROM plain p(k, m) WHERE m = 1) FROM ONLY t WITH NO DATA"),
            QStringLiteral("SELECT id INTO TABLE made FROM plain"),
            QStringLiteral("TRUNCATE ONLY plain RESTART IDENTITY"),
            QStringLiteral("DROP TABLE IF EXISTS plain, t CASCADE"),
            QStringLiteral("DROP FUNCTION IF EXISTS f(a text[], int), f() CASCADE"),
            QStringLiteral("ALTER TABLE plain DROP COLUMN IF EXISTS n CASCADE, ALTER id SET DEFAULT 3, SET (fillfactor = 70), ALTER id SET STATISTICS 5")};
}

/// Calls `use` with each copy of the value in which one object has a member more.
void plantMembers(Json &value, const std::function<void()> &use)
{
    if (const JsonArray *array = value.asArray()) {
        for (const Json &element : *array)
            plantMembers(const_cast<Json &>(element), use);
    } else if (const JsonObject *object = value.asObject()) {
        auto &members = const_cast<JsonObject &>(*object);
        for (auto &member : members)
            plantMembers(member.second, use);
        members.emplace_back(QStringLiteral("planted"), Json(QStringLiteral("x")));
        use();
        members.pop_back();
    }
}

} // namespace

void TestSqlReader::initTestCase()
{
    m_cluster = std::make_unique<fakes::PostgresCluster>();
    if (m_cluster->missing())
        QSKIP("PostgreSQL's server programs are not installed");
    QVERIFY2(m_cluster->why().isEmpty(), qPrintable(m_cluster->why()));
    QCOMPARE(m_cluster->sql(QStringLiteral("CREATE DATABASE r")), QString());
}

/// A fresh schema in which f() leaves a trace.
Ground TestSqlReader::make() const
{
    const QString error = m_cluster->sql(QStringLiteral(
        "SET client_min_messages = warning; SELECT format('DROP SCHEMA %I CASCADE', nspname) FROM pg_namespace WHERE oid >= 16384 OR nspname = 'public' \\gexec\n"
        "CREATE SCHEMA public; CREATE TABLE ran (what text);"
        "CREATE FUNCTION f() RETURNS int LANGUAGE plpgsql VOLATILE AS $$ BEGIN INSERT INTO public.ran VALUES ('f'); RAISE NOTICE 'f ran'; RETURN 1; END $$;"
        "CREATE FUNCTION f(text[], int) RETURNS int LANGUAGE sql AS 'SELECT 2';"
        "CREATE TABLE t (id int PRIMARY KEY, x text, b boolean, a int[]); INSERT INTO t SELECT i, 'x', true, '{1}' FROM generate_series(1, 9) i;"
        "CREATE TABLE plain (id int GENERATED BY DEFAULT AS IDENTITY, n int); INSERT INTO plain SELECT i, i FROM generate_series(1, 5) i;"
        "CREATE TABLE w (n int); INSERT INTO w VALUES (1); CREATE SCHEMA evil; CREATE TABLE evil.plain (LIKE plain); INSERT INTO evil.plain VALUES (1, 1), (2, 2)"),
        QStringLiteral("r"));
    if (!error.isEmpty())
        qWarning("%s", qPrintable(error)); // what follows fails by it
    return Ground(*m_cluster, QStringLiteral("r"));
}

void TestSqlReader::leftOver_data()
{
    QTest::addColumn<QString>("statement");
    QTest::addColumn<QString>("member");
    QTest::addColumn<QString>("overlooked"); // by the lenient reading
    QTest::addColumn<QString>("trace"); // what finds, after it ran, that more happened than a lenient reading says; empty: nothing visible
    const QString ran = QStringLiteral("SELECT count(*) > 0 FROM ran");
    const auto add = [&](const char *text, const char *member, const QString &trace) {
        QTest::newRow(text) << QString::fromLatin1(text) << QString::fromLatin1(member) << QString() << trace;
    };
    const auto overlook = [&](const char *text, const char *members) {
        QTest::newRow(text) << QString::fromLatin1(text) << QStringLiteral("it calls f") << QString::fromLatin1(members) << ran;
    };
    // What is read, and would run f() for whoever did not look there.
    overlook("SELECT DISTINCT ON (f()) id FROM plain", "distinctClause");
    overlook("INSERT INTO plain VALUES (1, 1), (2, 2) ORDER BY f()", "sortClause");
    overlook("INSERT INTO plain VALUES (1, 1), (2, 2) LIMIT f()", "limitCount");
    overlook("INSERT INTO plain VALUES (1, 1), (2, 2) OFFSET f()", "limitOffset");
    overlook("INSERT INTO plain WITH w (n) AS (SELECT f()) VALUES (1, (SELECT max(n) FROM w))", "withClause");
    overlook("WITH w (n) AS (SELECT f()) INSERT INTO plain VALUES (1, (SELECT max(n) FROM w))", "withClause");
    overlook("WITH w (n) AS (SELECT f()) DELETE FROM plain WHERE id IN (SELECT n FROM w)", "withClause");
    overlook("WITH w (n) AS (SELECT f()) UPDATE plain SET n = 2 WHERE id IN (SELECT n FROM w)", "withClause");
    overlook("WITH w (n) AS (SELECT f()) SELECT n FROM w", "withClause");
    overlook("DELETE FROM plain WHERE EXISTS (WITH w (n) AS (SELECT f()) SELECT n FROM w)", "withClause");
    overlook("SELECT id FROM plain UNION SELECT f()", "op larg rarg");
    overlook("VALUES (f())", "valuesLists");
    // What nobody reads.
    add("SELECT id FROM plain WINDOW w AS (ORDER BY f())", "SelectStmt.windowClause", {});
    add("SELECT count(*) OVER (ORDER BY f()) FROM plain", "FuncCall.over", ran);
    add("SELECT max(id ORDER BY f()) FROM plain", "FuncCall.agg_order", ran);
    add("SELECT concat(VARIADIC a) FROM t", "FuncCall.func_variadic", {});
    add("SELECT count(*) FROM plain GROUP BY DISTINCT id", "SelectStmt.groupDistinct", {});
    add("DELETE FROM plain USING (t JOIN plain p ON t.id = p.id) j WHERE plain.id = 1", "JoinExpr.alias", {});
    add("UPDATE t SET a[f()] = 1 WHERE id = 1", "ResTarget.indirection", ran);
    add("INSERT INTO t (id, a[f()]) VALUES (77, 1)", "ResTarget.indirection", ran);
    add("INSERT INTO t (id) VALUES (1) ON CONFLICT (id COLLATE \"C\") DO NOTHING", "IndexElem.collation", {});
    add("WITH RECURSIVE w(a) AS (SELECT 1 UNION ALL SELECT a FROM w WHERE false) CYCLE a SET c USING p SELECT a FROM w", "CommonTableExpr.cycle_clause", {});
    add("SELECT * FROM ROWS FROM (generate_series(1, 2))", "RangeFunction.is_rowsfrom", {});
    QTest::newRow("path") << QStringLiteral("SELECT DISTINCT ON (set_config('search_path', 'evil', false)) 1; DELETE FROM plain WHERE id <= 3") << QStringLiteral("it calls set_config")
                          << QStringLiteral("distinctClause") << QStringLiteral("SELECT count(*) = 0 FROM evil.plain");
}

/// Named by the strict reading; without it nothing is said, and more happens than was said: the test can fail.
void TestSqlReader::leftOver()
{
    QFETCH(QString, statement);
    QFETCH(QString, member);
    QFETCH(QString, overlooked);
    QFETCH(QString, trace);
    Ground ground = make();
    const MeasureOutput strict = ground.measure(statement);
    QVERIFY2(reasons(strict).contains(member), qPrintable(dump(strict)));
    QVERIFY2(number(strict, fact::DestroyedRows) < 0 && strict.measurement.diffs.empty(), qPrintable(dump(strict)));
    for (const Dependent &dependent : strict.measurement.dependents)
        QVERIFY2(!dependent.count, qPrintable(dump(strict)));
    if (trace.isEmpty())
        return;
    ground.reading = sql::Reading::lenient(overlooked.split(u' '));
    ground.secondLine = SecondLine::Off;
    const MeasureOutput lenient = ground.measure(statement);
    QVERIFY2(!reasons(lenient).contains(QStringLiteral("parts of the statement")), qPrintable(dump(lenient)));
    const auto outcome = ground.perform(statement, lenient);
    QVERIFY2(std::holds_alternative<Performed>(outcome), qPrintable(dump(outcome)));
    QVERIFY2(std::get<Performed>(outcome).outcome == Outcome::Committed, qPrintable(dump(outcome)));
    QCOMPARE(ground.sql(trace), QStringLiteral("t"));
}

void TestSqlReader::laterStatements_data()
{
    QTest::addColumn<QString>("first");
    for (const char *text : {"SET search_path = evil", "SELECT set_config('search_path', 'evil', false)", "SELECT f()", "CREATE TEMP TABLE plain (id int)",
                             "CREATE FUNCTION lower(text) RETURNS text LANGUAGE sql AS 'SELECT 1'", "DO $$ BEGIN DELETE FROM plain; END $$",
                             "ALTER TABLE w ADD FOREIGN KEY (n) REFERENCES t ON DELETE CASCADE", "ALTER TABLE plain RENAME TO plane", "INSERT INTO w VALUES (f())",
                             "UPDATE w SET n = f()", "DELETE FROM w RETURNING f()", "SET transform_null_equals = on", "SET ROLE postgres", "CALL g()",
                             "COPY w FROM PROGRAM 'echo 1'", "UPDATE pg_catalog.pg_class SET relname = 'x' WHERE relname = 'plain'"})
        QTest::newRow(text) << QString::fromLatin1(text);
}

void TestSqlReader::laterStatements()
{
    QFETCH(QString, first);
    const Ground ground = make();
    QCOMPARE(number(ground.measure(QStringLiteral("DELETE FROM plain WHERE id <= 3")), fact::DestroyedRows), 3);
    const MeasureOutput output = ground.measure(first + QStringLiteral("; DELETE FROM plain WHERE id <= 3"));
    QVERIFY2(reasons(output).contains(QStringLiteral("an earlier statement")), qPrintable(dump(output)));
    QVERIFY2(number(output, fact::DestroyedRows) < 0 && !dump(output).contains(QStringLiteral("rows of plain that go")), qPrintable(dump(output)));
    const MeasureOutput before = ground.measure(QStringLiteral("DELETE FROM w; DELETE FROM plain WHERE id <= 3"));
    QVERIFY2(number(before, fact::DestroyedRows) == 4, qPrintable(dump(before)));
}

void TestSqlReader::dropsTheFunctionThatIsMeant()
{
    const Ground ground = make();
    const auto dropped = [&](const char *text) {
        const MeasureOutput output = ground.measure(QString::fromLatin1(text));
        return output.measurement.summaryText + u'|' + reasons(output);
    };
    QCOMPARE(dropped("DROP FUNCTION f()"), QStringLiteral("Drop function public.f() in ground|"));
    QCOMPARE(dropped("DROP FUNCTION f(a text[], int)"), QStringLiteral("Drop function public.f(pg_catalog.text[],integer) in ground|"));
    QCOMPARE(dropped("DROP FUNCTION IF EXISTS f(int)"), QStringLiteral("Drop nothing that exists in ground|"));
    QVERIFY(dropped("DROP FUNCTION f").contains(QStringLiteral("ambiguous")));
    QVERIFY(dropped("DROP FUNCTION IF EXISTS f(nowhere)").contains(QStringLiteral("not a type that is known")));
    QVERIFY(dropped("DROP PROCEDURE IF EXISTS f(int)").contains(QStringLiteral("which procedure")));
}

/// One member more, in any object of the tree of a statement that is read whole, is noticed: no code reads past what it does not know.
void TestSqlReader::everyMemberOfEveryNode()
{
    const Ground ground = make();
    int planted = 0;
    for (const QString &text : ownStatements()) {
        const auto statements = sql::parseStatements(text);
        QVERIFY2(statements, qPrintable(text));
        const auto session = sql::openMeasuring(ground.target, nullptr, SystemClock().now()); // each has so much time for measuring
        QVERIFY(session);
        Json tree = statements->front().tree->find(u"stmts")->asArray()->front();
        auto *stmt = const_cast<Json *>(tree.find(u"stmt"));
        const auto measure = [&] {
            sql::Statement statement = statements->front();
            statement.node = sql::Node(*stmt, nullptr);
            return sql::measureStatements(*session, {statement}).uninspectable.join(u' ');
        };
        const QString as = measure();
        QVERIFY2(!as.contains(QStringLiteral("parts of the statement")) , qPrintable(text + u'\n' + as));
        plantMembers(const_cast<Json &>(stmt->asObject()->front().second), [&] {
            ++planted;
            const QString said = measure();
            QVERIFY2(said != as && !said.isEmpty(), qPrintable(said + u'\n' + text + u'\n' + QString::fromUtf8(stmt->toBytes())));
        });
        if (QTest::currentTestFailed())
            return;
    }
    QVERIFY(planted > 600);
    QCOMPARE(ground.sql(QStringLiteral("SELECT count(*) FROM ran")), QStringLiteral("0"));
}

/// No third way: a statement of the corpus is read to its last member, or says what is not.
void TestSqlReader::corpusIsReadOrNamed()
{
    const QString corpus = qEnvironmentVariable("HOLDFAST_SHARED") + QStringLiteral("/corpus/postgres");
    if (!QDir(corpus).exists())
        QSKIP("../shared is not beside the checkout");
    const Ground ground = make();
    int seen = 0, whole = 0;
    QDirIterator each(corpus, {QStringLiteral("*.sql")}, QDir::Files, QDirIterator::Subdirectories);
    while (each.hasNext()) {
        QFile file(each.next());
        QVERIFY(file.open(QIODevice::ReadOnly));
        const auto statements = sql::parseStatements(QString::fromUtf8(file.readAll()));
        const auto session = sql::openMeasuring(ground.target, nullptr, SystemClock().now());
        QVERIFY(session);
        for (const sql::Statement &statement : statements ? *statements : std::vector<sql::Statement>()) {
            sql::ReadRecord nothing;
            const QStringList unread = statement.node.recordedIn(nothing).leftOver();
            QVERIFY(unread == QStringList{statement.node.type}); // of what nobody read at all, all is left over
            const QStringList said = sql::measureStatements(*session, {statement}).uninspectable;
            whole += said.isEmpty() ? 1 : 0;
            ++seen;
        }
    }
    qInfo("%d of %d statements are read whole", whole, seen);
    QVERIFY(seen > 1000);
    QCOMPARE(ground.sql(QStringLiteral("SELECT count(*) FROM ran")), QStringLiteral("0"));
}

QTEST_GUILESS_MAIN(TestSqlReader)
#include "tst_sql_reader.moc"
