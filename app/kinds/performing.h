// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "core/documents/grant.h"
#include "core/policy/drift.h"
#include "kinds/measuring.h"

#include <variant>

namespace holdfast {

struct Performed final
{
    Outcome outcome = Outcome::Unknown;
    std::optional<std::int64_t> exitCode;
    QByteArray output; ///< what the action printed or returned; bounded to 1 MiB by the performer
    std::vector<Fact> effects; ///< what the server or the file system reported, not what was predicted
};

/// Found outside the tolerances before anything became permanent; everything is rolled back.
struct Drifted final
{
    MeasureOutput now;
};

/// The gate's comparison of a new measurement with the approved revision (ruling included); empty or all tolerated: go on.
using Comparing = std::function<std::vector<DriftItem>(const Measurement &)>;

/// Performs, in place of the approved request, one that means the same in another kind, as that kind would, with that target's credential.
/// Failure: why this requester does not get it; nothing was done then. Used on the calling thread.
using PerformAs = std::function<Result<std::variant<Performed, Drifted>, QString>(const Request &, const Comparing &)>;

struct PerformInput final
{
    MeasureInput measure;
    const Hold *approved = nullptr;
    Comparing compare;
    PerformAs performAs; ///< empty: there is no other kind to ask
};

/// Performs exactly one approved request, once. The gate has recorded the grant as spent and `executing` as durable before
/// it calls; where nothing can be rolled back (commands) `measureFirst()` is true and the gate measures and compares before spending.
class Performer
{
public:
    virtual ~Performer() = default;
    [[nodiscard]] virtual bool measureFirst() const = 0;
    [[nodiscard]] virtual std::variant<Performed, Drifted> perform(const PerformInput &input) const = 0;
};

} // namespace holdfast
