// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "kinds/filesystem/backupcopies.h"
#include "kinds/filesystem/gitwork.h"
#include "kinds/filesystem/liveuse.h"
#include "kinds/measuring.h"

namespace holdfast {

/// Everything known of what deleting some paths would do. The paths stay held, so that what acts can act on the same
/// directories that were measured.
struct Survey final
{
    std::vector<HeldPath> tops; ///< present or missing; none inside another
    QStringList missing;
    QStringList refused; ///< sentences: paths that cannot be held, roots that cannot be opened
    QStringList stops; ///< hard stops: never performed
    TreeSums trees;
    std::vector<GitWork> git;
    LiveUse live;
    std::vector<BackupCopy> backups;
    QStringList othersBackups; ///< sentences: configured backups of any target in which one of the paths lies

    /// Whether anything forbids acting, whoever signed.
    [[nodiscard]] bool mayBePerformed() const { return refused.isEmpty() && stops.isEmpty() && trees.incomplete.isEmpty() && trees.unreadable.isEmpty(); }
    [[nodiscard]] QStringList reasonsAgainst() const;
};

struct HeldPaths final
{
    std::vector<HeldPath> tops;
    QStringList missing; ///< their directory does not exist
    QStringList refused;
};

/// Holds the action's paths beneath the target's roots: sorted, each once, none inside another.
[[nodiscard]] HeldPaths holdPaths(const QStringList &paths, const QStringList &roots);
/// Drops those that lie inside another, sorts bytewise.
void normalise(std::vector<HeldPath> &tops);

/// Of the paths, for the target and beside all targets of the input.
[[nodiscard]] Survey surveyOf(HeldPaths paths, const MeasureInput &input, bool recursive);

/// What a hold says of it. `operation` is `filesystem.delete-file` or `filesystem.delete-tree`.
[[nodiscard]] MeasureOutput describe(const Survey &survey, const MeasureInput &input);

/// Parts of describe() that other kinds use, too: facts from the trees and git, the branches, the verdict.
[[nodiscard]] std::vector<Fact> factsOf(const Survey &survey, Instant at);
[[nodiscard]] std::vector<Dependent> dependentsOf(const Survey &survey);
[[nodiscard]] Recovery recoveryOf(const Survey &survey);
[[nodiscard]] QStringList uninspectableOf(const Survey &survey);
/// Value `configured`, and a contradiction where the request claims another.
[[nodiscard]] EnvironmentFact configuredEnvironment(const Target &target);
void contradict(Measurement &measurement, const Claims &claims);

} // namespace holdfast
