// SPDX-License-Identifier: Apache-2.0
#include "kinds/filesystem/survey.h"

#include "kinds/filesystem/hardstops.h"
#include "kinds/filesystem/mounts.h"

#include <fcntl.h>
#include <sys/stat.h>

#include <algorithm>

namespace holdfast {

namespace {

/// The nearest repository above the path: deleting part of its work tree loses what is not committed there.
std::optional<GitWork> enclosingWork(const HeldPath &top)
{
    UniqueFd here(::openat(top.parent.get(), ".", O_RDONLY | O_DIRECTORY | O_CLOEXEC));
    QByteArray within = top.name;
    for (int level = 0; here && level < 64; ++level) {
        struct stat entry{};
        if (::fstatat(here.get(), ".git", &entry, AT_SYMLINK_NOFOLLOW) == 0)
            return within == ".git" || within.startsWith(".git/") ? std::nullopt : std::optional(inspectRepository(here.get(), pathOf(here.get()), false, within));
        const QString path = pathOf(here.get());
        if (path == u"/" || path.isEmpty())
            return std::nullopt;
        within = path.mid(path.lastIndexOf(u'/') + 1).toUtf8() + '/' + within;
        here = UniqueFd(::openat(here.get(), "..", O_RDONLY | O_DIRECTORY | O_CLOEXEC));
    }
    return std::nullopt;
}

std::vector<GitWork> gitWorkOf(const std::vector<HeldPath> &tops, const TreeSums &trees)
{
    std::vector<GitWork> work;
    for (const auto &repository : trees.repositories)
        work.push_back(inspectRepository(repository.directory.get(), repository.path, repository.bare));
    for (const auto &top : tops) {
        if (auto around = enclosingWork(top))
            work.push_back(std::move(*around));
    }
    return work;
}

} // namespace

QStringList Survey::reasonsAgainst() const
{
    QStringList reasons = refused + stops;
    if (!trees.incomplete.isEmpty())
        reasons.append(QStringLiteral("it could not be measured whole: ") + trees.incomplete);
    for (const auto &path : trees.unreadable)
        reasons.append(QStringLiteral("%1 cannot be read by the gate").arg(path));
    return reasons;
}

void normalise(std::vector<HeldPath> &tops)
{
    std::sort(tops.begin(), tops.end(), [](const HeldPath &a, const HeldPath &b) { return a.path.toUtf8() + '/' < b.path.toUtf8() + '/'; });
    std::vector<HeldPath> kept;
    for (auto &top : tops) {
        if (kept.empty() || !(top.path + u'/').startsWith(kept.back().path + u'/'))
            kept.push_back(std::move(top));
    }
    tops = std::move(kept);
}

HeldPaths holdPaths(const QStringList &paths, const QStringList &roots)
{
    HeldPaths held;
    const auto opened = holdRoots(roots, held.refused);
    SharedDirectories directories;
    for (const auto &path : paths) {
        auto one = holdBeneath(opened, path);
        if (one)
            directories.share(held.tops.emplace_back(std::move(one).value()));
        else if (one.error().kind == PathRefusal::Kind::Missing)
            held.missing.append(path); // its directory is not there: nothing to hold, nothing destroyed
        else
            held.refused.append(one.error().sentence());
    }
    normalise(held.tops);
    return held;
}

Survey surveyOf(HeldPaths paths, const MeasureInput &input, bool recursive)
{
    Survey survey;
    survey.tops = std::move(paths.tops);
    survey.refused = std::move(paths.refused);
    survey.missing = std::move(paths.missing);
    for (HeldPath &top : survey.tops)
        top.unmounted = unmountedName(top);
    survey.trees = walkTrees(survey.tops, survey.missing);
    const Target &target = *input.target;
    const std::vector<Target> alone{target};
    const std::vector<Target> &all = input.targets != nullptr && !input.targets->empty() ? *input.targets : alone;
    survey.stops = hardStopsOf(survey.tops, survey.trees, all, recursive);
    survey.othersBackups = backupsAround(survey.tops, all);
    survey.git = gitWorkOf(survey.tops, survey.trees);
    survey.live = liveUseOf(survey.trees);
    survey.backups = backupCopiesOf(target, survey.tops);
    return survey;
}

} // namespace holdfast
