// SPDX-License-Identifier: Apache-2.0
#include "files.h"

#include <QFile>

namespace holdfast::said {

QByteArray fileHere(const QString &name)
{
    QFile file(qEnvironmentVariable("HOLDFAST_SOURCE") + QStringLiteral("/tests/kinds/sql/said/") + name);
    if (!file.open(QIODevice::ReadOnly))
        qFatal("%s cannot be read", qPrintable(file.fileName()));
    return file.readAll();
}

std::vector<QByteArray> statementsIn(const QString &name)
{
    std::vector<QByteArray> made;
    for (const QByteArray &line : fileHere(name).split('\n')) {
        if (line.startsWith(' '))
            made.back() += line;
        else if (!line.isEmpty() && !line.startsWith("--"))
            made.push_back(line);
    }
    return made;
}

std::vector<Section> sectionsIn(const QString &file, const QString &marker)
{
    std::vector<Section> sections;
    const QString begins = QStringLiteral("-- %1: ").arg(marker);
    for (const QString &line : QString::fromUtf8(fileHere(file)).split(u'\n')) {
        if (line.startsWith(begins))
            sections.push_back({line.mid(begins.size()), {}});
        else if (!sections.empty())
            sections.back().text += line + u'\n';
    }
    return sections;
}

} // namespace holdfast::said
