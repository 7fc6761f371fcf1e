// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "diff/document.h"

#include <QAbstractListModel>

namespace holdfast::present {

/// A parsed diff as the rows that the review draws (roles of DiffRow). Lines are made visible when a delegate asks for them,
/// so that a huge diff costs what is on the screen.
class DiffLines final : public QAbstractListModel
{
    Q_OBJECT
public:
    explicit DiffLines(diff::Document document, QObject *parent = nullptr);

    [[nodiscard]] int rowCount(const QModelIndex &parent = {}) const override;
    [[nodiscard]] QVariant data(const QModelIndex &index, int role) const override;
    [[nodiscard]] QHash<int, QByteArray> roleNames() const override;
    /// Columns of the longest line, at most 4000.
    [[nodiscard]] int columns() const { return m_columns; }
    /// True if every line of the diff can be shown. A sample of rows is whole in this sense: its last line says of how many it is.
    [[nodiscard]] bool isWhole() const { return !m_document.truncated; }

private:
    struct Place {
        int hunk = 0; ///< -1: the end, where the diff is not whole
        int line = -1; ///< -1: the heading of the hunk
    };
    [[nodiscard]] QStringList parts(const Place &place) const;

    diff::Document m_document;
    std::vector<Place> m_places;
    int m_columns = 0;
};

} // namespace holdfast::present
