// SPDX-License-Identifier: Apache-2.0
#include "core/base64.h"

#include <array>
#include <cstdint>

namespace holdfast {

namespace {

constexpr unsigned sixBits = 63, standardOnly = 64, urlSafeOnly = 128, noDigit = 256;

constexpr std::array<std::uint16_t, 128> digitTable()
{
    std::array<std::uint16_t, 128> table{};
    table.fill(noDigit);
    for (unsigned i = 0; i < 26; ++i) {
        table['A' + i] = static_cast<std::uint16_t>(i);
        table['a' + i] = static_cast<std::uint16_t>(26 + i);
    }
    for (unsigned i = 0; i < 10; ++i)
        table['0' + i] = static_cast<std::uint16_t>(52 + i);
    table['+'] = 62 | standardOnly;
    table['/'] = 63 | standardOnly;
    table['-'] = 62 | urlSafeOnly;
    table['_'] = 63 | urlSafeOnly;
    return table;
}

constexpr auto digitOf = digitTable();

// Written here because neither library will do: libsodium 1.0.18 takes bytes above 0x7f for digits, and with the second pass that Qt would
// need to refuse stray bits it takes ten times as long, which blob.write and every envelope would pay on the thread that serves all.

/// Gives the six bits of each character that is asked for, and remembers what was among them.
class Sextets final
{
public:
    quint32 operator()(QChar c)
    {
        const unsigned digit = c.unicode() < digitOf.size() ? digitOf[c.unicode()] : noDigit;
        m_seen |= digit;
        return digit & sixBits;
    }
    /// Only digits, of one alphabet.
    [[nodiscard]] bool wereDigits() const { return (m_seen & noDigit) == 0 && (m_seen & (standardOnly | urlSafeOnly)) != (standardOnly | urlSafeOnly); }

private:
    unsigned m_seen = 0;
};

} // namespace

QString toBase64(QByteArrayView data)
{
    return QString::fromLatin1(QByteArray::fromRawData(data.data(), data.size()).toBase64());
}

std::optional<QByteArray> fromBase64(QStringView text)
{
    if (text.size() % 4 != 0)
        return std::nullopt;
    qsizetype padding = 0;
    if (text.endsWith(u"=="))
        padding = 2;
    else if (text.endsWith(u'='))
        padding = 1;
    const QStringView digits = text.chopped(padding);
    // Written in place, and without a branch for each character: large messages are hardly anything else.
    QByteArray out(digits.size() * 6 / 8, Qt::Uninitialized);
    char *to = out.data();
    Sextets sextet;
    const QChar *at = digits.begin();
    for (; digits.end() - at >= 4; at += 4) {
        const quint32 bits = sextet(at[0]) << 18 | sextet(at[1]) << 12 | sextet(at[2]) << 6 | sextet(at[3]);
        *to++ = static_cast<char>(bits >> 16 & 0xff);
        *to++ = static_cast<char>(bits >> 8 & 0xff);
        *to++ = static_cast<char>(bits & 0xff);
    }
    quint32 rest = 0;
    int have = 0;
    for (; at != digits.end(); ++at, have += 6)
        rest = rest << 6 | sextet(*at);
    for (; have >= 8; have -= 8)
        *to++ = static_cast<char>(rest >> (have - 8) & 0xff);
    // What is left over must be zero: otherwise several texts would stand for the same bytes.
    if (!sextet.wereDigits() || (rest & ((1U << have) - 1U)) != 0)
        return std::nullopt;
    return out;
}

QString toBase32(QByteArrayView data)
{
    static constexpr char16_t letters[] = u"abcdefghijklmnopqrstuvwxyz234567";
    QString out;
    out.reserve((data.size() * 8 + 4) / 5);
    quint32 bits = 0;
    int have = 0;
    for (const char byte : data) {
        bits = ((bits & 0xff) << 8) | static_cast<unsigned char>(byte);
        have += 8;
        while (have >= 5) {
            have -= 5;
            out.append(letters[(bits >> have) & 31]);
        }
    }
    if (have > 0)
        out.append(letters[(bits << (5 - have)) & 31]);
    return out;
}

} // namespace holdfast
