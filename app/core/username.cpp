// SPDX-License-Identifier: Apache-2.0
#include "core/username.h"

#include <QRegularExpression>

namespace holdfast {

QString plainName(const QString &text)
{
    static const QRegularExpression unusual(QStringLiteral("[^A-Za-z0-9._-]+"));
    return QString(text).replace(unusual, QStringLiteral("-"));
}

QString userName()
{
    const QString user = plainName(qEnvironmentVariable("USER"));
    return user.isEmpty() ? QStringLiteral("owner") : user;
}

} // namespace holdfast
