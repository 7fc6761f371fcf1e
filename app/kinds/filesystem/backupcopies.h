// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "core/policy/policydocument.h"
#include "kinds/filesystem/treewalk.h"

namespace holdfast {

/// The newest copy that the owner's configuration tells of.
struct BackupCopy final
{
    QString domain;
    std::optional<Instant> newest;
    std::optional<Instant> restoreTested;
    std::optional<bool> sameDevice; ///< as the trees; unknown where no path is configured
    bool read = false; ///< by its own format's reader; else its age is somebody's word
    QStringList notCounted; ///< newer ones that cannot be restored from, each with its reason
    QString how;
};

/// Looks for each of `target.backups` as findCopies() does. Those of which nothing is found come back without `newest`, and `how` says
/// why. Newest first.
[[nodiscard]] std::vector<BackupCopy> backupCopiesOf(const Target &target, const std::vector<HeldPath> &tops);

} // namespace holdfast
