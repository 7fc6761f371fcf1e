// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "kinds/measuring.h"
#include "kinds/sql/identity.h"
#include "kinds/sql/session.h"
#include "kinds/sql/effects.h"
#include "kinds/sql/statements.h"

namespace holdfast {

/// Measures kind `sql` on PostgreSQL: only SQL that it composed itself runs, in a read-only transaction of a fresh connection.
class SqlMeasurer final : public Measurer
{
public:
    explicit SqlMeasurer(sql::Reading reading = {}) : m_reading(std::move(reading)) {}
    [[nodiscard]] MeasureOutput measure(const MeasureInput &input) const override;

private:
    sql::Reading m_reading;
};

namespace sql {

/// The exact statements of a request, from its action or its blob.
[[nodiscard]] Result<QString, QString> statementsOf(const MeasureInput &input);

/// All that the statements would do, on an open session.
[[nodiscard]] Effects measureStatements(const Session &session, const std::vector<Statement> &statements);

/// What an execution has to come to, for the comparison before COMMIT.
struct Expected final
{
    std::map<Oid, std::int64_t> whole; ///< rows of the tables that lose them all
    std::set<Oid> vanishing; ///< relations, indexes apart, that cease to exist
    std::set<Oid> written; ///< relations whose rows or definition change; what inherits from them goes without saying
    bool reading = false; ///< nothing changes at all
    bool read = false; ///< the text was understood whole
};

/// One whole measurement on an open session: identity, statements, conclusion. `dataDirectory`: used where this session may not read it.
[[nodiscard]] MeasureOutput measureOn(const Session &session, const MeasureInput &input, const std::vector<Statement> &statements,
                                      const QString &dataDirectory = {}, Expected *expected = nullptr);

} // namespace sql
} // namespace holdfast
