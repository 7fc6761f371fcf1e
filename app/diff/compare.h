// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "diff/document.h"

#include <QStringView>

namespace holdfast::diff {

/// Line diff of two texts with word spans in the lines that were replaced. Always ends within about `limits.time`.
[[nodiscard]] Document compare(QStringView before, QStringView after, const Limits &limits = {});

/// The words that differ between two lines: spans in `before` and in `after`. Empty in both when they have too little in common.
[[nodiscard]] std::pair<std::vector<Span>, std::vector<Span>> changedWords(QStringView before, QStringView after);

/// `unified` text with `--- oldName`, `+++ newName` and @@ lines, as `diff -u` writes it.
[[nodiscard]] QByteArray toUnified(const Document &document);

} // namespace holdfast::diff
