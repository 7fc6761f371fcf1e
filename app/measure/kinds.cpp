// SPDX-License-Identifier: Apache-2.0
#include "measure/kinds.h"

#include "kinds/command/commandmeasurer.h"
#include "kinds/filesystem/filesystemmeasurer.h"
#include "kinds/sql/sqlmeasurer.h"

namespace holdfast {

std::map<QString, MeasuredKind> measuredKinds()
{
    std::map<QString, MeasuredKind> kinds;
    kinds.emplace(kind::Sql.toString(), MeasuredKind{std::make_unique<SqlMeasurer>(), true, false, false});
    kinds.emplace(kind::Filesystem.toString(), MeasuredKind{makeFilesystemMeasurer(), false, true, false});
    kinds.emplace(kind::Command.toString(), MeasuredKind{makeCommandMeasurer(), true, true, true});
    return kinds;
}

} // namespace holdfast
