// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <QStringList>

namespace holdfast {

/// Where a resource lies, outermost first. `/srv/a` is a path; `postgresql:<system>/<database>/<schema>.<name>` also parts at the
/// dots of its last element, and quoted identifiers stay whole; anything else parts at its slashes.
[[nodiscard]] QStringList placeOf(const QString &resource);

/// Whether the two are one, or one lies in the other.
[[nodiscard]] bool touch(const QString &a, const QString &b);
/// Whether any of `a` touches any of `b`, without comparing each with each.
[[nodiscard]] bool touch(const QStringList &a, const QStringList &b);

} // namespace holdfast
