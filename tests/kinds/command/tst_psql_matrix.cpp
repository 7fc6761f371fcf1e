// SPDX-License-Identifier: Apache-2.0
#include "fakes/postgres.h"
#include "kinds/command/performing.h"
#include "kinds/sql/sqlmeasurer.h"
#include "kinds/sql/sqlperformer.h"

#include <QProcess>
#include <QRegularExpression>
#include <QTest>

#include <unistd.h>

using namespace holdfast;

/// Every form of psql, before a real PostgreSQL: what is understood is performed by the kind sql and does what psql 15 itself does with these
/// arguments; everything else is uninspectable by name, with nothing of it measured.
class PsqlMatrix final : public QObject
{
    Q_OBJECT

private Q_SLOTS:
    void initTestCase();
    void init() { reset(); }
    void forms_data();
    void forms();
    void aChangedScriptIsDrift();
    void whoMayNotAskIsOfferedTheLine();
    void anUnregisteredServerIsUnknown();
    void cleanupTestCase() { qInfo("psql: %d forms understood and done as psql does them, %d uninspectable", m_understood, m_uninspectable); }

private:
    void reset() const
    {
        QCOMPARE(m_cluster.sql(QStringLiteral("SET client_min_messages = error; DROP SCHEMA public CASCADE; CREATE SCHEMA public; CREATE TABLE a AS SELECT n FROM generate_series(1, 9) n;"
                                              " ALTER TABLE a ALTER n SET NOT NULL; CREATE TABLE b AS SELECT n FROM generate_series(1, 5) n")),
                 QString());
    }
    [[nodiscard]] QString state() const
    {
        return m_cluster.sql(QStringLiteral("SELECT (SELECT string_agg(n::text, ',' ORDER BY n) FROM a), (SELECT string_agg(n::text, ',' ORDER BY n) FROM b),"
                                            " (SELECT string_agg(relname, ',' ORDER BY relname) FROM pg_class WHERE relnamespace = 'public'::regnamespace)"));
    }
    [[nodiscard]] QString host() const { return m_cluster.dataDirectory().chopped(qsizetype(strlen("data"))) + u's'; }
    [[nodiscard]] QString filled(const QString &text) const
    {
        return QString(text).replace(QStringLiteral("SOCKET"), host()).replace(QStringLiteral("ENCODED"), host().replace(u'/', QStringLiteral("%2F")));
    }
    void prepare(Bench &b) const;

    fakes::PostgresCluster m_cluster;
    int m_understood = 0, m_uninspectable = 0;
};

namespace {

/// What a test puts into the gate's environment, and takes out again.
struct Environment final
{
    explicit Environment(const QStringList &entries)
    {
        for (const auto &entry : entries) {
            names.append(entry.section(u'=', 0, 0));
            qputenv(names.back().toUtf8().constData(), entry.section(u'=', 1).toUtf8());
        }
    }
    ~Environment()
    {
        for (const auto &name : names)
            qunsetenv(name.toUtf8().constData());
    }
    Environment(const Environment &) = delete;
    Environment &operator=(const Environment &) = delete;
    QStringList names;
};

} // namespace

void PsqlMatrix::initTestCase()
{
    if (m_cluster.missing())
        QSKIP("PostgreSQL's server programs are not installed");
    QVERIFY2(!m_cluster.url().isEmpty(), qPrintable(m_cluster.why()));
    QCOMPARE(m_cluster.sql(QStringLiteral("CREATE ROLE other LOGIN SUPERUSER")) + m_cluster.sql(QStringLiteral("CREATE DATABASE elsewhere")), QString());
}

void PsqlMatrix::prepare(Bench &b) const
{
    b.target.programs = {QStringLiteral("/usr/bin/psql")};
    Target database;
    database.name = QStringLiteral("db");
    database.kind = kind::Sql.toString();
    database.environment = QStringLiteral("staging");
    database.url = m_cluster.url();
    b.targets = {b.target, database};
    b.measureAs = [&b](const Request &request) -> Result<MeasureOutput, QString> {
        MeasureInput input = b.input();
        input.request = &request;
        input.target = &b.targets[1];
        return SqlMeasurer().measure(input);
    };
    b.performAs = [&b](const Request &request, const Comparing &compare) -> Result<std::variant<Performed, Drifted>, QString> {
        const Hold approved = approve(b);
        PerformInput input;
        input.measure = b.input();
        input.measure.request = &request;
        input.measure.target = &b.targets[1];
        input.approved = &approved;
        input.compare = compare;
        return SqlPerformer().perform(input);
    };
    b.write(QStringLiteral("one.sql"), "DELETE FROM a\n WHERE n::text::int > 6;\n");
    b.write(QStringLiteral("two.sql"), "DELETE FROM a WHERE n > 6;\nDELETE FROM b WHERE n > 3;\n");
    b.write(QStringLiteral("fails.sql"), "DELETE FROM a WHERE n > 6;\nINSERT INTO a VALUES (NULL);\n");
    b.write(QStringLiteral("runs.sql"), "DELETE FROM a WHERE n > 6;\n\\! touch canary\n");
    b.write(QStringLiteral("variable.sql"), "DELETE FROM a WHERE n > :limit");
}

void PsqlMatrix::forms_data()
{
    QTest::addColumn<QStringList>("arguments");
    QTest::addColumn<QByteArray>("input");
    QTest::addColumn<QStringList>("environment");
    QTest::addColumn<bool>("understood");
    const auto row = [](const char *name, bool understood, const QString &before, const QStringList &more, const QByteArray &input, const QStringList &environment) {
        QTest::newRow(name) << before.split(u' ', Qt::SkipEmptyParts) + more << input << environment << understood;
    };
    const QString to = QStringLiteral("-X -h SOCKET -p 5432 -U postgres -d postgres");
    const QString some = QStringLiteral("DELETE FROM a WHERE n > 6");
    const QStringList command{QStringLiteral("-c"), some};
    const auto yes = [&](const char *name, const QString &before, const QStringList &more = {}, const QByteArray &input = {}, const QStringList &environment = {}) { row(name, true, before, more, input, environment); };
    const auto no = [&](const char *name, const QString &before, const QStringList &more = {}, const QByteArray &input = {}, const QStringList &environment = {}) { row(name, false, before, more, input, environment); };

    yes("-c", to, command);
    yes("--command=", to, {QStringLiteral("--command=") + some});
    yes("--comm", to, {QStringLiteral("--comm"), some});
    yes("-c attached", to, {QStringLiteral("-qc") + some});
    yes("several statements in one -c", to, {QStringLiteral("-c"), some + QStringLiteral("; DELETE FROM b WHERE n > 3")});
    yes("one -c of which the second fails", to, {QStringLiteral("-c"), some + QStringLiteral("; INSERT INTO a VALUES (NULL)")});
    yes("a colon in -c is no variable", to, {QStringLiteral("-c"), QStringLiteral("DELETE FROM a WHERE n::text <> ':n' AND n > 6")});
    yes("a backslash within -c", to, {QStringLiteral("-c"), QStringLiteral("DELETE FROM a WHERE n > 6 AND n::text <> '\\'")});
    yes("operand names the database", QStringLiteral("-X -h SOCKET -p 5432 -U postgres postgres"), command);
    yes("operands name database and user", QStringLiteral("-X -h SOCKET -p 5432 postgres postgres"), command);
    yes("-d, and the operand is the user", QStringLiteral("-X -h SOCKET -p 5432 -d postgres postgres"), command);
    yes("options behind operands", QStringLiteral("postgres -X -h SOCKET -p 5432 -U postgres"), command);
    yes("the last -d", QStringLiteral("-X -h SOCKET -p 5432 -U postgres -d elsewhere -d postgres"), command);
    yes("attached values", QStringLiteral("-X -hSOCKET -p5432 -Upostgres -dpostgres"), command);
    yes("long options", QStringLiteral("--no-psqlrc --host=SOCKET --port 5432 --username=postgres --dbname=postgres"), command);
    yes("connection string", QStringLiteral("-X"), QStringList{QStringLiteral("host=SOCKET port=5432 dbname=postgres user=postgres")} + command);
    yes("connection string wins over options", QStringLiteral("-X -h /nowhere -p 1 -U other"), QStringList{QStringLiteral("host=SOCKET port=5432 dbname=postgres user=postgres")} + command);
    yes("URI", QStringLiteral("-X postgresql://postgres@ENCODED:5432/postgres"), command);
    yes("URI of -d", QStringLiteral("-X -d postgres://postgres@ENCODED:5432/postgres"), command);
    yes("environment", QStringLiteral("-X"), command, {}, {QStringLiteral("PGHOST=SOCKET"), QStringLiteral("PGPORT=5432"), QStringLiteral("PGUSER=postgres"), QStringLiteral("PGDATABASE=postgres")});
    yes("options win over the environment", to, command, {}, {QStringLiteral("PGDATABASE=elsewhere"), QStringLiteral("PGUSER=other"), QStringLiteral("PGPASSWORD=x")});
    yes("-f", to, {QStringLiteral("-f"), QStringLiteral("one.sql")});
    yes("--file=", to, {QStringLiteral("--file=one.sql")});
    yes("-f attached", to, {QStringLiteral("-fone.sql")});
    yes("-f -", to, {QStringLiteral("-f"), QStringLiteral("-")}, "DELETE FROM a WHERE n > 6");
    yes("standard input", to, {}, "DELETE FROM a WHERE n > 6;\n");
    yes("-1 makes a script one", to, {QStringLiteral("-1"), QStringLiteral("-f"), QStringLiteral("two.sql")});
    yes("-1 with standard input", to, {QStringLiteral("--single-transaction")}, "DELETE FROM a WHERE n > 6; DELETE FROM b WHERE n > 3;");
    yes("-1 of which the second fails", to, {QStringLiteral("-1f"), QStringLiteral("fails.sql")});
    yes("ON_ERROR_STOP", to, QStringList{QStringLiteral("-v"), QStringLiteral("ON_ERROR_STOP=1")} + command);
    yes("--set ON_ERROR_STOP", to, QStringList{QStringLiteral("--set=ON_ERROR_STOP=on")} + command);
    yes("how it looks", to + QStringLiteral(" -qAtx --csv -F , -w -e"), command);

    no("two -c", to, command + QStringList{QStringLiteral("-c"), QStringLiteral("DELETE FROM b")});
    no("-c and -f", to, command + QStringList{QStringLiteral("-f"), QStringLiteral("one.sql")});
    no("two -f", to, {QStringLiteral("-fone.sql"), QStringLiteral("-ftwo.sql")});
    no("-1 with two -c", to + QStringLiteral(" -1"), command + QStringList{QStringLiteral("-c"), QStringLiteral("DELETE FROM b")});
    no("a script of two", to, {QStringLiteral("-f"), QStringLiteral("two.sql")});
    no("standard input of two", to, {}, "DELETE FROM a; DELETE FROM b");
    no("start-up files", QStringLiteral("-h SOCKET -p 5432 -U postgres -d postgres"), command);
    no("no host", QStringLiteral("-X -p 5432 -U postgres -d postgres"), command);
    no("no port", QStringLiteral("-X -h SOCKET -U postgres -d postgres"), command);
    no("no database", QStringLiteral("-X -h SOCKET -p 5432 -U postgres"), command);
    no("empty host", QStringLiteral("-X -p 5432 -U postgres -d postgres --host="), command);
    no("another user", QStringLiteral("-X -h SOCKET -p 5432 -U other -d postgres"), command);
    no("another user as operand", QStringLiteral("-X -h SOCKET -p 5432 postgres other"), command);
    no("another user by the environment", QStringLiteral("-X -h SOCKET -p 5432 -d postgres"), command, {}, {QStringLiteral("PGUSER=other")});
    no("nobody's user", QStringLiteral("-X -h SOCKET -p 5432 -d postgres"), command);
    no("an operand left over", to + QStringLiteral(" x y"), command);
    no("variable", to + QStringLiteral(" -v limit=6"), {QStringLiteral("-f"), QStringLiteral("variable.sql")});
    no("variable that is not set", to, {QStringLiteral("-f"), QStringLiteral("variable.sql")});
    no("AUTOCOMMIT", to + QStringLiteral(" -v AUTOCOMMIT=off"), command);
    no("ON_ERROR_STOP of another value", to + QStringLiteral(" --set=ON_ERROR_STOP=maybe"), command);
    no("psql's own command", to, {QStringLiteral("-c"), QStringLiteral("\\! touch canary")});
    no("psql's own command in a script", to, {QStringLiteral("-1"), QStringLiteral("-f"), QStringLiteral("runs.sql")});
    no("psql's own command in the input", to, {}, "\\! touch canary\n");
    no("\\gexec", to, {}, "SELECT 'DELETE FROM a' \\gexec\n");
    for (const char *option : {"-o out", "--output=out", "-L log", "-P format=html", "-s", "-S", "-l", "-V", "-W", "-E", "--help", "--help=commands", "-?", "--cluster 15/main", "--cluster=15/main", "--quiet=1", "--nope", "--no", "--log-file=x", "-K"})
        no(option, to + u' ' + QString::fromUtf8(option), command);
    for (const char *entry : {"PGOPTIONS=-c search_path=x", "PGSERVICE=x", "PGSERVICEFILE=x", "PGSYSCONFDIR=/tmp", "PGHOSTADDR=127.0.0.1", "PGSSLMODE=disable", "PGAPPNAME=x", "PGCLIENTENCODING=LATIN1", "PGTZ=UTC", "PGDATESTYLE=ISO",
                              "PGTARGETSESSIONATTRS=any", "PGCLUSTER=15/main", "PSQLRC=x", "PSQL_PAGER=x", "POSIXLY_CORRECT=1"})
        no(entry, to, command, {}, {QString::fromUtf8(entry)});
    for (const char *key : {"options='-c search_path=x'", "service=x", "hostaddr=127.0.0.1", "application_name=x", "client_encoding=LATIN1", "target_session_attrs=any", "sslmode=disable", "nonsense=1"})
        no(key, QStringLiteral("-X"), QStringList{QStringLiteral("host=SOCKET port=5432 dbname=postgres user=postgres ") + QString::fromUtf8(key)} + command);
    no("several hosts", QStringLiteral("-X -h SOCKET,SOCKET -p 5432 -U postgres -d postgres"), command);
    no("its own transactions", to, {QStringLiteral("-c"), QStringLiteral("BEGIN; DELETE FROM a; COMMIT")});
    no("not inside a transaction", to, {QStringLiteral("-c"), QStringLiteral("VACUUM a")});
    no("nothing", to, {QStringLiteral("-c"), QString()});
    no("no script", to);
    no("letters beyond ASCII", to, {QStringLiteral("-c"), QStringLiteral("DELETE FROM a WHERE 'ä' = 'ä'")});
    no("byte order mark", to, {}, QByteArray("\xef\xbb\xbf") + "DELETE FROM a");
    no("not UTF-8", to, {}, "DELETE FROM a -- \xff");
    no("an input beside the script", to, command, "x");
    no("a script that is not there", to, {QStringLiteral("-f"), QStringLiteral("none.sql")});
}

void PsqlMatrix::forms()
{
    QFETCH(QStringList, arguments);
    QFETCH(QByteArray, input);
    QFETCH(QStringList, environment);
    QFETCH(bool, understood);
    for (auto &text : arguments)
        text = filled(text);
    for (auto &text : environment)
        text = filled(text);
    Bench b;
    prepare(b);
    b.ask(QStringList{QStringLiteral("psql")} + arguments, input);
    const auto set = std::make_unique<Environment>(environment);
    b.target.environmentNames = set->names;
    const auto m = b.measure();
    QVERIFY2((m.fact(u"command.performed-as") != nullptr) == understood, qPrintable(reasons(m)));
    if (!understood) {
        ++m_uninspectable;
        QVERIFY(!m.uninspectable.isEmpty());
        QCOMPARE(m.operation, QStringLiteral("database.opaque"));
        QVERIFY(m.fact(fact::DestroyedRows)->quality == Quality::Unknown);
        return;
    }
    ++m_understood;
    const QString before = state();
    const auto done = run(b);
    const QString after = state();
    QVERIFY2(done.outcome == (after == before ? Outcome::Failed : Outcome::Committed), done.output.constData());
    static const QRegularExpression digit(QStringLiteral("\\d"));
    if (const Fact *rows = m.fact(fact::DestroyedRows); after != before && rows->number)
        QCOMPARE(*rows->number, std::int64_t{14} - after.section(u'|', 0, 1).count(digit));
    reset();
    QProcess psql;
    psql.setWorkingDirectory(b.work());
    psql.start(QStringLiteral("/usr/bin/psql"), arguments);
    psql.write(input);
    psql.closeWriteChannel();
    QVERIFY(psql.waitForFinished(60'000));
    QVERIFY2(state() == after, psql.readAllStandardError().constData());
}

void PsqlMatrix::aChangedScriptIsDrift()
{
    Bench b;
    prepare(b);
    b.ask(filled(QStringLiteral("psql -X -h SOCKET -p 5432 -U postgres -d postgres -f one.sql")).split(u' '));
    const auto hold = approve(b);
    const QString before = state();
    b.write(QStringLiteral("one.sql"), "DELETE FROM a\n WHERE n::text::int > 6; ");
    QVERIFY(std::holds_alternative<Drifted>(perform(b, hold)));
    QCOMPARE(state(), before);
}

void PsqlMatrix::whoMayNotAskIsOfferedTheLine()
{
    Bench b;
    prepare(b);
    b.measureAs = [](const Request &) -> Result<MeasureOutput, QString> { return Failure{QStringLiteral("agent may not ask")}; };
    const QString before = state();
    for (const QString &form : {QStringLiteral("psql -X -h SOCKET -p 5432 -U postgres -d postgres -c"), QStringLiteral("psql -h SOCKET -p 5432 postgres -c")}) {
        b.ask(filled(form).split(u' ') + QStringList{QStringLiteral("DELETE FROM a WHERE n = '7'")});
        const auto m = b.measure();
        QVERIFY(m.fact(fact::Stop) != nullptr);
        QVERIFY2(m.fact(fact::Stop)->value.contains(QStringLiteral("hold sql --target 'db' 'DELETE FROM a WHERE n = '\\''7'\\'''")), qPrintable(m.fact(fact::Stop)->value));
        QVERIFY(run(b).outcome == Outcome::NotStarted);
    }
    QCOMPARE(state(), before);
}

void PsqlMatrix::anUnregisteredServerIsUnknown()
{
    Bench b;
    prepare(b);
    b.ask(filled(QStringLiteral("psql -X -h SOCKET -p 5432 -U postgres -d elsewhere -c TRUNCATE(a)")).split(u' '));
    const auto m = b.measure();
    QVERIFY(reasons(m).contains(QStringLiteral("no registered target")));
    QVERIFY(m.environment.quality == Quality::Unknown);
    QVERIFY(m.fact(fact::DestroyedRows)->quality == Quality::Unknown);
}

QTEST_GUILESS_MAIN(PsqlMatrix)
#include "tst_psql_matrix.moc"
