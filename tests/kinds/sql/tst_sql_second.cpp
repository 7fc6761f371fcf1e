// SPDX-License-Identifier: Apache-2.0
// The second line: whatever reading missed is seen in the server's counters, locks and catalogs before COMMIT, and rolled back or told.
#include "ground.h"

#include "kinds/sql/execution.h"
#include "kinds/sql/reported.h"

#include <QFile>
#include <QRegularExpression>
#include <QTest>

using namespace holdfast;
using namespace holdfast::tests;

class TestSqlSecond : public QObject
{
    Q_OBJECT

private Q_SLOTS:
    void initTestCase();
    void cleanupTestCase() { m_cluster.reset(); }
    void init();
    void hiddenInReading_data();
    void hiddenInReading();
    void hiddenInWriting_data();
    void hiddenInWriting();
    void readingsSayWhatTheyCall_data();
    void readingsSayWhatTheyCall();
    void readingRunsReadOnly();
    void triggersAreWeighed_data();
    void triggersAreWeighed();
    void whatWasShownIsShownOnce();
    void countsThatNobodySaid_data();
    void countsThatNobodySaid();
    void commitRunsNothing_data();
    void commitRunsNothing();
    void settingsDoNotLeadAstray_data();
    void settingsDoNotLeadAstray();
    void sequencesAreTold();
    void failedTextTellsSequences();
    void locksAreTheActionsOwn();
    void superuserCodeIsNamed();
    void ruleAndTriggerAreTold_data();
    void ruleAndTriggerAreTold();
    void definitionsOfTheirClass_data();
    void definitionsOfTheirClass();

private:
    Ground ground() { return Ground(*m_cluster, QStringLiteral("p")); }
    [[nodiscard]] QString sql(const QString &text) { return ground().sql(text); }
    [[nodiscard]] QString fingerprint();
    std::unique_ptr<fakes::PostgresCluster> m_cluster;
};

namespace {

/// What `text` is reported as, had it been understood as doing nothing of the kind: READ ONLY or not.
QString reportedOf(const QString &url, const QString &text, bool reading)
{
    auto db = sql::PgConnection::open({url, {}, {}, true});
    const auto must = [](const auto &done) {
        if (!done)
            qFatal("%s", qPrintable(done.error().toString()));
    };
    must(db);
    must(db->run(QStringLiteral("BEGIN")));
    const auto before = sql::takeLedger(*db);
    must(before);
    if (reading)
        must(db->run(QStringLiteral("SET TRANSACTION READ ONLY")));
    const sql::Executed executed = sql::execute(*db, text);
    if (executed.error)
        return QStringLiteral("ERROR ") + executed.error->toString();
    must(sql::settle(*db));
    const auto after = sql::takeLedger(*db);
    must(after);
    sql::Expected expected;
    expected.read = true;
    expected.reading = reading;
    const sql::TextSays says;
    sql::Reported reported = sql::compareLedgers(*before, *after, expected, says);
    const auto rows = sql::changedCatalogRows(*db);
    must(rows);
    sql::nameCatalogRows(*rows, *before, expected, says, reported);
    QStringList facts;
    for (const Fact &fact : sql::asReported({}, reported, says).facts)
        facts += QStringLiteral("%1=%2").arg(fact.id, fact.value);
    must(db->run(QStringLiteral("ROLLBACK")));
    return facts.join(u'\n');
}

// Soft deletion: a rule turns most deletions into changes, a trigger keeps what is on legal hold.
const char soft[] = R"(
CREATE TABLE member (id int PRIMARY KEY, club int, state text, left_on date);
INSERT INTO member SELECT g, g % 40, CASE WHEN g % 8 = 3 THEN 'guest' ELSE 'full' END, NULL FROM generate_series(1, 1600) g;
CREATE RULE keep_full AS ON DELETE TO member WHERE old.state <> 'guest' DO INSTEAD UPDATE member SET state = 'gone', left_on = '2026-11-27' WHERE id = old.id;
CREATE TABLE frozen (club int); INSERT INTO frozen VALUES (5);
CREATE TABLE post (id int PRIMARY KEY, club int); INSERT INTO post SELECT g, g % 40 FROM generate_series(1, 800) g;
CREATE FUNCTION refuse() RETURNS trigger LANGUAGE plpgsql AS $$ BEGIN IF EXISTS (SELECT FROM frozen f WHERE f.club = OLD.club) THEN RETURN NULL; END IF; RETURN OLD; END $$;
CREATE TRIGGER post_frozen BEFORE DELETE ON post FOR EACH ROW EXECUTE FUNCTION refuse();
)";

bool mentions(const MeasureOutput &output, const QString &part) { return output.measurement.uninspectable.join(u'\n').contains(part); }

QString reportedValue(const std::variant<Performed, Drifted> &outcome, const QString &id)
{
    const auto &facts = std::holds_alternative<Drifted>(outcome) ? std::get<Drifted>(outcome).now.measurement.facts : std::get<Performed>(outcome).effects;
    for (const Fact &fact : facts) {
        if (fact.id == id && fact.how.startsWith(QStringLiteral("reported")))
            return fact.value;
    }
    return {};
}

} // namespace

void TestSqlSecond::initTestCase()
{
    m_cluster = std::make_unique<fakes::PostgresCluster>();
    if (m_cluster->missing())
        QSKIP("PostgreSQL's server programs are not installed");
    QVERIFY2(m_cluster->why().isEmpty(), qPrintable(m_cluster->why()));
    QCOMPARE(m_cluster->sql(QStringLiteral("CREATE DATABASE p; CREATE ROLE plain LOGIN")), QString());
}

void TestSqlSecond::init()
{
    QCOMPARE(sql(QStringLiteral(
                 "SET client_min_messages = warning; DROP SCHEMA public CASCADE; DROP SCHEMA IF EXISTS evil CASCADE; CREATE SCHEMA public; GRANT ALL ON SCHEMA public TO public;"
                 "SELECT lo_unlink(oid) FROM pg_largeobject_metadata; CREATE TABLE t (id int PRIMARY KEY, n int DEFAULT 0, body text); INSERT INTO t SELECT generate_series(1, 100);"
                 "CREATE TABLE c (t int, at serial); INSERT INTO c SELECT generate_series(1, 50); CREATE TABLE keep (t int); INSERT INTO keep VALUES (7), (8);"
                 "CREATE SEQUENCE elsewhere; CREATE TABLE big (b text); ALTER TABLE big ALTER b SET STORAGE EXTERNAL;"))
                 .remove(QRegularExpression(QStringLiteral("[1\\n]"))),
             QString());
    QCOMPARE(sql(QStringLiteral("SELECT lo_create(4242)")), QStringLiteral("4242"));
}

QString TestSqlSecond::fingerprint()
{
    return sql(QStringLiteral(
        "SELECT (SELECT count(*) FROM t), (SELECT sum(n) FROM t), (SELECT count(*) FROM c), (SELECT count(*) FROM keep), (SELECT count(*) FROM big), (SELECT count(*) FROM pg_proc),"
        " (SELECT count(*) FROM pg_largeobject_metadata), (SELECT md5(string_agg(relname || coalesce(relacl::text, ''), ',' ORDER BY oid)) FROM pg_class),"
        " (SELECT md5(string_agg(rolname || coalesce(rolconfig::text, ''), ',' ORDER BY oid)) FROM pg_roles)"));
}

void TestSqlSecond::hiddenInReading_data()
{
    QTest::addColumn<QString>("text");
    QTest::addColumn<QString>("told");
    const auto row = [](const char *name, const char *text, const char *told) { QTest::newRow(name) << QString::fromUtf8(text) << QString::fromUtf8(told); };
    row("nothing", "SELECT count(*) FROM t", "");
    row("large object unlinked", "SELECT lo_unlink(4242)", "changed.catalog=pg_largeobject_metadata 1 deleted");
    row("large object made", "SELECT lo_create(4343)", "changed.catalog=pg_largeobject_metadata 1 added");
    row("large object written", "SELECT lo_put(4242, 0, 'x')", "changed.catalog=pg_largeobject 1 added");
    row("search_path", "SELECT set_config('search_path', 'evil', false)", "changed.settings=search_path = evil (session)");
    row("counting off", "SELECT set_config('track_counts', 'off', false)", "counters.blinded=");
    row("counting off and on", "SELECT set_config('track_counts', 'off', false), set_config('track_counts', 'on', false)", "counters.blinded=");
    row("an id taken", "SELECT pg_current_xact_id()", "changed.unseen=");
    row("nextval is refused", "SELECT nextval('elsewhere')", "ERROR ");
    row("nextval is refused, and that caught", "DO $$ BEGIN PERFORM nextval('elsewhere'); EXCEPTION WHEN others THEN NULL; END $$", "moved.sequences=public.elsewhere");
}

void TestSqlSecond::hiddenInReading()
{
    QFETCH(QString, text);
    QFETCH(QString, told);
    const QString reported = reportedOf(ground().target.url, text, true);
    QVERIFY2(told.isEmpty() ? reported.isEmpty() : reported.contains(told), qPrintable(reported));
}

void TestSqlSecond::hiddenInWriting_data()
{
    QTest::addColumn<QString>("text");
    QTest::addColumn<QString>("told");
    const auto row = [](const char *name, const char *text, const char *told) { QTest::newRow(name) << QString::fromUtf8(text) << QString::fromUtf8(told); };
    row("delete", "DELETE FROM keep", "changed.elsewhere=public.keep (2 deleted)");
    row("delete by function", "DO $$ BEGIN DELETE FROM keep; END $$", "destroyed.rows=2");
    row("caught delete", "DO $$ BEGIN DELETE FROM keep; RAISE 'x'; EXCEPTION WHEN others THEN NULL; END $$", "changed.elsewhere=");
    row("nextval", "SELECT nextval('elsewhere')", "moved.sequences=public.elsewhere");
    row("caught nextval", "DO $$ BEGIN PERFORM nextval('elsewhere'); RAISE 'x'; EXCEPTION WHEN others THEN NULL; END $$", "moved.sequences=public.elsewhere");
    row("setval", "SELECT setval('elsewhere', 77)", "moved.sequences=public.elsewhere");
    row("grant", "DO $$ BEGIN EXECUTE 'GRANT SELECT ON keep TO public'; END $$", "new or changed: table public.keep");
    row("grant to a role", "GRANT SELECT ON keep TO plain", "pg_shdepend 1 added");
    row("function", "CREATE FUNCTION made() RETURNS int LANGUAGE sql AS 'SELECT 1'", "new or changed: function public.made()");
    row("role", "ALTER ROLE plain SET work_mem = '8MB'", "pg_db_role_setting 1 added");
    row("role made", "CREATE ROLE other; DROP ROLE other", "pg_authid 1 added, 1 deleted");
    row("superuser made", "ALTER ROLE plain SUPERUSER", "pg_authid 1 changed");
    row("large object", "SELECT lo_unlink(4242)", "pg_largeobject_metadata 1 deleted");
    row("truncate by function", "DO $$ BEGIN TRUNCATE keep; END $$", "destroyed.rows=unknown");
    row("truncate and fill", "DO $$ BEGIN TRUNCATE keep; INSERT INTO keep VALUES (1); END $$", "rewritten.tables=public.keep");
    row("large values", "INSERT INTO big VALUES (repeat('x', 100000))", "changed.elsewhere=public.big (1 added)");
    row("rule", "CREATE RULE r AS ON DELETE TO t DO INSTEAD NOTHING", "new or changed: rule r on table public.t");
    row("event trigger", "CREATE FUNCTION ev() RETURNS event_trigger LANGUAGE plpgsql AS 'BEGIN END'; CREATE EVENT TRIGGER e ON ddl_command_end EXECUTE FUNCTION ev()", "event trigger e");
    row("schema", "CREATE SCHEMA evil", "schema evil");
    row("cast", "CREATE CAST (text AS int) WITH INOUT", "cast from text to integer");
    row("default privileges", "ALTER DEFAULT PRIVILEGES GRANT ALL ON TABLES TO public", "default privileges");
    row("database setting", "ALTER DATABASE p SET work_mem = '8MB'", "pg_db_role_setting 1 added");
    row("comment", "COMMENT ON TABLE keep IS 'x'", "pg_description 1 added");
    row("dropped", "DROP TABLE keep", "destroyed.objects=1");
    row("temporary table, of no use to anybody later", "CREATE TEMPORARY TABLE x ON COMMIT DROP AS SELECT 1", "changed.catalog=");
    row("counting off", "CREATE FUNCTION blind() RETURNS void LANGUAGE plpgsql SET track_counts = off AS $$ BEGIN DELETE FROM keep; END $$; SELECT blind()",
        "public.keep (locked to be written; nothing was counted)");
    row("counting off, catalog", "DO $$ BEGIN SET LOCAL track_counts = off; GRANT SELECT ON keep TO public; END $$", "table public.keep");
    row("counting off, left so", "SET track_counts = off; DELETE FROM keep", "counters.blinded=");
    row("settings", "SET session_replication_role = replica", "changed.settings=session_replication_role = replica (session)");
}

void TestSqlSecond::hiddenInWriting()
{
    QFETCH(QString, text);
    QFETCH(QString, told);
    const QString was = fingerprint();
    const QString reported = reportedOf(ground().target.url, text, false);
    QVERIFY2(reported.contains(told), qPrintable(reported));
    QCOMPARE(fingerprint(), was);
}

void TestSqlSecond::readingsSayWhatTheyCall_data()
{
    QTest::addColumn<QString>("text");
    for (const char *text : {"SELECT lo_unlink(4242)", "SELECT lo_export(4242, '/tmp/x')", "COPY t TO PROGRAM 'true'", "COPY t TO '/tmp/x'", "SELECT set_config('search_path', 'evil', false)",
                             "SELECT pg_notify('a', 'b')", "SELECT pg_reload_conf()", "SELECT pg_advisory_lock(1)", "SELECT nextval('elsewhere')", "SELECT pg_terminate_backend(1)",
                             "SELECT pg_stat_reset()", "SELECT pg_switch_wal()", "SELECT * FROM pg_logical_emit_message(false, 'a', 'b')", "SELECT id FROM t WHERE lo_unlink(4242) = 1"})
        QTest::newRow(text) << QString::fromUtf8(text);
}

/// What neither READ ONLY nor a counter sees has to be said beforehand.
void TestSqlSecond::readingsSayWhatTheyCall()
{
    QFETCH(QString, text);
    const MeasureOutput measured = ground().measure(text);
    QVERIFY2(!measured.measurement.uninspectable.isEmpty(), qPrintable(dump(measured)));
}

void TestSqlSecond::readingRunsReadOnly()
{
    // The server's own log tells what it was sent.
    QCOMPARE(sql(QStringLiteral("ALTER DATABASE p SET log_statement = 'all'")), QString());
    QFile log(m_cluster->dataDirectory() + QStringLiteral("/../log"));
    QVERIFY(log.open(QIODevice::ReadOnly));
    for (const auto &[text, readOnly] : {std::pair("SELECT id FROM t WHERE id = 1", true), std::pair("DELETE FROM c WHERE t = 1", false)}) {
        log.seek(log.size());
        const MeasureOutput measured = ground().measure(QString::fromUtf8(text));
        QVERIFY2(measured.measurement.uninspectable.isEmpty(), qPrintable(dump(measured)));
        const auto outcome = ground().perform(QString::fromUtf8(text), measured);
        QVERIFY2(std::holds_alternative<Performed>(outcome), qPrintable(dump(outcome)));
        QCOMPARE(toString(std::get<Performed>(outcome).outcome), toString(Outcome::Committed));
        const QByteArray said = log.readAll();
        QVERIFY2(said.contains(text) && said.contains("SET TRANSACTION READ ONLY") == readOnly, said.constData());
    }
    QCOMPARE(sql(QStringLiteral("ALTER DATABASE p RESET log_statement")), QString());
}

void TestSqlSecond::triggersAreWeighed_data()
{
    QTest::addColumn<QString>("body");
    QTest::addColumn<QString>("id");
    const auto row = [](const char *name, const char *body, const char *id) { QTest::newRow(name) << QString::fromUtf8(body) << QString::fromUtf8(id); };
    row("deletes elsewhere", "DELETE FROM keep;", "changed.elsewhere");
    row("grants", "EXECUTE 'GRANT SELECT ON keep TO public';", "changed.catalog");
    row("makes a function", "EXECUTE 'CREATE FUNCTION made() RETURNS int LANGUAGE sql AS ''SELECT 1''';", "changed.catalog");
    row("alters a role", "EXECUTE 'ALTER ROLE plain SET work_mem = ''8MB''';", "changed.catalog");
    row("empties", "TRUNCATE keep;", "changed.catalog");
    row("unlinks", "PERFORM lo_unlink(4242);", "changed.catalog");
    row("large values", "INSERT INTO big VALUES (repeat('x', 100000));", "changed.elsewhere");
    row("blinds the counters", "SET LOCAL track_counts = off; DELETE FROM keep; SET LOCAL track_counts = on;", "changed.elsewhere");
    row("moves a caught sequence", "BEGIN PERFORM nextval('elsewhere'); RAISE 'x'; EXCEPTION WHEN others THEN NULL; END;", "moved.sequences");
}

void TestSqlSecond::triggersAreWeighed()
{
    QFETCH(QString, body);
    QFETCH(QString, id);
    QCOMPARE(sql(QStringLiteral("CREATE FUNCTION too() RETURNS trigger LANGUAGE plpgsql AS $f$ BEGIN %1 RETURN NULL; END $f$;"
                                "CREATE TRIGGER too AFTER DELETE ON c FOR EACH STATEMENT EXECUTE FUNCTION too()").arg(body)), QString());
    const QString statement = QStringLiteral("DELETE FROM c WHERE t = 1");
    const QString was = fingerprint();
    const MeasureOutput measured = ground().measure(statement);
    QVERIFY2(mentions(measured, QStringLiteral("trigger too")), qPrintable(dump(measured)));
    const auto outcome = ground().perform(statement, measured);
    QVERIFY2(std::holds_alternative<Drifted>(outcome), qPrintable(dump(outcome)));
    QVERIFY2(!reportedValue(outcome, id).isEmpty(), qPrintable(dump(outcome)));
    QCOMPARE(fingerprint(), was);
    // Shown and approved, the same may happen; and it is told.
    const auto again = ground().perform(statement, std::get<Drifted>(outcome).now);
    QVERIFY2(std::holds_alternative<Performed>(again), qPrintable(dump(again)));
    QCOMPARE(toString(std::get<Performed>(again).outcome), toString(Outcome::Committed));
    QVERIFY2(!reportedValue(again, id).isEmpty(), qPrintable(dump(again)));
}

/// The server may report more the next time than a human has approved: then that is shown in its place, beside the rest.
void TestSqlSecond::whatWasShownIsShownOnce()
{
    QCOMPARE(sql(QStringLiteral("CREATE FUNCTION too() RETURNS trigger LANGUAGE plpgsql AS $f$ BEGIN DELETE FROM keep; EXECUTE 'GRANT SELECT ON keep TO public'; RETURN NULL; END $f$;"
                                "CREATE TRIGGER too AFTER DELETE ON c FOR EACH STATEMENT EXECUTE FUNCTION too()")), QString());
    const QString statement = QStringLiteral("DELETE FROM c WHERE t = 1");
    const auto first = ground().perform(statement, ground().measure(statement));
    QVERIFY2(std::holds_alternative<Drifted>(first), qPrintable(dump(first)));
    QCOMPARE(sql(QStringLiteral("INSERT INTO keep VALUES (9)")), QString());
    const auto second = ground().perform(statement, std::get<Drifted>(first).now);
    QVERIFY2(std::holds_alternative<Drifted>(second), qPrintable(dump(second)));
    for (const auto &[outcome, elsewhere] : {std::pair(&first, "public.keep (2 deleted)"), std::pair(&second, "public.keep (3 deleted)")}) {
        const auto &facts = std::get<Drifted>(*outcome).now.measurement.facts;
        for (const auto &id : {QStringLiteral("changed.elsewhere"), QStringLiteral("changed.catalog")})
            QVERIFY2(std::count_if(facts.begin(), facts.end(), [&id](const Fact &fact) { return fact.id == id; }) == 1, qPrintable(id + dump(*outcome)));
        QCOMPARE(reportedValue(*outcome, QStringLiteral("changed.elsewhere")), QString::fromLatin1(elsewhere));
    }
}

void TestSqlSecond::countsThatNobodySaid_data()
{
    QTest::addColumn<QString>("statement");
    QTest::addColumn<QString>("event");
    QTest::addColumn<QString>("body");
    QTest::addColumn<QString>("id");
    const auto row = [](const char *name, const char *statement, const char *event, const char *body, const char *id) {
        QTest::newRow(name) << QString::fromUtf8(statement) << QString::fromUtf8(event) << QString::fromUtf8(body) << QString::fromUtf8(id);
    };
    row("changes beside what is deleted", "DELETE FROM c WHERE t = 1", "DELETE", "UPDATE c SET at = at WHERE t = 2;", "changed.rows");
    row("deletions beside what is changed", "UPDATE c SET at = 0 WHERE t = 1", "UPDATE", "DELETE FROM c WHERE t = 2;", "destroyed.rows");
}

/// Where one count was said, the other one is no surprise that passes.
void TestSqlSecond::countsThatNobodySaid()
{
    QFETCH(QString, statement);
    QFETCH(QString, event);
    QFETCH(QString, body);
    QFETCH(QString, id);
    QCOMPARE(sql(QStringLiteral("CREATE FUNCTION too() RETURNS trigger LANGUAGE plpgsql AS $f$ BEGIN %1 RETURN NULL; END $f$;"
                                "CREATE TRIGGER too AFTER %2 ON c FOR EACH STATEMENT WHEN (pg_trigger_depth() = 0) EXECUTE FUNCTION too()").arg(body, event)), QString());
    const MeasureOutput measured = ground().measure(statement);
    const auto outcome = ground().perform(statement, measured);
    QVERIFY2(std::holds_alternative<Drifted>(outcome), qPrintable(dump(measured) + dump(outcome)));
    QVERIFY2(number(std::get<Drifted>(outcome).now, id) == 1, qPrintable(dump(outcome)));
    const auto again = ground().perform(statement, std::get<Drifted>(outcome).now);
    QVERIFY2(std::holds_alternative<Performed>(again) && std::get<Performed>(again).outcome == Outcome::Committed, qPrintable(dump(again)));
}

void TestSqlSecond::commitRunsNothing_data()
{
    QTest::addColumn<QString>("body");
    QTest::newRow("a cursor that COMMIT would run") << QStringLiteral("EXECUTE 'DECLARE h CURSOR WITH HOLD FOR SELECT later()';");
    QTest::newRow("work deferred again") << QStringLiteral("SET CONSTRAINTS ALL DEFERRED; IF (SELECT count(*) FROM c) > 40 THEN DELETE FROM c WHERE t = (SELECT min(t) FROM c); END IF;");
}

/// What is left for COMMIT to do would be done after the comparison.
void TestSqlSecond::commitRunsNothing()
{
    QFETCH(QString, body);
    QCOMPARE(sql(QStringLiteral("CREATE FUNCTION later() RETURNS int LANGUAGE plpgsql AS $f$ BEGIN DELETE FROM keep; RETURN 1; END $f$;"
                                "CREATE FUNCTION too() RETURNS trigger LANGUAGE plpgsql AS $f$ BEGIN %1 RETURN NULL; END $f$;"
                                "CREATE CONSTRAINT TRIGGER too AFTER DELETE ON c DEFERRABLE INITIALLY DEFERRED FOR EACH ROW EXECUTE FUNCTION too()").arg(body)), QString());
    const QString statement = QStringLiteral("DELETE FROM c WHERE t = 1");
    const auto outcome = ground().perform(statement, ground().measure(statement));
    const QString left = sql(QStringLiteral("SELECT (SELECT count(*) FROM c), (SELECT count(*) FROM keep)"));
    const bool drifted = std::holds_alternative<Drifted>(outcome);
    QVERIFY2(drifted ? left == QStringLiteral("50|2") && number(std::get<Drifted>(outcome).now, fact::DestroyedRows) == 10 : left == QStringLiteral("49|2"),
             qPrintable(left + dump(outcome)));
}

void TestSqlSecond::settingsDoNotLeadAstray_data()
{
    QTest::addColumn<QString>("body");
    QTest::newRow("search_path with operators of its own") << QStringLiteral("PERFORM set_config('search_path', 'evil, pg_catalog', false);");
    QTest::newRow("role") << QStringLiteral("PERFORM set_config('role', 'plain', false);");
    QTest::newRow("replica") << QStringLiteral("PERFORM set_config('session_replication_role', 'replica', false);");
    QTest::newRow("names and encoding") << QStringLiteral("PERFORM set_config('quote_all_identifiers', 'on', false), set_config('client_encoding', 'LATIN1', false);");
    QTest::newRow("read only from here") << QStringLiteral("PERFORM set_config('transaction_read_only', 'on', false);");
}

void TestSqlSecond::settingsDoNotLeadAstray()
{
    QFETCH(QString, body);
    QCOMPARE(sql(QStringLiteral("CREATE SCHEMA evil; GRANT ALL ON SCHEMA evil TO public;"
                                "CREATE FUNCTION evil.same(oid, oid) RETURNS boolean LANGUAGE plpgsql AS $f$ BEGIN DELETE FROM public.keep; RETURN true; END $f$;"
                                "CREATE FUNCTION evil.same(name, name) RETURNS boolean LANGUAGE plpgsql AS $f$ BEGIN DELETE FROM public.keep; RETURN true; END $f$;"
                                "CREATE OPERATOR evil.= (LEFTARG = oid, RIGHTARG = oid, FUNCTION = evil.same); CREATE OPERATOR evil.= (LEFTARG = name, RIGHTARG = name, FUNCTION = evil.same);"
                                "CREATE VIEW evil.pg_class AS SELECT 1; CREATE FUNCTION evil.pg_backend_pid() RETURNS int LANGUAGE sql AS 'SELECT 0';"
                                "CREATE FUNCTION too() RETURNS trigger LANGUAGE plpgsql AS $f$ BEGIN DELETE FROM keep WHERE t = 7; %1 RETURN NULL; END $f$;"
                                "CREATE TRIGGER too AFTER DELETE ON c FOR EACH STATEMENT EXECUTE FUNCTION too()").arg(body)), QString());
    const QString statement = QStringLiteral("DELETE FROM c WHERE t = 1");
    const auto outcome = ground().perform(statement, ground().measure(statement));
    QVERIFY2(std::holds_alternative<Drifted>(outcome), qPrintable(dump(outcome)));
    QCOMPARE(reportedValue(outcome, QStringLiteral("changed.elsewhere")), QStringLiteral("public.keep (1 deleted)"));
    QCOMPARE(sql(QStringLiteral("SELECT (SELECT count(*) FROM c), (SELECT count(*) FROM keep)")), QStringLiteral("50|2"));
}

void TestSqlSecond::sequencesAreTold()
{
    const QString statement = QStringLiteral("INSERT INTO c (t) VALUES (1), (2)");
    const auto outcome = ground().perform(statement, ground().measure(statement));
    QVERIFY2(std::holds_alternative<Performed>(outcome), qPrintable(dump(outcome)));
    QCOMPARE(toString(std::get<Performed>(outcome).outcome), toString(Outcome::Committed));
    QCOMPARE(reportedValue(outcome, QStringLiteral("moved.sequences")), QStringLiteral("public.c_at_seq"));
}

void TestSqlSecond::failedTextTellsSequences()
{
    const QString statement = QStringLiteral("INSERT INTO c (t) VALUES (1); INSERT INTO t VALUES (1)");
    const auto outcome = ground().perform(statement, ground().measure(statement));
    QVERIFY2(std::holds_alternative<Performed>(outcome), qPrintable(dump(outcome)));
    QCOMPARE(toString(std::get<Performed>(outcome).outcome), toString(Outcome::Failed));
    QCOMPARE(reportedValue(outcome, QStringLiteral("moved.sequences")), QStringLiteral("public.c_at_seq"));
    QCOMPARE(number(std::get<Performed>(outcome), fact::DestroyedRows), -2); // rolled back: nothing else is an effect
}

void TestSqlSecond::locksAreTheActionsOwn()
{
    const QString statement = QStringLiteral("DELETE FROM c WHERE t = 1");
    const MeasureOutput approved = ground().measure(statement);
    auto other = sql::PgConnection::open({ground().target.url, {}, {}, true});
    QVERIFY(other && other->run(QStringLiteral("BEGIN")) && other->run(QStringLiteral("INSERT INTO c (t) VALUES (77)")));
    const auto outcome = ground().perform(statement, approved); // another writer is no obstacle to a DELETE
    QVERIFY2(std::holds_alternative<Performed>(outcome), qPrintable(dump(outcome)));
    QCOMPARE(toString(std::get<Performed>(outcome).outcome), toString(Outcome::Committed));
}

void TestSqlSecond::superuserCodeIsNamed()
{
    QCOMPARE(sql(QStringLiteral("CREATE TABLE own (id int); INSERT INTO own VALUES (1); CREATE FUNCTION too() RETURNS trigger LANGUAGE plpgsql AS $f$ BEGIN RETURN NULL; END $f$;"
                                "CREATE TRIGGER too AFTER DELETE ON own FOR EACH STATEMENT EXECUTE FUNCTION too(); ALTER TABLE own OWNER TO plain; GRANT ALL ON ALL TABLES IN SCHEMA public TO plain")), QString());
    const QString statement = QStringLiteral("DELETE FROM own");
    QVERIFY(mentions(ground().measure(statement), QStringLiteral("run as superuser, as postgres is one")));
    QVERIFY(!mentions(ground().measure(QStringLiteral("DELETE FROM keep")), QStringLiteral("superuser"))); // no code, nothing to name
    Ground plain = ground();
    plain.target.url = m_cluster->url(QStringLiteral("p"), QStringLiteral("plain"));
    const MeasureOutput harmless = plain.measure(statement);
    QVERIFY2(mentions(harmless, QStringLiteral("trigger too")) && !mentions(harmless, QStringLiteral("may stay unseen")), qPrintable(dump(harmless)));
    const std::pair<const char *, const char *> ways[] = {
        {"ALTER FUNCTION too() SECURITY DEFINER", "by function too()"},
        {"ALTER FUNCTION too() SECURITY INVOKER; CREATE ROLE boss SUPERUSER; GRANT boss TO plain", "by boss"},
        {"REVOKE boss FROM plain; DROP ROLE boss; GRANT SET ON PARAMETER track_counts TO plain", "switch off track_counts"},
        {"REVOKE SET ON PARAMETER track_counts FROM plain; GRANT pg_execute_server_program TO plain", "run programs on the server"},
        {"REVOKE pg_execute_server_program FROM plain; CREATE TABLE child (id int REFERENCES t ON DELETE CASCADE);"
         " CREATE TRIGGER late AFTER DELETE ON child FOR EACH STATEMENT EXECUTE FUNCTION too()", "by the triggers of child"}};
    for (const auto &[make, word] : ways) {
        QCOMPARE(sql(QString::fromUtf8(make)), QString());
        const MeasureOutput measured = plain.measure(statement);
        QVERIFY2(mentions(measured, QString::fromUtf8(word)), qPrintable(dump(measured)));
    }
}

void TestSqlSecond::ruleAndTriggerAreTold_data()
{
    QTest::addColumn<QString>("statement");
    QTest::addColumn<qint64>("destroyed");
    QTest::addColumn<qint64>("changed");
    QTest::newRow("rule") << QStringLiteral("DELETE FROM member WHERE club IN (2, 3)") << qint64(40) << qint64(40);
    QTest::newRow("trigger") << QStringLiteral("DELETE FROM post WHERE club IN (5, 6)") << qint64(20) << qint64(0);
}

/// The rows that match are not the rows that go: the receipt tells which went, and what had been approved.
void TestSqlSecond::ruleAndTriggerAreTold()
{
    QFETCH(QString, statement);
    QFETCH(qint64, destroyed);
    QFETCH(qint64, changed);
    QCOMPARE(sql(QString::fromUtf8(soft)), QString());
    const MeasureOutput measured = ground().measure(statement);
    QVERIFY2(!measured.measurement.uninspectable.isEmpty() && number(measured, fact::DestroyedRows) == -1, qPrintable(dump(measured)));
    const auto outcome = ground().perform(statement, measured);
    QVERIFY2(std::holds_alternative<Performed>(outcome), qPrintable(dump(outcome)));
    const auto &performed = std::get<Performed>(outcome);
    QCOMPARE(toString(performed.outcome), toString(Outcome::Committed));
    QCOMPARE(number(performed, fact::DestroyedRows), destroyed);
    QCOMPARE(number(performed, fact::ChangedRows), changed);
    const auto rows = std::find_if(performed.effects.begin(), performed.effects.end(), [](const Fact &fact) { return fact.id == fact::DestroyedRows; });
    QVERIFY2(rows->how.contains(QStringLiteral("; approved: ") + measured.measurement.fact(fact::DestroyedRows)->value), qPrintable(rows->how));
}

void TestSqlSecond::definitionsOfTheirClass_data()
{
    QTest::addColumn<QString>("text");
    QTest::addColumn<QString>("too"); // what an event trigger does as well
    QTest::addColumn<bool>("fits");
    QTest::newRow("alter alone") << QStringLiteral("ALTER TABLE t ALTER n DROP DEFAULT") << QString() << true;
    QTest::newRow("drop alone") << QStringLiteral("DROP TABLE keep") << QString() << true;
    QTest::newRow("drop a column alone") << QStringLiteral("ALTER TABLE t DROP COLUMN body") << QString() << true;
    QTest::newRow("truncate alone") << QStringLiteral("TRUNCATE big") << QString() << true;
    QTest::newRow("alter and grant") << QStringLiteral("ALTER TABLE t ALTER n DROP DEFAULT") << QStringLiteral("GRANT SELECT ON t TO public") << false;
    QTest::newRow("alter and grant elsewhere") << QStringLiteral("ALTER TABLE t ALTER n DROP DEFAULT") << QStringLiteral("GRANT SELECT ON c TO public") << false;
    QTest::newRow("drop and make") << QStringLiteral("DROP TABLE keep") << QStringLiteral("CREATE TABLE made (i int)") << false;
    QTest::newRow("drop and a function") << QStringLiteral("DROP TABLE keep") << QStringLiteral("CREATE FUNCTION made() RETURNS int LANGUAGE sql AS ''SELECT 1''") << false;
    QTest::newRow("alter and a role") << QStringLiteral("ALTER TABLE t ALTER n DROP DEFAULT") << QStringLiteral("ALTER ROLE plain SET work_mem = ''8MB''") << false;
    QTest::newRow("alter and delete") << QStringLiteral("ALTER TABLE t ALTER n DROP DEFAULT") << QStringLiteral("DELETE FROM keep") << false;
}

void TestSqlSecond::definitionsOfTheirClass()
{
    QFETCH(QString, text);
    QFETCH(QString, too);
    QFETCH(bool, fits);
    if (!too.isEmpty()) {
        QCOMPARE(sql(QStringLiteral("CREATE FUNCTION ev() RETURNS event_trigger LANGUAGE plpgsql AS $f$ BEGIN IF tg_tag NOT IN ('ALTER TABLE', 'DROP TABLE') THEN RETURN; END IF; EXECUTE '%1'; END $f$;"
                                    "CREATE EVENT TRIGGER e ON ddl_command_end EXECUTE FUNCTION ev()").arg(too)), QString());
    }
    const QString was = fingerprint();
    const auto outcome = ground().perform(text, ground().measure(text));
    if (!too.isEmpty())
        QCOMPARE(sql(QStringLiteral("DROP EVENT TRIGGER e; DROP FUNCTION ev()")), QString());
    QVERIFY2(std::holds_alternative<Performed>(outcome) == fits, qPrintable(dump(outcome)));
    if (fits)
        QCOMPARE(toString(std::get<Performed>(outcome).outcome), toString(Outcome::Committed));
    else
        QVERIFY2(was.section(u'|', 0, 4) == fingerprint().section(u'|', 0, 4), qPrintable(dump(outcome)));
}

QTEST_GUILESS_MAIN(TestSqlSecond)
#include "tst_sql_second.moc"
