// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "kinds/performing.h"
#include "kinds/sql/statements.h"

namespace holdfast {

/// Whether what happened is compared with what was said before it is permanent, and a reading runs READ ONLY. `Off` is for tests that ask
/// whether the reading of the text alone holds: no configuration reaches it.
enum class SecondLine { On, Off };

/// Performs kind `sql` in one transaction: lock what is concerned, measure again, compare, run the exact text, count what the server reports,
/// compare again, COMMIT. A request with transaction control, or with what cannot run in a transaction, is not started.
class SqlPerformer final : public Performer
{
public:
    explicit SqlPerformer(SecondLine secondLine = SecondLine::On, sql::Reading reading = {}) : m_secondLine(secondLine), m_reading(std::move(reading)) {}
    [[nodiscard]] bool measureFirst() const override { return false; }
    [[nodiscard]] std::variant<Performed, Drifted> perform(const PerformInput &input) const override;

private:
    SecondLine m_secondLine;
    sql::Reading m_reading;
};

} // namespace holdfast
