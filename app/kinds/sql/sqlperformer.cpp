// SPDX-License-Identifier: Apache-2.0
#include "kinds/sql/sqlperformer.h"

#include "core/policy/drift.h"
#include "kinds/sql/conclude.h"
#include "kinds/sql/execution.h"
#include "kinds/sql/reported.h"
#include "kinds/sql/sqlmeasurer.h"

#include <libpq-fe.h>

namespace holdfast {

using namespace sql;

namespace {

using Outcomes = std::variant<Performed, Drifted>;

Performed ended(Outcome outcome, const QString &message, const QByteArray &output = {})
{
    Performed performed;
    performed.outcome = outcome;
    performed.output = output;
    if (!message.isEmpty())
        performed.output += message.toUtf8() + '\n';
    return performed;
}

/// One performance: a connection, a transaction, and what was found in it.
class Performance final
{
public:
    Performance(const PerformInput &input, SecondLine secondLine, PgConnection db, QString text, std::vector<Statement> statements)
        : m_input(input), m_secondLine(secondLine), m_session{std::move(db), {}, input.measure.at}, m_text(std::move(text)), m_statements(std::move(statements)) {}

    [[nodiscard]] Outcomes run();

private:
    [[nodiscard]] Result<Done, PgError> begin();
    [[nodiscard]] Result<Effects, PgError> plan();
    [[nodiscard]] Result<Done, PgError> lock(const Effects &effects);
    [[nodiscard]] Result<MeasureOutput, PgError> measureAgain();
    [[nodiscard]] MeasureOutput withoutReported(MeasureOutput now) const;
    [[nodiscard]] bool drifts(const Measurement &now) const { return isDrift(m_input.compare(now)); }
    [[nodiscard]] Outcomes execute(MeasureOutput now);
    [[nodiscard]] Outcomes finish(const Reported &reported, const Executed &executed);
    [[nodiscard]] Performed failed(const PgError &error) const;
    void rollback() const;

    const PerformInput &m_input;
    SecondLine m_secondLine;
    Session m_session;
    QString m_text;
    std::vector<Statement> m_statements;
    Expected m_expected;
};

void Performance::rollback() const
{
    if (m_session.db.isOpen())
        static_cast<void>(m_session.db.run(QStringLiteral("ROLLBACK")));
}

Performed Performance::failed(const PgError &error) const
{
    rollback();
    return ended(Outcome::NotStarted, error.toString());
}

Result<Done, PgError> Performance::begin()
{
    // READ COMMITTED: what is locked here stands still; every statement, the requester's too, sees what is committed now.
    if (const auto begun = m_session.db.run(QStringLiteral("BEGIN ISOLATION LEVEL READ COMMITTED READ WRITE")); !begun)
        return begun;
    // The text was parsed with these; a role may have them otherwise.
    if (const auto set = m_session.db.run(QStringLiteral("SET LOCAL standard_conforming_strings = on")); !set)
        return set;
    if (const auto set = m_session.db.run(QStringLiteral("SET LOCAL transform_null_equals = off")); !set)
        return set;
    auto login = askLogin(m_session.db);
    if (!login)
        return login.failure();
    m_session.login = std::move(*login);
    return Done{};
}

/// What is concerned, found before anything is locked; undone so that the session's own settings are back.
Result<Effects, PgError> Performance::plan()
{
    if (const auto saved = m_session.db.run(QStringLiteral("SAVEPOINT holdfast_plan")); !saved)
        return saved.failure();
    if (const auto limited = setMeasuringLimits(m_session.db, m_session.login); !limited)
        return limited.failure();
    Effects effects = measureStatements(m_session, m_statements);
    if (const auto back = m_session.db.run(QStringLiteral("ROLLBACK TO SAVEPOINT holdfast_plan")); !back)
        return back.failure();
    return effects;
}

/// Holds the world still. A table that this login may not lock (a cascade runs as its owner) stays open: the count before COMMIT covers it.
Result<Done, PgError> Performance::lock(const Effects &effects)
{
    const bool whole = effects.lock == Lock::AccessExclusive;
    if (effects.lock < Lock::RowExclusive)
        return Done{};
    if (const auto set = m_session.db.run(QStringLiteral("SET LOCAL lock_timeout = '5s'")); !set)
        return set;
    const QString mode = whole ? QStringLiteral("ACCESS EXCLUSIVE") : QStringLiteral("SHARE ROW EXCLUSIVE");
    std::set<Oid> concerned = effects.locked;
    concerned.insert(effects.touched.begin(), effects.touched.end());
    const auto tables = m_session.db.query(
        QStringLiteral(
            "SELECT pg_catalog.quote_ident(n.nspname) || '.' || pg_catalog.quote_ident(c.relname) FROM pg_catalog.pg_class c JOIN pg_catalog.pg_namespace n"
            " ON n.oid OPERATOR(pg_catalog.=) c.relnamespace WHERE c.relkind IN ('r', 'p') AND c.oid::pg_catalog.text OPERATOR(pg_catalog.=) ANY($1::pg_catalog.text[]) ORDER BY c.oid"),
        {[&] {
            QStringList oids;
            for (const Oid oid : concerned)
                oids += QString::number(oid);
            return arrayParameter(oids);
        }()});
    for (int row = 0; tables && row < tables->count(); ++row) {
        const auto locked = m_session.db.guarded(QStringLiteral("LOCK TABLE ONLY %1 IN %2 MODE").arg(tables->text(row, 0), mode));
        if (!locked && locked.error().sqlstate != QLatin1StringView("42501"))
            return locked.failure();
    }
    if (!tables)
        return tables.failure();
    return m_session.db.run(QStringLiteral("SET LOCAL lock_timeout TO DEFAULT"));
}

Result<MeasureOutput, PgError> Performance::measureAgain()
{
    // Where the backups lie is compared with the data directory, which only the measuring role may be allowed to read.
    QString dataDirectory;
    if (const auto aside = openMeasuring(*m_input.measure.target, m_input.measure.credential, m_input.measure.at)) {
        if (const auto live = askIdentity(aside->db))
            dataDirectory = live->dataDirectory;
    }
    if (const auto saved = m_session.db.run(QStringLiteral("SAVEPOINT holdfast_measure")); !saved)
        return saved.failure();
    if (const auto limited = setMeasuringLimits(m_session.db, m_session.login); !limited)
        return limited.failure();
    MeasureOutput now = measureOn(m_session, m_input.measure, m_statements, dataDirectory, &m_expected);
    if (const auto back = m_session.db.run(QStringLiteral("ROLLBACK TO SAVEPOINT holdfast_measure")); !back)
        return back.failure();
    return now;
}

/// Counts that only an execution can report were approved from one: measuring beforehand cannot confirm them, the count before COMMIT will.
MeasureOutput Performance::withoutReported(MeasureOutput now) const
{
    for (const Fact &approved : m_input.approved->measured.facts) {
        if (approved.how != ReportedHow)
            continue;
        const auto same =
            std::find_if(now.measurement.facts.begin(), now.measurement.facts.end(), [&](const Fact &fact) { return fact.id == approved.id; });
        if (same == now.measurement.facts.end())
            now.measurement.facts.push_back(approved);
        else
            *same = approved;
    }
    return now;
}

Outcomes Performance::run()
{
    if (const auto begun = begin(); !begun)
        return failed(begun.error());
    const auto planned = plan();
    if (!planned)
        return failed(planned.error());
    if (const auto locked = lock(*planned); !locked)
        return failed(locked.error());
    auto measured = measureAgain();
    if (!measured)
        return failed(measured.error());
    MeasureOutput now = withoutReported(std::move(*measured));
    if (drifts(now.measurement)) {
        rollback();
        return Drifted{std::move(now)};
    }
    return execute(std::move(now));
}

Outcomes Performance::execute(MeasureOutput now)
{
    const auto before = takeLedger(m_session.db);
    if (!before)
        return failed(before.error());
    const Executed executed = sql::execute(m_session.db, m_text);
    if (executed.connectionLost)
        return ended(Outcome::Failed, QStringLiteral("the connection was lost before COMMIT: the server rolls back"), executed.output);
    if (executed.error) {
        rollback();
        return ended(Outcome::Failed, QStringLiteral("rolled back"), executed.output);
    }
    // Deferred constraints and triggers run now, while what they do can still be counted.
    const auto settled = m_session.db.run(QStringLiteral("SET CONSTRAINTS ALL IMMEDIATE"));
    const bool inside = PQtransactionStatus(m_session.db.raw()) == PQTRANS_INTRANS;
    const auto after = settled && inside ? takeLedger(m_session.db) : Result<Ledger, PgError>(Failure{settled ? PgError{} : settled.error()});
    if (!inside && settled)
        return ended(Outcome::Unknown, QStringLiteral("the text ended the gate's transaction"), executed.output);
    if (!after) {
        rollback();
        return ended(Outcome::Failed, QStringLiteral("rolled back: %1").arg(after.error().toString()), executed.output);
    }
    const Reported reported = compareLedgers(*before, *after, m_expected);
    now.measurement = asReported(now.measurement, reported);
    if (m_secondLine == SecondLine::On && drifts(now.measurement)) {
        rollback();
        return Drifted{std::move(now)};
    }
    return finish(reported, executed);
}

Outcomes Performance::finish(const Reported &reported, const Executed &executed)
{
    QString message;
    const CommitAnswer answer = commit(m_session.db, message);
    Performed performed = ended(answer == CommitAnswer::Committed        ? Outcome::Committed
                                    : answer == CommitAnswer::RolledBack ? Outcome::Failed
                                                                         : Outcome::Unknown,
                                message, executed.output);
    if (answer != CommitAnswer::RolledBack)
        performed.effects = effectsOf(reported, executed.tags, m_input.measure.at);
    return performed;
}

} // namespace

std::variant<Performed, Drifted> SqlPerformer::perform(const PerformInput &input) const
{
    auto text = statementsOf(input.measure);
    if (!text)
        return ended(Outcome::NotStarted, text.error());
    auto statements = parseStatements(*text);
    if (!statements)
        return ended(Outcome::NotStarted, QStringLiteral("what cannot be parsed is not performed: %1").arg(statements.error().message));
    if (const QString why = whyNotTransactional(*statements); !why.isEmpty())
        return ended(Outcome::NotStarted, why);
    auto db = PgConnection::open(performingLogin(*input.measure.target, input.measure.credential));
    if (!db)
        return ended(Outcome::NotStarted, db.error().toString());
    return Performance(input, m_secondLine, std::move(*db), std::move(*text), std::move(*statements)).run();
}

} // namespace holdfast
