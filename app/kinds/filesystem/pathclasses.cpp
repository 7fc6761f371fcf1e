// SPDX-License-Identifier: Apache-2.0
#include "kinds/filesystem/pathclasses.h"

#include "core/policy/ruling.h"
#include "core/reader.h"

#include <QFile>

#include <algorithm>

namespace holdfast {

namespace {

constexpr QChar wild = u'*';

/// `.pem` of `server.pem`; with a name of dots alone, nothing.
QString suffixOf(const QString &name)
{
    const qsizetype dot = name.lastIndexOf(u'.');
    return dot > 0 ? name.sliced(dot) : QString();
}

} // namespace

const PathCatalogue &PathCatalogue::builtIn()
{
    static const PathCatalogue catalogue = [] {
        QFile file(QStringLiteral(":/holdfast/catalogues/paths.json"));
        if (!file.open(QIODevice::ReadOnly))
            qFatal("the catalogue of paths is not compiled in");
        return PathCatalogue(file.readAll());
    }();
    return catalogue;
}

PathCatalogue::PathCatalogue(const QByteArray &json)
{
    const auto parsed = parseJson(json);
    if (!parsed)
        qFatal("the catalogue of paths is no JSON: %s", qPrintable(parsed.error().sentence()));
    ObjectReader reader(*parsed);
    reader.each(u"classes", [this](ObjectReader &each) {
        m_classes.push_back({each.text(u"id"), each.text(u"what")});
        for (const QString &name : each.texts(u"names"))
            add(name, m_classes.size() - 1);
    });
    if (const auto error = reader.finish())
        qFatal("the catalogue of paths: %s", qPrintable(error->sentence()));
}

void PathCatalogue::add(const QString &pattern, std::size_t owner)
{
    Pattern made{pattern.split(u'/', Qt::SkipEmptyParts), !pattern.startsWith(u'/'), owner};
    if (made.components.first() == QStringLiteral("**"))
        made.components.removeFirst();
    const QString last = made.components.last();
    const QString before = made.components.size() > 1 ? made.components.at(made.components.size() - 2) : QString();
    if (!last.contains(wild))
        m_byName[last].push_back(std::move(made));
    else if (last.startsWith(QStringLiteral("*.")) && !last.sliced(1).contains(wild))
        m_bySuffix[last.sliced(1)].push_back(std::move(made));
    else if (!before.isEmpty() && !before.contains(wild))
        m_byParent[before].push_back(std::move(made));
    else
        m_others.push_back(std::move(made));
}

bool PathCatalogue::fits(const Pattern &pattern, const QStringList &path)
{
    const qsizetype above = path.size() - pattern.components.size();
    if (above < 0 || (above > 0 && !pattern.anywhere))
        return false;
    for (qsizetype i = 0; i < pattern.components.size(); ++i) {
        if (!globMatches(pattern.components[i], path[above + i]))
            return false;
    }
    return true;
}

const PathClass *PathCatalogue::classOf(const QString &path) const
{
    const qsizetype slash = path.lastIndexOf(u'/');
    const QString name = path.sliced(slash + 1);
    const QString parent = slash > 0 ? path.sliced(path.lastIndexOf(u'/', slash - 1) + 1, slash - path.lastIndexOf(u'/', slash - 1) - 1) : QString();
    const std::vector<Pattern> *lists[]{nullptr, nullptr, nullptr, m_others.empty() ? nullptr : &m_others};
    const auto look = [](const QHash<QString, std::vector<Pattern>> &by, const QString &key) {
        const auto found = by.constFind(key);
        return found == by.constEnd() ? nullptr : &*found;
    };
    lists[0] = look(m_byName, name);
    lists[1] = look(m_bySuffix, suffixOf(name));
    lists[2] = look(m_byParent, parent);
    if (std::all_of(std::begin(lists), std::end(lists), [](const auto *list) { return list == nullptr; }))
        return nullptr;
    const QStringList components = path.split(u'/', Qt::SkipEmptyParts);
    const Pattern *best = nullptr;
    for (const auto *list : lists) {
        if (list == nullptr)
            continue;
        for (const Pattern &pattern : *list) {
            if ((best == nullptr || pattern.owner < best->owner) && fits(pattern, components))
                best = &pattern;
        }
    }
    return best == nullptr ? nullptr : &m_classes[best->owner];
}

} // namespace holdfast
