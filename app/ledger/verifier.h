// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "ledger/auditor.h"
#include "ledger/checkpoint.h"

namespace holdfast {

struct VerifyReport final
{
    bool pinned = false; ///< a pin was given: without one, whoever wrote the directory chose the keys
    std::optional<Checkpoint> checkpoint; ///< when its signature holds
    std::int64_t entries = 0; ///< read
    std::int64_t blobs = 0; ///< present, and their digests fit
    std::int64_t seen = 0; ///< entries that were seen before; where there are fewer here, the newest ones are not in it
    std::vector<Finding> findings; ///< at most 100; the first ones
    [[nodiscard]] bool holds() const { return findings.empty(); }
};

/// Of the same ledger, as it was accepted before from somewhere else: an export that holds together may still be another history.
struct SeenBefore final
{
    std::optional<Checkpoint> checkpoint; ///< verified
    std::optional<Digest> firstRegistry; ///< payload digest
};

/// Verifies an exported directory: entries against tiles, tiles against the root, the root against the signed checkpoint, every
/// entry (LedgerAuditor), every blob; and that it continues what was seen before, as far as it goes. `gate` is the pinned gate or ledger key.
[[nodiscard]] VerifyReport verifyExport(const QString &directory, const std::optional<VerifierKey> &gate, const PolicyParser &policy, const SeenBefore &seen = {});

} // namespace holdfast
