// SPDX-License-Identifier: Apache-2.0
#include "kinds/sql/connection.h"

#include <QJsonArray>
#include <QJsonDocument>

#include <libpq-fe.h>
#include <poll.h>

#include <algorithm>
#include <array>

namespace holdfast::sql {

namespace {

using Steady = std::chrono::steady_clock;
using namespace std::chrono_literals;

constexpr auto QueryPatience = 45s;
constexpr auto CancelPatience = 5s;
constexpr qsizetype MaxNotices = 100;

QString oneLine(const char *message)
{
    return QString::fromUtf8(message).simplified().left(500);
}

PgError errorOf(const PGconn *connection, const PGresult *result)
{
    const char *state = result ? PQresultErrorField(result, PG_DIAG_SQLSTATE) : nullptr;
    const char *primary = result ? PQresultErrorField(result, PG_DIAG_MESSAGE_PRIMARY) : nullptr;
    if (state && primary)
        return {QString::fromLatin1(state), oneLine(primary)};
    return {{}, oneLine(PQerrorMessage(connection))};
}

void collectNotice(void *list, const PGresult *notice)
{
    auto *notices = static_cast<QStringList *>(list);
    if (notices->size() < MaxNotices)
        notices->append(oneLine(PQresultErrorMessage(notice)));
}

/// The keywords of a secret that is a fragment in libpq's own form; empty when it is a plain password.
std::vector<std::pair<QByteArray, QByteArray>> fragmentOf(const QByteArray &secret)
{
    std::vector<std::pair<QByteArray, QByteArray>> keywords;
    if (!secret.contains('='))
        return keywords;
    PQconninfoOption *options = PQconninfoParse(secret.constData(), nullptr);
    for (const PQconninfoOption *option = options; option && option->keyword; ++option) {
        if (option->val)
            keywords.emplace_back(option->keyword, option->val);
    }
    PQconninfoFree(options);
    return keywords;
}

std::vector<std::pair<QByteArray, QByteArray>> keywordsOf(const ConnectTo &to)
{
    std::vector<std::pair<QByteArray, QByteArray>> keywords{{"dbname", to.url.toUtf8()}};
    const QByteArray secret = to.secret.trimmed();
    if (to.useSecret && !secret.isEmpty()) {
        const auto fragment = fragmentOf(secret);
        keywords.insert(keywords.end(), fragment.begin(), fragment.end());
        if (fragment.empty())
            keywords.emplace_back("password", secret);
    }
    if (!to.user.isEmpty())
        keywords.emplace_back("user", to.user.toUtf8());
    keywords.insert(keywords.end(), {{"application_name", "holdfast"}, {"client_encoding", "UTF8"}, {"connect_timeout", "5"}});
    return keywords;
}

} // namespace

QString PgError::toString() const
{
    return sqlstate.isEmpty() ? message : QStringLiteral("%1 (SQLSTATE %2)").arg(message, sqlstate);
}

PgRows::PgRows(pg_result *result) : m_result(result, PQclear) {}
int PgRows::count() const { return PQntuples(m_result.get()); }
int PgRows::columns() const { return PQnfields(m_result.get()); }
QString PgRows::text(int row, int column) const { return QString::fromUtf8(PQgetvalue(m_result.get(), row, column)); }
bool PgRows::isNull(int row, int column) const { return PQgetisnull(m_result.get(), row, column) != 0; }
std::int64_t PgRows::number(int row, int column) const { return text(row, column).toLongLong(); }
quint32 PgRows::oid(int row, int column) const { return text(row, column).toUInt(); }
bool PgRows::flag(int row, int column) const { return text(row, column) == QLatin1StringView("t"); }
QString PgRows::columnName(int column) const { return QString::fromUtf8(PQfname(m_result.get(), column)); }

QStringList PgRows::list(int row, int column) const
{
    QStringList values;
    for (const auto &value : QJsonDocument::fromJson(text(row, column).toUtf8()).array())
        values += value.toString();
    return values;
}

Result<PgConnection, PgError> PgConnection::open(const ConnectTo &to)
{
    const auto keywords = keywordsOf(to);
    std::vector<const char *> names, values;
    for (const auto &[name, value] : keywords) {
        names.push_back(name.constData());
        values.push_back(value.constData());
    }
    names.push_back(nullptr);
    values.push_back(nullptr);
    PgConnection made;
    made.m_connection = std::shared_ptr<PGconn>(PQconnectdbParams(names.data(), values.data(), 1), PQfinish);
    if (!made.isOpen())
        return Failure{errorOf(made.raw(), nullptr)};
    made.m_notices = std::make_shared<QStringList>();
    PQsetNoticeReceiver(made.raw(), collectNotice, made.m_notices.get());
    return made;
}

bool PgConnection::isOpen() const { return m_connection && PQstatus(raw()) == CONNECTION_OK; }
QString PgConnection::user() const { return QString::fromUtf8(PQuser(raw())); }
QString PgConnection::host() const { return QString::fromUtf8(PQhost(raw())); }
QStringList PgConnection::takeNotices() const { return std::exchange(*m_notices, {}); }

bool PgConnection::waitReadable(Steady::time_point until) const
{
    const auto cancelUntil = until + CancelPatience;
    bool cancelled = false;
    for (;;) {
        const auto left = std::chrono::duration_cast<std::chrono::milliseconds>((cancelled ? cancelUntil : until) - Steady::now());
        pollfd socket{PQsocket(raw()), POLLIN, 0};
        const int ready = left.count() > 0 ? poll(&socket, 1, static_cast<int>(std::min<std::int64_t>(left.count(), 1000))) : 0;
        if (ready > 0)
            return true;
        if (ready < 0 && errno != EINTR)
            return false;
        if (left.count() > 0)
            continue;
        if (cancelled)
            return false;
        std::array<char, 256> reason{};
        PGcancel *cancel = PQgetCancel(raw());
        PQcancel(cancel, reason.data(), static_cast<int>(reason.size()));
        PQfreeCancel(cancel);
        cancelled = true;
    }
}

Result<PgRows, PgError> PgConnection::query(const QString &sql, const QStringList &parameters) const
{
    std::vector<QByteArray> bytes;
    std::vector<const char *> values;
    bytes.reserve(static_cast<std::size_t>(parameters.size()));
    values.reserve(bytes.capacity());
    for (const QString &parameter : parameters)
        bytes.push_back(parameter.toUtf8());
    for (const QByteArray &value : bytes)
        values.push_back(value.constData());
    const auto until = std::min(m_deadline, Steady::now() + QueryPatience);
    if (Steady::now() >= until)
        return Failure{PgError{QStringLiteral("57014"), QStringLiteral("the time for measuring is used up")}};
    if (!PQsendQueryParams(raw(), sql.toUtf8().constData(), static_cast<int>(values.size()), nullptr, values.data(), nullptr, nullptr, 0))
        return Failure{errorOf(raw(), nullptr)};
    while (PQisBusy(raw())) {
        if (!waitReadable(until) || !PQconsumeInput(raw()))
            return Failure{PgError{{}, QStringLiteral("the connection was lost: %1").arg(oneLine(PQerrorMessage(raw())))}};
    }
    PGresult *result = PQgetResult(raw());
    while (PGresult *more = PQgetResult(raw()))
        PQclear(more);
    PgRows rows(result);
    const ExecStatusType status = PQresultStatus(result);
    if (status != PGRES_TUPLES_OK && status != PGRES_COMMAND_OK)
        return Failure{errorOf(raw(), result)};
    return rows;
}

Result<Done, PgError> PgConnection::run(const QString &sql) const
{
    const auto result = query(sql);
    if (!result)
        return result.failure();
    return Done{};
}

Result<PgRows, PgError> PgConnection::guarded(const QString &sql, const QStringList &parameters) const
{
    if (const auto saved = run(QStringLiteral("SAVEPOINT holdfast_guard")); !saved)
        return saved.failure();
    auto rows = query(sql, parameters);
    const QString end = rows ? QStringLiteral("RELEASE SAVEPOINT holdfast_guard") : QStringLiteral("ROLLBACK TO SAVEPOINT holdfast_guard");
    if (const auto ended = run(end); !ended && rows)
        return ended.failure();
    return rows;
}

QString quoteLiteral(const QString &text)
{
    QString body = text;
    body.replace(u'\'', QLatin1StringView("''"));
    if (!body.contains(u'\\'))
        return u'\'' + body + u'\'';
    return QStringLiteral(" E'") + body.replace(u'\\', QLatin1StringView("\\\\")) + u'\'';
}

QString arrayParameter(const QStringList &values)
{
    QStringList quoted;
    for (QString value : values)
        quoted += u'"' + value.replace(u'\\', QLatin1StringView("\\\\")).replace(u'"', QLatin1StringView("\\\"")) + u'"';
    return u'{' + quoted.join(u',') + u'}';
}

} // namespace holdfast::sql
