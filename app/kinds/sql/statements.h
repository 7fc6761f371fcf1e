// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "core/result.h"
#include "kinds/sql/tree.h"

#include <memory>

namespace holdfast::sql {

/// Whether members of the tree that nobody read make a statement uninspectable. Another than the strict one is for tests that ask whether the
/// strictness is what finds hidden code; no configuration reaches it.
struct Reading final
{
    bool strict = true;
    QStringList overlooked{}; ///< members that it does not see at all
    [[nodiscard]] static Reading lenient(QStringList overlooked = {}) { return {false, std::move(overlooked)}; }
};

struct Statement final
{
    Node node;
    /// The whole text that was parsed, in UTF-8: `location` members are byte offsets into it. libpg_query 15 writes every integer
    /// constant below one as an absent member, so that such a constant can be known only from its text.
    std::shared_ptr<const QByteArray> source;
    std::shared_ptr<const Json> tree; ///< what `node` points into
    Reading reading;
};

struct ParseError final
{
    QString message; ///< the parser's
    int position = 0; ///< character from 1, 0 when unknown
};

/// Parses with the grammar of PostgreSQL 15. At most 1 MiB and 200 statements.
[[nodiscard]] Result<std::vector<Statement>, ParseError> parseStatements(const QString &sql, const Reading &reading = {});

/// Why the text cannot be run inside the gate's transaction; empty when it can.
[[nodiscard]] QString whyNotTransactional(const std::vector<Statement> &statements);

} // namespace holdfast::sql
