// SPDX-License-Identifier: Apache-2.0
#include "core/userdirectory.h"

#include <QDir>

namespace holdfast {

QString userDirectory(const char *variable, const QString &otherwise)
{
    const QString value = qEnvironmentVariable(variable);
    return (value.startsWith(u'/') ? value : QDir::homePath() + otherwise) + QStringLiteral("/holdfast");
}

QString userData()
{
    return userDirectory("XDG_DATA_HOME", QStringLiteral("/.local/share"));
}

QString userConfig()
{
    return userDirectory("XDG_CONFIG_HOME", QStringLiteral("/.config"));
}

QString userState()
{
    return userDirectory("XDG_STATE_HOME", QStringLiteral("/.local/state"));
}

} // namespace holdfast
