// SPDX-License-Identifier: Apache-2.0
#include "kinds/sql/identity.h"

#include "kinds/sql/session.h"

#include <algorithm>

namespace holdfast::sql {

QString LiveIdentity::toString() const
{
    QString text = QStringLiteral("system %1, database %2 (oid %3), timeline %4, PostgreSQL %5").arg(identity.system, identity.database).arg(databaseOid)
                       .arg(timeline, version);
    text += address.isEmpty() ? QStringLiteral(", unix socket") : QStringLiteral(", ") + address;
    return inRecovery ? text + QStringLiteral(", in recovery") : text;
}

Result<LiveIdentity, PgError> askIdentity(const PgConnection &db)
{
    const auto rows = db.guarded(QStringLiteral(
        "SELECT (SELECT system_identifier FROM pg_catalog.pg_control_system()), current_database(), d.oid,"
        " (SELECT timeline_id FROM pg_catalog.pg_control_checkpoint()), host(inet_server_addr()) || ':' || inet_server_port(), pg_is_in_recovery(),"
        " current_setting('server_version'), current_setting('archive_mode') <> 'off'"
        " FROM pg_catalog.pg_database d WHERE d.datname = current_database()"));
    if (!rows)
        return rows.failure();
    LiveIdentity live;
    live.identity = {rows->text(0, 0), rows->text(0, 1)};
    live.databaseOid = rows->oid(0, 2);
    live.timeline = rows->text(0, 3);
    live.address = rows->text(0, 4);
    live.inRecovery = rows->flag(0, 5);
    live.version = rows->text(0, 6).section(u' ', 0, 0);
    live.archiving = rows->flag(0, 7);
    if (const auto directory = db.guarded(QStringLiteral("SELECT current_setting('data_directory')")))
        live.dataDirectory = directory->text(0, 0);
    return live;
}

Recognition recognise(const LiveIdentity &live, const MeasureInput &input)
{
    const Target &asked = *input.target;
    const auto registered = [&](const Target &target) { return target.identity && *target.identity == live.identity; };
    Recognition result;
    if (registered(asked)) {
        result.is = &asked;
    } else if (input.targets) {
        const auto other = std::find_if(input.targets->begin(), input.targets->end(), registered);
        result.is = other == input.targets->end() ? nullptr : &*other;
    }
    const QString seen = QStringLiteral("system %1, database %2").arg(live.identity.system, live.identity.database);
    if (result.is) {
        result.environment = {result.is->environment, Quality::Measured, QStringLiteral("%1, registered as %2").arg(seen, result.is->name)};
        if (result.is->name != asked.name)
            result.contradictions.push_back({QStringLiteral("target"), asked.name, result.is->name, Severity::Danger});
    } else if (asked.identity) {
        result.environment = {QStringLiteral("unknown"), Quality::Unknown, QStringLiteral("%1 is registered for no target").arg(seen)};
        result.contradictions.push_back(
            {QStringLiteral("target"),
             QStringLiteral("%1 (system %2, database %3)").arg(asked.name, asked.identity->system, asked.identity->database), seen,
             Severity::Danger});
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
