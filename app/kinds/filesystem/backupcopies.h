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
    QString how;
};

/// Reads each of `target.backups`: an instant as written, `file:` by its modification time, `command:` by the instant it
/// prints. Those whose age cannot be told come back without `newest`, and `how` says why. Newest first.
[[nodiscard]] std::vector<BackupCopy> backupCopiesOf(const Target &target, const std::vector<HeldPath> &tops);

} // namespace holdfast
