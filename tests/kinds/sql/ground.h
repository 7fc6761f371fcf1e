// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "fakes/postgres.h"
#include "kinds/performing.h"
#include "kinds/sql/identity.h"
#include "kinds/sql/sqlperformer.h"

namespace holdfast::tests {

/// A database of a real cluster as a target, and requests against it.
class Ground final
{
public:
    Ground(const fakes::PostgresCluster &cluster, const QString &database);

    Target target; ///< url and name are set; more may be
    std::vector<Target> targets; ///< besides `target`
    Claims claims;
    SecondLine secondLine = SecondLine::On;
    sql::Reading reading;

    [[nodiscard]] MeasureOutput measure(const QString &sql) const;
    /// Performs against what was approved, with tolerances; `compare` is the product's own.
    [[nodiscard]] std::variant<Performed, Drifted> perform(const QString &sql, const MeasureOutput &approved, const std::vector<Tolerance> &tolerances = {}) const;
    /// Runs SQL as superuser; an error fails the test by its text.
    [[nodiscard]] QString sql(const QString &text) const { return m_cluster.sql(text, m_database); }

private:
    [[nodiscard]] Request request(const QString &sql) const;
    const fakes::PostgresCluster &m_cluster;
    QString m_database;
};

/// A cluster with a database of this schema, and copies of it that a statement may be performed in.
class Shop final
{
public:
    explicit Shop(const QString &schema);
    [[nodiscard]] bool missing() const { return m_cluster.missing(); } ///< PostgreSQL is not installed
    [[nodiscard]] const QString &why() const { return m_why; } ///< not empty: it could not be made
    [[nodiscard]] const fakes::PostgresCluster &cluster() const { return m_cluster; }
    [[nodiscard]] Ground shared() const { return {m_cluster, QStringLiteral("shop")}; } ///< nothing may be changed in it
    [[nodiscard]] Ground fresh(); ///< a copy; what could not be made is a warning, which fails the test

private:
    fakes::PostgresCluster m_cluster;
    QString m_why;
    int m_made = 0;
};

/// Tables item (100 rows, tag hangs on it: 300), other (40) and third (2).
[[nodiscard]] QString shopSchema();

/// Rows of a test that says what is destroyed and changed, and performs it. Where least and most are equal the count is exact: -1 where it is
/// not known, and -2 where there is no such fact. `most` alone is -1 where nothing bounds it.
void addExpected();
void expect(const char *statements, qint64 destroyedLeast, qint64 destroyedMost, qint64 changedLeast, qint64 changedMost);
/// Measures and performs the current row's statements; why they were not said, or not done, as expected.
[[nodiscard]] QByteArray unexpected(const Ground &ground);

/// The fact's number, or -1 when it is unknown, or -2 when there is no such fact.
[[nodiscard]] std::int64_t number(const MeasureOutput &output, QStringView id);
[[nodiscard]] std::int64_t number(const Performed &performed, QStringView id);
/// Whether the fact is bounded, by just these; `most` below zero: by none.
[[nodiscard]] bool isBetween(const MeasureOutput &output, QStringView id, std::int64_t least, std::int64_t most);
[[nodiscard]] QString dump(const MeasureOutput &output);
[[nodiscard]] QString dump(const std::variant<Performed, Drifted> &outcome);

} // namespace holdfast::tests
