// SPDX-License-Identifier: Apache-2.0
#include "kinds/command/readcatalogue.h"
#include "kinds/command/understanding.h"

#include <QDir>

#include <algorithm>
#include <array>

namespace holdfast {

namespace {

constexpr std::array systemDirectories{u"/bin/", u"/sbin/", u"/usr/bin/", u"/usr/sbin/"};

/// The system's own, and no script: a name says nothing of a file that somebody else can write.
QString whyNotTheSystems(const HashedFile &program)
{
    const bool placed = std::any_of(systemDirectories.begin(), systemDirectories.end(), [&](const char16_t *directory) {
        return program.path.startsWith(QStringView(directory));
    });
    if (!placed)
        return QStringLiteral("%1 is not a program of the system").arg(program.path);
    if (program.script || program.writableByOthers)
        return QStringLiteral("%1 is a script, or can be written by others").arg(program.path);
    return {};
}

} // namespace

Understanding understandRead(CommandPlan &plan, const MeasureInput &)
{
    const ReadForm *form = readFormOf(plan.name);
    QString why = form->whyNot(plan.argv.sliced(1));
    why = why.isEmpty() ? whyNotTheSystems(*plan.program) : QStringLiteral("%1 %2 is not among the forms that only read").arg(plan.name, why);
    if (why.isEmpty() && !plan.input.isEmpty())
        why = QStringLiteral("%1 is given an input").arg(plan.name);
    if (!why.isEmpty())
        return understandNothing(plan, why);
    Understanding result;
    auto &m = result.inner.measurement;
    m.operation = QStringLiteral("command.read");
    for (const QString &name : form->namesIn(plan.argv.sliced(1)))
        m.resources.append(QDir::cleanPath(name.startsWith(u'/') ? name : plan.directoryPath + u'/' + name));
    if (m.resources.isEmpty())
        m.resources = {QStringLiteral("program ") + plan.program->path};
    sortBytewise(m.resources);
    m.resources.removeDuplicates();
    m.recovery = {Verdict::Recoverable, {}, {}, {}, {}, {}, Quality::Measured, QStringLiteral("it only reads names, sizes and states: nothing is changed")};
    return result;
}

} // namespace holdfast
