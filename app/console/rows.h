// SPDX-License-Identifier: Apache-2.0
#pragma once
#include <QAbstractListModel>
#include <QMetaProperty>
#include <QSet>

#include <algorithm>
#include <utility>

namespace holdfast {

// A list of Q_GADGET values as a model: every Q_PROPERTY of Row is a role of the same name (enums arrive as int).
// Row has `bool operator==` and a QString `key` that is unique in the list; rows keep their identity by it, so that a
// view keeps its delegates, selection and scroll position when the list is replaced. GUI thread only.
template <class Row>
class RowsModel final : public QAbstractListModel {
public:
    using QAbstractListModel::QAbstractListModel;

    [[nodiscard]] const QList<Row> &rows() const { return m_rows; }

    // The row with this key, or nullptr. The pointer lives until the next replace().
    [[nodiscard]] const Row *find(const QString &key) const
    {
        const auto at = indexOf(key);
        return at < 0 ? nullptr : &m_rows[at];
    }

    // Makes the list equal to `next`, by removals, moves, insertions and changes of single rows. What stands the same at both
    // ends is only compared: a list of thousands in which one row came or went costs no more than reading it once.
    void replace(const QList<Row> &next)
    {
        if (m_rows.isEmpty() || next.isEmpty()) {
            reset(next);
            return;
        }
        const auto shorter = std::min(m_rows.size(), next.size());
        qsizetype head = 0;
        while (head < shorter && m_rows[head].key == next[head].key)
            ++head;
        qsizetype tail = 0;
        while (tail < shorter - head && m_rows[m_rows.size() - 1 - tail].key == next[next.size() - 1 - tail].key)
            ++tail;
        const auto standing = removeMissing(next, head, tail);
        for (auto at = head; at < next.size() - tail; ++at) {
            if (standing.contains(next[at].key))
                move(indexOf(next[at].key, at), at);
            else
                insert(next[at], at);
        }
        for (qsizetype at = 0; at < next.size(); ++at)
            assign(at, next[at]);
    }

    // Puts one row, new or known, where it belongs: `at` counts the rows without it.
    void put(const Row &row, qsizetype at)
    {
        const auto from = indexOf(row.key);
        if (from < 0)
            return insert(row, at);
        move(from, at);
        assign(at, row);
    }

    // Removes one row. Nothing happens when the key is not there.
    void drop(const QString &key)
    {
        if (const auto at = indexOf(key); at >= 0)
            remove(at);
    }

    // Changes one row where it stands. Nothing happens when the key is not there.
    void update(const Row &row)
    {
        const auto at = indexOf(row.key);
        if (at >= 0)
            assign(at, row);
    }

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

private:
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

    // Removes what `next` does not have from between `head` and `tail`; returns the keys of what is left there.
    QSet<QString> removeMissing(const QList<Row> &next, qsizetype head, qsizetype tail)
    {
        QSet<QString> wanted;
        for (auto at = head; at < next.size() - tail; ++at)
            wanted.insert(next[at].key);
        QSet<QString> standing;
        for (auto at = m_rows.size() - tail - 1; at >= head; --at) {
            if (wanted.contains(m_rows[at].key))
                standing.insert(m_rows[at].key);
            else
                remove(at);
        }
        return standing;
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
