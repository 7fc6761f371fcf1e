// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "kinds/sql/code.h"
#include "kinds/sql/effects.h"
#include "kinds/sql/foreignkeys.h"

namespace holdfast::sql {

/// Lists the code that the write runs: triggers and rules as dependents of dependents[parent], each piece of code as a reason why the statement is not
/// wholly inspected, and all of it in `effects.code`. `cascaded`: the write is a foreign key's, not the statement's own.
void noteCode(const Catalog &catalog, const Write &write, int parent, Effects &effects, bool cascaded = false);

/// System tables among what is read that the server keeps from everybody, since passwords and the like lie in them.
void noteSecrets(const Catalog &catalog, Effects &effects);
/// Adds columns, and those that are computed from them, to what the statement sets.
void setColumns(const ForeignKeys &keys, Oid table, const QStringList &columns, Effects &effects);
/// A row whose partition key changes is deleted in one partition and inserted in another: how many are is not known.
void noteRowMovement(const Catalog &catalog, const Relation &relation, const QStringList &columns, Effects &effects);
/// Rows that follow when these columns of the tables change: which ones is not known. Whether there may be any.
bool noteFollowers(const Catalog &catalog, const ForeignKeys &keys, const std::set<Oid> &tables, const QStringList &columns, const QString &why, Effects &effects);

/// Event triggers that a change of the schema would fire.
void noteEventTriggers(const Catalog &catalog, Effects &effects);

/// Whether rows of the relation can be counted as the performing login would hit them; else the reason is noted and returned.
[[nodiscard]] QString whyNotPlain(const Relation &relation);

} // namespace holdfast::sql
