// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "kinds/sql/connection.h"
#include "tree.h"

#include <map>
#include <set>

namespace holdfast::said {

/// Statements that others wrote, for tables that nobody has here: what a statement needs is made, as far as the server's own complaints tell
/// what that is.
class Corpus final
{
public:
    /// Reads every `.sql` below `folder`; what does not parse is left out.
    Corpus(const Grammar &grammar, const QString &folder);
    [[nodiscard]] const std::vector<QByteArray> &statements() const { return m_statements; } ///< each once

    /// Makes what the statement needs, for good, if it is accepted then. `url`: the database.
    [[nodiscard]] bool settle(const sql::PgConnection &db, const QByteArray &statement) const;

private:
    [[nodiscard]] QString repair(const sql::PgError &error, const QByteArray &statement) const;
    [[nodiscard]] QString makeRelation(const QString &name) const;

    const Grammar &m_grammar;
    std::vector<QByteArray> m_statements;
    std::map<QString, QString> m_creates; ///< CREATE TABLE statements by the table's bare name
};

} // namespace holdfast::said
