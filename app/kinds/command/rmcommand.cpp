// SPDX-License-Identifier: Apache-2.0
#include "kinds/command/optionreader.h"
#include "kinds/command/understanding.h"
#include "kinds/filesystem/survey.h"

#include <sys/stat.h>
#include <fcntl.h>

namespace holdfast {

namespace {

/// coreutils 9.1, rm(1).
const OptionTable &rmTable()
{
    static const OptionTable table{QStringLiteral("fiIrRdv"), QString(),
                                   {QStringLiteral("force"), QStringLiteral("one-file-system"), QStringLiteral("no-preserve-root"), QStringLiteral("recursive"), QStringLiteral("dir"), QStringLiteral("verbose"), QStringLiteral("help"),
                                    QStringLiteral("version")},
                                   {}, {QStringLiteral("interactive"), QStringLiteral("preserve-root")}, true};
    return table;
}

std::vector<TellingFlag> rmFlags(const ReadArguments &arguments)
{
    std::vector<TellingFlag> flags;
    if (arguments.has({QStringLiteral("no-preserve-root")}))
        flags.push_back({QStringLiteral("--no-preserve-root"), QStringLiteral("does not stop at /")});
    if (arguments.has({QStringLiteral("f"), QStringLiteral("force")}))
        flags.push_back({QStringLiteral("--force"), QStringLiteral("goes on after errors, asks nothing")});
    return flags;
}

bool isLink(const HeldPath &path)
{
    struct stat entry{};
    return ::fstatat(path.parent.get(), path.name.constData(), &entry, AT_SYMLINK_NOFOLLOW) == 0 && S_ISLNK(entry.st_mode);
}

HeldPaths hold(const CommandPlan &plan, const QStringList &operands)
{
    HeldPaths held;
    SharedDirectories directories;
    for (const auto &operand : operands) {
        auto path = holdAnywhere(plan.directory.get(), operand);
        if (!path && path.error().kind == PathRefusal::Kind::Missing)
            held.missing.append(operand);
        else if (!path)
            held.refused.append(path.error().sentence());
        else if (operand.endsWith(u'/') && isLink(*path))
            held.refused.append(QStringLiteral("%1 is a symbolic link, and the slash behind it means what it points to").arg(operand));
        else
            directories.share(held.tops.emplace_back(std::move(path).value()));
    }
    normalise(held.tops);
    return held;
}

} // namespace

Understanding understandRm(CommandPlan &plan, const MeasureInput &input)
{
    const auto arguments = readArguments(plan.argv.sliced(1), rmTable());
    const bool recursive = arguments.has({QStringLiteral("r"), QStringLiteral("R"), QStringLiteral("recursive")});
    if (!arguments.unknown.isEmpty() || !plan.directory)
        return understandNothing(plan, QStringLiteral("rm does not know %1").arg(arguments.unknown.join(u' ')));
    const auto survey = surveyOf(hold(plan, arguments.operands), input, recursive);
    Understanding understanding{describe(survey, input), rmFlags(arguments), survey.refused + survey.stops};
    if (arguments.has({QStringLiteral("i"), QStringLiteral("I"), QStringLiteral("interactive")}))
        understanding.inner.measurement.uninspectable.append(QStringLiteral("rm asks before it deletes, and nobody answers"));
    return understanding;
}

} // namespace holdfast
