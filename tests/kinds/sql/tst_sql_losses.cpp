// SPDX-License-Identifier: Apache-2.0
// Definitions that go or change: everything that the server lost is named in the hold, and each table that lost a part is one of its resources.
#include "ground.h"

#include <QTest>

using namespace holdfast;
using namespace holdfast::tests;

class TestSqlLosses : public QObject
{
    Q_OBJECT

private Q_SLOTS:
    void initTestCase();
    void cleanupTestCase() { m_cluster.reset(); }
    void named_data();
    void named();
    void counted_data();
    void counted();
    void altered_data();
    void altered();
    void notCounted();
    void toldApart();
    void leftBehind();

private:
    [[nodiscard]] Ground make(const QString &setup);
    std::unique_ptr<fakes::PostgresCluster> m_cluster;
    int m_made = 0;
};

namespace {

/// Everything of the database that has a definition, `relation|type|identity`.
QStringList definitions(const Ground &ground)
{
    return ground.sql(QStringLiteral(
        "SET search_path = ''; SELECT concat_ws('|', coalesce((SELECT format('%I.%I', n.nspname, c.relname) FROM pg_class c JOIN pg_namespace n ON n.oid = c.relnamespace WHERE c.oid = x.rel), ''), i.type, i.identity) FROM ("
        " SELECT 'pg_class'::regclass::oid AS class, oid, 0 AS sub, oid AS rel FROM pg_class WHERE oid >= 16384 AND relkind NOT IN ('i', 'I', 't', 'c')"
        " UNION ALL SELECT 'pg_class'::regclass, attrelid, attnum, attrelid FROM pg_attribute JOIN pg_class c ON c.oid = attrelid WHERE c.oid >= 16384 AND relkind IN ('r', 'p', 'f') AND attnum > 0 AND NOT attisdropped"
        " UNION ALL SELECT 'pg_class'::regclass, indexrelid, 0, indrelid FROM pg_index JOIN pg_class c ON c.oid = indrelid WHERE c.oid >= 16384 AND c.relkind <> 't'"
        " UNION ALL SELECT tableoid, oid, 0, adrelid FROM pg_attrdef UNION ALL SELECT tableoid, oid, 0, conrelid FROM pg_constraint WHERE oid >= 16384"
        " UNION ALL SELECT tableoid, oid, 0, tgrelid FROM pg_trigger WHERE NOT tgisinternal UNION ALL SELECT tableoid, oid, 0, polrelid FROM pg_policy"
        " UNION ALL SELECT tableoid, oid, 0, ev_class FROM pg_rewrite WHERE oid >= 16384 AND rulename <> '_RETURN' UNION ALL SELECT tableoid, oid, 0, stxrelid FROM pg_statistic_ext"
        " UNION ALL SELECT tableoid, oid, 0, prrelid FROM pg_publication_rel UNION ALL SELECT tableoid, oid, 0, 0 FROM pg_publication_namespace"
        " UNION ALL SELECT tableoid, oid, 0, 0 FROM pg_proc WHERE oid >= 16384 UNION ALL SELECT tableoid, oid, 0, 0 FROM pg_namespace"
        " UNION ALL SELECT tableoid, oid, 0, 0 FROM pg_type t WHERE oid >= 16384 AND typcategory <> 'A' AND (typrelid = 0 OR (SELECT relkind FROM pg_class WHERE oid = typrelid) = 'c')) x"
        " CROSS JOIN LATERAL pg_identify_object(class, x.oid, sub) i ORDER BY 1"))
        .split(u'\n');
}

/// Whether a definition's own relation went as a whole, so that this is not one of its own that has to be named; or the column that it belongs to.
bool goesUnnamed(const QStringList &parts, const QStringList &lost)
{
    static const QStringList plain{QStringLiteral("index"), QStringLiteral("table constraint"), QStringLiteral("default value"), QStringLiteral("rule"), QStringLiteral("table column")};
    const bool whole = std::any_of(lost.begin(), lost.end(), [&](const QString &one) { return one.startsWith(parts[0] + QStringLiteral("|table|")) || one.startsWith(parts[0] + QStringLiteral("|view|")); });
    const bool ofColumn = parts[1] == QStringLiteral("default value") && lost.contains(parts[0] + QStringLiteral("|table column|") + parts[2].mid(4));
    return ofColumn || (whole && plain.contains(parts[1]));
}

bool isNamedIn(const Measurement &made, const QString &identity)
{
    const QString bare = identity.startsWith(QStringLiteral("for ")) ? identity.mid(4) : identity;
    return std::any_of(made.dependents.begin(), made.dependents.end(), [&](const Dependent &one) { return one.name == bare || QStringLiteral("public.") + one.name == bare; });
}

bool isResource(const Measurement &made, const QString &relation)
{
    return std::any_of(made.resources.begin(), made.resources.end(), [&](const QString &one) { return one.endsWith(u'/' + relation); });
}

} // namespace

void TestSqlLosses::initTestCase()
{
    m_cluster = std::make_unique<fakes::PostgresCluster>();
    if (m_cluster->missing())
        QSKIP("PostgreSQL's server programs are not installed");
    QVERIFY2(m_cluster->why().isEmpty(), qPrintable(m_cluster->why()));
    QCOMPARE(m_cluster->sql(QStringLiteral("CREATE DATABASE lost")), QString());
    const QString error = m_cluster->sql(QStringLiteral(
        "SET client_min_messages = warning; CREATE TABLE item (id int PRIMARY KEY, price int NOT NULL, name text); INSERT INTO item SELECT i, i * 10, 'n' || i FROM generate_series(1, 100) i;"
        "CREATE TABLE tag (item int REFERENCES item, word text); INSERT INTO tag VALUES (1, 'a'), (NULL, 'b'); CREATE TABLE ser (id serial, n int DEFAULT 5);"
        "CREATE TABLE archive (id int, n int); INSERT INTO archive VALUES (1, NULL), (2, 3); CREATE SCHEMA away; CREATE TABLE away.other (id int); INSERT INTO away.other VALUES (1);"
        "CREATE DOMAIN pos AS int CHECK (VALUE > 0); CREATE TYPE mood AS ENUM ('sad', 'ok'); CREATE TYPE pair AS (x int, y int);"
        "CREATE TABLE feel (id int, p pos, m mood, pr pair); INSERT INTO feel SELECT i, i, 'ok', (i, i)::pair FROM generate_series(1, 12) i;"
        "CREATE FUNCTION addone(int) RETURNS int LANGUAGE sql IMMUTABLE AS 'SELECT $1 + 1'; CREATE FUNCTION noted() RETURNS trigger LANGUAGE plpgsql AS 'BEGIN RETURN NEW; END';"
        "CREATE TABLE parent (id int, n int CHECK (n > 0)); CREATE TABLE child (m int) INHERITS (parent); CREATE TABLE own (n int) INHERITS (parent); INSERT INTO parent VALUES (1, 1);"
        "INSERT INTO child VALUES (1, 2, 3), (1, 4, 5); INSERT INTO own VALUES (1, 9);"
        "CREATE TABLE part (id int, n int) PARTITION BY RANGE (id); CREATE TABLE part1 PARTITION OF part FOR VALUES FROM (1) TO (9); INSERT INTO part VALUES (1, 1), (2, NULL)"), QStringLiteral("lost"));
    QVERIFY2(error.isEmpty(), qPrintable(error));
}

Ground TestSqlLosses::make(const QString &setup)
{
    const QString name = QStringLiteral("lost%1").arg(++m_made);
    QString error = m_cluster->sql(QStringLiteral("CREATE DATABASE %1 TEMPLATE lost").arg(name));
    error += m_cluster->sql(QStringLiteral("SET client_min_messages = error;") + setup, name);
    if (!error.isEmpty())
        qWarning("%s", qPrintable(error)); // what follows fails by it
    return Ground(*m_cluster, name);
}

void TestSqlLosses::named_data()
{
    QTest::addColumn<QString>("setup");
    QTest::addColumn<QString>("statement");
    QTest::addColumn<qint64>("values"); // -2: there is no such fact
    QTest::addColumn<QString>("sentence");
    const auto row = [](const char *setup, const char *statement, qint64 values, const char *sentence) {
        QTest::addRow("%s %s", setup, statement) << QString::fromLatin1(setup) << QString::fromLatin1(statement) << values << QString::fromLatin1(sentence);
    };
    row("", "DROP TYPE mood CASCADE", 12, "Drop type public.mood in ground (feel loses column m)");
    row("", "DROP TYPE pair CASCADE", 12, "Drop type public.pair in ground (feel loses column pr)");
    row("CREATE TABLE away.glad (m mood)", "DROP TYPE mood CASCADE", 12, "Drop type public.mood in ground (2 tables lose 2 parts)");
    row("", "DROP DOMAIN pos CASCADE", 12, "Drop type public.pos in ground (feel loses column p)");
    row("CREATE TABLE fx (a int CHECK (addone(a) > 0), b int DEFAULT addone(1), c int GENERATED ALWAYS AS (addone(3)) STORED); INSERT INTO fx VALUES (1); CREATE INDEX fi ON fx (addone(a));"
        "CREATE STATISTICS fs ON (addone(a)) FROM fx; CREATE POLICY fp ON fx USING (addone(a) > 1); CREATE RULE fr AS ON INSERT TO fx WHERE addone(NEW.a) > 1 DO NOTHING; CREATE VIEW fv AS SELECT addone(a) FROM fx",
        "DROP FUNCTION addone CASCADE", 1, "Drop function public.addone(integer) in ground (fx loses 7 parts)");
    row("CREATE TRIGGER tg BEFORE DELETE ON archive FOR EACH ROW EXECUTE FUNCTION noted()", "DROP FUNCTION noted CASCADE", -2, "Drop function public.noted() in ground (archive loses a trigger)");
    row("CREATE TRIGGER tg BEFORE DELETE ON archive FOR EACH ROW EXECUTE FUNCTION noted()", "DROP TRIGGER tg ON archive", -2, "Drop trigger tg on public.archive in ground");
    row("CREATE POLICY pol ON archive USING (id > 1)", "DROP POLICY pol ON archive", -2, "Drop policy pol on public.archive in ground");
    row("CREATE RULE keeps AS ON DELETE TO archive DO INSTEAD NOTHING", "DROP RULE keeps ON archive", -2, "Drop rule keeps on public.archive in ground");
    row("", "DROP SEQUENCE ser_id_seq CASCADE", -2, "Drop sequence public.ser_id_seq in ground (ser loses a default)");
    row("CREATE SEQUENCE os OWNED BY archive.id; ALTER TABLE ser ALTER n SET DEFAULT nextval('os')", "DROP TABLE archive CASCADE", -2, "Drop table archive in ground; ser loses a default");
    row("CREATE PUBLICATION pub FOR TABLE tag, archive (id) WHERE (id > 1); CREATE STATISTICS st ON id, n FROM archive; CREATE POLICY pol ON archive USING (id > 1)", "DROP TABLE archive", -2, "Drop table archive in ground");
    row("CREATE PUBLICATION pub FOR TABLE tag, archive (id) WHERE (id > 1); CREATE STATISTICS st ON id, n FROM archive", "ALTER TABLE archive DROP COLUMN id CASCADE", 2, "Drop column id of table archive in ground");
    row("CREATE PUBLICATION pub FOR TABLES IN SCHEMA away", "DROP SCHEMA away CASCADE", -2, "Drop schema away and 1 dependent table in ground");
    row("", "DROP TABLE item CASCADE", -2, "Drop table item in ground; 1 table references it");
    row("", "ALTER TABLE item DROP CONSTRAINT item_pkey CASCADE", -2, "Drop constraint item_pkey of table item in ground (tag loses a constraint)");
    row("", "ALTER TABLE tag DROP CONSTRAINT tag_item_fkey", -2, "Drop constraint tag_item_fkey of table tag in ground");
    row("CREATE UNIQUE INDEX pairing ON item (price, name)", "ALTER TABLE item DROP COLUMN name, DROP COLUMN price", 200, "Drop column name, column price of table item in ground");
    row("ALTER TABLE item ADD UNIQUE (price, name)", "ALTER TABLE item DROP COLUMN name, DROP COLUMN price", 200, "Drop column name, column price of table item in ground");
    row("", "ALTER TABLE parent DROP COLUMN n", 3, "Drop column n of table parent in ground (child loses 2 parts)"); // own keeps what it has of its own, and the check
    row("", "ALTER TABLE ONLY parent DROP COLUMN n", 1, "Drop column n of table parent in ground");
    row("CREATE TABLE twice () INHERITS (parent, child); INSERT INTO twice VALUES (1, 7, 8)", "ALTER TABLE parent DROP COLUMN n", 4, "Drop column n of table parent in ground (2 tables lose 4 parts)");
    row("", "ALTER TABLE parent DROP CONSTRAINT parent_n_check", -2, "Drop constraint parent_n_check of table parent in ground (2 tables lose 2 parts)");
    row("", "ALTER TABLE part DROP COLUMN n", 1, "Drop column n of table part in ground (part1 loses column n)");
    row("ALTER TABLE part ADD PRIMARY KEY (id)", "ALTER TABLE part DROP CONSTRAINT part_pkey", -2, "Drop constraint part_pkey of table part in ground (part1 loses 2 parts)");
}

void TestSqlLosses::named()
{
    QFETCH(QString, setup);
    QFETCH(QString, statement);
    const Ground ground = make(setup);
    const QStringList before = definitions(ground);
    const MeasureOutput output = ground.measure(statement);
    const Measurement &made = output.measurement;
    QVERIFY2(made.uninspectable.isEmpty(), qPrintable(dump(output)));
    const auto outcome = ground.perform(statement, output);
    const QByteArray came = (dump(output) + dump(outcome)).toUtf8();
    QVERIFY2(std::holds_alternative<Performed>(outcome) && std::get<Performed>(outcome).outcome == Outcome::Committed, came.constData());
    QSet<QString> gone(before.begin(), before.end());
    for (const QString &still : definitions(ground))
        gone.remove(still);
    const QStringList lost(gone.begin(), gone.end());
    QVERIFY2(!lost.isEmpty(), came.constData());
    for (const QString &one : lost) {
        const QStringList parts = one.split(u'|');
        QVERIFY2(parts[0].isEmpty() || parts[1] == QStringLiteral("sequence") || isResource(made, parts[0]), (one.toUtf8() + came).constData());
        const bool orphaned = parts[1] == QStringLiteral("table constraint") && made.operation == QStringLiteral("database.drop-table");
        QVERIFY2(goesUnnamed(parts, lost) || orphaned || isNamedIn(made, parts[2]), (one.toUtf8() + came).constData());
    }
    QTEST(qint64(number(output, u"destroyed.values") + (statement.contains(QStringLiteral("name, DROP")) ? number(output, u"destroyed.values.2") : 0)), "values");
    QTEST(made.summaryText, "sentence");
    const std::int64_t constraints = std::count_if(lost.begin(), lost.end(), [](const QString &one) { return one.contains(QStringLiteral(" constraint|")); });
    QVERIFY2(std::max<std::int64_t>(0, number(output, u"destroyed.constraints")) == constraints, came.constData());
    QVERIFY2(std::max<std::int64_t>(0, number(std::get<Performed>(outcome), u"destroyed.constraints")) == constraints, came.constData());
}

void TestSqlLosses::counted_data()
{
    QTest::addColumn<QString>("setup");
    QTest::addColumn<QString>("statement");
    QTest::addColumn<qint64>("objects"); // with a life of their own, and whatever is named
    QTest::addColumn<qint64>("cascaded"); // of these, not named
    QTest::addColumn<qint64>("constraints");
    const auto row = [](const char *setup, const char *statement, qint64 objects, qint64 cascaded, qint64 constraints) {
        QTest::addRow("%s %s", setup, statement) << QString::fromLatin1(setup) << QString::fromLatin1(statement) << objects << cascaded << constraints;
    };
    row("", "DROP TABLE archive", 1, 0, 0);
    row("", "DROP TABLE item CASCADE", 1, 0, 2);
    row("CREATE INDEX found ON archive (n)", "DROP INDEX found", 1, 0, 0);
    row("CREATE VIEW seen AS SELECT id FROM archive; CREATE VIEW farther AS SELECT id FROM seen", "DROP VIEW seen CASCADE", 2, 1, 0);
    row("CREATE VIEW seen AS SELECT id FROM archive", "DROP TABLE archive, feel CASCADE", 3, 1, 0);
    row("", "DROP DOMAIN pos CASCADE", 1, 0, 1);
    row("", "DROP SCHEMA away CASCADE", 2, 1, 0);
}

void TestSqlLosses::counted()
{
    QFETCH(QString, setup);
    QFETCH(QString, statement);
    QFETCH(qint64, objects);
    QFETCH(qint64, cascaded);
    QFETCH(qint64, constraints);
    const MeasureOutput output = make(setup).measure(statement);
    QVERIFY2(number(output, fact::DestroyedObjects) == objects && number(output, fact::CascadeObjects) == cascaded && number(output, u"destroyed.constraints") == constraints,
             qPrintable(dump(output)));
}

void TestSqlLosses::altered_data()
{
    QTest::addColumn<QString>("statement");
    QTest::addColumn<QStringList>("resources");
    QTest::addColumn<QString>("sentence");
    const auto row = [](const char *statement, const QStringList &resources, const char *sentence) { QTest::newRow(statement) << QString::fromLatin1(statement) << resources << QString::fromLatin1(sentence); };
    const QStringList family{QStringLiteral("public.parent"), QStringLiteral("public.child"), QStringLiteral("public.own")}, parts{QStringLiteral("public.part"), QStringLiteral("public.part1")};
    const QStringList item{QStringLiteral("public.item")};
    row("ALTER TABLE item ALTER price SET DEFAULT 5", item, "Alter table item in ground (column price: default 5, was none)");
    row("ALTER TABLE ser ALTER id DROP DEFAULT", {QStringLiteral("public.ser")}, "Alter table ser in ground (column id: default none, was nextval('public.ser_id_seq'::regclass))");
    row("ALTER TABLE item DROP COLUMN name, ALTER price SET DEFAULT 5", item, "Drop column name of table item in ground (column price: default 5, was none)");
    row("ALTER TABLE parent ALTER n SET DEFAULT 5", family, "Alter table parent in ground (column n: default 5, was none)");
    row("ALTER TABLE ONLY parent ALTER n SET DEFAULT 5", {QStringLiteral("public.parent")}, "Alter table parent in ground (column n: default 5, was none)");
    row("ALTER TABLE part ALTER n DROP NOT NULL", parts, "Alter table part in ground (column n may be null)");
    row("ALTER TABLE parent ALTER n SET STATISTICS 9", family, "Alter table parent in ground (column n statistics 9)");
    row("ALTER TABLE part ALTER n SET STORAGE PLAIN", parts, "Alter table part in ground (column n storage plain)");
    row("ALTER TABLE parent SET (fillfactor = 50)", {QStringLiteral("public.parent")}, "Alter table parent in ground (fillfactor 50)");
    row("ALTER TABLE parent RESET (fillfactor)", {QStringLiteral("public.parent")}, "Alter table parent in ground (reset fillfactor)");
}

/// What changes is told, and each table that is altered with the named one is a resource.
void TestSqlLosses::altered()
{
    QFETCH(QString, statement);
    QFETCH(QStringList, resources);
    const Ground ground = make({});
    const MeasureOutput output = ground.measure(statement);
    QVERIFY2(output.measurement.uninspectable.isEmpty() && output.measurement.fact(u"catalog.setting"), qPrintable(dump(output)));
    QCOMPARE(output.measurement.resources.size(), resources.size());
    for (const QString &one : resources)
        QVERIFY2(isResource(output.measurement, one), qPrintable(one + dump(output)));
    QTEST(output.measurement.summaryText, "sentence");
    const auto outcome = ground.perform(statement, output);
    QVERIFY2(std::holds_alternative<Performed>(outcome) && std::get<Performed>(outcome).outcome == Outcome::Committed, qPrintable(dump(outcome)));
}

/// Values inside of others, and those that live elsewhere, are not counted, and that is said.
void TestSqlLosses::notCounted()
{
    const Ground ground = make(QStringLiteral("CREATE TYPE felt AS (a int, m mood); CREATE TABLE deep (f felt); INSERT INTO deep VALUES ((1, 'ok')::felt)"));
    const MeasureOutput output = ground.measure(QStringLiteral("DROP TYPE mood CASCADE"));
    QVERIFY2(number(output, u"destroyed.values") == -1, qPrintable(dump(output)));
    QVERIFY2(output.measurement.uninspectable.join(u' ').contains(QStringLiteral("felt")), qPrintable(dump(output)));
    QVERIFY2(ground.measure(QStringLiteral("DROP SEQUENCE ser_id_seq")).measurement.fact(u"refused"), "a default depends on it");
}

/// Rows that are overwritten are not called added, and a table that a crash empties is not called like any other.
void TestSqlLosses::toldApart()
{
    const Ground ground = make({});
    const QString overwriting = QStringLiteral("INSERT INTO item SELECT id, 0, 'x' FROM item ON CONFLICT (id) DO UPDATE SET price = 0");
    MeasureOutput output = ground.measure(overwriting);
    QVERIFY2(output.measurement.operation == QStringLiteral("database.update"), qPrintable(dump(output)));
    QCOMPARE(output.measurement.summaryText, QStringLiteral("Add or overwrite 100 rows of item in ground"));
    QCOMPARE(output.measurement.dependents.front().effect, QStringLiteral("added or changed"));
    auto outcome = ground.perform(overwriting, output);
    QVERIFY2(std::holds_alternative<Performed>(outcome) && number(std::get<Performed>(outcome), fact::ChangedRows) == 100, qPrintable(dump(outcome)));
    output = ground.measure(QStringLiteral("INSERT INTO item VALUES (1, 1) ON CONFLICT DO NOTHING"));
    QVERIFY2(output.measurement.operation == QStringLiteral("database.insert"), qPrintable(dump(output)));
    const QString unlogged = QStringLiteral("CREATE UNLOGGED TABLE made AS SELECT id FROM item");
    output = ground.measure(unlogged);
    QVERIFY2(output.measurement.uninspectable.isEmpty() && output.measurement.fact(u"created.unlogged"), qPrintable(dump(output)));
    QCOMPARE(output.measurement.summaryText, QStringLiteral("Create table made with 100 rows in ground (unlogged: a crash empties it)"));
    outcome = ground.perform(unlogged, output);
    QVERIFY2(std::holds_alternative<Performed>(outcome) && std::get<Performed>(outcome).outcome == Outcome::Committed, qPrintable(dump(outcome)));
    QVERIFY(!ground.measure(QStringLiteral("CREATE TABLE more AS SELECT id FROM item")).measurement.fact(u"created.unlogged"));
}

/// A reference by a row of which some field is null refers; one in which a column is null does not.
void TestSqlLosses::leftBehind()
{
    const Ground ground = make(QStringLiteral("CREATE TABLE pairs (p pair, k int, PRIMARY KEY (p, k)); INSERT INTO pairs VALUES ((1, NULL), 1), ((2, 2), 1);"
                                              "CREATE TABLE refers (p pair, k int, FOREIGN KEY (p, k) REFERENCES pairs); INSERT INTO refers VALUES ((1, NULL), 1), ((2, 2), 1), ((2, 2), NULL), (NULL, 1)"));
    const MeasureOutput output = ground.measure(QStringLiteral("DROP TABLE pairs CASCADE"));
    const auto &dependents = output.measurement.dependents;
    const auto found = std::find_if(dependents.begin(), dependents.end(), [](const Dependent &one) { return one.effect == QStringLiteral("orphaned"); });
    QVERIFY2(found != dependents.end() && found->name == QStringLiteral("refers.p") && found->count == 2, qPrintable(dump(output)));
}

QTEST_GUILESS_MAIN(TestSqlLosses)
#include "tst_sql_losses.moc"
