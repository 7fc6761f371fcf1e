// SPDX-License-Identifier: Apache-2.0
#pragma once
#include <QAbstractListModel>
#include <QMetaProperty>

#include <algorithm>

namespace holdfast {

// A list of Q_GADGET values as a model: every Q_PROPERTY of Row is a role of the same name (enums arrive as int). Changes one row at a
// time and tells of each; rows.h says what they are for.
template <class Row>
class RowList : public QAbstractListModel {
public:
    using QAbstractListModel::QAbstractListModel;

    [[nodiscard]] const QList<Row> &rows() const { return m_rows; }

    [[nodiscard]] int rowCount(const QModelIndex &parent = {}) const override
    {
        return parent.isValid() ? 0 : static_cast<int>(m_rows.size());
    }

    [[nodiscard]] QVariant data(const QModelIndex &index, int role) const override
    {
        const auto property = Row::staticMetaObject.property(role - Qt::UserRole - 1);
        if (!checkIndex(index, CheckIndexOption::IndexIsValid | CheckIndexOption::ParentIsInvalid) || !property.isValid())
            return {};
        const auto value = property.readOnGadget(&m_rows[index.row()]);
        return property.isEnumType() ? QVariant(value.toInt()) : value;
    }

    [[nodiscard]] QHash<int, QByteArray> roleNames() const override
    {
        QHash<int, QByteArray> names;
        for (int i = 0; i < Row::staticMetaObject.propertyCount(); ++i)
            names.insert(Qt::UserRole + 1 + i, Row::staticMetaObject.property(i).name());
        return names;
    }

protected:
    [[nodiscard]] qsizetype indexOf(const QString &key, qsizetype from = 0) const
    {
        const auto found = std::find_if(m_rows.cbegin() + from, m_rows.cend(), [&](const Row &row) { return row.key == key; });
        return found == m_rows.cend() ? -1 : found - m_rows.cbegin();
    }

    void reset(const QList<Row> &next)
    {
        if (m_rows == next)
            return;
        beginResetModel();
        m_rows = next;
        endResetModel();
    }

    void insert(const Row &row, qsizetype at)
    {
        beginInsertRows({}, static_cast<int>(at), static_cast<int>(at));
        m_rows.insert(at, row);
        endInsertRows();
    }

    void remove(qsizetype at)
    {
        beginRemoveRows({}, static_cast<int>(at), static_cast<int>(at));
        m_rows.removeAt(at);
        endRemoveRows();
    }

    void move(qsizetype from, qsizetype at)
    {
        if (from == at)
            return;
        // Qt counts the destination before the row is taken out.
        beginMoveRows({}, static_cast<int>(from), static_cast<int>(from), {}, static_cast<int>(from < at ? at + 1 : at));
        m_rows.move(from, at);
        endMoveRows();
    }

    void assign(qsizetype at, const Row &row)
    {
        if (m_rows[at] == row)
            return;
        m_rows[at] = row;
        const auto changed = index(static_cast<int>(at));
        Q_EMIT dataChanged(changed, changed);
    }

    QList<Row> m_rows;
};

} // namespace holdfast
