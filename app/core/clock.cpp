// SPDX-License-Identifier: Apache-2.0
#include "core/clock.h"

#include <algorithm>

namespace holdfast {

namespace {

using namespace std::chrono;

constexpr Instant earliest = sys_days{year{0} / January / 1};
constexpr Instant latest = sys_days{year{10000} / January / 1} - milliseconds{1};
constexpr auto shape = u"0000-00-00T00:00:00.000Z";

void put(QString &text, qsizetype at, int digits, qint64 value)
{
    for (qsizetype i = at + digits - 1; i >= at; --i, value /= 10)
        text[i] = QChar(static_cast<char16_t>(u'0' + value % 10));
}

int take(QStringView text, qsizetype at, int digits)
{
    int value = 0;
    for (const QChar c : text.mid(at, digits))
        value = value * 10 + (c.unicode() - u'0');
    return value;
}

bool hasShape(QStringView text)
{
    const QStringView wanted(shape);
    if (text.size() != wanted.size())
        return false;
    for (qsizetype i = 0; i < text.size(); ++i) {
        const char16_t c = text[i].unicode();
        const bool fits = wanted[i] == u'0' ? (c >= u'0' && c <= u'9') : c == wanted[i].unicode();
        if (!fits)
            return false;
    }
    return true;
}

} // namespace

QString formatInstant(Instant instant)
{
    instant = std::clamp(instant, earliest, latest);
    const auto day = floor<days>(instant);
    const year_month_day date{day};
    const hh_mm_ss time{instant - day};
    QString text = QStringView(shape).toString();
    put(text, 0, 4, static_cast<int>(date.year()));
    put(text, 5, 2, static_cast<unsigned>(date.month()));
    put(text, 8, 2, static_cast<unsigned>(date.day()));
    put(text, 11, 2, time.hours().count());
    put(text, 14, 2, time.minutes().count());
    put(text, 17, 2, time.seconds().count());
    put(text, 20, 3, time.subseconds().count());
    return text;
}

std::optional<Instant> parseInstant(QStringView text)
{
    if (!hasShape(text))
        return std::nullopt;
    const year_month_day date{year{take(text, 0, 4)}, month{static_cast<unsigned>(take(text, 5, 2))},
        day{static_cast<unsigned>(take(text, 8, 2))}};
    const int hour = take(text, 11, 2), minute = take(text, 14, 2), second = take(text, 17, 2);
    if (!date.ok() || hour > 23 || minute > 59 || second > 59)
        return std::nullopt;
    return Instant{sys_days{date}} + hours{hour} + minutes{minute} + seconds{second} + milliseconds{take(text, 20, 3)};
}

std::optional<seconds> parseDuration(QStringView text)
{
    // Nine digits of days stay far from the end of the range.
    if (text.size() < 2 || text.size() > 10)
        return std::nullopt;
    const QStringView digits = text.chopped(1);
    if (digits.size() > 1 && digits.front() == u'0')
        return std::nullopt;
    qint64 count = 0;
    for (const QChar c : digits) {
        if (c < u'0' || c > u'9')
            return std::nullopt;
        count = count * 10 + (c.unicode() - u'0');
    }
    switch (text.back().unicode()) {
    case u's':
        return seconds{count};
    case u'm':
        return minutes{count};
    case u'h':
        return hours{count};
    case u'd':
        return days{count};
    default:
        return std::nullopt;
    }
}

Instant SystemClock::now() const
{
    return floor<milliseconds>(system_clock::now());
}

} // namespace holdfast
