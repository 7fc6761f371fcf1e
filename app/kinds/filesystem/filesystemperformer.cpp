// SPDX-License-Identifier: Apache-2.0
#include "kinds/filesystem/filesystemperformer.h"

#include "kinds/filesystem/removal.h"
#include "kinds/filesystem/staging.h"
#include "kinds/filesystem/survey.h"

#include <fcntl.h>

#include <algorithm>

namespace holdfast {

namespace {

constexpr int MaxAttempts = 3; ///< a busy tree may move between two measurements and still be within the tolerances

Performed ended(Outcome outcome, const QStringList &lines)
{
    Performed result;
    result.outcome = outcome;
    result.output = lines.isEmpty() ? QByteArray() : lines.join(u'\n').toUtf8() + '\n';
    return result;
}

/// Where the owner tolerates no change of the counts, none is tolerated at all: the same counts over other files are not what was signed.
bool toleratesChange(const Hold &approved)
{
    return std::any_of(approved.tolerances.begin(), approved.tolerances.end(), [&](const Tolerance &tolerance) {
        const Fact *fact = approved.measured.fact(tolerance.fact);
        return fact != nullptr && fact->number && tolerance.max > *fact->number;
    });
}

bool hasDrifted(const PerformInput &input, const Measurement &now)
{
    return isDrift(input.compare(now)) || (!toleratesChange(*input.approved) && now.fingerprint != input.approved->measured.fingerprint);
}

Fact effect(QStringView id, const QString &label, std::int64_t number, const QString &unit, Severity severity)
{
    return {id.toString(), label, QString::number(number), number, unit, Quality::Measured,
            QStringLiteral("unlinkat, entry by entry"), SystemClock().now(), severity};
}

std::vector<Fact> effectsOf(const Removed &removed)
{
    std::vector<Fact> effects{
        effect(fact::DestroyedFiles, QStringLiteral("files destroyed"), removed.files, QStringLiteral("files"), Severity::Info),
        effect(fact::DestroyedObjects, QStringLiteral("entries destroyed"), removed.objects(), QStringLiteral("entries"), Severity::Info),
        effect(fact::DestroyedBytes, QStringLiteral("bytes freed"), removed.freedBytes, QStringLiteral("bytes"), Severity::Info)};
    if (removed.left > 0)
        effects.push_back(effect(u"fs.left", QStringLiteral("entries left"), removed.left, QStringLiteral("entries"), Severity::Danger));
    return effects;
}

void makeDurable(const std::vector<StagedPath> &staged)
{
    int last = -1;
    for (const auto &one : staged) {
        const int directory = one.original.parent.get();
        if (directory == last)
            continue; // paths of one directory stand together
        last = directory;
        const UniqueFd parent(::openat(directory, ".", O_RDONLY | O_DIRECTORY | O_CLOEXEC));
        if (parent)
            ::fsync(parent.get());
    }
}

Performed removeAll(std::vector<StagedPath> &staged, const TreeSums &measured)
{
    Removed removed;
    for (const auto &one : staged)
        removeTree(one.held(), measured, removed);
    const QStringList stranded = unstage(staged);
    makeDurable(staged);
    QStringList lines = removed.problems;
    for (const auto &path : stranded)
        lines.append(QStringLiteral("what is left lies in %1").arg(path));
    const bool whole = removed.left == 0 && stranded.isEmpty();
    auto result = ended(whole ? Outcome::Committed : removed.objects() > 0 ? Outcome::Partial : Outcome::Failed, lines);
    result.effects = effectsOf(removed);
    return result;
}

/// Held again from the descriptors of the survey, which keeps its own; missing ones have nothing to move.
std::vector<HeldPath> toStage(const Survey &survey)
{
    std::vector<HeldPath> tops;
    for (const auto &top : survey.tops) {
        if (!survey.missing.contains(top.path))
            tops.push_back({top.path, top.name, top.parent});
    }
    return tops;
}

bool unchanged(const std::vector<StagedPath> &staged, const TreeSums &measured)
{
    std::vector<HeldPath> held;
    held.reserve(staged.size());
    for (const auto &one : staged)
        held.push_back(one.held());
    QStringList missing;
    const auto now = walkTrees(held, missing);
    return missing.isEmpty() && now.incomplete.isEmpty() && now.unreadable.isEmpty() && now.mounts.isEmpty() && now.fingerprint == measured.fingerprint;
}

class FilesystemPerformer final : public Performer
{
public:
    bool measureFirst() const override { return true; }

    std::variant<Performed, Drifted> perform(const PerformInput &input) const override
    {
        for (int attempt = 1;; ++attempt) {
            const auto survey = measure(input);
            auto now = describe(survey, input.measure);
            if (hasDrifted(input, now.measurement))
                return Drifted{std::move(now)};
            if (!survey.mayBePerformed())
                return ended(Outcome::NotStarted, survey.reasonsAgainst());
            auto staged = stage(toStage(survey), input.approved->hold.toString());
            if (!staged)
                return ended(staged.error().stranded.isEmpty() ? Outcome::NotStarted : Outcome::Partial, staged.error().stranded + QStringList{staged.error().what});
            if (unchanged(*staged, survey.trees))
                return removeAll(*staged, survey.trees);
            if (const auto stranded = unstage(*staged); !stranded.isEmpty())
                return ended(Outcome::Partial, QStringList{QStringLiteral("it changed while it was moved aside, and its place was taken: it lies in")} + stranded);
            if (attempt == MaxAttempts)
                return Drifted{describe(measure(input), input.measure)};
        }
    }

private:
    static Survey measure(const PerformInput &input)
    {
        const auto &action = std::get<FilesystemAction>(input.measure.request->action);
        return surveyOf(holdPaths(action.paths, input.measure.target->roots), input.measure, action.recursive);
    }
};

} // namespace

std::unique_ptr<Performer> makeFilesystemPerformer()
{
    return std::make_unique<FilesystemPerformer>();
}

} // namespace holdfast
