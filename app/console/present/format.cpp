// SPDX-License-Identifier: Apache-2.0
#include "console/present/format.h"

#include "core/text/visible.h"

#include <QCoreApplication>
#include <QDateTime>
#include <QRegularExpression>

#include <array>

namespace holdfast::present {

using namespace std::chrono;

namespace {

QString tr(const char *text, int n = -1)
{
    return QCoreApplication::translate("Format", text, nullptr, n);
}

QDateTime localTime(Instant instant)
{
    return QDateTime::fromMSecsSinceEpoch(instant.time_since_epoch().count());
}

} // namespace

QString count(std::int64_t number, const QLocale &locale)
{
    auto text = locale.toString(static_cast<qlonglong>(number));
    const auto separator = locale.groupSeparator();
    return separator.isEmpty() ? text : text.replace(separator, QChar(u'\u202F'));
}

QString bytes(std::int64_t number, const QLocale &locale)
{
    static constexpr std::array units{"B", "kB", "MB", "GB", "TB", "PB"};
    auto value = static_cast<double>(number);
    std::size_t unit = 0;
    while (value >= 1000.0 && unit + 1 < units.size()) {
        value /= 1000.0;
        ++unit;
    }
    const auto figure = unit == 0 ? count(number, locale) : locale.toString(value, 'f', value < 10 ? 1 : 0);
    return figure + QChar(u'\u202F') + QString::fromLatin1(units[unit]);
}

QString duration(milliseconds span)
{
    constexpr std::int64_t minutesOfDay = 1440;
    const auto total = std::max<std::int64_t>(0, duration_cast<seconds>(span).count());
    const auto minutesOnly = total / 60;
    if (total < 60) {
        //: A short span of time, in seconds
        return tr("%1 s").arg(total);
    }
    if (minutesOnly < 60) {
        //: A span of time, in minutes
        return tr("%1 min").arg(minutesOnly);
    }
    if (minutesOnly < minutesOfDay) {
        const auto rest = minutesOnly % 60;
        //: A span of time in whole hours, and in hours and minutes
        return rest == 0 ? tr("%1 h").arg(minutesOnly / 60) : tr("%1 h %2 min").arg(QString::number(minutesOnly / 60), QString::number(rest));
    }
    //: A span of time, in days
    return tr("%1 d").arg(minutesOnly / minutesOfDay);
}

QString age(Instant then, Instant now)
{
    if (now - then < seconds(1)) {
        //: How long ago something was measured or asked: under a second
        return tr("just now");
    }
    //: How long ago something was measured or asked; %1 is a span such as "4 s"
    return tr("%1 ago").arg(duration(now - then));
}

QString left(Instant until, Instant now)
{
    const auto span = until - now;
    if (span <= milliseconds(0)) {
        //: The time to decide on a hold has run out
        return tr("expired");
    }
    const auto total = duration_cast<seconds>(span).count();
    if (total < 3600) {
        const auto clock = QStringLiteral("%1:%2").arg(QString::number(total / 60), QString::number(total % 60).rightJustified(2, u'0'));
        //: Time left to decide on a hold, minutes and seconds
        return tr("%1 left").arg(clock);
    }
    //: Time left to decide on a hold
    return tr("%1 left").arg(duration(span));
}

Instant leftSameUntil(Instant until, Instant now)
{
    const auto span = until - now;
    if (span <= milliseconds(0))
        return Instant::max();
    // Seconds under an hour, minutes under a day, then days: as duration() counts.
    const auto total = duration_cast<seconds>(span);
    const seconds unit = total < hours(1) ? seconds(1) : total < hours(24) ? seconds(60) : seconds(24 * 3600);
    return until - total / unit * unit + milliseconds(1);
}

QString when(Instant then, Instant now)
{
    const QLocale locale;
    const auto time = localTime(then);
    const auto clock = locale.toString(time.time(), QStringLiteral("HH:mm"));
    const auto days = time.date().daysTo(localTime(now).date());
    if (days == 0) {
        //: A time today, %1 is hours and minutes
        return tr("today %1").arg(clock);
    }
    if (days == 1) {
        //: A time yesterday, %1 is hours and minutes
        return tr("yesterday %1").arg(clock);
    }
    return locale.toString(time.date(), QStringLiteral("d MMM yyyy")) + u' ' + clock;
}

QString word(Tier tier)
{
    switch (tier) {
    case Tier::Low: return tr("low");
    case Tier::Elevated: return tr("elevated");
    case Tier::High: return tr("high");
    case Tier::Critical: return tr("critical");
    }
    return {};
}

QString word(Quality quality)
{
    switch (quality) {
    case Quality::Measured: return tr("exact");
    case Quality::Bounded: return tr("limits known");
    case Quality::Estimated: return tr("estimate");
    case Quality::Configured: return tr("configured by the owner");
    case Quality::Claimed: return tr("claimed by the requester");
    case Quality::Unknown: return tr("unknown");
    }
    return {};
}

QString word(Outcome outcome)
{
    switch (outcome) {
    case Outcome::Committed: return tr("committed");
    case Outcome::Failed: return tr("failed");
    case Outcome::Partial: return tr("partial");
    case Outcome::NotStarted: return tr("not started");
    case Outcome::Unknown: return tr("outcome unknown");
    }
    return {};
}

QString word(Verdict verdict)
{
    switch (verdict) {
    case Verdict::Recoverable: return tr("Yes");
    case Verdict::Partly: return tr("Partly");
    case Verdict::None: return tr("No");
    case Verdict::Unknown: return tr("Unknown");
    }
    return {};
}

QString spoken(QStringView sentence, Instant now, qsizetype limit)
{
    static const QRegularExpression instants(QStringLiteral("\\d{4}-\\d{2}-\\d{2}T\\d{2}:\\d{2}:\\d{2}\\.\\d{3}Z"));
    auto text = shown(sentence, limit);
    qsizetype from = 0;
    for (auto found = instants.match(text, from); found.hasMatch(); found = instants.match(text, from)) {
        const auto instant = parseInstant(found.capturedView());
        const auto said = instant ? when(*instant, now) : found.captured();
        text.replace(found.capturedStart(), found.capturedLength(), said);
        from = found.capturedStart() + said.size();
    }
    return text;
}

QString shown(QStringView foreign, qsizetype limit)
{
    return visible(foreign, {.keepLines = false, .limit = limit});
}

view::Tier toView(Tier tier) { return static_cast<view::Tier>(tier); }
view::Quality toView(Quality quality) { return static_cast<view::Quality>(quality); }
view::Severity toView(Severity severity) { return static_cast<view::Severity>(severity); }
view::Verdict toView(Verdict verdict) { return static_cast<view::Verdict>(verdict); }

} // namespace holdfast::present
