// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "ledger/merkle.h"

#include <QByteArray>

#include <deque>

namespace holdfast {

/// The newest entries of a ledger, byte for byte, and the tree that stands before them: together they make the root that the gate
/// signed, so that they prove themselves without the rest. Bounded: the oldest go.
class RecentLedger final
{
public:
    struct Kept final
    {
        QByteArray entry;
        QByteArray payload; ///< where the entry only names its digest
    };
    static constexpr std::size_t mostEntries = 2'000;
    static constexpr qsizetype mostBytes = 8LL * 1024 * 1024;

    void append(QByteArray entry, QByteArray payload);
    [[nodiscard]] const std::deque<Kept> &entries() const { return m_entries; }
    /// The tree before the first of them, and after the last.
    [[nodiscard]] const MerkleTree &before() const { return m_before; }
    [[nodiscard]] MerkleTree after() const;
    /// As they were kept; bounded anew.
    [[nodiscard]] static RecentLedger of(MerkleTree before, const std::vector<std::pair<QByteArray, QByteArray>> &kept);

private:
    MerkleTree m_before;
    std::deque<Kept> m_entries;
    qsizetype m_bytes = 0;
};

} // namespace holdfast
