// SPDX-License-Identifier: Apache-2.0
#include "campaign.h"

#include "files.h"

#include <QFile>

#include <algorithm>

namespace holdfast::said {

using namespace holdfast::tests;

namespace {

const QString &canaryWord()
{
    static const QString word = QStringLiteral("canary ");
    return word;
}

/// What each table and sequence holds.
using Fingerprint = std::map<QString, std::pair<bool, QString>>;

Fingerprint fingerprintOf(const QString &url)
{
    Fingerprint print;
    const auto db = sql::PgConnection::open({url, {}, {}, true});
    const auto rows = db ? db->query(QStringLiteral("SELECT * FROM said.fingerprint()")) : Result<sql::PgRows, sql::PgError>(db.failure());
    if (!rows)
        qFatal("no fingerprint: %s", qPrintable(rows.error().toString()));
    for (int row = 0; row < rows->count(); ++row)
        print[rows->text(row, 0)] = {rows->flag(row, 1), rows->text(row, 2)};
    return print;
}

/// The relations that differ, in the manner of what a statement moved.
Happened difference(const Fingerprint &before, const Fingerprint &after)
{
    Happened happened;
    std::map<QString, bool> changed;
    for (const auto &[relation, content] : before) {
        const auto now = after.find(relation);
        if (now == after.end() || now->second != content)
            changed[relation] = content.first;
    }
    for (const auto &[relation, content] : after) {
        if (!before.contains(relation))
            changed[relation] = content.first;
    }
    for (const auto &[relation, catalog] : changed) {
        if (relation.startsWith(QLatin1StringView("said.")) && before.contains(relation)) // else the statement made it
            happened.canaries += relation;
        else
            happened.tables[catalog || relation.contains(u'.') ? relation : QStringLiteral("public.") + relation] = {0, 0, 0, catalog};
    }
    return happened;
}

} // namespace

Campaign::Campaign(sql::Reading reading) : m_reading(std::move(reading))
{
    if (!m_cluster.why().isEmpty())
        return;
    // Autovacuum would rewrite the server's own tables between two fingerprints; the log shows a canary that runs while measuring.
    QString answer = m_cluster.sql(QStringLiteral("ALTER SYSTEM SET autovacuum = off; ALTER SYSTEM SET log_min_messages = notice; SELECT pg_reload_conf(); CREATE DATABASE ground"));
    answer += m_cluster.sql(QString::fromUtf8(fileHere(QStringLiteral("schema.sql")) + fileHere(QStringLiteral("canaries.sql"))), QStringLiteral("ground"));
    if (answer != QLatin1StringView("t"))
        qFatal("the ground could not be made: %s", qPrintable(answer));
}

QString Campaign::fresh(const QString &database, const QString &ddl) const
{
    QString answer = m_cluster.sql(QStringLiteral("DROP DATABASE IF EXISTS %1 WITH (FORCE); CREATE DATABASE %1 TEMPLATE ground").arg(database));
    if (!ddl.isEmpty())
        answer += m_cluster.sql(QStringLiteral("SET client_min_messages = warning;") + ddl, database);
    return answer;
}

Ground Campaign::ground(const QString &database) const
{
    Ground ground(m_cluster, database);
    ground.target.url = url(database);
    ground.reading = m_reading;
    return ground;
}

Measurement Campaign::measure(const QString &database, const QByteArray &text) const
{
    return ground(database).measure(QString::fromUtf8(text)).measurement;
}

void Campaign::accuse(const QString &place, const QString &why, const QByteArray &text, const QString &base)
{
    if (m_reading.strict && !m_silent.contains(place)) // a long run tells at once
        qInfo("%s: %s: %s", qPrintable(place), qPrintable(why), text.constData());
    m_silent[place] += QStringLiteral("%1\n    %2\n    planted in: %3").arg(why, QString::fromUtf8(text), base);
}

void Campaign::judge(const QString &database, const Happened &happened, const QByteArray &text, const QString &place, const QString &base)
{
    if (++m_planted % 1000 == 0)
        qInfo("%s", qPrintable(figures()));
    m_ran += happened.canaries.isEmpty() ? 0 : 1;
    QFile log(m_cluster.dataDirectory() + QStringLiteral("/../log"));
    if (!log.open(QIODevice::ReadOnly))
        qFatal("the server's log cannot be read");
    log.seek(log.size());
    const Measurement measured = measure(database, text);
    if (log.readAll().contains(canaryWord().toUtf8()))
        accuse(place, QStringLiteral("a canary ran while measuring"), text, base);
    if (saysUnknown(measured))
        ++m_unknown;
    else if (const QString why = unsaid(measured, happened); !why.isEmpty())
        accuse(place, why, text, base);
    else
        m_claimed.push_back({text, place});
}

void Campaign::performMeasured(const QString &database, std::size_t limit)
{
    const std::size_t count = std::min(limit, m_claimed.size());
    for (std::size_t i = 0; i < count; ++i) {
        performOne(database, m_claimed[i], SecondLine::Off);
        performOne(database, m_claimed[i], SecondLine::On);
    }
    m_claimed.clear();
}

void Campaign::performOne(const QString &database, const Claimed &claimed, SecondLine line)
{
    Ground place = ground(database);
    place.secondLine = line;
    const QString text = QString::fromUtf8(claimed.text);
    const QString how = line == SecondLine::On ? QStringLiteral("performed with the second line: ") : QStringLiteral("performed without the second line: ");
    const Fingerprint before = fingerprintOf(m_cluster.url(database));
    const MeasureOutput approved = place.measure(text);
    const auto outcome = place.perform(text, approved);
    const Happened happened = difference(before, fingerprintOf(m_cluster.url(database)));
    ++m_performed;
    if (const QString why = unsaid(approved.measurement, happened); !why.isEmpty())
        accuse(claimed.place, how + why, claimed.text, claimed.place);
    if (std::holds_alternative<Drifted>(outcome)) {
        ++m_drifted;
        accuse(QStringLiteral("drift"), how + QStringLiteral("it drifted, though nothing else moved"), claimed.text, claimed.place);
    }
    if (happened.tables.empty() && happened.canaries.isEmpty())
        return;
    if (const QString answer = fresh(database); !answer.isEmpty())
        qFatal("%s could not be made anew: %s", qPrintable(database), qPrintable(answer));
}

QString Campaign::silentOnes() const
{
    const auto shorter = [](const QString &a, const QString &b) { return a.size() < b.size(); };
    QString text;
    for (const auto &[place, found] : m_silent)
        text += QStringLiteral("\n%1, %2 times: %3").arg(place).arg(found.size()).arg(*std::min_element(found.begin(), found.end(), shorter));
    return text;
}

QString Campaign::figures() const
{
    const auto share = [this](int part) { return m_planted == 0 ? 0 : (100 * part + m_planted / 2) / m_planted; };
    return QStringLiteral("%1 planted statements accepted, %2 not; canaries ran in %3 (%4 %); %5 uninspectable (%6 %); %7 performed, %8 drifted; silent in %9 kinds of place")
        .arg(m_planted).arg(m_rejected).arg(m_ran).arg(share(m_ran)).arg(m_unknown).arg(share(m_unknown)).arg(m_performed).arg(m_drifted).arg(m_silent.size());
}

} // namespace holdfast::said
