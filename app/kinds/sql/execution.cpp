// SPDX-License-Identifier: Apache-2.0
#include "kinds/sql/execution.h"

#include <libpq-fe.h>

#include <memory>

namespace holdfast::sql {

namespace {

using namespace std::chrono_literals;

constexpr auto CommitPatience = 2min;
constexpr qsizetype MaxOutput = 1024LL * 1024;

using ResultPtr = std::unique_ptr<PGresult, decltype(&PQclear)>;

void write(QByteArray &output, const QByteArray &line)
{
    if (output.size() + line.size() < MaxOutput)
        output += line + '\n';
    else if (!output.endsWith("…\n"))
        output = output.left(MaxOutput - 8) + "\n…\n";
}

void writeRows(QByteArray &output, const PGresult *result)
{
    for (int row = 0; row < PQntuples(result); ++row) {
        QByteArrayList cells;
        for (int column = 0; column < PQnfields(result); ++column)
            cells += PQgetisnull(result, row, column) ? QByteArray("\\N") : QByteArray(PQgetvalue(result, row, column)).left(4096);
        write(output, cells.join('\t'));
    }
}

/// The next result, waiting on the socket; nullptr at the end or when the connection is lost.
ResultPtr next(const PgConnection &db, std::chrono::steady_clock::time_point until, bool &lost)
{
    while (PQisBusy(db.raw())) {
        if (!db.waitReadable(until) || !PQconsumeInput(db.raw())) {
            lost = true;
            return {nullptr, PQclear};
        }
    }
    return {PQgetResult(db.raw()), PQclear};
}

/// COPY has no way to be performed here: its data is not part of the request.
void endCopy(const PgConnection &db, ExecStatusType status, std::chrono::steady_clock::time_point until, bool &lost)
{
    if (status == PGRES_COPY_IN || status == PGRES_COPY_BOTH) {
        PQputCopyEnd(db.raw(), "the request carries no data to copy");
        return;
    }
    char *buffer = nullptr;
    for (int size = 0; !lost && (size = PQgetCopyData(db.raw(), &buffer, 1)) >= 0;) {
        if (size > 0)
            PQfreemem(buffer);
        else
            lost = !db.waitReadable(until) || !PQconsumeInput(db.raw());
    }
}

void take(const PgConnection &db, const PGresult *result, std::chrono::steady_clock::time_point until, Executed &executed)
{
    const ExecStatusType status = PQresultStatus(result);
    if (status == PGRES_SINGLE_TUPLE || status == PGRES_TUPLES_OK)
        writeRows(executed.output, result);
    if (status == PGRES_TUPLES_OK || status == PGRES_COMMAND_OK) {
        executed.tags += QString::fromUtf8(PQcmdStatus(const_cast<PGresult *>(result)));
        write(executed.output, executed.tags.last().toUtf8());
    } else if (status == PGRES_COPY_IN || status == PGRES_COPY_OUT || status == PGRES_COPY_BOTH) {
        endCopy(db, status, until, executed.connectionLost);
    } else if (status == PGRES_FATAL_ERROR && !executed.error) {
        const char *state = PQresultErrorField(result, PG_DIAG_SQLSTATE);
        const char *message = PQresultErrorField(result, PG_DIAG_MESSAGE_PRIMARY);
        executed.error =
            PgError{QString::fromLatin1(state ? state : ""), QString::fromUtf8(message ? message : PQresultErrorMessage(result)).simplified()};
        write(executed.output, "ERROR: " + executed.error->toString().toUtf8());
        if (const char *detail = PQresultErrorField(result, PG_DIAG_MESSAGE_DETAIL))
            write(executed.output, QByteArray("DETAIL: ") + detail);
    }
}

} // namespace

Executed execute(const PgConnection &db, const QString &text, std::chrono::milliseconds patience)
{
    Executed executed;
    const auto until = std::chrono::steady_clock::now() + patience;
    if (!PQsendQuery(db.raw(), text.toUtf8().constData())) {
        executed.connectionLost = true;
        return executed;
    }
    PQsetSingleRowMode(db.raw());
    for (ResultPtr result = next(db, until, executed.connectionLost); result && !executed.connectionLost; result = next(db, until, executed.connectionLost))
        take(db, result.get(), until, executed);
    executed.connectionLost = executed.connectionLost || !db.isOpen();
    for (const QString &notice : db.takeNotices())
        write(executed.output, notice.toUtf8());
    return executed;
}

Result<Done, PgError> settle(const PgConnection &db)
{
    if (const auto fired = db.run(QStringLiteral("SET CONSTRAINTS ALL IMMEDIATE")); !fired)
        return fired;
    return db.run(QStringLiteral("CLOSE ALL"));
}

Result<Done, PgError> beDurable(const PgConnection &db)
{
    const auto now = db.query(QStringLiteral("SHOW synchronous_commit"));
    if (!now)
        return now.failure();
    // Every other value waits for this server's disk at least, and some for others' too.
    return now->text(0, 0) == QStringLiteral("off") ? db.run(QStringLiteral("SET LOCAL synchronous_commit TO on")) : Result<Done, PgError>(Done{});
}

CommitAnswer commit(const PgConnection &db, QString &message)
{
    if (!PQsendQuery(db.raw(), "COMMIT")) {
        message = QStringLiteral("the connection was lost before COMMIT was sent");
        return CommitAnswer::Unknown;
    }
    bool lost = false;
    const auto until = std::chrono::steady_clock::now() + CommitPatience;
    const ResultPtr result = next(db, until, lost);
    while (!lost && next(db, until, lost)) { }
    if (!result || !PQresultErrorField(result.get(), PG_DIAG_SQLSTATE)) {
        const QByteArray tag = result ? QByteArray(PQcmdStatus(result.get())) : QByteArray();
        if (tag == "COMMIT")
            return CommitAnswer::Committed;
        message = tag == "ROLLBACK" ? QStringLiteral("the server rolled back instead of committing")
                                    : QStringLiteral("the connection was lost while COMMIT was under way");
        return tag == "ROLLBACK" ? CommitAnswer::RolledBack : CommitAnswer::Unknown;
    }
    const QString state = QString::fromLatin1(PQresultErrorField(result.get(), PG_DIAG_SQLSTATE));
    message = PgError{state, QString::fromUtf8(PQresultErrorField(result.get(), PG_DIAG_MESSAGE_PRIMARY))}.toString();
    // 57P01…03: the server is going down; 08: the connection; 40003: completion unknown. Whether the commit record was written is not said.
    const bool unsure = state.startsWith(QLatin1StringView("57P")) || state.startsWith(QLatin1StringView("08")) || state == QLatin1StringView("40003");
    return unsure ? CommitAnswer::Unknown : CommitAnswer::RolledBack;
}

} // namespace holdfast::sql
