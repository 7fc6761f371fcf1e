// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "console/present/evidence.h"
#include "console/view/decision.h"
#include "console/view/inbox.h"
#include "console/view/review.h"
#include "console/view/running.h"

namespace holdfast::present {

/// Everything is made from `evidence` and the time alone: the same bytes always read the same.
[[nodiscard]] HoldView holdView(const Evidence &evidence, const Viewer &viewer, Instant now);
[[nodiscard]] Review::Lists reviewLists(const Evidence &evidence, const Viewer &viewer, Instant now);
[[nodiscard]] QList<FactRow> factRows(const Hold &hold, Instant now);
[[nodiscard]] DecisionTerms decisionTerms(const Evidence &evidence, const Viewer &viewer);
/// How many approvals are wanted and counted, and whose would not count.
[[nodiscard]] QString needsText(const Evidence &evidence, const Viewer &viewer);
[[nodiscard]] InboxRow inboxRow(const Evidence &evidence, Instant now);
/// Only what the time alone changes in a row that inboxRow() made.
void passTime(InboxRow &row, const Evidence &evidence, Instant now);
/// Until then passTime() changes nothing.
[[nodiscard]] Instant sameUntil(const Evidence &evidence, Instant now);

/// Critical, or less than 15 minutes left.
[[nodiscard]] bool isUrgent(const Evidence &evidence, Instant now);

/// Section id and the text that was shown under it, in order: what `view.digest` of a decision is made of.
using SectionTexts = QList<std::pair<QString, QString>>;
[[nodiscard]] SectionTexts sectionTexts(const HoldView &hold, const Review::Lists &lists);
/// SHA-256 of one line per section: `<id> <hex SHA-256 of its text>\n`.
[[nodiscard]] Digest viewDigest(const SectionTexts &sections);

} // namespace holdfast::present
