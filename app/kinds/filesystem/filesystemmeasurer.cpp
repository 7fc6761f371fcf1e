// SPDX-License-Identifier: Apache-2.0
#include "kinds/filesystem/filesystemmeasurer.h"

#include "core/text/visible.h"
#include "diff/formats.h"
#include "kinds/filesystem/pathclasses.h"
#include "kinds/filesystem/survey.h"

#include <unistd.h>

#include <algorithm>
#include <array>

namespace holdfast {

namespace {

constexpr qsizetype MaxTypedName = 128;

class FilesystemMeasurer final : public Measurer
{
public:
    MeasureOutput measure(const MeasureInput &input) const override
    {
        const auto &action = std::get<FilesystemAction>(input.request->action);
        return describe(surveyOf(holdPaths(action.paths, input.target->roots), input, action.recursive), input);
    }
};

CredentialFacts credentialOf(const MeasureInput &input)
{
    CredentialFacts facts;
    const bool root = ::geteuid() == 0;
    facts.name = root ? QStringLiteral("the gate's user (root)") : QStringLiteral("the gate's user (uid %1)").arg(::geteuid());
    facts.can = {QStringLiteral("delete beneath ") + input.target->roots.join(QStringLiteral(", "))};
    if (root)
        facts.excess = {QStringLiteral("delete every file of this machine")};
    facts.reachableByRequester = input.credential == nullptr || input.credential->reachableByRequester;
    return facts;
}

/// What the one top entry is called where it really lies.
QString realName(const Survey &survey)
{
    const HeldPath &top = survey.tops.front();
    return top.unmounted.isEmpty() ? top.path : top.unmounted;
}

/// A name that a person can type: the one top entry's, else the target's; all of its path where it was asked for as another.
QString confirmTextOf(const Survey &survey, const Target &target)
{
    if (survey.tops.size() != 1)
        return target.name;
    const QString name = survey.tops.front().asked == realName(survey) ? textOfPath(survey.tops.front().name) : realName(survey);
    return name.size() > MaxTypedName || hasInvisible(name) ? target.name : name;
}

/// "496 kB": decimal units, two digits at least.
QString sizeOf(std::int64_t bytes)
{
    static constexpr std::array units{"bytes", "kB", "MB", "GB", "TB", "PB"};
    auto value = static_cast<double>(bytes);
    std::size_t unit = 0;
    for (; value >= 1000.0 && unit + 1 < units.size(); ++unit)
        value /= 1000.0;
    return QString::number(value, 'f', unit > 0 && value < 10 ? 1 : 0) + u' ' + QLatin1StringView(units[unit]);
}

void summarise(Measurement &m, const Survey &survey)
{
    const auto &trees = survey.trees;
    const QString least = trees.incomplete.isEmpty() && trees.unreadable.isEmpty() && survey.refused.isEmpty() ? QString() : QStringLiteral("at least ");
    const QString where = survey.tops.empty() ? QString() : realName(survey);
    const QString more = survey.tops.size() > 1 ? QStringLiteral(" and %1 more").arg(survey.tops.size() - 1) : QString();
    QStringList what;
    for (const PathClass &each : PathCatalogue::builtIn().classes()) {
        const auto found = trees.telling.find(each.id);
        if (found != trees.telling.end())
            what.append(trees.objects() == 1 ? QStringLiteral("%1: %2").arg(each.what, found->second.detail) : each.what);
    }
    const QString telling = what.isEmpty() ? QString() : what.join(QStringLiteral(", ")) + QStringLiteral("; ");
    m.summaryTemplate = m.operation;
    m.summaryParams = {{QStringLiteral("files"), least + QString::number(trees.files)}, {QStringLiteral("entries"), least + QString::number(trees.objects())},
                       {QStringLiteral("bytes"), least + QString::number(trees.freedBytes)}, {QStringLiteral("path"), where + more}};
    if (survey.tops.empty())
        m.summaryText = QStringLiteral("Delete nothing: no path can be reached beneath the target's roots");
    else if (trees.objects() == 1 && more.isEmpty() && least.isEmpty())
        m.summaryText = QStringLiteral("Delete %1 (%2)").arg(where, telling + sizeOf(trees.apparentBytes));
    else
        m.summaryText = QStringLiteral("Delete %1%2 %3 (%4) in %5%6").arg(least, QString::number(trees.files), trees.files == 1 ? QStringLiteral("file") : QStringLiteral("files"),
                                                                         telling + sizeOf(trees.freedBytes), where, more);
}

void list(MeasureOutput &output, const Survey &survey)
{
    diff::Tree tree;
    tree.total = survey.trees.objects();
    for (const ListedEntry &entry : survey.trees.listed)
        tree.nodes.push_back({entry.name, entry.type, QStringLiteral("deleted"), {}, entry.bytes, entry.parent});
    auto blob = makeBlob(diff::encode(tree), QStringLiteral("application/vnd.holdfast.tree+json"));
    output.measurement.diffs.push_back({QStringLiteral("What goes"), QStringLiteral("tree"), refOf(blob)});
    output.blobs.push_back(std::move(blob));
}

} // namespace

MeasureOutput describe(const Survey &survey, const MeasureInput &input)
{
    MeasureOutput output;
    auto &m = output.measurement;
    for (const auto &top : survey.tops) {
        m.resources.append(top.path);
        if (!top.unmounted.isEmpty())
            m.resources.append(top.unmounted); // what covers the one name covers the other
    }
    std::sort(m.resources.begin(), m.resources.end(), [](const QString &a, const QString &b) { return a.toUtf8() < b.toUtf8(); });
    const bool tree = survey.trees.directories > 0 || survey.trees.objects() > 1;
    m.operation = tree ? QStringLiteral("filesystem.delete-tree") : QStringLiteral("filesystem.delete-file");
    m.environment = configuredEnvironment(*input.target);
    m.facts = factsOf(survey, input.at);
    m.dependents = dependentsOf(survey);
    m.recovery = recoveryOf(survey);
    m.credential = credentialOf(input);
    m.uninspectable = uninspectableOf(survey);
    m.fingerprint = survey.trees.fingerprint;
    m.confirmText = confirmTextOf(survey, *input.target);
    summarise(m, survey);
    contradict(m, input.request->claims);
    if (survey.trees.objects() > 0)
        list(output, survey);
    return output;
}

std::unique_ptr<Measurer> makeFilesystemMeasurer()
{
    return std::make_unique<FilesystemMeasurer>();
}

} // namespace holdfast
