// SPDX-License-Identifier: Apache-2.0
#include "core/base64.h"

#include <array>

namespace holdfast {

namespace {

enum class Alphabet { Unknown, Standard, UrlSafe };

/// The six bits of a character, or -1; settles which of the two alphabets the text is written in.
int sextet(char16_t c, Alphabet &alphabet)
{
    if (c >= u'A' && c <= u'Z')
        return c - u'A';
    if (c >= u'a' && c <= u'z')
        return c - u'a' + 26;
    if (c >= u'0' && c <= u'9')
        return c - u'0' + 52;
    const bool standard = c == u'+' || c == u'/';
    const bool urlSafe = c == u'-' || c == u'_';
    if (!standard && !urlSafe)
        return -1;
    const Alphabet meant = standard ? Alphabet::Standard : Alphabet::UrlSafe;
    if (alphabet != Alphabet::Unknown && alphabet != meant)
        return -1;
    alphabet = meant;
    return c == u'+' || c == u'-' ? 62 : 63;
}

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
    // Written in place: appending byte by byte was an eighth of what a console does at its start.
    QByteArray out(digits.size() * 6 / 8, Qt::Uninitialized);
    char *to = out.data();
    Alphabet alphabet = Alphabet::Unknown;
    quint32 bits = 0;
    int have = 0;
    for (const QChar c : digits) {
        const int value = sextet(c.unicode(), alphabet);
        if (value < 0)
            return std::nullopt;
        bits = (bits << 6) | static_cast<quint32>(value);
        have += 6;
        if (have >= 8) {
            have -= 8;
            *to++ = static_cast<char>((bits >> have) & 0xff);
        }
        bits &= 0xff;
    }
    // What is left over must be zero: otherwise several texts would stand for the same bytes.
    if ((bits & ((1u << have) - 1u)) != 0)
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
