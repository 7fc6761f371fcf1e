// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "kinds/sql/connection.h"

#include <chrono>

namespace holdfast::sql {

/// What the server answered to the requester's text.
struct Executed final
{
    std::optional<PgError> error;
    bool connectionLost = false;
    QStringList tags; ///< command tags, `DELETE 12`
    QByteArray output; ///< rows as tab-separated text, tags, notices; at most 1 MiB
};

/// Sends the exact text, once, and takes every result in. When patience ends, it is cancelled.
[[nodiscard]] Executed execute(const PgConnection &db, const QString &text, std::chrono::milliseconds patience = std::chrono::minutes(10));

/// Everything that the text left for COMMIT to do happens now, while it can still be seen and undone: deferred constraints and triggers;
/// cursors WITH HOLD, which COMMIT would run, are closed.
[[nodiscard]] Result<Done, PgError> settle(const PgConnection &db);

/// COMMIT will be answered only when it outlives a crash of the server, whatever a role's settings or the text have asked for
/// (synchronous_commit = off is answered before).
[[nodiscard]] Result<Done, PgError> beDurable(const PgConnection &db);

enum class CommitAnswer { Committed, RolledBack, Unknown };
/// COMMIT; unknown when the connection was lost before the server answered.
[[nodiscard]] CommitAnswer commit(const PgConnection &db, QString &message);

} // namespace holdfast::sql
