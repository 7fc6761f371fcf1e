// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "kinds/command/bench.h"
#include "kinds/command/commandperformer.h"

namespace holdfast {

inline Hold approve(const Bench &b)
{
    Hold hold;
    hold.measured = b.measure();
    return hold;
}

inline std::variant<Performed, Drifted> perform(const Bench &b, const Hold &hold, std::chrono::milliseconds deadline = std::chrono::seconds(30))
{
    PerformInput input;
    input.measure = b.input();
    input.approved = &hold;
    input.performAs = b.performAs;
    input.compare = [&hold](const Measurement &now) { return compare(hold, now, hold.mode, hold.tier); };
    return makeCommandPerformer(deadline)->perform(input);
}

inline Performed run(const Bench &b, std::chrono::milliseconds deadline = std::chrono::seconds(30))
{
    auto result = perform(b, approve(b), deadline);
    return std::holds_alternative<Performed>(result) ? std::get<Performed>(result) : Performed{};
}

} // namespace holdfast
