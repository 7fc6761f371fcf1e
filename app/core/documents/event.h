// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "core/documents/request.h"

namespace holdfast {

/// The wire states of protocol 3.4.
enum class State {
    Measuring, Pending, Approved, Cooling, Released, Executing, Done, Denied, Expired, Refused, Withdrawn, Stopped, Drifted, Lapsed,
};
[[nodiscard]] QString toString(State value);
[[nodiscard]] std::optional<State> stateFrom(QStringView text);
/// Nothing can happen to the hold any more.
[[nodiscard]] bool isFinal(State state);

/// One arrow of the state machine that no other document makes, stated by the gate.
struct Event final
{
    QString gate;
    HoldId hold;
    int revision = 0;
    State state = State::Refused;
    QString because;
    Instant at{};
    std::optional<Instant> until;

    [[nodiscard]] QByteArray toPayload() const;
    [[nodiscard]] static Parsed<Event> parse(QByteArrayView payload);
};

} // namespace holdfast
