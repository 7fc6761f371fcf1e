// SPDX-License-Identifier: Apache-2.0
#include "core/ids.h"

#include "core/base64.h"

#include <algorithm>

namespace holdfast {

namespace {
constexpr qsizetype idLetters = 24;
}

HoldId HoldId::of(const PublicKeyBytes &requester, QByteArrayView requestPayload)
{
    const QByteArrayView key(requester.data(), static_cast<qsizetype>(requester.size()));
    HoldId id;
    id.m_text = u'h' + toBase32(Sha256().add(key).add(requestPayload).finish().toBytes()).left(idLetters);
    return id;
}

std::optional<HoldId> HoldId::parse(QStringView text)
{
    const auto isLetter = [](QChar c) { return (c >= u'a' && c <= u'z') || (c >= u'2' && c <= u'7'); };
    if (text.size() != 1 + idLetters || text.front() != u'h' || !std::all_of(text.begin() + 1, text.end(), isLetter))
        return std::nullopt;
    HoldId id;
    id.m_text = text.toString();
    return id;
}

QString codeOf(const Digest &holdPayload)
{
    const Digest digest = Sha256().add(QByteArrayView("holdfast-code-v1\n")).add(holdPayload.toBytes()).finish();
    quint64 number = 0;
    for (std::size_t i = 0; i < 8; ++i)
        number = number << 8 | digest.bytes[i];
    return QString::number(number % 1'000'000).rightJustified(6, u'0');
}

} // namespace holdfast
