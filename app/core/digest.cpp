// SPDX-License-Identifier: Apache-2.0
#include "core/digest.h"

#include <QHashFunctions>
#include <QtGlobal>

#include <openssl/evp.h>

#include <algorithm>

namespace holdfast {

namespace {

constexpr QStringView prefix = u"sha256:";

/// Fetched once: looking the algorithm up costs more than hashing a tree node.
const EVP_MD *algorithm()
{
    static const EVP_MD *const fetched = EVP_MD_fetch(nullptr, "SHA256", nullptr);
    return fetched;
}

int nibble(char16_t c)
{
    if (c >= u'0' && c <= u'9')
        return c - u'0';
    return c >= u'a' && c <= u'f' ? c - u'a' + 10 : -1;
}

void mustSucceed(int result)
{
    if (result != 1)
        qFatal("libcrypto cannot compute SHA-256");
}

} // namespace

QString Digest::toString() const
{
    return prefix.toString() + hex();
}

QString Digest::hex() const
{
    static constexpr char16_t digits[] = u"0123456789abcdef";
    QString text;
    text.reserve(64);
    for (const unsigned char byte : bytes) {
        text.append(digits[byte >> 4]);
        text.append(digits[byte & 15]);
    }
    return text;
}

QByteArray Digest::toBytes() const
{
    return QByteArrayView(bytes.data(), static_cast<qsizetype>(bytes.size())).toByteArray();
}

std::optional<Digest> Digest::fromString(QStringView text)
{
    return text.startsWith(prefix) ? fromHex(text.mid(prefix.size())) : std::nullopt;
}

std::optional<Digest> Digest::fromHex(QStringView text)
{
    if (text.size() != 64)
        return std::nullopt;
    Digest digest;
    for (std::size_t i = 0; i < digest.bytes.size(); ++i) {
        const auto at = 2 * static_cast<qsizetype>(i);
        const int high = nibble(text[at].unicode()), low = nibble(text[at + 1].unicode());
        if (high < 0 || low < 0)
            return std::nullopt;
        digest.bytes[i] = static_cast<unsigned char>(high << 4 | low);
    }
    return digest;
}

std::optional<Digest> Digest::fromBytes(QByteArrayView raw)
{
    Digest digest;
    if (raw.size() != static_cast<qsizetype>(digest.bytes.size()))
        return std::nullopt;
    std::transform(raw.begin(), raw.end(), digest.bytes.begin(), [](char c) { return static_cast<unsigned char>(c); });
    return digest;
}

size_t qHash(const Digest &digest, size_t seed) noexcept
{
    return qHashBits(digest.bytes.data(), digest.bytes.size(), seed);
}

Sha256::Sha256()
    : m_context(EVP_MD_CTX_new())
{
    mustSucceed(m_context != nullptr && EVP_DigestInit_ex2(m_context, algorithm(), nullptr) == 1 ? 1 : 0);
}

Sha256::~Sha256()
{
    EVP_MD_CTX_free(m_context);
}

Sha256 &Sha256::add(QByteArrayView data)
{
    mustSucceed(EVP_DigestUpdate(m_context, data.data(), static_cast<std::size_t>(data.size())));
    return *this;
}

Digest Sha256::finish()
{
    Digest digest;
    mustSucceed(EVP_DigestFinal_ex(m_context, digest.bytes.data(), nullptr));
    mustSucceed(EVP_DigestInit_ex2(m_context, nullptr, nullptr));
    return digest;
}

Digest sha256(QByteArrayView data)
{
    static thread_local Sha256 hash;
    return hash.add(data).finish();
}

} // namespace holdfast
