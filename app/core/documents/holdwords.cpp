// SPDX-License-Identifier: Apache-2.0
#include "core/documents/hold.h"
#include "core/documents/parts.h"

#include <algorithm>

namespace holdfast {

namespace {

constexpr parts::Words<Quality, 6> qualities{{
    {Quality::Measured, u"measured"},
    {Quality::Bounded, u"bounded"},
    {Quality::Estimated, u"estimated"},
    {Quality::Configured, u"configured"},
    {Quality::Claimed, u"claimed"},
    {Quality::Unknown, u"unknown"},
}};
constexpr parts::Words<Severity, 4> severities{{
    {Severity::Info, u"info"},
    {Severity::Notice, u"notice"},
    {Severity::Warning, u"warning"},
    {Severity::Danger, u"danger"},
}};
constexpr parts::Words<Tier, 4> tiers{{
    {Tier::Low, u"low"},
    {Tier::Elevated, u"elevated"},
    {Tier::High, u"high"},
    {Tier::Critical, u"critical"},
}};
constexpr parts::Words<Mode, 4> modes{{
    {Mode::Allow, u"allow"},
    {Mode::Hold, u"hold"},
    {Mode::Propose, u"propose"},
    {Mode::Forbid, u"forbid"},
}};
constexpr parts::Words<Verdict, 4> holdVerdicts{{
    {Verdict::Recoverable, u"recoverable"},
    {Verdict::Partly, u"partly"},
    {Verdict::None, u"none"},
    {Verdict::Unknown, u"unknown"},
}};
constexpr parts::Words<Enforcement, 2> enforcements{{
    {Enforcement::Enforced, u"enforced"},
    {Enforcement::Cooperative, u"cooperative"},
}};

} // namespace

QString toString(Quality value)
{
    return parts::wordOf(qualities, value);
}

QString toString(Severity value)
{
    return parts::wordOf(severities, value);
}

QString toString(Tier value)
{
    return parts::wordOf(tiers, value);
}

QString toString(Mode value)
{
    return parts::wordOf(modes, value);
}

QString toString(Verdict value)
{
    return parts::wordOf(holdVerdicts, value);
}

QString toString(Enforcement value)
{
    return parts::wordOf(enforcements, value);
}

std::optional<Quality> qualityFrom(QStringView text)
{
    return parts::fromWord(qualities, text);
}

std::optional<Severity> severityFrom(QStringView text)
{
    return parts::fromWord(severities, text);
}

std::optional<Tier> tierFrom(QStringView text)
{
    return parts::fromWord(tiers, text);
}

std::optional<Mode> modeFrom(QStringView text)
{
    return parts::fromWord(modes, text);
}

std::optional<Verdict> verdictFrom(QStringView text)
{
    return parts::fromWord(holdVerdicts, text);
}

std::optional<Enforcement> enforcementFrom(QStringView text)
{
    return parts::fromWord(enforcements, text);
}

Tier oneHigher(Tier tier)
{
    switch (tier) {
    case Tier::Low:
        return Tier::Elevated;
    case Tier::Elevated:
        return Tier::High;
    case Tier::High:
    case Tier::Critical:
        return Tier::Critical;
    }
    return Tier::Critical;
}

void sortBytewise(QStringList &list)
{
    std::sort(list.begin(), list.end(), [](const QString &left, const QString &right) { return left.toUtf8() < right.toUtf8(); });
}

} // namespace holdfast
