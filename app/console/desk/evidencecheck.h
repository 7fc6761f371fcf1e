// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "console/desk/ledgerwatch.h"
#include "console/present/evidence.h"

namespace holdfast {

/// Checks the documents of `evidence` against the registry that this console walked to, fills in what they say, and makes the
/// ruling anew, where the whole lists are here. Empty when everything holds, else the reason for people.
[[nodiscard]] QString verifyEvidence(present::Evidence &evidence, const TrustedPolicy &trusted);

/// How the revision that is shown stands in the ledger that this console has verified.
enum class InLedger { NotYet, Waits, Otherwise };
/// Waits: it is the newest revision there, and waits for a decision. Evidence that no ledger carries is nothing to sign.
[[nodiscard]] InLedger inLedger(const present::Evidence &evidence, const LedgerWatch &watch);

/// The terms of an approval, by this console's own ruling; without one, those that the hold states, which locks Approve anyway.
[[nodiscard]] ApprovalTerms termsOf(const present::Evidence &evidence);
/// True if mode, tier, quorum and confirmations of the hold are those of this console's own ruling; true while there is none.
[[nodiscard]] bool agrees(const present::Evidence &evidence);

} // namespace holdfast
