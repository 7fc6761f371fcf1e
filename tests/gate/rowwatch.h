// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <QStringList>

#include <chrono>
#include <memory>
#include <thread>

struct pg_conn;

namespace holdfast::tests {

/// A database session of the test's own: none of the gate's code is in it.
class Rows final
{
public:
    explicit Rows(const QString &url);
    ~Rows();

    /// The first column of the result; an error ends the program, because nothing that follows would mean anything.
    [[nodiscard]] QStringList column(const QString &sql);
    void run(const QString &sql) { (void)column(sql); }
    [[nodiscard]] qint64 number(const QString &sql) { return column(sql).value(0).toLongLong(); }

private:
    pg_conn *m_connection;
};

/// Kills a process at a moment of its own, whatever the rest of the test is doing then. Done when destroyed.
class Killer final
{
public:
    using Microseconds = std::chrono::microseconds;

    explicit Killer(qint64 pid) : m_pid(static_cast<pid_t>(pid)) {}
    ~Killer();
    Killer(const Killer &) = delete;
    Killer &operator=(const Killer &) = delete;

    void after(Microseconds delay);
    /// As soon as `sql` yields 1 in a session of its own, and `delay` later; after twenty seconds in any case.
    void whenOne(const QString &url, const QString &sql, Microseconds delay);

private:
    void kill() const;
    pid_t m_pid;
    std::thread m_thread;
};

} // namespace holdfast::tests
