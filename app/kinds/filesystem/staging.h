// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "kinds/filesystem/heldpath.h"

namespace holdfast {

/// One path moved into a private directory, mode 0700, beside where it was: nobody else reaches it by a path. Paths of one directory share
/// the private one, because a request may name more paths than a process may have descriptors.
struct StagedPath final
{
    HeldPath original;
    QByteArray stageName; ///< `.holdfast-<hold>-<random>`, in original.parent
    SharedFd stage;
    /// Where it lies now, under its original path for showing.
    [[nodiscard]] HeldPath held() const;
    [[nodiscard]] QString stagePath() const;
};

struct StagingFailure final
{
    QString what; ///< a sentence
    QStringList stranded; ///< staging directories that could not be emptied again
};

/// Moves all of them, or none: after a failure what was moved is back, but for `stranded`.
[[nodiscard]] Result<std::vector<StagedPath>, StagingFailure> stage(std::vector<HeldPath> tops, const QString &hold);

/// Moves back what is still there and removes the private directories. Returns those that could not be emptied.
[[nodiscard]] QStringList unstage(std::vector<StagedPath> &staged);

} // namespace holdfast
