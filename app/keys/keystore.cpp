// SPDX-License-Identifier: Apache-2.0
#include "keys/keystore.h"

namespace holdfast {

QString toString(KeyState state)
{
    switch (state) {
    case KeyState::Present: return QStringLiteral("present");
    case KeyState::Locked: return QStringLiteral("locked");
    case KeyState::Absent: return QStringLiteral("absent");
    case KeyState::Unavailable: return QStringLiteral("unavailable");
    case KeyState::Denied: return QStringLiteral("denied");
    }
    return {};
}

} // namespace holdfast
