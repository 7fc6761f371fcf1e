// SPDX-License-Identifier: Apache-2.0
#include "rowwatch.h"

#include <libpq-fe.h>

#include <csignal>

namespace holdfast::tests {

using namespace std::chrono_literals;

Rows::Rows(const QString &url) : m_connection(PQconnectdb(url.toUtf8().constData()))
{
    if (PQstatus(m_connection) != CONNECTION_OK)
        qFatal("the database cannot be reached: %s", PQerrorMessage(m_connection));
}

Rows::~Rows()
{
    PQfinish(m_connection);
}

QStringList Rows::column(const QString &sql)
{
    const std::unique_ptr<PGresult, decltype(&PQclear)> result(PQexec(m_connection, sql.toUtf8().constData()), &PQclear);
    if (const auto status = PQresultStatus(result.get()); status != PGRES_TUPLES_OK && status != PGRES_COMMAND_OK)
        qFatal("%s: %s", qPrintable(sql), PQerrorMessage(m_connection));
    QStringList values;
    for (int row = 0; row < PQntuples(result.get()); ++row)
        values.append(QString::fromUtf8(PQgetvalue(result.get(), row, 0)));
    return values;
}

Killer::~Killer()
{
    if (m_thread.joinable())
        m_thread.join();
}

void Killer::kill() const
{
    ::kill(m_pid, SIGKILL);
}

void Killer::after(Microseconds delay)
{
    m_thread = std::thread([this, delay] {
        std::this_thread::sleep_for(delay); // the moment is the experiment
        kill();
    });
}

void Killer::whenOne(const QString &url, const QString &sql, Microseconds delay)
{
    m_thread = std::thread([this, url, sql, delay] {
        Rows rows(url);
        const auto patience = std::chrono::steady_clock::now() + 20s;
        while (rows.number(sql) != 1 && std::chrono::steady_clock::now() < patience) { }
        const auto until = std::chrono::steady_clock::now() + delay;
        while (std::chrono::steady_clock::now() < until) { } // shorter than what the scheduler would make of a sleep
        kill();
    });
}

} // namespace holdfast::tests
