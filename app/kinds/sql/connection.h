// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "core/clock.h"
#include "core/result.h"
#include "core/text/sqlname.h"

#include <QStringList>

#include <memory>
#include <vector>

struct pg_conn;
struct pg_result;

namespace holdfast::sql {

using Oid = quint32;
/// Objects from here on are not the server's own: somebody made them (FirstNormalObjectId).
inline constexpr Oid FirstUserOid = 16384;

struct PgError final
{
    QString sqlstate; ///< five characters; empty when the server did not answer
    QString message; ///< the primary message, one line
    [[nodiscard]] bool isTimeout() const { return sqlstate == QLatin1StringView("57014") || sqlstate == QLatin1StringView("55P03"); }
    [[nodiscard]] QString toString() const;
};

/// What one command returned: rows of text.
class PgRows final
{
public:
    explicit PgRows(pg_result *result);
    [[nodiscard]] int count() const;
    [[nodiscard]] int columns() const;
    [[nodiscard]] QString text(int row, int column) const; ///< empty for NULL
    [[nodiscard]] bool isNull(int row, int column) const;
    [[nodiscard]] std::int64_t number(int row, int column) const;
    [[nodiscard]] quint32 oid(int row, int column) const;
    [[nodiscard]] bool flag(int row, int column) const;
    [[nodiscard]] QStringList list(int row, int column) const; ///< of a JSON array of strings
    [[nodiscard]] QString columnName(int column) const;

private:
    std::shared_ptr<pg_result> m_result;
};

/// How to reach a server: the target's url, and what overrides it.
struct ConnectTo final
{
    QString url;
    QByteArray secret; ///< a password, or a fragment in libpq's keyword form
    QString user; ///< overrides the url's when not empty
    bool useSecret = true;
};

/// One libpq connection. libpq and not Qt SQL: SQLSTATEs, notices, command tags, the transaction status, cancelling from a second
/// connection, and knowing whether COMMIT was answered.
class PgConnection final
{
public:
    [[nodiscard]] static Result<PgConnection, PgError> open(const ConnectTo &to);

    /// A connection that is not open: every query on it fails.
    [[nodiscard]] static PgConnection nowhere() { return PgConnection(); }

    /// One statement with text parameters. The server's statement_timeout ends it; should the server not answer either, it is
    /// cancelled from a second connection after 45 s, or at the deadline if that is earlier.
    [[nodiscard]] Result<PgRows, PgError> query(const QString &sql, const QStringList &parameters = {}) const;
    [[nodiscard]] Result<Done, PgError> run(const QString &sql) const;
    /// A failed statement inside must not end the transaction: SAVEPOINT, the query, and back to the savepoint when it fails.
    [[nodiscard]] Result<PgRows, PgError> guarded(const QString &sql, const QStringList &parameters = {}) const;

    void setDeadline(std::chrono::steady_clock::time_point deadline) { m_deadline = deadline; }
    [[nodiscard]] std::chrono::steady_clock::time_point deadline() const { return m_deadline; }
    [[nodiscard]] bool isOpen() const;
    [[nodiscard]] QString user() const;
    [[nodiscard]] QString host() const; ///< a directory for a unix socket
    [[nodiscard]] QStringList takeNotices() const;

    // For execution.cpp, which streams results.
    [[nodiscard]] pg_conn *raw() const { return m_connection.get(); }
    /// Waits until the socket is readable; at the deadline cancels once and waits five seconds more. False: nothing came.
    [[nodiscard]] bool waitReadable(std::chrono::steady_clock::time_point until) const;

private:
    PgConnection() = default;
    std::shared_ptr<pg_conn> m_connection;
    std::shared_ptr<QStringList> m_notices;
    std::chrono::steady_clock::time_point m_deadline = std::chrono::steady_clock::time_point::max();
};

/// `'text'`, safe whatever standard_conforming_strings says.
[[nodiscard]] QString quoteLiteral(const QString &text);
/// `{"a","b"}` for a parameter of type text[].
[[nodiscard]] QString arrayParameter(const QStringList &values);
/// `{1,2}` for a parameter of type oid[].
template<typename Oids>
[[nodiscard]] QString oidParameter(const Oids &oids)
{
    QStringList list;
    for (const Oid oid : oids)
        list += QString::number(oid);
    return u'{' + list.join(u',') + u'}';
}

} // namespace holdfast::sql
