// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "core/policy/policydocument.h"

namespace holdfast {

/// What the rules are asked about.
struct RulingInput final
{
    QString kind;
    QString target;
    QString requester; ///< actor
    QString origin; ///< claimed agent
    const Measurement *measured = nullptr; ///< whole (documents/wholelists.h); nullptr: nothing was measured
    Instant at{};
};

struct Ruling final
{
    Rule rule; ///< a copy of the matching rule, or the default
    Mode mode = Mode::Hold;
    Tier tier = Tier::Critical; ///< the rule's; one higher when uninspectable; at least high while an environment, recovery or row count that
    ///< decides is unknown, and for what is opaque
    QString because; ///< one sentence
    std::vector<Tolerance> tolerances; ///< absolute, from the measured numbers
};

/// First match wins. An environment that is unknown counts as production. What reaches a `protected` target is forbidden, whatever
/// target it names, and so is what the measurement says would never be performed; the target of a rule is the one that was measured.
/// The console and the performer call this too: a hold's word for its mode and tier is never enough.
[[nodiscard]] Ruling rule(const PolicyDocument &policy, const RulingInput &input);

/// `*` matches any run of characters; everything else itself.
[[nodiscard]] bool globMatches(QStringView pattern, QStringView text);

} // namespace holdfast
