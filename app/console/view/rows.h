// SPDX-License-Identifier: Apache-2.0
#pragma once
#include "console/view/rowlist.h"

#include <QSet>

namespace holdfast {

// Row has `bool operator==` and a QString `key` that is unique in the list; rows keep their identity by it, so that a
// view keeps its delegates, selection and scroll position when the list is replaced. GUI thread only.
template <class Row>
class RowsModel final : public RowList<Row> {
public:
    using RowList<Row>::RowList;

    // The row with this key, or nullptr. The pointer lives until the next replace().
    [[nodiscard]] const Row *find(const QString &key) const
    {
        const auto at = this->indexOf(key);
        return at < 0 ? nullptr : &this->m_rows[at];
    }

    // Makes the list equal to `next`, by removals, moves, insertions and changes of single rows. What stands the same at both
    // ends is only compared: a list of thousands in which one row came or went costs no more than reading it once.
    void replace(const QList<Row> &next)
    {
        if (this->m_rows.isEmpty() || next.isEmpty()) {
            this->reset(next);
            return;
        }
        const auto shorter = std::min(this->m_rows.size(), next.size());
        qsizetype head = 0;
        while (head < shorter && this->m_rows[head].key == next[head].key)
            ++head;
        qsizetype tail = 0;
        while (tail < shorter - head && this->m_rows[this->m_rows.size() - 1 - tail].key == next[next.size() - 1 - tail].key)
            ++tail;
        const auto standing = removeMissing(next, head, tail);
        for (auto at = head; at < next.size() - tail; ++at) {
            if (standing.contains(next[at].key))
                this->move(this->indexOf(next[at].key, at), at);
            else
                this->insert(next[at], at);
        }
        for (qsizetype at = 0; at < next.size(); ++at)
            this->assign(at, next[at]);
    }

    // Puts one row, new or known, where it belongs: `at` counts the rows without it.
    void put(const Row &row, qsizetype at)
    {
        const auto from = this->indexOf(row.key);
        if (from < 0)
            return this->insert(row, at);
        this->move(from, at);
        this->assign(at, row);
    }

    // Removes one row. Nothing happens when the key is not there.
    void drop(const QString &key)
    {
        if (const auto at = this->indexOf(key); at >= 0)
            this->remove(at);
    }

    // Changes one row where it stands. Nothing happens when the key is not there.
    void update(const Row &row)
    {
        const auto at = this->indexOf(row.key);
        if (at >= 0)
            this->assign(at, row);
    }

private:
    // Removes what `next` does not have from between `head` and `tail`; returns the keys of what is left there.
    QSet<QString> removeMissing(const QList<Row> &next, qsizetype head, qsizetype tail)
    {
        QSet<QString> wanted;
        for (auto at = head; at < next.size() - tail; ++at)
            wanted.insert(next[at].key);
        QSet<QString> standing;
        for (auto at = this->m_rows.size() - tail - 1; at >= head; --at) {
            if (wanted.contains(this->m_rows[at].key))
                standing.insert(this->m_rows[at].key);
            else
                this->remove(at);
        }
        return standing;
    }
};

} // namespace holdfast
