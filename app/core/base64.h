// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <QByteArray>
#include <QString>

#include <optional>

namespace holdfast {

/// Standard alphabet, padded.
[[nodiscard]] QString toBase64(QByteArrayView data);

/// Standard or URL-safe alphabet, never mixed; padded; trailing bits zero; no white space. Anything else is nullopt.
[[nodiscard]] std::optional<QByteArray> fromBase64(QStringView text);

/// Lower-case RFC 4648 base32 without padding.
[[nodiscard]] QString toBase32(QByteArrayView data);

} // namespace holdfast
