// SPDX-License-Identifier: Apache-2.0
// The practice database: what is predicted is what the server then does, on a copy each time.
#include "ground.h"

#include <QProcess>
#include <QTest>

using namespace holdfast;
using namespace holdfast::tests;

class TestPractice : public QObject
{
    Q_OBJECT

private Q_SLOTS:
    void initTestCase();
    void predictedIsReality_data();
    void predictedIsReality();
    void cleanupTestCase() { m_cluster.reset(); }

private:
    std::unique_ptr<fakes::PostgresCluster> m_cluster;
    int m_copies = 0;
};

void TestPractice::initTestCase()
{
    m_cluster = std::make_unique<fakes::PostgresCluster>();
    if (m_cluster->missing())
        QSKIP("PostgreSQL's server programs are not installed");
    QVERIFY2(m_cluster->why().isEmpty(), qPrintable(m_cluster->why()));
    QCOMPARE(m_cluster->sql(QStringLiteral("CREATE DATABASE bookings")), QString());
    QCOMPARE(
        m_cluster->sqlFile(qEnvironmentVariable("HOLDFAST_SOURCE") + QStringLiteral("/resources/practice/bookings.sql"), QStringLiteral("bookings")),
        QString());
}

void TestPractice::predictedIsReality_data()
{
    QTest::addColumn<QString>("statement");
    QTest::addColumn<qint64>("destroyed");
    QTest::addColumn<qint64>("cascade");
    QTest::addColumn<qint64>("changed");
    QTest::addColumn<QString>("sentence");
    QTest::newRow("delete some") << QStringLiteral("DELETE FROM bookings WHERE id <= 100") << qint64(-3) << qint64(-3) << qint64(33) << QString();
    QTest::newRow("delete all") << QStringLiteral("DELETE FROM bookings") << qint64(-3) << qint64(-3) << qint64(20000) << QString();
    QTest::newRow("delete by sub-select") << QStringLiteral("DELETE FROM bookings b WHERE b.state = 'cancelled' AND b.customer_id IN (SELECT c.id FROM customers c WHERE c.country LIKE 'D%') AND NOT EXISTS (SELECT * FROM invoices i WHERE i.booking_id = b.id)")
                                          << qint64(-3) << qint64(-3) << qint64(-2) << QString();
    QTest::newRow("delete using") << QStringLiteral("DELETE FROM payments USING bookings b WHERE b.id = payments.booking_id AND b.total > 400") << qint64(-3) << qint64(-3) << qint64(-2) << QString();
    QTest::newRow("delete nothing") << QStringLiteral("DELETE FROM line_taxes WHERE id < -5") << qint64(0) << qint64(0) << qint64(-2) << QStringLiteral("Delete 0 rows from line_taxes in ground");
    QTest::newRow("truncate cascade") << QStringLiteral("TRUNCATE bookings CASCADE") << qint64(-3) << qint64(-3) << qint64(-2) << QStringLiteral("Empty table bookings and 11 dependent tables in ground");
    QTest::newRow("drop cascade") << QStringLiteral("DROP TABLE bookings CASCADE") << qint64(60000) << qint64(0) << qint64(-2) << QStringLiteral("Drop table bookings in ground; 9 tables reference it");
    QTest::newRow("drop schema") << QStringLiteral("DROP SCHEMA public CASCADE") << qint64(-3) << qint64(-3) << qint64(-2) << QString();
    QTest::newRow("drop view") << QStringLiteral("DROP VIEW payments_view") << qint64(0) << qint64(0) << qint64(-2) << QStringLiteral("Drop view public.payments_view in ground");
    QTest::newRow("update") << QStringLiteral("UPDATE payments SET amount = amount * 1.1 + 1 WHERE paid_at >= '2024-01-01' AND id % 2 = 0") << qint64(-2) << qint64(-2) << qint64(-3) << QString();
    QTest::newRow("update from") << QStringLiteral("UPDATE reviews SET stars = 5 FROM bookings b WHERE b.id = booking_id AND b.state = 'returned'") << qint64(-2) << qint64(-2) << qint64(-3) << QString();
    QTest::newRow("insert") << QStringLiteral("INSERT INTO locations VALUES (100, 'X', 'DE', '2020-01-01'), (101, 'Y', 'FR', '2020-01-02')") << qint64(-2) << qint64(-2) << qint64(2) << QStringLiteral("Add 2 rows to locations in ground");
    QTest::newRow("insert select") << QStringLiteral("INSERT INTO locations SELECT id + 1000, 'City', 'DE', date '2020-01-01' FROM vehicles WHERE id < 77") << qint64(-2) << qint64(-2) << qint64(76) << QString();
    QTest::newRow("two statements") << QStringLiteral("DELETE FROM line_taxes WHERE id < 10; DELETE FROM vehicle_inspections WHERE id < 10;") << qint64(18) << qint64(0) << qint64(-2) << QString();
}

void TestPractice::predictedIsReality()
{
    QFETCH(QString, statement);
    QFETCH(qint64, destroyed);
    QFETCH(qint64, cascade);
    QFETCH(qint64, changed);
    QFETCH(QString, sentence);
    const QString copy = QStringLiteral("copy%1").arg(++m_copies);
    QCOMPARE(m_cluster->sql(QStringLiteral("CREATE DATABASE %1 TEMPLATE bookings").arg(copy)), QString());
    Ground ground(*m_cluster, copy);
    ground.target.url = m_cluster->url(copy, QStringLiteral("holdfast_perform"));
    ground.target.measureAs = QStringLiteral("holdfast_measure");
    const QString backup = m_cluster->dataDirectory() + QStringLiteral("/../") + copy + QStringLiteral(".dump");
    QCOMPARE(QProcess::execute(QStringLiteral("/usr/lib/postgresql/15/bin/pg_dump"), {QStringLiteral("-Fc"), QStringLiteral("-f"), backup, m_cluster->url(copy)}), 0);
    ground.target.backups = {{QStringLiteral("same-machine"), QStringLiteral("file:") + backup, {}, {}}};
    const MeasureOutput measured = ground.measure(statement);
    const QByteArray shown = dump(measured).toUtf8();
    QVERIFY2(measured.measurement.uninspectable.isEmpty(), shown.constData());
    QVERIFY2(measured.measurement.fact(fact::BackupSameFate)->quality == Quality::Measured, shown.constData());
    // -3: whatever it is, it must be known, and what the server then reports
    for (const auto &[id, wanted] :
         {std::pair{fact::DestroyedRows, destroyed}, std::pair{fact::CascadeRows, cascade}, std::pair{fact::ChangedRows, changed}}) {
        if (wanted == -3)
            QVERIFY(number(measured, id) >= 0);
        else
            QCOMPARE(number(measured, id), wanted);
    }
    if (!sentence.isEmpty())
        QCOMPARE(measured.measurement.summaryText, sentence);
    const auto outcome = ground.perform(statement, measured);
    const QByteArray came = dump(outcome).toUtf8();
    QVERIFY2(std::holds_alternative<Performed>(outcome), came.constData());
    const auto &performed = std::get<Performed>(outcome);
    QVERIFY2(performed.outcome == Outcome::Committed, came.constData());
    QCOMPARE(number(performed, fact::DestroyedRows), std::max<std::int64_t>(number(measured, fact::DestroyedRows), 0));
    QCOMPARE(number(performed, fact::ChangedRows), std::max<std::int64_t>(number(measured, fact::ChangedRows), 0));
    QCOMPARE(m_cluster->sql(QStringLiteral("DROP DATABASE %1").arg(copy)), QString());
}

QTEST_GUILESS_MAIN(TestPractice)
#include "tst_sql_practice.moc"
