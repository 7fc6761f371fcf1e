// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "fakes/postgres.h"
#include "kinds/measuring.h"
#include "kinds/sql/connection.h"

#include <map>

namespace holdfast::said {

/// Rows that a table gained, changed and lost.
struct Moved final
{
    qint64 added = 0, changed = 0, lost = 0;
    bool catalog = false; ///< a table of the server's own
    friend bool operator==(const Moved &, const Moved &) = default;
};

/// What a statement did, before it was rolled back.
struct Happened final
{
    QString error; ///< why PostgreSQL did not accept it; empty when it did
    QStringList canaries; ///< traces that canaries left, empty when none ran
    std::map<QString, Moved> tables; ///< those with rows moved, without the canaries' own

    [[nodiscard]] bool accepted() const { return error.isEmpty(); }
};

/// Runs statements as the performing login would, each in a transaction that is rolled back, and sees what they do. What a rollback does
/// not bring back is compared all the same: sequences.
class Witness final
{
public:
    explicit Witness(QString url) : m_url(std::move(url)) {}
    [[nodiscard]] Happened run(const QByteArray &text);

private:
    struct State;
    [[nodiscard]] Result<State, sql::PgError> look() const;
    [[nodiscard]] bool open();
    QString m_url;
    sql::PgConnection m_db = sql::PgConnection::nowhere();
};

/// What the hold left unsaid of what happened; empty when nothing. `measured` is what an approver, or an `allow` rule, would have had.
[[nodiscard]] QString unsaid(const Measurement &measured, const Happened &happened);
/// The measurement admits that it does not know, so that nobody is told a falsehood.
[[nodiscard]] bool saysUnknown(const Measurement &measured);

} // namespace holdfast::said
