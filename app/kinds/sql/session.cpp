// SPDX-License-Identifier: Apache-2.0
#include "kinds/sql/session.h"

namespace holdfast::sql {

namespace {

using namespace std::chrono_literals;

constexpr auto MeasuringPatience = 90s;

/// Settings that change what a literal means, so that the measuring role reads it as the performing one will.
const QStringList &literalSettings()
{
    static const QStringList names{QStringLiteral("DateStyle"), QStringLiteral("IntervalStyle"), QStringLiteral("TimeZone"),
                                   QStringLiteral("array_nulls"), QStringLiteral("default_text_search_config"), QStringLiteral("lc_numeric"),
                                   QStringLiteral("lc_time")};
    return names;
}

Result<Login, PgError> askInTransaction(const PgConnection &db)
{
    if (const auto begun = db.run(QStringLiteral("BEGIN READ ONLY")); !begun)
        return begun.failure();
    auto login = askLogin(db);
    if (const auto ended = db.run(QStringLiteral("ROLLBACK")); !ended)
        return ended.failure();
    return login;
}

/// The connection that measures; `performing` may take the role's place.
Result<PgConnection, PgError> connectMeasuring(const Target &target, const Result<PgConnection, PgError> &performing)
{
    if (!target.measureAs)
        return performing;
    auto own = PgConnection::open({target.url, {}, *target.measureAs, false});
    if (own || !performing)
        return own;
    if (!performing->run(QStringLiteral("SET ROLE ") + quoteIdent(*target.measureAs)))
        return own;
    return performing;
}

} // namespace

ConnectTo performingLogin(const Target &target, const Credential *credential)
{
    return {target.url, credential ? credential->secret : QByteArray(), {}, true};
}

Result<Login, PgError> askLogin(const PgConnection &db)
{
    const auto role = db.query(QStringLiteral(
        "SELECT current_user, pg_catalog.array_to_json(pg_catalog.current_schemas(true)), r.rolsuper, r.rolbypassrls, r.rolcreaterole, r.rolcreatedb, r.rolreplication,"
        " (SELECT pg_catalog.pg_has_role(current_user, d.datdba, 'USAGE') FROM pg_catalog.pg_database d WHERE d.datname = pg_catalog.current_database()),"
        " (SELECT coalesce(pg_catalog.json_agg(m.rolname ORDER BY m.rolname), '[]') FROM pg_catalog.pg_roles m"
        "  WHERE m.rolname <> current_user AND pg_catalog.pg_has_role(current_user, m.oid, 'MEMBER') AND NOT r.rolsuper),"
        " pg_catalog.to_char(r.rolvaliduntil AT TIME ZONE 'UTC', 'YYYY-MM-DD\"T\"HH24:MI:SS.MS\"Z\"'),"
        " pg_catalog.current_setting('session_replication_role') = 'replica'"
        " FROM pg_catalog.pg_roles r WHERE r.rolname = current_user"));
    if (!role)
        return role.failure();
    const auto settings = db.query(QStringLiteral("SELECT name, setting FROM pg_catalog.pg_settings WHERE name = ANY($1::text[])"),
                                   {arrayParameter(literalSettings())});
    if (!settings)
        return settings.failure();
    if (role->count() != 1)
        return Failure{PgError{{}, QStringLiteral("the server does not know the current role")}};
    Login login;
    login.user = role->text(0, 0);
    login.searchPath = role->list(0, 1);
    login.superuser = role->flag(0, 2);
    login.bypassRls = role->flag(0, 3);
    login.createRole = role->flag(0, 4);
    login.createDb = role->flag(0, 5);
    login.replication = role->flag(0, 6);
    login.ownsDatabase = role->flag(0, 7);
    login.memberOf = role->list(0, 8);
    login.validUntil = parseInstant(role->text(0, 9));
    login.replica = role->flag(0, 10);
    for (int row = 0; row < settings->count(); ++row)
        login.settings[settings->text(row, 0)] = settings->text(row, 1);
    return login;
}

Result<Done, PgError> setMeasuringLimits(const PgConnection &db, const Login &login)
{
    const QString limits = QStringLiteral(
        "SELECT pg_catalog.set_config('statement_timeout', '30s', true), pg_catalog.set_config('lock_timeout', '500ms', true),"
        " pg_catalog.set_config('idle_in_transaction_session_timeout', '30s', true), pg_catalog.set_config('row_security', 'off', true),"
        " pg_catalog.set_config('search_path', '', true), pg_catalog.set_config('standard_conforming_strings', 'on', true),"
        " pg_catalog.set_config('transform_null_equals', 'off', true), pg_catalog.set_config('jit', 'off', true)");
    if (const auto set = db.query(limits); !set)
        return set.failure();
    for (const auto &[name, value] : login.settings) {
        if (const auto set = db.query(QStringLiteral("SELECT pg_catalog.set_config($1, $2, true)"), {name, value}); !set)
            return set.failure();
    }
    return Done{};
}

Result<Session, PgError> openMeasuring(const Target &target, const Credential *credential, Instant at)
{
    const auto performing = PgConnection::open(performingLogin(target, credential));
    Session session{performing ? *performing : PgConnection::nowhere(), {}, at};
    if (performing) {
        auto login = askInTransaction(*performing);
        if (login)
            session.login = std::move(*login);
        else
            session.login.whyUnknown = login.error().toString();
    } else {
        session.login.whyUnknown = performing.error().toString();
    }
    auto measuring = connectMeasuring(target, performing);
    if (!measuring)
        return measuring.failure();
    session.db = std::move(*measuring);
    session.db.setDeadline(std::chrono::steady_clock::now() + MeasuringPatience);
    if (const auto begun = session.db.run(QStringLiteral("BEGIN ISOLATION LEVEL REPEATABLE READ READ ONLY")); !begun)
        return begun.failure();
    if (const auto limited = setMeasuringLimits(session.db, session.login); !limited)
        return limited.failure();
    return session;
}

} // namespace holdfast::sql
