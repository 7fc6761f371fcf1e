// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "cli/exitcode.h"

namespace holdfast {

/// The bytes of a file; `-` is standard input. At most 64 MiB.
[[nodiscard]] Expected<QByteArray> readContent(const QString &file);
/// The same, refused where it is not UTF-8: what is shown to people must be what runs.
[[nodiscard]] Expected<QString> utf8Of(const QByteArray &bytes, const QString &name);

} // namespace holdfast
