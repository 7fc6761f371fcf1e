// SPDX-License-Identifier: Apache-2.0
#include "fakes/postgres.h"

#include <QCoreApplication>
#include <QFile>
#include <QProcess>
#include <QRandomGenerator>

namespace holdfast::fakes {

namespace {

QString script() { return qEnvironmentVariable("HOLDFAST_SOURCE") + QStringLiteral("/tests/tools/pgcluster"); }

} // namespace

PostgresCluster::PostgresCluster()
    : m_dir(QStringLiteral("/tmp/hfpg-%1-%2").arg(QCoreApplication::applicationPid()).arg(QRandomGenerator::global()->generate(), 0, 36))
{
    QProcess process;
    // The server inherits standard error; a pipe would never see its end.
    process.setStandardErrorFile(m_dir + QStringLiteral(".err"));
    process.start(script(), {QStringLiteral("start"), m_dir});
    if (!process.waitForFinished(120000) || process.exitStatus() != QProcess::NormalExit || process.exitCode() != 0) {
        m_missing = process.exitCode() == 3;
        QFile errors(m_dir + QStringLiteral(".err"));
        if (errors.open(QIODevice::ReadOnly))
            m_why = QString::fromUtf8(errors.readAll());
        if (m_why.isEmpty())
            m_why = script() + QStringLiteral(": ") + process.errorString();
    } else {
        m_running = true;
    }
    QFile::remove(m_dir + QStringLiteral(".err"));
}

PostgresCluster::~PostgresCluster()
{
    if (m_running)
        QProcess::execute(script(), {QStringLiteral("stop"), m_dir});
}

QString PostgresCluster::url(const QString &database, const QString &user) const
{
    return m_running ? QStringLiteral("postgresql://%1@/%2?host=%3/s").arg(user, database, m_dir) : QString();
}

QString PostgresCluster::sql(const QString &text, const QString &database) const
{
    return psql({QStringLiteral("-f"), QStringLiteral("-")}, database, text.toUtf8());
}

QString PostgresCluster::sqlFile(const QString &path, const QString &database) const
{
    return psql({QStringLiteral("-f"), path}, database, {});
}

QString PostgresCluster::psql(const QStringList &arguments, const QString &database, const QByteArray &input) const
{
    QProcess process;
    process.start(QStringLiteral("psql"), QStringList{QStringLiteral("-XqAt"), QStringLiteral("-v"), QStringLiteral("ON_ERROR_STOP=1"), url(database)} + arguments);
    process.write(input);
    process.closeWriteChannel();
    process.waitForFinished(120000);
    if (process.exitCode() != 0)
        return QStringLiteral("ERROR ") + QString::fromUtf8(process.readAllStandardError());
    return QString::fromUtf8(process.readAllStandardOutput()).trimmed();
}

} // namespace holdfast::fakes
