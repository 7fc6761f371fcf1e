// SPDX-License-Identifier: Apache-2.0
#include "kinds/sql/session.h"

namespace holdfast::sql {

namespace {

using namespace std::chrono_literals;

constexpr auto MeasuringPatience = 90s;

/// Settings that change how a value is read from text, written as text or compared, so that the measuring role does so as the performing one
/// will. By name: what categories pg_settings has depends on the server's language.
const QStringList &valueSettings()
{
    static const QStringList names{QStringLiteral("DateStyle"), QStringLiteral("IntervalStyle"), QStringLiteral("TimeZone"), QStringLiteral("array_nulls"),
                                   QStringLiteral("backslash_quote"), QStringLiteral("bytea_output"), QStringLiteral("default_text_search_config"),
                                   QStringLiteral("extra_float_digits"), QStringLiteral("gin_fuzzy_search_limit"), QStringLiteral("lc_monetary"),
                                   QStringLiteral("lc_numeric"), QStringLiteral("lc_time"), QStringLiteral("quote_all_identifiers"),
                                   QStringLiteral("timezone_abbreviations"), QStringLiteral("xmlbinary"), QStringLiteral("xmloption")};
    return names;
}

/// Code that nobody read runs as the login; from there it gets as far as this says. Cascades run as the owner of the referring table, and so
/// do the triggers that they fire.
Result<QStringList, PgError> askBeyond(const PgConnection &db, const Login &login)
{
    const auto rows = db.query(QStringLiteral(
        "SELECT * FROM (SELECT 'run as superuser, by ' || r.rolname AS way FROM pg_catalog.pg_roles r WHERE r.rolsuper AND pg_catalog.pg_has_role(current_user, r.oid, 'MEMBER')"
        " UNION SELECT 'run as superuser, by function ' || regexp_replace(p.oid::regprocedure::text, '^public\\.', '') FROM pg_catalog.pg_proc p JOIN pg_catalog.pg_roles o ON o.oid = p.proowner"
        "  WHERE p.prosecdef AND o.rolsuper AND p.oid >= 16384"
        " UNION SELECT 'run as superuser, by the triggers of ' || regexp_replace(c.oid::regclass::text, '^public\\.', '') FROM pg_catalog.pg_class c JOIN pg_catalog.pg_roles o ON o.oid = c.relowner"
        "  WHERE o.rolsuper AND EXISTS (SELECT FROM pg_catalog.pg_trigger t WHERE t.tgrelid = c.oid AND NOT t.tgisinternal)"
        "  AND EXISTS (SELECT FROM pg_catalog.pg_constraint f WHERE f.conrelid = c.oid AND f.contype = 'f' AND (f.confdeltype IN ('c', 'n', 'd') OR f.confupdtype IN ('c', 'n', 'd')))"
        " UNION SELECT 'switch off track_counts' WHERE pg_catalog.has_parameter_privilege(current_user, 'track_counts', 'SET')"
        " UNION SELECT 'run programs on the server, as member of ' || r.rolname FROM pg_catalog.pg_roles r"
        "  WHERE r.rolname IN ('pg_execute_server_program', 'pg_write_server_files') AND pg_catalog.pg_has_role(current_user, r.oid, 'MEMBER')"
        " UNION SELECT 'reach other servers and files, by extension ' || e.extname FROM pg_catalog.pg_extension e WHERE e.extname IN ('dblink', 'postgres_fdw', 'file_fdw', 'adminpack')"
        " UNION SELECT 'do anything outside the database, in language ' || l.lanname FROM pg_catalog.pg_language l WHERE l.oid >= 16384 AND NOT l.lanpltrusted) q ORDER BY 1 LIMIT 6"));
    if (!rows)
        return rows.failure();
    QStringList ways;
    for (int row = 0; row < rows->count(); ++row)
        ways += rows->text(row, 0);
    return login.superuser ? QStringList{QStringLiteral("run as superuser, as %1 is one").arg(login.user)} : ways;
}

/// All of a login but its path.
Result<Login, PgError> askRole(const PgConnection &db)
{
    const auto role = db.query(QStringLiteral(
        "SELECT current_user, r.rolsuper, r.rolbypassrls, r.rolcreaterole, r.rolcreatedb, r.rolreplication,"
        " (SELECT pg_catalog.pg_has_role(current_user, d.datdba, 'USAGE') FROM pg_catalog.pg_database d WHERE d.datname = pg_catalog.current_database()),"
        " (SELECT coalesce(pg_catalog.json_agg(m.rolname ORDER BY m.rolname), '[]') FROM pg_catalog.pg_roles m"
        "  WHERE m.rolname <> current_user AND pg_catalog.pg_has_role(current_user, m.oid, 'MEMBER') AND NOT r.rolsuper),"
        " pg_catalog.to_char(r.rolvaliduntil AT TIME ZONE 'UTC', 'YYYY-MM-DD\"T\"HH24:MI:SS.MS\"Z\"'),"
        " pg_catalog.current_setting('session_replication_role') = 'replica'"
        " FROM pg_catalog.pg_roles r WHERE r.rolname = current_user"));
    if (!role)
        return role.failure();
    const auto settings = db.query(QStringLiteral("SELECT name, setting FROM pg_catalog.pg_settings WHERE name = ANY($1::text[])"),
                                   {arrayParameter(valueSettings())});
    if (!settings)
        return settings.failure();
    if (role->count() != 1)
        return Failure{PgError{{}, QStringLiteral("the server does not know the current role")}};
    Login login;
    login.user = role->text(0, 0);
    login.superuser = role->flag(0, 1);
    login.bypassRls = role->flag(0, 2);
    login.createRole = role->flag(0, 3);
    login.createDb = role->flag(0, 4);
    login.replication = role->flag(0, 5);
    login.ownsDatabase = role->flag(0, 6);
    login.memberOf = role->list(0, 7);
    login.validUntil = parseInstant(role->text(0, 8));
    login.replica = role->flag(0, 9);
    for (int row = 0; row < settings->count(); ++row)
        login.settings[settings->text(row, 0)] = settings->text(row, 1);
    auto beyond = askBeyond(db, login);
    if (!beyond)
        return beyond.failure();
    login.beyond = std::move(*beyond);
    return login;
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

Result<Done, PgError> withNamesOfTheServer(const PgConnection &db, const std::function<Result<Done, PgError>()> &ask)
{
    for (const auto *text : {"SAVEPOINT holdfast_names", "SET LOCAL search_path TO pg_catalog, pg_temp"}) {
        if (const auto done = db.run(QString::fromLatin1(text)); !done)
            return done;
    }
    if (const auto asked = ask(); !asked)
        return asked;
    static_cast<void>(db.run(QStringLiteral("ROLLBACK TO SAVEPOINT holdfast_names"))); // where this fails, so does the next
    return db.run(QStringLiteral("RELEASE SAVEPOINT holdfast_names"));
}

Result<Login, PgError> askLogin(const PgConnection &db)
{
    // While the session's own path holds, a schema of somebody's may stand before pg_catalog: no operator, no type and no function by its bare name.
    const auto path = db.query(QStringLiteral("SELECT pg_catalog.array_to_json(pg_catalog.current_schemas(true))"));
    if (!path)
        return path.failure();
    Login login;
    const auto asked = withNamesOfTheServer(db, [&]() -> Result<Done, PgError> {
        auto role = askRole(db);
        if (!role)
            return role.failure();
        login = std::move(*role);
        return Done{};
    });
    if (!asked)
        return asked.failure();
    login.searchPath = path->list(0, 0);
    return login;
}

Result<Done, PgError> setMeasuringLimits(const PgConnection &db, const Login &login)
{
    const QString limits = QStringLiteral(
        "SELECT pg_catalog.set_config('statement_timeout', '30s', true), pg_catalog.set_config('lock_timeout', '500ms', true),"
        " pg_catalog.set_config('idle_in_transaction_session_timeout', '30s', true), pg_catalog.set_config('row_security', 'off', true),"
        " pg_catalog.set_config('search_path', 'pg_catalog, pg_temp', true), pg_catalog.set_config('standard_conforming_strings', 'on', true),"
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
