// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <QString>

namespace holdfast::fakes {

/// A real PostgreSQL cluster, made by tests/tools/pgcluster for one test and removed with this object.
class PostgresCluster final
{
public:
    /// Starts it. When it cannot start, `why()` says why and `url()` is empty: skip the test only if `missing()`.
    PostgresCluster();
    /// A snapshot of a running one: the same system identifier and timeline, another socket. With a port it also listens on 127.0.0.1 with TLS.
    explicit PostgresCluster(const PostgresCluster &original, int tlsPort);
    ~PostgresCluster();
    PostgresCluster(const PostgresCluster &) = delete;
    PostgresCluster &operator=(const PostgresCluster &) = delete;

    [[nodiscard]] bool missing() const { return m_missing; } ///< PostgreSQL's server programs are not installed
    [[nodiscard]] const QString &why() const { return m_why; }
    [[nodiscard]] QString socketDirectory() const { return m_dir + QStringLiteral("/s"); }
    /// Url of a database over the unix socket, as `user`.
    [[nodiscard]] QString url(const QString &database = QStringLiteral("postgres"), const QString &user = QStringLiteral("postgres")) const;
    [[nodiscard]] QString dataDirectory() const { return m_dir + QStringLiteral("/data"); }

    /// Runs SQL with psql, stopping at the first error: its unaligned output, or what it wrote to standard error after `ERROR`.
    [[nodiscard]] QString sql(const QString &text, const QString &database = QStringLiteral("postgres")) const;
    [[nodiscard]] QString sqlFile(const QString &path, const QString &database) const;

private:
    void start(const QStringList &before, const QStringList &after);
    [[nodiscard]] QString psql(const QStringList &arguments, const QString &database, const QByteArray &input) const;
    QString m_dir;
    QString m_why;
    int m_port = 5432;
    bool m_missing = false;
    bool m_running = false;
};

} // namespace holdfast::fakes
