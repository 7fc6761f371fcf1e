// SPDX-License-Identifier: Apache-2.0
#pragma once

/// The columns of `holds` in the order in which holdRowOf() reads them; a macro, so that statements stay literals.
#define HOLD_COLUMNS                                                                                                             \
    "row, id, actor, person, kind, target, state, sequence, revision, request_document, request_digest, action, hold_document, " \
    "hold_digest, receipt_document, opened_at, changed_at, deadline, execute_by, tier, operation, environment, summary, "        \
    "resources, approvals, outcome, decided_ms, reason, counter"
