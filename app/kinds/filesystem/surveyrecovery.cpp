// SPDX-License-Identifier: Apache-2.0
#include "kinds/filesystem/survey.h"

namespace holdfast {

namespace {

/// What git holds elsewhere of the files that go.
struct GitCover final
{
    std::int64_t kept = 0; ///< files as committed, in a repository that survives or has been pushed
    std::int64_t lost = 0; ///< commits and stashes that nobody else has
    bool unknown = false;
};

GitCover coverOf(const Survey &survey)
{
    GitCover cover;
    cover.unknown = survey.trees.moreRepositories;
    for (const auto &work : survey.git) {
        cover.unknown = cover.unknown || !work.unknown.isEmpty();
        const bool survives = !work.metadataLost || (work.hasRemote && work.unpushed == 0);
        cover.kept += survives ? std::max<std::int64_t>(0, work.tracked - work.uncommitted) : 0;
        cover.lost += work.unpushed + work.stashes;
    }
    return cover;
}

void fromBackup(Recovery &recovery, const Survey &survey)
{
    const auto &copy = survey.backups.front();
    recovery.newestCopy = copy.newest;
    recovery.failureDomain = copy.domain;
    recovery.restoreTestedAt = copy.restoreTested;
    recovery.diesWithTarget = false;
    const bool covers = *copy.newest >= Instant{std::chrono::seconds(survey.trees.newestSeconds)};
    const bool tested = copy.restoreTested.has_value();
    recovery.verdict = covers && tested && copy.sameDevice != true ? Verdict::Recoverable : Verdict::Partly;
    recovery.quality = Quality::Configured;
    QStringList reasons{copy.how, covers ? QStringLiteral("not older than the newest change; that it holds these files is the owner's word")
                                         : QStringLiteral("older than the newest change, which it cannot hold")};
    if (!tested)
        reasons += QStringLiteral("no restore of it was tested");
    if (copy.sameDevice == true)
        reasons += QStringLiteral("it lies on the same device");
    recovery.how = reasons.join(QStringLiteral("; "));
}

} // namespace

Recovery recoveryOf(const Survey &survey)
{
    Recovery recovery;
    recovery.quality = Quality::Measured;
    const auto &trees = survey.trees;
    if (!trees.incomplete.isEmpty() || !trees.unreadable.isEmpty() || !trees.mounts.isEmpty() || !survey.refused.isEmpty()) {
        recovery.quality = Quality::Unknown;
        recovery.how = QStringLiteral("what would go could not be measured whole");
        return recovery;
    }
    if (!survey.backups.empty() && survey.backups.front().newest) {
        fromBackup(recovery, survey);
        return recovery;
    }
    const auto cover = coverOf(survey);
    const auto leaves = survey.trees.files + survey.trees.links;
    if (survey.trees.objects() == 0) {
        recovery.verdict = Verdict::Recoverable;
        recovery.how = QStringLiteral("nothing is there to delete");
    } else if (cover.kept > 0) {
        recovery.verdict = cover.kept >= leaves && cover.lost == 0 ? Verdict::Recoverable : Verdict::Partly;
        recovery.quality = Quality::Estimated;
        recovery.how = QStringLiteral("git holds %1 of %2 files as committed; no backup is configured")
            .arg(QString::number(cover.kept), QString::number(leaves));
    } else if (cover.unknown || !survey.backups.empty()) {
        recovery.verdict = Verdict::Unknown;
        recovery.quality = Quality::Unknown;
        recovery.how = survey.backups.empty() ? QStringLiteral("a repository could not be counted") : survey.backups.front().how;
    } else {
        recovery.verdict = Verdict::None;
        recovery.how = QStringLiteral("no backup is configured, and no git repository that survives holds these files");
    }
    return recovery;
}

} // namespace holdfast
