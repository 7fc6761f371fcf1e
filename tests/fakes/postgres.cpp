// SPDX-License-Identifier: Apache-2.0
#include "fakes/postgres.h"

#include <QCoreApplication>
#include <QFile>
#include <QProcess>
#include <QRandomGenerator>

namespace holdfast::fakes {

namespace {

QString script() { return qEnvironmentVariable("HOLDFAST_SOURCE") + QStringLiteral("/tests/tools/pgcluster"); }

QString newDirectory()
{
    return QStringLiteral("/tmp/hfpg-%1-%2").arg(QCoreApplication::applicationPid()).arg(QRandomGenerator::global()->generate(), 0, 36);
}

} // namespace

PostgresCluster::PostgresCluster() : m_dir(newDirectory())
{
    start({QStringLiteral("start")}, {});
}

PostgresCluster::PostgresCluster(const PostgresCluster &original, int tlsPort) : m_dir(newDirectory()), m_port(tlsPort > 0 ? tlsPort : 5432)
{
    start({QStringLiteral("copy"), original.m_dir}, tlsPort > 0 ? QStringList{QStringLiteral("tls"), QString::number(tlsPort)} : QStringList());
}

void PostgresCluster::start(const QStringList &before, const QStringList &after)
{
    QProcess process;
    // The server inherits standard error; a pipe would never see its end.
    process.setStandardErrorFile(m_dir + QStringLiteral(".err"));
    process.start(script(), before + QStringList{m_dir} + after);
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
    return m_running ? QStringLiteral("postgresql://%1@/%2?host=%3/s%4").arg(user, database, m_dir, m_port == 5432 ? QString() : QStringLiteral("&port=%1").arg(m_port)) : QString();
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
