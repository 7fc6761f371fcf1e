// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "kinds/sql/catalog.h"

namespace holdfast::sql {

/// What a composed expression uses, by name.
struct Used final
{
    std::set<QString> operators;
    std::set<QString> functions;
    std::set<Oid> types; ///< of the columns it reads
};

/// Functions that a condition may call: immutable or stable built-ins that only compute from their arguments and the clock.
[[nodiscard]] bool isListedFunction(const QString &name);
[[nodiscard]] bool isListedOperator(const QString &name);
/// A built-in type that a literal or value may be cast to, by its name in pg_catalog.
[[nodiscard]] bool isListedType(const QString &name);

/// Asks the catalog whether what is used is what it seems: every operator and function of that name in pg_catalog is the server's own and
/// immutable or stable, and neither an operator, function nor cast that somebody made could be chosen instead when the performing
/// login's session resolves the same names. Empty when so, else the reason.
[[nodiscard]] QString whyNotBuiltin(const Catalog &catalog, const Used &used);

} // namespace holdfast::sql
