// SPDX-License-Identifier: Apache-2.0
#include "core/serverplace.h"

#include "core/digest.h"

#include <QSysInfo>

namespace holdfast {

namespace {

/// Tells machines apart without giving the machine's id away, which is not for others to see.
QString machineMark()
{
    const QByteArray id = QSysInfo::machineUniqueId();
    const QByteArray known = id.isEmpty() ? QSysInfo::machineHostName().toUtf8() : id;
    return sha256("holdfast-machine-v1\n" + known).hex().left(12);
}

QString onThisMachine()
{
    return QStringLiteral(" machine ") + machineMark();
}

} // namespace

QString unixPlace(const QString &path, unsigned uid)
{
    return QStringLiteral("unix:%1 uid %2").arg(path, QString::number(uid)) + onThisMachine();
}

QString tcpPlace(const QString &address, quint16 port, bool loopback, const QString &claimed)
{
    const QString end = (address.contains(u':') ? QStringLiteral("[%1]:%2") : QStringLiteral("%1:%2")).arg(address, QString::number(port));
    return end + (loopback ? onThisMachine() : QString()) + (claimed.isEmpty() || claimed == end ? QString() : QStringLiteral(" as ") + claimed);
}

} // namespace holdfast
