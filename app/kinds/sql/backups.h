// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "kinds/measuring.h"
#include "kinds/sql/identity.h"

namespace holdfast::sql {

/// Whether what is destroyed or changed can come back, and the facts about the newest copy.
struct Backups final
{
    Recovery recovery;
    std::vector<Fact> facts; ///< backup.newest, backup.same-fate
};

/// `live`: nullptr when the server could not be asked. `harms`: the request destroys or changes something.
/// Verdict: recoverable only for a copy that can be read (or that the owner's command vouches for), younger than a day, in another failure
/// domain, whose restore was tested in the last 90 days; partly for any other copy that survives; none when there is no copy that can be
/// restored and no archiving; unknown when no source answers.
[[nodiscard]] Backups measureBackups(const Target &target, const LiveIdentity *live, bool local, bool harms, Instant at);

} // namespace holdfast::sql
