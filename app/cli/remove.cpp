// SPDX-License-Identifier: Apache-2.0
#include "cli/commands.h"

#include <QDir>
#include <QFileInfo>

namespace holdfast {

namespace {

/// The parent as the system resolves it, the last component as it is written: a link is named, never what it points to.
Expected<QString> absolutePath(const QString &given)
{
    QString path = given;
    while (path.size() > 1 && path.endsWith(u'/'))
        path.chop(1);
    const qsizetype slash = path.lastIndexOf(u'/');
    const QString name = path.sliced(slash + 1);
    if (name.isEmpty() || name == u"." || name == u"..")
        return Failure{Problem{ExitCode::Usage, QStringLiteral("%1: name the file or directory itself").arg(given)}};
    const QString parent = slash < 0 ? QDir::currentPath() : slash == 0 ? QStringLiteral("/") : path.first(slash);
    const QString resolved = QFileInfo(QDir::current().absoluteFilePath(parent)).canonicalFilePath();
    if (resolved.isEmpty())
        return Failure{Problem{ExitCode::Usage, QStringLiteral("%1: its directory does not exist").arg(given)}};
    return resolved == u"/" ? resolved + name : resolved + u'/' + name;
}

} // namespace

ExitCode runRemove(const Program &program, const RemoveOptions &options)
{
    FilesystemAction action;
    action.recursive = options.recursive;
    for (const QString &given : options.paths) {
        const auto path = absolutePath(given);
        if (!path)
            return program.output.problem(path.error());
        action.paths.append(*path);
    }
    return requestAndWait(program, kind::Filesystem, options.saying, [&action](GateAccess &) -> Expected<Action> { return Action{action}; });
}

} // namespace holdfast
