// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "kinds/measuring.h"
#include "kinds/sql/connection.h"

namespace holdfast::sql {

/// What the live server says of itself.
struct LiveIdentity final
{
    SqlIdentity identity; ///< all that could be found out; the place and the certificate by ourselves, the rest by its word
    quint32 databaseOid = 0;
    bool inRecovery = false;
    QString version;
    QString dataDirectory; ///< empty when the role may not read it
    bool archiving = false;
    [[nodiscard]] QString toString() const;
};
[[nodiscard]] Result<LiveIdentity, PgError> askIdentity(const PgConnection &db);

/// Which registered target this server is, and what that says about the environment.
struct Recognition final
{
    EnvironmentFact environment;
    const Target *is = nullptr; ///< the target whose registered identity matches; nullptr when none does
    std::vector<Contradiction> contradictions; ///< target, environment
};
[[nodiscard]] Recognition recognise(const LiveIdentity &live, const MeasureInput &input);
/// The same without a server to ask.
[[nodiscard]] Recognition unrecognised(const QString &why);

/// For `target.identify`: connects as the target's measuring login and asks.
[[nodiscard]] Result<LiveIdentity, PgError> identifySql(const Target &target, const Credential *credential, Instant at);

} // namespace holdfast::sql
