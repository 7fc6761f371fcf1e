// SPDX-License-Identifier: Apache-2.0
#include "cli/program.h"

#include "core/userdirectory.h"

namespace holdfast::place {

QString config()
{
    return userConfig();
}

QString data()
{
    return userData();
}

QString state()
{
    return userState();
}

QString requestKey()
{
    return config() + QStringLiteral("/request.key");
}

} // namespace holdfast::place
