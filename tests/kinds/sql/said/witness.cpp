// SPDX-License-Identifier: Apache-2.0
#include "witness.h"

#include "core/policy/ruling.h"
#include "kinds/sql/execution.h"
#include "kinds/sql/session.h"

namespace holdfast::said {

struct Witness::State final
{
    QStringList traces;
    std::map<QString, Moved> tables;
};

namespace {

const QStringList &traceNames()
{
    static const QStringList names{QStringLiteral("log"), QStringLiteral("sequence"), QStringLiteral("large objects"), QStringLiteral("setting"), QStringLiteral("search_path")};
    return names;
}

} // namespace

bool Witness::open()
{
    if (m_db.isOpen())
        return true;
    auto opened = sql::PgConnection::open({m_url, {}, {}, true});
    if (!opened)
        return false;
    m_db = std::move(*opened);
    return static_cast<bool>(m_db.run(QStringLiteral("SET statement_timeout = '3s'")));
}

Result<Witness::State, sql::PgError> Witness::look() const
{
    // A shadow may stand before pg_catalog: what is looked with must not set it off.
    const auto path = m_db.query(QStringLiteral("SELECT pg_catalog.current_setting('search_path')"));
    if (!path)
        return path.failure();
    State state;
    const auto looked = sql::withNamesOfTheServer(m_db, [&]() -> Result<Done, sql::PgError> {
        const auto traces = m_db.query(QStringLiteral("SELECT (SELECT count(*) FROM said.log), (SELECT last_value::text || is_called FROM said.seq), (SELECT count(*) FROM pg_largeobject_metadata),"
                                                      " coalesce(current_setting('said.canary', true), '')"));
        if (!traces)
            return traces.failure();
        const auto tables = m_db.query(QStringLiteral(
            // A row of a partition is one of the partitioned table, which is what a hold names.
            "SELECT n.nspname || '.' || c.relname, sum(n_tup_ins), sum(n_tup_upd), sum(n_tup_del), n.nspname IN ('pg_catalog', 'information_schema', 'pg_toast')"
            " FROM pg_stat_xact_all_tables s JOIN pg_class c ON c.oid = coalesce(pg_partition_root(s.relid)::oid, s.relid) JOIN pg_namespace n ON n.oid = c.relnamespace"
            " WHERE n_tup_ins + n_tup_upd + n_tup_del > 0 AND schemaname <> 'said' GROUP BY 1, 5"));
        if (!tables)
            return tables.failure();
        for (int i = 0; i < traces->columns(); ++i)
            state.traces += traces->text(0, i);
        for (int row = 0; row < tables->count(); ++row)
            state.tables[tables->text(row, 0)] = {tables->number(row, 1), tables->number(row, 2), tables->number(row, 3), tables->flag(row, 4)};
        return Done{};
    });
    if (!looked)
        return looked.failure();
    state.traces += path->text(0, 0);
    return state;
}

Happened Witness::run(const QByteArray &text)
{
    Happened happened;
    if (!open())
        return {QStringLiteral("no connection"), {}, {}};
    auto begun = m_db.run(QStringLiteral("BEGIN"));
    if (!begun) { // the database may have been made anew
        m_db = sql::PgConnection::nowhere();
        begun = open() ? m_db.run(QStringLiteral("BEGIN")) : begun;
    }
    const auto before = begun ? look() : Result<State, sql::PgError>(Failure{sql::PgError{{}, QStringLiteral("no transaction")}});
    if (!before)
        return {before.error().toString(), {}, {}};
    static_cast<void>(m_db.takeNotices());
    const sql::Executed executed = sql::execute(m_db, QString::fromUtf8(text));
    const auto settled = executed.error ? Result<Done, sql::PgError>(Failure{*executed.error}) : m_db.run(QStringLiteral("SET CONSTRAINTS ALL IMMEDIATE"));
    const auto after = settled ? look() : Result<State, sql::PgError>(settled.failure());
    if (after) {
        for (int i = 0; i < traceNames().size(); ++i) {
            if (after->traces[i] != before->traces[i])
                happened.canaries += traceNames()[i];
        }
        if (executed.output.contains("canary ") || m_db.takeNotices().join(u'\n').contains(QLatin1StringView("canary ")))
            happened.canaries += QStringLiteral("notice");
        for (const auto &[table, moved] : after->tables) {
            const auto known = before->tables.find(table);
            const Moved was = known == before->tables.end() ? Moved{} : known->second;
            const Moved now{moved.added - was.added, moved.changed - was.changed, moved.lost - was.lost, moved.catalog};
            if (now != Moved{0, 0, 0, moved.catalog})
                happened.tables[table] = now;
        }
    } else {
        happened.error = after.error().toString();
    }
    static_cast<void>(m_db.run(QStringLiteral("ROLLBACK")));
    return happened;
}

bool saysUnknown(const Measurement &measured)
{
    PolicyDocument policy;
    Rule allow;
    allow.mode = Mode::Allow;
    policy.rules.push_back(allow);
    RulingInput input;
    input.kind = QStringLiteral("sql");
    input.measured = &measured;
    return !measured.uninspectable.isEmpty() || measured.operation == QLatin1StringView("database.opaque") || rule(policy, input).mode != Mode::Allow;
}

namespace {

bool isReading(const Measurement &measured) { return measured.operation == QLatin1StringView("database.select") || measured.operation == QLatin1StringView("database.read"); }

bool isRowsOnly(const Measurement &measured)
{
    static const QStringList operations{QStringLiteral("database.delete"), QStringLiteral("database.update"), QStringLiteral("database.insert")};
    return isReading(measured) || operations.contains(measured.operation);
}

bool makesSomething(const Measurement &measured)
{
    return std::any_of(measured.dependents.begin(), measured.dependents.end(), [](const Dependent &each) { return each.effect == QLatin1StringView("created"); });
}

bool names(const Measurement &measured, const QString &table)
{
    const QString bare = table.startsWith(QLatin1StringView("public.")) ? table.mid(7) : table;
    for (const Dependent &dependent : measured.dependents) {
        if (dependent.name == bare || dependent.name == table)
            return true;
    }
    return std::any_of(measured.resources.begin(), measured.resources.end(), [&](const QString &resource) { return resource.endsWith(u'/' + table); });
}

/// `said` is the fact; without one, none.
QString beyond(const Measurement &measured, QStringView id, qint64 happened)
{
    const Fact *fact = measured.fact(id);
    if (fact && !fact->atMost())
        return {};
    const qint64 said = fact ? fact->atMost().value_or(0) : 0;
    return happened > said ? QStringLiteral("%1: %2 instead of %3").arg(id).arg(happened).arg(said) : QString();
}

} // namespace

QString unsaid(const Measurement &measured, const Happened &happened)
{
    if (saysUnknown(measured))
        return {};
    QStringList found, canaries = happened.canaries;
    if (names(measured, QStringLiteral("said.seq"))) {
        canaries.removeAll(QStringLiteral("sequence"));
        canaries.removeAll(QStringLiteral("said.seq"));
    }
    if (!canaries.isEmpty())
        found += QStringLiteral("a canary ran (%1)").arg(canaries.join(QLatin1StringView(", ")));
    qint64 lost = 0, changed = 0;
    for (const auto &[table, moved] : happened.tables) {
        if (moved.catalog) {
            if (isRowsOnly(measured) && !makesSomething(measured))
                found += QStringLiteral("catalog %1 changed").arg(table);
            continue;
        }
        lost += moved.lost;
        changed += moved.added + moved.changed;
        if (!names(measured, table))
            found += QStringLiteral("table %1 is not named").arg(table);
    }
    if (isRowsOnly(measured))
        found += {beyond(measured, fact::DestroyedRows, lost), beyond(measured, fact::ChangedRows, changed)};
    found.removeAll(QString());
    return found.join(QLatin1StringView("; "));
}

} // namespace holdfast::said
