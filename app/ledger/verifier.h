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
    std::vector<Finding> findings; ///< at most 100; the first ones
    [[nodiscard]] bool holds() const { return findings.empty(); }
};

/// Verifies an exported directory: entries against tiles, tiles against the root, the root against the signed checkpoint, every
/// entry (LedgerAuditor), every blob. `gate` is the pinned gate or ledger key.
[[nodiscard]] VerifyReport verifyExport(const QString &directory, const std::optional<VerifierKey> &gate, const PolicyParser &policy);

} // namespace holdfast
