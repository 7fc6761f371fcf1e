// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <QByteArray>
#include <QString>

#include <array>
#include <compare>
#include <optional>

namespace holdfast {

using PublicKeyBytes = std::array<unsigned char, 32>;
using SignatureBytes = std::array<unsigned char, 64>;

/// A C2SP verifier key: `name+hex8+base64(type ‖ key)` (protocol 1.3). Source of the format: C2SP signed-note.
struct VerifierKey final
{
    enum class Type : unsigned char { Ed25519 = 0x01, Cosignature = 0x04 };

    QString name; ///< no white space, no '+', not empty
    Type type = Type::Ed25519;
    PublicKeyBytes bytes{};

    [[nodiscard]] QString toString() const;
    /// First four bytes of SHA-256(name ‖ 0x0A ‖ type ‖ key).
    [[nodiscard]] std::array<unsigned char, 4> hash() const;
    /// `name+hex8`: the hint that goes into an envelope's keyid.
    [[nodiscard]] QString hint() const;
    /// Refuses a wrong hash, a wrong length, and a point that crypto_core_ed25519_is_valid_point refuses.
    [[nodiscard]] static std::optional<VerifierKey> parse(QStringView text);
    [[nodiscard]] bool isNull() const { return name.isEmpty(); }

    friend std::strong_ordering operator<=>(const VerifierKey &, const VerifierKey &) = default;
};

} // namespace holdfast
