// SPDX-License-Identifier: Apache-2.0
// Several statements in one request: bounds where one works on what another leaves, one clause each, and what is destroyed first.
#include "ground.h"

#include "core/json.h"

#include <QTest>

using namespace holdfast;
using namespace holdfast::tests;

class TestSqlSeveral : public QObject
{
    Q_OBJECT

private Q_SLOTS:
    void initTestCase();
    void cleanupTestCase() { m_shop.reset(); }
    void bounds_data();
    void bounds();
    void nothingKnown_data();
    void nothingKnown();
    void clauses_data();
    void clauses();
    void cascades_data();
    void cascades();
    void destroyedFirst();
    void opaque_data();
    void opaque();

private:
    std::unique_ptr<Shop> m_shop;
};

void TestSqlSeveral::initTestCase()
{
    m_shop = std::make_unique<Shop>(shopSchema() + QStringLiteral("CREATE FUNCTION noted() RETURNS int LANGUAGE sql AS 'SELECT 1'"));
    if (m_shop->missing())
        QSKIP("PostgreSQL's server programs are not installed");
    QVERIFY2(m_shop->why().isEmpty(), qPrintable(m_shop->why()));
}

void TestSqlSeveral::bounds_data()
{
    addExpected();
    expect("DELETE FROM third; DELETE FROM other", 42, 42, -2, -2);
    expect("DELETE FROM third; DELETE FROM third", 2, 4, -2, -2);
    expect("DELETE FROM other WHERE id <= 10; DELETE FROM other WHERE n <= 15", 15, 25, -2, -2);
    expect("DELETE FROM item WHERE id = 1; DELETE FROM tag WHERE item <= 2", 6, 10, -2, -2); // 1 + 3 go, then at most 6
    expect("UPDATE other SET n = 0 WHERE id <= 5; DELETE FROM other WHERE n = 7", 0, 6, 5, 5);
    expect("UPDATE other SET n = 0 WHERE id <= 5; DELETE FROM other WHERE id = 7", 1, 1, 5, 5);
    expect("UPDATE item SET price = 1; DELETE FROM item WHERE id <= 2", 8, 8, 100, 100);
    expect("INSERT INTO other VALUES (101, 7), (102, 8); DELETE FROM other WHERE id > 35", 7, 7, 2, 2); // both come along
    expect("INSERT INTO other VALUES (101, 7); UPDATE other SET n = 1 WHERE id > 35", -2, -2, 7, 7);
    expect("DELETE FROM other WHERE id > 35; INSERT INTO other VALUES (40, 1)", 5, 5, 1, 1);
    expect("DELETE FROM other WHERE id > 35; UPDATE other SET n = 1 WHERE id > 30", 5, 5, 5, 10);
    expect("INSERT INTO third VALUES (3); TRUNCATE third", 2, 3, 0, 1); // the server forgets what it wrote into a table that it empties
    expect("DELETE FROM third WHERE id = 1; TRUNCATE third", 2, 3, -2, -2);
    expect("INSERT INTO item VALUES (201, 1, 'x'); INSERT INTO tag VALUES (201, 'y'); DELETE FROM item WHERE id > 99", 5, 6, 2, 2);
}

void TestSqlSeveral::bounds()
{
    const QByteArray why = unexpected(m_shop->fresh());
    QVERIFY2(why.isEmpty(), why.constData());
}

void TestSqlSeveral::nothingKnown_data()
{
    QTest::addColumn<QString>("statements");
    QTest::addColumn<qint64>("least"); // of what is destroyed
    const auto row = [](const char *text, qint64 least) { QTest::newRow(text) << QString::fromLatin1(text) << least; };
    row("SET search_path = elsewhere; DELETE FROM third", 0);
    row("DO $$ BEGIN DELETE FROM other; END $$; DELETE FROM third", 0);
    row("SELECT noted(); DELETE FROM third", 0);
    row("DELETE FROM third; DO $$ BEGIN END $$", 2); // what is done is done
    row("UPDATE third SET id = 7; DELETE FROM other WHERE id IN (SELECT id FROM third)", 0);
    row("DELETE FROM other WHERE id = 1; DELETE FROM other WHERE id = (SELECT min(id) FROM other)", 1);
    row("UPDATE item SET id = id + 1000; DELETE FROM item WHERE id > 50", 0); // rows that match only then take along any number
    row("ALTER TABLE third RENAME TO fourth; DELETE FROM third", 0);
}

void TestSqlSeveral::nothingKnown()
{
    QFETCH(QString, statements);
    QFETCH(qint64, least);
    const Ground ground = m_shop->shared();
    const MeasureOutput output = ground.measure(statements);
    const Fact *fact = output.measurement.fact(fact::DestroyedRows);
    QVERIFY2(fact && !fact->number && !fact->most && fact->least.value_or(0) == least, qPrintable(dump(output)));
}

void TestSqlSeveral::clauses_data()
{
    QTest::addColumn<QString>("statements");
    QTest::addColumn<QString>("sentence");
    const auto row = [](const char *text, const char *sentence) { QTest::newRow(text) << QString::fromLatin1(text) << QString::fromLatin1(sentence); };
    row("DELETE FROM other WHERE id = 1; DROP TABLE third; DELETE FROM item WHERE id <= 2",
        "Drop table third; delete 1 row from other; delete 2 rows from item (6 more by cascade) in ground");
    row("INSERT INTO third VALUES (9); UPDATE other SET n = 2; DELETE FROM item WHERE id = 5",
        "Delete 1 row from item (3 more by cascade); update 40 rows of other; add 1 row to third in ground");
    row("DELETE FROM third; DELETE FROM third", "Delete 2 rows from third; delete up to 2 rows from third in ground");
    row("DELETE FROM nowhere", "Delete rows; table and number unknown in ground");
    row("DELETE FROM third WHERE id = noted()", "Delete an unknown number of rows from third in ground");
    row("TRUNCATE item CASCADE", "Empty table item and 1 dependent table in ground");
    row("DROP TABLE item CASCADE", "Drop table item in ground; 1 table references it");
    row("SELECT noted()", "Run a query that could not be analysed in ground");
    row("DO $$ BEGIN END $$", "Run a DO block that could not be analysed in ground");
    row("DELETE FRM t", "Run SQL that could not be analysed in ground");
    row("SELECT 1", "Run a query that reads no table in ground");
    row("UPDATE other SET n = 1; UPDATE item SET price = 1; INSERT INTO third VALUES (1); SELECT 1; SELECT 2; DELETE FROM third; SELECT 3",
        "Delete 3 rows from third; update 40 rows of other; update 100 rows of item; add 1 row to third; run a query that reads no table;"
        " 2 more statements, 0 of them destructive in ground");
}

void TestSqlSeveral::clauses()
{
    QFETCH(QString, statements);
    const Ground ground = m_shop->shared();
    QTEST(ground.measure(statements).measurement.summaryText, "sentence");
}

void TestSqlSeveral::cascades_data()
{
    QTest::addColumn<QString>("statements");
    QTest::addColumn<qint64>("least");
    QTest::addColumn<qint64>("most"); // both -1: unknown
    QTest::addColumn<qint64>("happens"); // rows of tag that are gone
    const auto row = [](const char *text, qint64 least, qint64 most, qint64 happens) { QTest::newRow(text) << QString::fromLatin1(text) << least << most << happens; };
    row("DELETE FROM third; DELETE FROM item WHERE id = 1", 3, 3, 3);
    row("INSERT INTO tag VALUES (1, 'new'); DELETE FROM item WHERE id = 1", 3, 4, 4);
    row("DELETE FROM item WHERE id < 3; DELETE FROM item WHERE id < 5", 10, 18, 12);
    row("UPDATE tag SET item = 1 WHERE item = 2; DELETE FROM item WHERE id = 1", -1, -1, 6);
}

/// What goes by cascade is bounded with the rest where one statement works on what another leaves.
void TestSqlSeveral::cascades()
{
    QFETCH(QString, statements);
    QFETCH(qint64, least);
    QFETCH(qint64, most);
    QFETCH(qint64, happens);
    const Ground ground = m_shop->fresh();
    const MeasureOutput output = ground.measure(statements);
    QVERIFY2(least == most ? number(output, fact::CascadeRows) == least : isBetween(output, fact::CascadeRows, least, most), qPrintable(dump(output)));
    const auto outcome = ground.perform(statements, output);
    QVERIFY2(std::holds_alternative<Performed>(outcome), qPrintable(dump(outcome)));
    const qint64 gone = 300 + statements.count(QStringLiteral("INTO tag")) - ground.sql(QStringLiteral("SELECT count(*) FROM tag")).toLongLong();
    QCOMPARE(gone, happens);
}

/// Few deletions behind many other changes: they lead in sentence, dependents and samples.
void TestSqlSeveral::destroyedFirst()
{
    const Ground ground = m_shop->fresh();
    const QString statements = QStringLiteral(
        "INSERT INTO item SELECT id + 1000, n, 'new' FROM other; UPDATE item SET price = price + 5 WHERE id <= 90; DELETE FROM item WHERE id BETWEEN 3 AND 5;"
        "UPDATE item SET name = 'x' WHERE id > 1000");
    const MeasureOutput output = ground.measure(statements);
    const Measurement &made = output.measurement;
    QVERIFY2(made.uninspectable.isEmpty(), qPrintable(dump(output)));
    QCOMPARE(made.operation, QStringLiteral("database.delete"));
    QVERIFY2(number(output, fact::DestroyedRows) == 12, qPrintable(dump(output))); // none of the 40 new ones is among them
    QVERIFY2(isBetween(output, fact::ChangedRows, 158, 170), qPrintable(dump(output)));
    QVERIFY2(made.summaryText.startsWith(QStringLiteral("Delete 3 rows from item (9 more by cascade); update 90 rows of item;")), qPrintable(dump(output)));
    QCOMPARE(made.dependents[0].effect, QStringLiteral("deleted"));
    QCOMPARE(made.dependents[1].effect, QStringLiteral("cascade"));
    QCOMPARE(made.dependents[1].parent, 0);
    QVERIFY2(made.diffs.size() >= 2 && made.diffs[0].title == QStringLiteral("rows of item that go"), qPrintable(dump(output)));
    const auto outcome = ground.perform(statements, output);
    QVERIFY2(std::holds_alternative<Performed>(outcome), qPrintable(dump(outcome)));
    QCOMPARE(number(std::get<Performed>(outcome), fact::DestroyedRows), 12);
}

void TestSqlSeveral::opaque_data()
{
    QTest::addColumn<QString>("statements");
    for (const char *text : {"DO $$ BEGIN DELETE FROM third; END $$", "CALL p()", "SELECT noted()", "DELETE FRM third", "EXECUTE q", "SELECT 1; SELECT noted(); INSERT INTO third VALUES (1)",
                             "COPY third TO PROGRAM 'cat'", "UPDATE other SET n = 3; DO $$ BEGIN END $$"})
        QTest::newRow(text) << QString::fromLatin1(text);
}

/// Code that nobody read is never called by what stands beside it, and may destroy any number of rows.
void TestSqlSeveral::opaque()
{
    QFETCH(QString, statements);
    const Ground ground = m_shop->shared();
    const MeasureOutput output = ground.measure(statements);
    QCOMPARE(output.measurement.operation, QStringLiteral("database.opaque"));
    const Fact *destroyed = output.measurement.fact(fact::DestroyedRows);
    QVERIFY2(destroyed && destroyed->quality == Quality::Unknown && destroyed->severity == Severity::Danger && !destroyed->how.isEmpty(), qPrintable(dump(output)));
}

QTEST_GUILESS_MAIN(TestSqlSeveral)
#include "tst_sql_several.moc"
