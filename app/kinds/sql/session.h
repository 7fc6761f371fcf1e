// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "kinds/measuring.h"
#include "kinds/sql/connection.h"

#include <map>

namespace holdfast::sql {

/// What the server says of the login that would perform: how it would resolve names and read literals, and what it may do.
struct Login final
{
    QString whyUnknown; ///< not empty: the server could not be asked, nothing below is known
    QString user;
    QStringList searchPath; ///< effective schemas in order, pg_catalog included
    std::map<QString, QString> settings; ///< those that change how values are read and written
    bool superuser = false, bypassRls = false, createRole = false, createDb = false, replication = false, ownsDatabase = false;
    bool replica = false; ///< session_replication_role: foreign keys and ordinary triggers do not fire
    QStringList memberOf;
    std::optional<Instant> validUntil;
    QStringList beyond; ///< how code of the database that this login sets off could do what no comparison before COMMIT sees

    [[nodiscard]] bool known() const { return whyUnknown.isEmpty(); }
};

/// A connection inside a transaction in which names resolve only in pg_catalog, and what is known of who would perform.
struct Session final
{
    PgConnection db;
    Login login;
    Instant at{};
};

[[nodiscard]] ConnectTo performingLogin(const Target &target, const Credential *credential);

/// Opens a fresh connection as the measuring role, or, without `measure_as`, as the performing login, and begins the envelope:
/// REPEATABLE READ READ ONLY with time limits. The measuring role logs in without the credential's secret (peer, trust, a client
/// certificate, a password file); where it cannot, the performing login takes its place by SET ROLE.
[[nodiscard]] Result<Session, PgError> openMeasuring(const Target &target, const Credential *credential, Instant at);

/// Asks within a transaction where a bare name is one of pg_catalog: not one of a schema that the session's path puts first, nor one that the session
/// made for itself. Leaves the session as it was; after a failure the transaction can only be rolled back.
[[nodiscard]] Result<Done, PgError> withNamesOfTheServer(const PgConnection &db, const std::function<Result<Done, PgError>()> &ask);

/// Asks on the performing login's own connection, in a transaction, and leaves the session as it was.
[[nodiscard]] Result<Login, PgError> askLogin(const PgConnection &db);

/// Limits and name resolution of a measurement, until the end of the transaction or of the savepoint around it.
[[nodiscard]] Result<Done, PgError> setMeasuringLimits(const PgConnection &db, const Login &login);

} // namespace holdfast::sql
