// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "kinds/sql/effects.h"
#include "kinds/sql/statements.h"

namespace holdfast::sql {

/// An object by its place in the catalogs (pg_depend's classid, objid, objsubid).
struct Address final
{
    Oid catalog = 0, oid = 0;
    int column = 0;
    friend bool operator==(const Address &, const Address &) = default;
};

/// The objects that a DROP statement names; why not, in one sentence. One that is missing under IF EXISTS is left out.
[[nodiscard]] Result<std::vector<Address>, QString> droppedAddresses(const Catalog &catalog, const Fields &dropStmt);

/// Everything that ceases to exist with `roots`: what depends on them automatically or internally, and, with `cascade`, whatever depends on them at
/// all. Parts without a name of their own (TOAST, row types, internal triggers, defaults of columns that go) are left out.
[[nodiscard]] Result<std::vector<LostObject>, QString> dropClosure(const Catalog &catalog, const std::vector<Address> &roots, bool cascade);

} // namespace holdfast::sql
