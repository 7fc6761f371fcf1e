// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <QByteArray>
#include <QByteArrayView>
#include <QString>

#include <array>
#include <compare>
#include <optional>

struct evp_md_ctx_st; // libcrypto's EVP_MD_CTX

namespace holdfast {

/// A SHA-256 value. Written `sha256:` + 64 lower hex digits in documents.
struct Digest final
{
    std::array<unsigned char, 32> bytes{};

    [[nodiscard]] QString toString() const; ///< sha256:…
    [[nodiscard]] QString hex() const; ///< 64 lower hex digits
    [[nodiscard]] QByteArray toBytes() const;
    [[nodiscard]] static std::optional<Digest> fromString(QStringView text); ///< only the `sha256:` form
    [[nodiscard]] static std::optional<Digest> fromHex(QStringView text);
    [[nodiscard]] static std::optional<Digest> fromBytes(QByteArrayView raw);

    friend auto operator<=>(const Digest &, const Digest &) = default;
};

[[nodiscard]] size_t qHash(const Digest &digest, size_t seed = 0) noexcept;

/// Incremental SHA-256 by libcrypto, the fastest at hand. One object may be reused: finish() begins anew.
class Sha256 final
{
public:
    Sha256();
    ~Sha256();
    Sha256(const Sha256 &) = delete;
    Sha256 &operator=(const Sha256 &) = delete;
    Sha256 &add(QByteArrayView data);
    [[nodiscard]] Digest finish();

private:
    ::evp_md_ctx_st *m_context;
};

/// Reuses one context per thread.
[[nodiscard]] Digest sha256(QByteArrayView data);

} // namespace holdfast
