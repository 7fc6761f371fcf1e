// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <QString>

namespace holdfast {

/// `name` where SQL needs no quotes, else `"name"`: for people, and in the ids of resources.
[[nodiscard]] QString displayIdent(const QString &name);
/// `"name"`, for SQL.
[[nodiscard]] QString quoteIdent(const QString &name);

} // namespace holdfast
