// SPDX-License-Identifier: Apache-2.0
#include "processes.h"

#include <QDir>
#include <QFile>

#include <unistd.h>

namespace holdfast::tests {

std::vector<Process> allProcesses()
{
    std::vector<Process> found;
    for (const QString &entry : QDir(QStringLiteral("/proc")).entryList(QDir::Dirs)) {
        QFile file(QStringLiteral("/proc/%1/stat").arg(entry));
        if (entry.toLongLong() <= 0 || !file.open(QIODevice::ReadOnly))
            continue;
        // pid (name) state parent …; the name may hold anything, spaces and brackets too.
        const QByteArray text = file.readAll();
        const qsizetype open = text.indexOf('('), close = text.lastIndexOf(')');
        const QList<QByteArray> rest = text.mid(close + 2).split(' ');
        if (open > 0 && close > open && rest.size() > 2)
            found.push_back({entry.toLongLong(), rest[1].toLongLong(), text.mid(open + 1, close - open - 1), rest[0][0]});
    }
    return found;
}

std::vector<std::pair<Process, int>> descendantsOf(qint64 parent)
{
    const std::vector<Process> all = allProcesses();
    std::vector<std::pair<Process, int>> found{{Process{parent, 0, {}, '?'}, 0}};
    for (std::size_t i = 0; i < found.size(); ++i)
        for (const Process &each : all)
            if (each.parent == found[i].first.pid && each.state != 'Z')
                found.emplace_back(each, found[i].second + 1);
    found.erase(found.begin());
    return found;
}

QStringList descriptorsOf(qint64 pid)
{
    const QDir directory(QStringLiteral("/proc/%1/fd").arg(pid));
    QStringList found;
    for (const QString &entry : directory.entryList(QDir::AllEntries | QDir::System | QDir::NoDotAndDotDot)) {
        QByteArray target(4096, '\0');
        const auto size = ::readlink(QFile::encodeName(directory.filePath(entry)).constData(), target.data(), static_cast<std::size_t>(target.size()));
        const QString name = QFile::decodeName(target.first(std::max<qsizetype>(size, 0)));
        found.append(name.startsWith(QLatin1Char('/')) ? name : name.section(QLatin1Char('['), 0, 0));
    }
    found.sort();
    return found;
}

} // namespace holdfast::tests
