// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <QStringList>

namespace holdfast {

[[nodiscard]] bool hasLandlock();

/// From now on this process and whatever it starts can neither read nor change the `paths` (absolute, also missing ones), nor what
/// comes to lie beside them later; nor look into, trace or signal a process outside. Everything else stays as it was. False, with
/// errno: nothing changed.
[[nodiscard]] bool withhold(const QStringList &paths);

} // namespace holdfast
