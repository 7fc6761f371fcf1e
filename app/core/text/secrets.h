// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <QByteArray>
#include <QByteArrayView>
#include <QString>

#include <optional>

namespace holdfast {

/// The kind of secret that `text` obviously holds (`AWS access key`, `password in a URL` …), never the secret itself;
/// nullopt when none is recognised. Knows shapes that hardly anything else has: a secret without a shape is not found,
/// and documented placeholders (`$TOKEN`, `<password>`, `…EXAMPLE`) are not secrets.
[[nodiscard]] std::optional<QString> whyLooksSecret(QStringView text);

/// `text` with every recognised secret replaced by `[secret: <kind>]`; bytes that are not UTF-8 stay as they are.
[[nodiscard]] QByteArray maskSecrets(QByteArrayView text);

} // namespace holdfast
