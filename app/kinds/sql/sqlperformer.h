// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "kinds/performing.h"

namespace holdfast {

/// Performs kind `sql` in one transaction: lock what is concerned, measure again, compare, run the exact text, count what the server reports,
/// compare again, COMMIT. A request with transaction control, or with what cannot run in a transaction, is not started.
class SqlPerformer final : public Performer
{
public:
    [[nodiscard]] bool measureFirst() const override { return false; }
    [[nodiscard]] std::variant<Performed, Drifted> perform(const PerformInput &input) const override;
};

} // namespace holdfast
