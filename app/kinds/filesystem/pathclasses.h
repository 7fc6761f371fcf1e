// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <QHash>
#include <QString>
#include <QStringList>

#include <vector>

namespace holdfast {

/// What a path is, whatever its size: `resources/catalogues/paths.json`.
struct PathClass final
{
    QString id; ///< `login`; the fact is `path.login`
    QString what; ///< `who may log in`
};

/// The catalogue, arranged so that an entry of a large tree is compared with few patterns.
class PathCatalogue final
{
public:
    /// The one compiled in; it is read once. A catalogue that cannot be read ends the program: nothing would be dangerous then.
    [[nodiscard]] static const PathCatalogue &builtIn();

    /// The class of an absolute path, or nullptr. Only the text decides; whoever asks has resolved links and mounts.
    [[nodiscard]] const PathClass *classOf(const QString &path) const;
    [[nodiscard]] const std::vector<PathClass> &classes() const { return m_classes; }

private:
    struct Pattern final
    {
        QStringList components; ///< without a leading `**`
        bool anywhere = false; ///< may lie below any directories
        std::size_t owner = 0;
    };
    explicit PathCatalogue(const QByteArray &json);
    void add(const QString &pattern, std::size_t owner);
    [[nodiscard]] static bool fits(const Pattern &pattern, const QStringList &path);

    std::vector<PathClass> m_classes;
    QHash<QString, std::vector<Pattern>> m_byName, m_bySuffix, m_byParent; ///< by last component, its suffix, the one before it
    std::vector<Pattern> m_others;
};

} // namespace holdfast
