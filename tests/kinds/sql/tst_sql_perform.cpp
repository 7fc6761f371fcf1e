// SPDX-License-Identifier: Apache-2.0
// Performing: exactly what was approved, or nothing; and an honest word for everything in between.
#include "ground.h"

#include "kinds/sql/execution.h"

#include <QDir>
#include <QTemporaryDir>
#include <QTest>

#include <poll.h>
#include <sys/socket.h>
#include <sys/un.h>
#include <unistd.h>

#include <array>
#include <thread>

using namespace holdfast;
using namespace holdfast::tests;

Q_DECLARE_METATYPE(Outcome)

namespace {

/// Stands between libpq and the server, and cuts both ends when the client has sent `word`: before the server sees it, or before its answer passes.
/// `answer` is what the client gets instead.
class Cutter final
{
public:
    Cutter(const QString &serverSocket, QByteArray word, bool forward, QByteArray answer = {})
        : m_word(std::move(word)), m_forward(forward), m_answer(std::move(answer)), m_server(serverSocket.toLocal8Bit())
    {
        m_listen = socket(AF_UNIX, SOCK_STREAM, 0);
        const sockaddr_un address = addressOf(directory.filePath(QStringLiteral(".s.PGSQL.5432")).toLocal8Bit());
        if (bind(m_listen, reinterpret_cast<const sockaddr *>(&address), sizeof(address)) != 0 || listen(m_listen, 8) != 0)
            qFatal("the cutting socket could not be made");
        m_thread = std::thread([this] { run(); });
    }
    ~Cutter()
    {
        shutdown(m_listen, SHUT_RDWR);
        close(m_listen);
        m_thread.join();
    }
    QTemporaryDir directory;

private:
    static sockaddr_un addressOf(const QByteArray &path)
    {
        sockaddr_un address{};
        address.sun_family = AF_UNIX;
        qstrncpy(address.sun_path, path.constData(), sizeof(address.sun_path));
        return address;
    }
    void run()
    {
        std::vector<std::thread> sessions;
        for (int client = accept(m_listen, nullptr, nullptr); client >= 0; client = accept(m_listen, nullptr, nullptr))
            sessions.emplace_back([this, client] { carry(client); });
        for (std::thread &session : sessions)
            session.join();
    }
    void carry(int client) const
    {
        const int server = socket(AF_UNIX, SOCK_STREAM, 0);
        const sockaddr_un address = addressOf(m_server);
        bool open = connect(server, reinterpret_cast<const sockaddr *>(&address), sizeof(address)) == 0;
        std::array<char, 65536> buffer{};
        while (open) {
            std::array<pollfd, 2> ends{pollfd{client, POLLIN, 0}, pollfd{server, POLLIN, 0}};
            poll(ends.data(), ends.size(), -1);
            const bool fromClient = ends[0].revents != 0;
            const ssize_t got = read(fromClient ? client : server, buffer.data(), buffer.size());
            const bool cut = fromClient && got > 0 && QByteArray(buffer.data(), got).contains(m_word);
            open = got > 0 && (!cut || m_forward) && write(fromClient ? server : client, buffer.data(), static_cast<std::size_t>(got)) == got;
            if (cut && m_forward)
                static_cast<void>(read(server, buffer.data(), buffer.size())); // the server has answered: it is done
            if (cut)
                static_cast<void>(write(client, m_answer.constData(), static_cast<std::size_t>(m_answer.size())));
            open = open && !cut;
        }
        close(client);
        close(server);
    }
    QByteArray m_word;
    bool m_forward;
    QByteArray m_answer, m_server;
    int m_listen = -1;
    std::thread m_thread;
};

/// An ErrorResponse of PostgreSQL's protocol.
QByteArray errorOf(const char *sqlstate)
{
    QByteArray fields;
    for (const QByteArray &field : {QByteArray("SERROR"), QByteArray("VERROR"), QByteArray("C") + sqlstate, QByteArray("Mit was asked to")})
        fields += field + '\0';
    fields += '\0';
    return QByteArray("E\0\0\0", 4) + static_cast<char>(fields.size() + 4) + fields;
}

} // namespace

class TestSqlPerform : public QObject
{
    Q_OBJECT

private Q_SLOTS:
    void initTestCase();
    void cleanupTestCase() { m_cluster.reset(); }
    void init();
    void driftIsRolledBack();
    void withinToleranceIsPerformed();
    void droppedTableDrift();
    void serverError();
    void refusalIsForeseen();
    void neverStarted_data();
    void neverStarted();
    void lockedByAnother();
    void connectionLostBeforeCommit();
    void commitWithoutAnswer_data();
    void commitWithoutAnswer();
    void deferredWorkIsCounted();
    void secondLineCanBeSwitchedOffInTests();
    void settingsAreTheSessionsOwn();
    void committedIsDurable_data();
    void committedIsDurable();
    void copyHasNoData();
    void patienceEnds_data();
    void patienceEnds();
    void hostileWritesInUninspectableAreReported();

private:
    Ground ground() { return Ground(*m_cluster, QStringLiteral("p")); }
    std::unique_ptr<fakes::PostgresCluster> m_cluster;
};

void TestSqlPerform::initTestCase()
{
    m_cluster = std::make_unique<fakes::PostgresCluster>();
    if (m_cluster->missing())
        QSKIP("PostgreSQL's server programs are not installed");
    QVERIFY2(m_cluster->why().isEmpty(), qPrintable(m_cluster->why()));
    QCOMPARE(m_cluster->sql(QStringLiteral("CREATE DATABASE p")), QString());
}

void TestSqlPerform::init()
{
    QCOMPARE(
        ground().sql(QStringLiteral(
            "SET client_min_messages = warning; DROP SCHEMA public CASCADE; CREATE SCHEMA public; CREATE TABLE t (id int PRIMARY KEY, n int DEFAULT 0);"
            "INSERT INTO t SELECT generate_series(1, 100); CREATE TABLE c (t int REFERENCES t ON DELETE CASCADE);"
            "INSERT INTO c SELECT generate_series(1, 50); CREATE TABLE keep (t int REFERENCES t); INSERT INTO keep VALUES (7)")),
        QString());
}

void TestSqlPerform::driftIsRolledBack()
{
    const QString statement = QStringLiteral("DELETE FROM t WHERE id BETWEEN 41 AND 60");
    const MeasureOutput approved = ground().measure(statement);
    QCOMPARE(number(approved, fact::DestroyedRows), 30);
    QCOMPARE(ground().sql(QStringLiteral("INSERT INTO c VALUES (45)")), QString());
    const auto outcome = ground().perform(statement, approved);
    QVERIFY2(std::holds_alternative<Drifted>(outcome), qPrintable(dump(outcome)));
    const MeasureOutput &now = std::get<Drifted>(outcome).now;
    QCOMPARE(number(now, fact::DestroyedRows), 31);
    QVERIFY(!now.measurement.diffs.empty() && now.blobs.size() == now.measurement.diffs.size());
    QCOMPARE(ground().sql(QStringLiteral("SELECT (SELECT count(*) FROM t), (SELECT count(*) FROM c)")), QStringLiteral("100|51"));
    QCOMPARE(toString(std::get<Performed>(ground().perform(statement, now)).outcome), toString(Outcome::Committed));
    QCOMPARE(ground().sql(QStringLiteral("SELECT (SELECT count(*) FROM t), (SELECT count(*) FROM c)")), QStringLiteral("80|40"));
}

void TestSqlPerform::withinToleranceIsPerformed()
{
    const QString statement = QStringLiteral("DELETE FROM t WHERE id BETWEEN 41 AND 60");
    const MeasureOutput approved = ground().measure(statement);
    QCOMPARE(ground().sql(QStringLiteral("INSERT INTO c VALUES (45)")), QString());
    const auto outcome = ground().perform(statement, approved, {{fact::DestroyedRows.toString(), 31}, {fact::CascadeRows.toString(), 11}});
    QVERIFY2(std::holds_alternative<Performed>(outcome), qPrintable(dump(outcome)));
    QCOMPARE(toString(std::get<Performed>(outcome).outcome), toString(Outcome::Committed));
    QCOMPARE(number(std::get<Performed>(outcome), fact::DestroyedRows), 31);
}

void TestSqlPerform::droppedTableDrift()
{
    const QString statement = QStringLiteral("DROP TABLE t CASCADE");
    const MeasureOutput approved = ground().measure(statement);
    QCOMPARE(ground().sql(QStringLiteral("CREATE VIEW v AS SELECT * FROM t")), QString());
    const auto outcome = ground().perform(statement, approved);
    QVERIFY2(std::holds_alternative<Drifted>(outcome), qPrintable(dump(outcome)));
    QCOMPARE(number(std::get<Drifted>(outcome).now, fact::CascadeObjects), 1);
    QCOMPARE(ground().sql(QStringLiteral("SELECT count(*) FROM v")), QStringLiteral("100"));
}

void TestSqlPerform::serverError()
{
    const QString statement = QStringLiteral("UPDATE t SET n = 1; INSERT INTO t VALUES (1)");
    const auto outcome = ground().perform(statement, ground().measure(statement));
    QVERIFY2(std::holds_alternative<Performed>(outcome), qPrintable(dump(outcome)));
    const auto &performed = std::get<Performed>(outcome);
    QCOMPARE(toString(performed.outcome), toString(Outcome::Failed));
    QVERIFY2(performed.output.contains("23505"), performed.output.constData());
    QCOMPARE(ground().sql(QStringLiteral("SELECT sum(n) FROM t")), QStringLiteral("0"));
}

void TestSqlPerform::refusalIsForeseen()
{
    const QString statement = QStringLiteral("DELETE FROM t WHERE id = 7");
    const MeasureOutput measured = ground().measure(statement);
    QVERIFY2(measured.measurement.fact(u"refused"), qPrintable(dump(measured)));
    const auto performed = std::get<Performed>(ground().perform(statement, measured));
    QCOMPARE(toString(performed.outcome), toString(Outcome::Failed));
    QVERIFY2(performed.output.contains("23503"), performed.output.constData());
    const MeasureOutput drop = ground().measure(QStringLiteral("DROP TABLE t"));
    QVERIFY2(drop.measurement.fact(u"refused"), qPrintable(dump(drop)));
    QCOMPARE(toString(std::get<Performed>(ground().perform(QStringLiteral("DROP TABLE t"), drop)).outcome), toString(Outcome::Failed));
    QVERIFY(ground().measure(QStringLiteral("TRUNCATE t")).measurement.fact(u"refused"));
    QVERIFY(!ground().measure(QStringLiteral("TRUNCATE t CASCADE")).measurement.fact(u"refused"));
}

void TestSqlPerform::neverStarted_data()
{
    QTest::addColumn<QString>("statement");
    for (const char *text : {"BEGIN; DELETE FROM c; COMMIT", "DELETE FROM c; COMMIT", "COMMIT; DELETE FROM c", "DROP DATABASE nowhere", "VACUUM c", "CREATE INDEX CONCURRENTLY i ON t (n)", "DELETE FRM c",
                             "SAVEPOINT x", "ROLLBACK TO holdfast_guard; DELETE FROM c"})
        QTest::newRow(text) << QString::fromUtf8(text);
}

void TestSqlPerform::neverStarted()
{
    QFETCH(QString, statement);
    const MeasureOutput measured = ground().measure(statement);
    QVERIFY2(measured.measurement.fact(fact::Stop), qPrintable(dump(measured))); // refused before anybody is asked
    const auto outcome = ground().perform(statement, measured);
    QVERIFY2(std::holds_alternative<Performed>(outcome), qPrintable(dump(outcome)));
    QCOMPARE(toString(std::get<Performed>(outcome).outcome), toString(Outcome::NotStarted));
    QVERIFY(!std::get<Performed>(outcome).output.isEmpty());
    QVERIFY(!ground().measure(QStringLiteral("DELETE FROM c")).measurement.fact(fact::Stop));
    QCOMPARE(ground().sql(QStringLiteral("SELECT count(*) FROM c")), QStringLiteral("50"));
}

void TestSqlPerform::lockedByAnother()
{
    const QString statement = QStringLiteral("TRUNCATE c");
    const MeasureOutput approved = ground().measure(statement);
    auto other = sql::PgConnection::open({ground().target.url, {}, {}, true});
    QVERIFY(other && other->run(QStringLiteral("BEGIN")) && other->run(QStringLiteral("LOCK TABLE c IN ROW EXCLUSIVE MODE")));
    const auto outcome = ground().perform(statement, approved);
    QVERIFY2(std::holds_alternative<Performed>(outcome), qPrintable(dump(outcome)));
    QCOMPARE(toString(std::get<Performed>(outcome).outcome), toString(Outcome::NotStarted));
    QVERIFY(std::get<Performed>(outcome).output.contains("55P03"));
    QCOMPARE(ground().sql(QStringLiteral("SELECT count(*) FROM c")), QStringLiteral("50"));
}

void TestSqlPerform::connectionLostBeforeCommit()
{
    const QString statement = QStringLiteral("DELETE FROM c; SELECT pg_terminate_backend(pg_backend_pid())");
    const auto outcome = ground().perform(statement, ground().measure(statement));
    QVERIFY2(std::holds_alternative<Performed>(outcome), qPrintable(dump(outcome)));
    QCOMPARE(toString(std::get<Performed>(outcome).outcome), toString(Outcome::Failed));
    QCOMPARE(ground().sql(QStringLiteral("SELECT count(*) FROM c")), QStringLiteral("50"));
}

void TestSqlPerform::commitWithoutAnswer_data()
{
    QTest::addColumn<bool>("reachesServer");
    QTest::addColumn<QByteArray>("answer");
    QTest::addColumn<Outcome>("outcome");
    QTest::newRow("lost on the way there") << false << QByteArray() << Outcome::Unknown;
    QTest::newRow("lost on the way back") << true << QByteArray() << Outcome::Unknown;
    // Whether the commit record was written is not said.
    for (const char *sqlstate : {"57P01", "57P02", "57P03", "08006", "40003"})
        QTest::newRow(sqlstate) << true << errorOf(sqlstate) << Outcome::Unknown;
    for (const char *sqlstate : {"40001", "23503", "XX000"})
        QTest::newRow(sqlstate) << false << errorOf(sqlstate) << Outcome::Failed;
}

void TestSqlPerform::commitWithoutAnswer()
{
    QFETCH(bool, reachesServer);
    QFETCH(QByteArray, answer);
    QFETCH(Outcome, outcome);
    const QString statement = QStringLiteral("DELETE FROM c");
    Ground cut = ground();
    const QString directory = QDir::cleanPath(m_cluster->dataDirectory() + QStringLiteral("/../s"));
    Cutter cutter(directory + QStringLiteral("/.s.PGSQL.5432"), QByteArrayLiteral("COMMIT\0"), reachesServer, answer);
    cut.target.url = QString(cut.target.url).replace(directory, cutter.directory.path());
    const MeasureOutput approved = cut.measure(statement); // by the same way: where the server is belongs to what was approved
    const auto done = cut.perform(statement, approved);
    QVERIFY2(std::holds_alternative<Performed>(done), qPrintable(dump(done)));
    QCOMPARE(toString(std::get<Performed>(done).outcome), toString(outcome));
    QTRY_COMPARE(ground().sql(QStringLiteral("SELECT count(*) FROM c")), reachesServer ? QStringLiteral("0") : QStringLiteral("50"));
}

void TestSqlPerform::deferredWorkIsCounted()
{
    QCOMPARE(ground().sql(QStringLiteral("CREATE FUNCTION later() RETURNS trigger LANGUAGE plpgsql AS $$ BEGIN DELETE FROM keep; RETURN NULL; END $$;"
                                         "CREATE CONSTRAINT TRIGGER late AFTER DELETE ON c DEFERRABLE INITIALLY DEFERRED FOR EACH ROW EXECUTE FUNCTION later()")), QString());
    const QString statement = QStringLiteral("DELETE FROM c WHERE t = 1");
    const auto outcome = ground().perform(statement, ground().measure(statement));
    QVERIFY2(std::holds_alternative<Drifted>(outcome), qPrintable(dump(outcome)));
    QCOMPARE(number(std::get<Drifted>(outcome).now, fact::DestroyedRows), 2);
    QCOMPARE(ground().sql(QStringLiteral("SELECT count(*) FROM keep")), QStringLiteral("1"));
}

void TestSqlPerform::secondLineCanBeSwitchedOffInTests()
{
    QCOMPARE(ground().sql(QStringLiteral("CREATE FUNCTION too() RETURNS trigger LANGUAGE plpgsql AS $$ BEGIN DELETE FROM keep; RETURN NULL; END $$;"
                                         "CREATE TRIGGER too AFTER DELETE ON c FOR EACH ROW EXECUTE FUNCTION too()")), QString());
    const QString statement = QStringLiteral("DELETE FROM c WHERE t = 1");
    Ground blind = ground();
    blind.secondLine = SecondLine::Off;
    const auto outcome = blind.perform(statement, blind.measure(statement));
    QVERIFY2(std::holds_alternative<Performed>(outcome), qPrintable(dump(outcome)));
    QCOMPARE(toString(std::get<Performed>(outcome).outcome), toString(Outcome::Committed));
    QCOMPARE(ground().sql(QStringLiteral("SELECT count(*) FROM keep")), QStringLiteral("0"));
}

void TestSqlPerform::settingsAreTheSessionsOwn()
{
    const QString statement =
        QStringLiteral("SELECT current_setting('search_path'), current_setting('row_security'), current_setting('statement_timeout')");
    const auto outcome = ground().perform(statement, ground().measure(statement));
    QVERIFY2(std::holds_alternative<Performed>(outcome), qPrintable(dump(outcome)));
    const auto &performed = std::get<Performed>(outcome);
    QVERIFY2(performed.output.startsWith("\"$user\", public\ton\t0\n"), performed.output.constData());
    QCOMPARE(toString(performed.outcome), toString(Outcome::Committed));
}

void TestSqlPerform::committedIsDurable_data()
{
    QTest::addColumn<QString>("asked"); // by the performing role's settings
    QTest::newRow("on") << QStringLiteral("on");
    QTest::newRow("off") << QStringLiteral("off");
    QTest::newRow("local") << QStringLiteral("local");
}

// What is said to be committed is on the server's disk, whatever the role's settings are.
void TestSqlPerform::committedIsDurable()
{
    QFETCH(QString, asked);
    // The server's own writing of what nobody waits for comes late enough for it to be missing.
    QCOMPARE(ground().sql(QStringLiteral("ALTER SYSTEM SET wal_writer_delay = '10s'; SELECT pg_reload_conf(); ALTER ROLE postgres SET synchronous_commit = %1").arg(asked)),
             QStringLiteral("t"));
    const QString statement = QStringLiteral("DELETE FROM t WHERE id BETWEEN 51 AND 60");
    const auto outcome = ground().perform(statement, ground().measure(statement));
    const QString flushed = ground().sql(QStringLiteral("SELECT pg_current_wal_flush_lsn() >= pg_current_wal_insert_lsn()"));
    QCOMPARE(ground().sql(QStringLiteral("ALTER ROLE postgres RESET synchronous_commit; ALTER SYSTEM RESET wal_writer_delay; SELECT pg_reload_conf()")), QStringLiteral("t"));
    const auto *performed = std::get_if<Performed>(&outcome);
    QVERIFY2(performed != nullptr && performed->outcome == Outcome::Committed, qPrintable(dump(outcome)));
    QCOMPARE(flushed, QStringLiteral("t"));
}

void TestSqlPerform::copyHasNoData()
{
    for (const QString &statement : {QStringLiteral("COPY c FROM STDIN"), QStringLiteral("COPY c TO STDOUT")}) {
        const auto outcome = ground().perform(statement, ground().measure(statement));
        QVERIFY2(std::holds_alternative<Performed>(outcome), qPrintable(dump(outcome)));
        QCOMPARE(toString(std::get<Performed>(outcome).outcome),
                 toString(statement.contains(QStringLiteral("FROM")) ? Outcome::Failed : Outcome::Committed));
    }
    QCOMPARE(ground().sql(QStringLiteral("SELECT count(*) FROM c")), QStringLiteral("50"));
}

void TestSqlPerform::patienceEnds_data()
{
    QTest::addColumn<QString>("statement");
    for (const char *one : {"SELECT pg_sleep(60)", "COPY (SELECT repeat('x', 9000) FROM generate_series(1, 5) UNION ALL SELECT pg_sleep(60)::text) TO STDOUT"})
        QTest::newRow(one) << QString::fromLatin1(one);
}

/// A statement that takes too long is cancelled, also while it sends rows.
void TestSqlPerform::patienceEnds()
{
    QFETCH(QString, statement);
    const auto db = sql::PgConnection::open({m_cluster->url(QStringLiteral("p")), {}, {}, false});
    QVERIFY(db);
    const sql::Executed executed = sql::execute(*db, statement, std::chrono::milliseconds(200));
    QVERIFY(executed.error && !executed.connectionLost);
    QCOMPARE(executed.error->sqlstate, QStringLiteral("57014"));
    QVERIFY(db->query(QStringLiteral("SELECT 1")));
}

void TestSqlPerform::hostileWritesInUninspectableAreReported()
{
    const QString statement = QStringLiteral("DO $$ BEGIN DELETE FROM c; UPDATE t SET n = 1; DROP TABLE keep; END $$");
    const auto outcome = ground().perform(statement, ground().measure(statement));
    QVERIFY2(std::holds_alternative<Performed>(outcome), qPrintable(dump(outcome)));
    const auto &performed = std::get<Performed>(outcome);
    QCOMPARE(toString(performed.outcome), toString(Outcome::Committed));
    QCOMPARE(number(performed, fact::ChangedRows), 100);
    QCOMPARE(number(performed, fact::DestroyedRows), -1); // nobody counted what was in the dropped table
    QCOMPARE(number(performed, fact::DestroyedObjects), 1);
}

QTEST_GUILESS_MAIN(TestSqlPerform)
#include "tst_sql_perform.moc"
