// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "core/digest.h"
#include "core/verifierkey.h"

#include <QHashFunctions>
#include <QString>

namespace holdfast {

/// `h` + 24 characters of lower-case base32 of SHA-256(requester public key ‖ request payload) (protocol 1.4).
class HoldId final
{
public:
    HoldId() = default;
    [[nodiscard]] static HoldId of(const PublicKeyBytes &requester, QByteArrayView requestPayload);
    [[nodiscard]] static std::optional<HoldId> parse(QStringView text);
    [[nodiscard]] const QString &toString() const { return m_text; }
    [[nodiscard]] bool isNull() const { return m_text.isEmpty(); }
    friend std::strong_ordering operator<=>(const HoldId &, const HoldId &) = default;

private:
    QString m_text;
};

[[nodiscard]] inline size_t qHash(const HoldId &id, size_t seed = 0) noexcept { return ::qHash(id.toString(), seed); }

/// The six digits that console and `hold` both show for a hold payload (protocol 1.4, hold).
[[nodiscard]] QString codeOf(const Digest &holdPayload);

} // namespace holdfast
