// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "../ground.h"
#include "witness.h"

#include <set>

namespace holdfast::said {

/// Judges planted statements on databases of one cluster, and keeps the count.
class Campaign final
{
public:
    /// Starts the cluster and makes the database that all others are copied from.
    explicit Campaign(sql::Reading reading = {});

    [[nodiscard]] const fakes::PostgresCluster &cluster() const { return m_cluster; }
    /// Makes a database anew, with more of its own. Not empty: what the server refused.
    [[nodiscard]] QString fresh(const QString &database, const QString &ddl = {}) const;

    /// Who performs from now on.
    void become(const QString &user) { m_user = user; }
    [[nodiscard]] QString url(const QString &database) const { return m_cluster.url(database, m_user); }
    /// What the gate says of a statement.
    [[nodiscard]] Measurement measure(const QString &database, const QByteArray &text) const;

    /// One planted statement that PostgreSQL accepted: measures it, and compares.
    void judge(const QString &database, const Happened &happened, const QByteArray &text, const QString &place, const QString &base);
    void rejected() { ++m_rejected; }
    /// Performs, with and without the second line, each of those judged that the hold claimed to know whole; at most `limit`, from the front.
    void performMeasured(const QString &database, std::size_t limit);

    [[nodiscard]] int judged() const { return m_planted; }
    [[nodiscard]] const std::map<QString, QStringList> &silent() const { return m_silent; } ///< by place
    /// Kinds of place in which a canary ran unsaid, in words.
    [[nodiscard]] QString silentOnes() const;
    [[nodiscard]] QString figures() const;

private:
    struct Claimed final
    {
        QByteArray text;
        QString place;
    };
    void performOne(const QString &database, const Claimed &claimed, SecondLine line);
    void accuse(const QString &place, const QString &why, const QByteArray &text, const QString &base);

    [[nodiscard]] tests::Ground ground(const QString &database) const;

    fakes::PostgresCluster m_cluster;
    sql::Reading m_reading;
    QString m_user = QStringLiteral("postgres");
    std::vector<Claimed> m_claimed;
    int m_planted = 0, m_rejected = 0, m_ran = 0, m_unknown = 0, m_performed = 0, m_drifted = 0;
    std::map<QString, QStringList> m_silent;
};

} // namespace holdfast::said
