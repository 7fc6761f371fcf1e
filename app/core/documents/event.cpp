// SPDX-License-Identifier: Apache-2.0
#include "core/documents/event.h"

#include "core/documents/parts.h"

namespace holdfast {

namespace {

constexpr parts::Words<State, 14> states{{
    {State::Measuring, u"measuring"},
    {State::Pending, u"pending"},
    {State::Approved, u"approved"},
    {State::Cooling, u"cooling"},
    {State::Released, u"released"},
    {State::Executing, u"executing"},
    {State::Done, u"done"},
    {State::Denied, u"denied"},
    {State::Expired, u"expired"},
    {State::Refused, u"refused"},
    {State::Withdrawn, u"withdrawn"},
    {State::Stopped, u"stopped"},
    {State::Drifted, u"drifted"},
    {State::Lapsed, u"lapsed"},
}};

void readEvent(ObjectReader &reader, Event &event)
{
    parts::readVersion(reader);
    event.gate = parts::readName(reader, u"gate");
    event.hold = parts::readHoldId(reader, u"hold");
    // A request that is refused before it was measured has no revision yet.
    event.revision = parts::readRevision(reader, 0);
    event.state = parts::readWord(reader, u"state", states);
    event.because = reader.text(u"because");
    event.at = reader.instant(u"at");
    event.until = reader.optionalInstant(u"until");
}

} // namespace

QString toString(State value)
{
    return parts::wordOf(states, value);
}

std::optional<State> stateFrom(QStringView text)
{
    return parts::fromWord(states, text);
}

bool isFinal(State state)
{
    switch (state) {
    case State::Done:
    case State::Denied:
    case State::Expired:
    case State::Refused:
    case State::Withdrawn:
    case State::Stopped:
    case State::Lapsed:
        return true;
    case State::Measuring:
    case State::Pending:
    case State::Approved:
    case State::Cooling:
    case State::Released:
    case State::Executing:
    case State::Drifted:
        return false;
    }
    return false;
}

QByteArray Event::toPayload() const
{
    JsonBuilder builder;
    builder.add(QStringLiteral("version"), 1)
        .add(QStringLiteral("gate"), gate)
        .add(QStringLiteral("hold"), hold.toString())
        .add(QStringLiteral("revision"), revision)
        .add(QStringLiteral("state"), toString(state))
        .add(QStringLiteral("because"), because)
        .add(QStringLiteral("at"), formatInstant(at));
    parts::addInstantIf(builder, QStringLiteral("until"), until);
    return builder.build().toBytes();
}

Parsed<Event> Event::parse(QByteArrayView payload)
{
    return parts::parseDocument<Event>(payload, &readEvent);
}

} // namespace holdfast
