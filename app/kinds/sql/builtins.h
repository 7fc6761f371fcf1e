// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "kinds/sql/catalog.h"

namespace holdfast::sql {

/// How a name is used: what decides which object of that name the server would choose.
struct Use final
{
    bool searched = false; ///< at least once without `pg_catalog.`
    bool untyped = false; ///< at least once no operand has a type of its own: literals take whatever type a candidate has

    void add(bool qualified, const std::vector<Node> &operands);
};

/// What composed expressions use, by name.
struct Used final
{
    std::map<QString, Use> operators;
    std::map<QString, Use> functions;
    std::set<QString> casts; ///< types that are cast to
    std::set<Oid> types; ///< of the columns that are read or assigned
    bool shortSighted = false; ///< what a value could become is not looked at: of a lenient reading
};

/// Functions that a condition may call: immutable or stable built-ins that only compute from their arguments and the clock.
[[nodiscard]] bool isListedFunction(const QString &name);
[[nodiscard]] bool isListedOperator(const QString &name);
/// A built-in type that a literal or value may be cast to, by its name in pg_catalog.
[[nodiscard]] bool isListedType(const QString &name);

/// Asks the catalog, once all names are known, whether each is what it seems: every operator, function and type of that name in pg_catalog is
/// the server's own, and nothing of that name that somebody made, no cast and no sort order, could be chosen instead when the performing
/// login's session resolves it. Empty when so, else the reason.
[[nodiscard]] QString whyNotBuiltin(const Catalog &catalog, const Used &used);

} // namespace holdfast::sql
