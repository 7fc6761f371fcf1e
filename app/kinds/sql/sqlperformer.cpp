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

/// As LOCK TABLE writes it.
QString lockMode(Lock level)
{
    switch (level) {
    case Lock::None:
    case Lock::AccessShare: break;
    case Lock::RowShare: return QStringLiteral("ROW SHARE");
    case Lock::RowExclusive: return QStringLiteral("ROW EXCLUSIVE");
    case Lock::ShareUpdateExclusive: return QStringLiteral("SHARE UPDATE EXCLUSIVE");
    case Lock::Share: return QStringLiteral("SHARE");
    case Lock::ShareRowExclusive: return QStringLiteral("SHARE ROW EXCLUSIVE");
    case Lock::Exclusive: return QStringLiteral("EXCLUSIVE");
    case Lock::AccessExclusive: return QStringLiteral("ACCESS EXCLUSIVE");
    }
    return QStringLiteral("ACCESS SHARE");
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
    [[nodiscard]] Result<Done, PgError> restrict();
    [[nodiscard]] Result<Ledger, PgError> settled(const Ledger &before);
    [[nodiscard]] Outcomes weigh(const Ledger &before, MeasureOutput now, const Executed &executed);
    [[nodiscard]] Performed undone(const Ledger &before, const QString &message, const Executed &executed);
    [[nodiscard]] Outcomes finish(const Reported &reported, const Executed &executed);
    [[nodiscard]] Performed failed(const PgError &error) const;
    void rollback() const;

    const PerformInput &m_input;
    SecondLine m_secondLine;
    Session m_session;
    QString m_text;
    std::vector<Statement> m_statements;
    Expected m_expected;
    TextSays m_says;
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

/// The locks that the action itself takes, and no stronger ones; what others still write in between, the count before COMMIT sees. A table
/// that this login may not lock (a cascade runs as its owner) stays open.
Result<Done, PgError> Performance::lock(const Effects &effects)
{
    if (effects.lock < Lock::RowExclusive)
        return Done{};
    if (const auto set = m_session.db.run(QStringLiteral("SET LOCAL lock_timeout = '5s'")); !set)
        return set;
    QStringList oids;
    for (const auto &[oid, level] : effects.locked)
        oids += QString::number(oid);
    std::optional<PgRows> tables;
    const auto asked = withNamesOfTheServer(m_session.db, [&]() -> Result<Done, PgError> {
        auto rows = m_session.db.query(
            QStringLiteral("SELECT quote_ident(n.nspname) || '.' || quote_ident(c.relname), c.oid FROM pg_class c JOIN pg_namespace n ON n.oid = c.relnamespace"
                           " WHERE c.relkind IN ('r', 'p') AND c.oid::text = ANY($1::text[]) ORDER BY c.oid"),
            {arrayParameter(oids)});
        if (!rows)
            return rows.failure();
        tables = std::move(*rows);
        return Done{};
    });
    if (!asked)
        return asked;
    for (int row = 0; row < tables->count(); ++row) {
        const Lock level = effects.locked.at(tables->oid(row, 1));
        if (level < Lock::RowExclusive)
            continue;
        const auto locked = m_session.db.guarded(QStringLiteral("LOCK TABLE ONLY %1 IN %2 MODE").arg(tables->text(row, 0), lockMode(level)));
        if (!locked && locked.error().sqlstate != QLatin1StringView("42501"))
            return locked.failure();
    }
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

/// The text, in a savepoint: when it fails, what no rollback undoes can still be asked for.
Outcomes Performance::execute(MeasureOutput now)
{
    m_says = textSays(m_statements, m_expected.read);
    const auto before = takeLedger(m_session.db);
    if (!before)
        return failed(before.error());
    if (!before->tracked)
        return failed({{}, QStringLiteral("track_counts is off: the server would not report what it does")});
    if (const auto readOnly = restrict(); !readOnly)
        return failed(readOnly.error());
    if (const auto saved = m_session.db.run(QStringLiteral("SAVEPOINT holdfast_text")); !saved)
        return failed(saved.error());
    const Executed executed = sql::execute(m_session.db, m_text);
    if (executed.connectionLost)
        return ended(Outcome::Failed, QStringLiteral("the connection was lost before COMMIT: the server rolls back"), executed.output);
    if (executed.error)
        return undone(*before, QStringLiteral("rolled back"), executed);
    return weigh(*before, std::move(now), executed);
}

/// A reading runs READ ONLY.
Result<Done, PgError> Performance::restrict()
{
    const bool readOnly = m_secondLine == SecondLine::On && isReading(m_statements, m_expected);
    return readOnly ? m_session.db.run(QStringLiteral("SET TRANSACTION READ ONLY")) : Result<Done, PgError>(Done{});
}

/// Until nothing is left that COMMIT would do: what a deferred trigger does may be deferred again.
Result<Ledger, PgError> Performance::settled(const Ledger &before)
{
    constexpr int rounds = 20;
    std::optional<Ledger> last;
    for (int round = 0; round < rounds; ++round) {
        if (const auto done = settle(m_session.db); !done)
            return done.failure();
        auto now = takeLedger(m_session.db);
        if (!now)
            return now;
        if (last ? sameRows(*last, *now) : sameRows(before, *now))
            return now;
        last = std::move(*now);
    }
    return Failure{PgError{{}, QStringLiteral("deferred work is deferred again and again")}};
}

Outcomes Performance::weigh(const Ledger &before, MeasureOutput now, const Executed &executed)
{
    const auto after = settled(before);
    if (!after && PQtransactionStatus(m_session.db.raw()) == PQTRANS_IDLE)
        return ended(Outcome::Unknown, QStringLiteral("the text ended the gate's transaction"), executed.output);
    if (!after)
        return undone(before, QStringLiteral("rolled back: %1").arg(after.error().toString()), executed);
    Reported reported = compareLedgers(before, *after, m_expected, m_says);
    if (after->wrote) {
        const auto rows = changedCatalogRows(m_session.db);
        if (!rows)
            return undone(before, QStringLiteral("rolled back: %1").arg(rows.error().toString()), executed);
        nameCatalogRows(*rows, before, m_expected, m_says, reported);
    }
    now.measurement = asReported(now.measurement, reported, m_says);
    if (m_secondLine == SecondLine::On && drifts(now.measurement)) {
        rollback();
        return Drifted{std::move(now)};
    }
    if (const auto durable = beDurable(m_session.db); !durable)
        return undone(before, QStringLiteral("rolled back: %1").arg(durable.error().toString()), executed);
    return finish(reported, executed);
}

/// Rolled back, with what that leaves.
Performed Performance::undone(const Ledger &before, const QString &message, const Executed &executed)
{
    Performed performed = ended(Outcome::Failed, message, executed.output);
    if (m_session.db.run(QStringLiteral("ROLLBACK TO SAVEPOINT holdfast_text"))) {
        if (const auto after = takeLedger(m_session.db))
            performed.effects = lastingEffectsOf(compareLedgers(before, *after, m_expected, m_says), m_input.measure.at);
    }
    rollback();
    return performed;
}

Outcomes Performance::finish(const Reported &reported, const Executed &executed)
{
    QString message;
    const CommitAnswer answer = commit(m_session.db, message);
    Performed performed = ended(answer == CommitAnswer::Committed        ? Outcome::Committed
                                    : answer == CommitAnswer::RolledBack ? Outcome::Failed
                                                                         : Outcome::Unknown,
                                message, executed.output);
    performed.effects = answer == CommitAnswer::RolledBack ? lastingEffectsOf(reported, m_input.measure.at)
                                                           : effectsOf(reported, executed.tags, m_input.approved->measured, m_input.measure.at);
    return performed;
}

} // namespace

std::variant<Performed, Drifted> SqlPerformer::perform(const PerformInput &input) const
{
    auto text = statementsOf(input.measure);
    if (!text)
        return ended(Outcome::NotStarted, text.error());
    auto statements = parseStatements(*text, m_reading);
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
