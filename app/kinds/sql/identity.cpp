// SPDX-License-Identifier: Apache-2.0
#include "kinds/sql/identity.h"

#include "core/policy/reach.h"
#include "kinds/sql/farend.h"
#include "kinds/sql/session.h"

#include <algorithm>

namespace holdfast::sql {

QString LiveIdentity::toString() const
{
    QString text = QStringLiteral("system %1, database %2 (oid %3), timeline %4, PostgreSQL %5")
        .arg(identity.system, identity.database, QString::number(databaseOid), identity.timeline.value_or(QStringLiteral("unknown")), version);
    text += QStringLiteral(", at ") + identity.host.value_or(QStringLiteral("an unknown place"));
    if (identity.certificate)
        text += QStringLiteral(", certificate ") + *identity.certificate;
    return inRecovery ? text + QStringLiteral(", in recovery") : text;
}

Result<LiveIdentity, PgError> askIdentity(const PgConnection &db)
{
    const auto rows = db.guarded(QStringLiteral(
        "SELECT (SELECT system_identifier FROM pg_catalog.pg_control_system()), current_database(), d.oid,"
        " (SELECT timeline_id FROM pg_catalog.pg_control_checkpoint()), CASE family(inet_server_addr()) WHEN 6 THEN '[' || host(inet_server_addr()) || ']' ELSE host(inet_server_addr()) END || ':' || inet_server_port(), pg_is_in_recovery(),"
        " current_setting('server_version'), current_setting('archive_mode') <> 'off'"
        " FROM pg_catalog.pg_database d WHERE d.datname = current_database()"));
    if (!rows)
        return rows.failure();
    LiveIdentity live;
    const auto known = [](const QString &text) { return text.isEmpty() ? std::nullopt : std::optional(text); };
    live.identity = {rows->text(0, 0), rows->text(0, 1), known(hostOf(db, rows->text(0, 4))), known(certificateOf(db)), known(rows->text(0, 3))};
    live.databaseOid = rows->oid(0, 2);
    live.inRecovery = rows->flag(0, 5);
    live.version = rows->text(0, 6).section(u' ', 0, 0);
    live.archiving = rows->flag(0, 7);
    if (const auto directory = db.guarded(QStringLiteral("SELECT current_setting('data_directory')")))
        live.dataDirectory = directory->text(0, 0);
    return live;
}

namespace {

QString seen(const SqlIdentity &identity)
{
    return QStringLiteral("system %1, database %2").arg(identity.system, identity.database);
}

QString placeOf(const SqlIdentity &identity)
{
    const QString host = identity.host.value_or(QString());
    return identity.certificate ? host + QStringLiteral(" certificate ") + *identity.certificate : host;
}

bool isSameDatabase(const SqlIdentity &one, const SqlIdentity &other)
{
    return one.system == other.system && one.database == other.database;
}

/// The target asked for comes first, then any other.
template<typename Predicate>
const Target *firstOf(const MeasureInput &input, Predicate fits)
{
    if (fits(*input.target) || !input.targets)
        return fits(*input.target) ? input.target : nullptr;
    const auto other = std::find_if(input.targets->begin(), input.targets->end(), fits);
    return other == input.targets->end() ? nullptr : &*other;
}

/// A registered system and database in another place: a copy of that server, or that server by another way. Which one cannot be told.
void tellCopy(const Target &original, const LiveIdentity &live, const Target &asked, Recognition &result)
{
    const QString how = QStringLiteral("%1 is registered as %2 elsewhere (%3): this is a copy of it, or another way to it")
                            .arg(seen(live.identity), original.name, placeOf(*original.identity));
    result.environment = {QStringLiteral("unknown"), Quality::Unknown, how};
    result.contradictions.push_back({QStringLiteral("target"), original.name == asked.name ? QStringLiteral("%1 (%2)").arg(asked.name, placeOf(*original.identity)) : asked.name,
                                     QStringLiteral("%1 at %2").arg(seen(live.identity), placeOf(live.identity)), Severity::Danger});
}

void tellKnown(const Target &is, const LiveIdentity &live, const Target &asked, Recognition &result)
{
    result.is = &is;
    result.environment = is.identity->tellsCopies()
        ? EnvironmentFact{is.environment, Quality::Measured, QStringLiteral("%1 at %2, registered as %3").arg(seen(live.identity), placeOf(live.identity), is.name)}
        : EnvironmentFact{is.environment, Quality::Configured,
                          QStringLiteral("%1, registered as %2 without host or certificate: a copy of its cluster would say the same").arg(seen(live.identity), is.name)};
    if (is.name != asked.name)
        result.contradictions.push_back({QStringLiteral("target"), asked.name, is.name, Severity::Danger});
}

} // namespace

Recognition recognise(const LiveIdentity &live, const MeasureInput &input)
{
    const Target &asked = *input.target;
    Recognition result;
    const Target *is = firstOf(input, [&](const Target &target) { return target.identity && answersTo(live.identity, *target.identity); });
    const Target *kin = firstOf(input, [&](const Target &target) { return target.identity && isSameDatabase(live.identity, *target.identity); });
    if (is) {
        tellKnown(*is, live, asked, result);
    } else if (kin) {
        tellCopy(*kin, live, asked, result);
    } else if (asked.identity) {
        result.environment = {QStringLiteral("unknown"), Quality::Unknown, QStringLiteral("%1 is registered for no target").arg(seen(live.identity))};
        result.contradictions.push_back(
            {QStringLiteral("target"), QStringLiteral("%1 (system %2, database %3)").arg(asked.name, asked.identity->system, asked.identity->database),
             seen(live.identity), Severity::Danger});
    } else {
        result.environment = {asked.environment, Quality::Configured,
                              QStringLiteral("the owner says so; no identity is registered for %1").arg(asked.name)};
    }
    const auto &claimed = input.request->claims.environment;
    const QString &measured = result.environment.value;
    if (claimed && *claimed != measured && result.environment.quality != Quality::Unknown)
        result.contradictions.push_back({QStringLiteral("environment"), *claimed, measured, Severity::Danger});
    else if (!claimed && result.is && asked.environment != measured)
        result.contradictions.push_back({QStringLiteral("environment"), asked.environment, measured, Severity::Danger});
    return result;
}

Recognition unrecognised(const QString &why)
{
    return {{QStringLiteral("unknown"), Quality::Unknown, why}, nullptr, {}};
}

Result<LiveIdentity, PgError> identifySql(const Target &target, const Credential *credential, Instant at)
{
    const auto session = openMeasuring(target, credential, at);
    if (!session)
        return session.failure();
    return askIdentity(session->db);
}

} // namespace holdfast::sql
