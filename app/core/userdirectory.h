// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <QString>

namespace holdfast {

/// Where Holdfast keeps things of this user: `$<variable>/holdfast` where the variable is an absolute path, else
/// `~<otherwise>/holdfast`. Made by nobody here.
[[nodiscard]] QString userDirectory(const char *variable, const QString &otherwise);
/// $XDG_DATA_HOME/holdfast
[[nodiscard]] QString userData();
/// $XDG_CONFIG_HOME/holdfast
[[nodiscard]] QString userConfig();
/// $XDG_STATE_HOME/holdfast
[[nodiscard]] QString userState();

} // namespace holdfast
