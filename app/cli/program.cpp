// SPDX-License-Identifier: Apache-2.0
#include "cli/program.h"

#include <QDir>

namespace holdfast::place {

namespace {

QString below(const char *variable, const QString &otherwise)
{
    const QString value = qEnvironmentVariable(variable);
    return (value.startsWith(u'/') ? value : QDir::homePath() + otherwise) + QStringLiteral("/holdfast");
}

} // namespace

QString config()
{
    return below("XDG_CONFIG_HOME", QStringLiteral("/.config"));
}

QString data()
{
    return below("XDG_DATA_HOME", QStringLiteral("/.local/share"));
}

QString state()
{
    return below("XDG_STATE_HOME", QStringLiteral("/.local/state"));
}

QString requestKey()
{
    return config() + QStringLiteral("/request.key");
}

} // namespace holdfast::place
