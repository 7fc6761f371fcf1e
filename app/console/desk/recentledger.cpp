// SPDX-License-Identifier: Apache-2.0
#include "console/desk/recentledger.h"

namespace holdfast {

void RecentLedger::append(QByteArray entry, QByteArray payload)
{
    m_bytes += entry.size() + payload.size();
    m_entries.push_back({std::move(entry), std::move(payload)});
    while (m_entries.size() > mostEntries || m_bytes > mostBytes) {
        const auto &oldest = m_entries.front();
        m_before.append(leafHash(oldest.entry));
        m_bytes -= oldest.entry.size() + oldest.payload.size();
        m_entries.pop_front();
    }
}

MerkleTree RecentLedger::after() const
{
    auto tree = m_before;
    for (const auto &kept : m_entries)
        tree.append(leafHash(kept.entry));
    return tree;
}

RecentLedger RecentLedger::of(MerkleTree before, const std::vector<std::pair<QByteArray, QByteArray>> &kept)
{
    RecentLedger recent;
    recent.m_before = std::move(before);
    for (const auto &[entry, payload] : kept)
        recent.append(entry, payload);
    return recent;
}

} // namespace holdfast
