// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <QByteArray>
#include <QString>

#include <vector>

namespace holdfast::said {

/// A file of this folder.
[[nodiscard]] QByteArray fileHere(const QString &name);
/// The statements of a file of this folder: one a line, a line that begins with a space goes on from the one before. Without comments.
[[nodiscard]] std::vector<QByteArray> statementsIn(const QString &name);

struct Section final
{
    QString name;
    QString text; ///< lines, comments included
};
/// What follows each `-- marker: name` of a file of this folder.
[[nodiscard]] std::vector<Section> sectionsIn(const QString &file, const QString &marker);

} // namespace holdfast::said
