// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "kinds/command/commandplan.h"

namespace holdfast {

/// Adds to the plan the files that its programs are known to read without being told, relative to the working directory: `.env`, a schema,
/// a plan, a Makefile. Those that are not there are remembered, too: one that appears later decides as much as one that changes.
void addDecidingFiles(CommandPlan &plan);

/// Whether a file of that name is where people keep passwords and tokens: its digest is not shown either, for short values can be tried.
[[nodiscard]] bool keepsSecrets(const QString &path);

/// Whether one of the programs is known to reach a database by what such a file says.
[[nodiscard]] bool reachesADatabase(const QStringList &argv);

} // namespace holdfast
