// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "kinds/sql/effects.h"

namespace holdfast::sql {

/// Which columns a sample hides. Shown as they are: numbers, booleans, dates and times, uuids, enums, and text in columns whose name says that it is
/// a code (state, status, currency …); hidden: all other text, JSON, bytes, arrays, and any column whose name says that it is about a
/// person or a secret. What is hidden keeps its first character and its length: `m••••• (17)`.
[[nodiscard]] bool isMasked(const Column &column);
[[nodiscard]] QString masked(const QString &value, std::int64_t length);

/// A column as it will be, for an UPDATE.
struct NewValue final
{
    QString column;
    QString expression; ///< composed
};

/// `rows of t that go`, `rows of t that may change`.
[[nodiscard]] QString sampleTitle(const QString &table, bool changes, bool sure);

/// Adds a `rows` diff: 32 random bytes, then {"columns", "key", "rows": [{"before", "after"}], "total", "masked"}. Rows come in the order of the
/// primary key, at most 20. `after` is null where `newValues` is empty. Says nothing when the rows cannot be read.
void addRowSample(const Catalog &catalog, const Relation &relation, const QString &from, const QString &alias, const QString &where,
                  const std::vector<NewValue> &newValues, const Count &total, Effects &effects);

} // namespace holdfast::sql
