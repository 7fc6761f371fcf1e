// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "core/documents/event.h"
#include "core/documents/grant.h"
#include "ledger/entry.h"
#include "ledger/merkle.h"

#include <map>
#include <optional>
#include <vector>

namespace holdfast::tests {

/// Where the entries of a ledger have brought a hold.
struct Standing final
{
    State state = State::Measuring;
    std::optional<Outcome> outcome;
    std::int64_t sequence = 0; ///< 1 + index of its last entry
    int entries = 0, requests = 0, executions = 0, receipts = 0;
};

/// A ledger as somebody keeps it who has seen every entry: bytes, tree, and where each hold stands. Reads documents, judges nothing.
class LedgerReplica final
{
public:
    /// The one requester's key, which is in the id of every hold.
    explicit LedgerReplica(const PublicKeyBytes &requester) : m_requester(requester) {}

    /// False when the entry cannot be read, or is not the next one.
    [[nodiscard]] bool append(const QByteArray &entry);
    [[nodiscard]] std::int64_t size() const { return m_tree.size(); }
    [[nodiscard]] std::optional<Digest> rootAt(std::int64_t size) const { return holdfast::rootAt(size, m_tree.reader()); }
    [[nodiscard]] const QByteArray &entry(std::int64_t index) const { return m_entries[static_cast<std::size_t>(index)].bytes; }
    /// The hold that the entry is about, and the state in which it left it.
    [[nodiscard]] const std::optional<HoldId> &about(std::int64_t index) const { return m_entries[static_cast<std::size_t>(index)].hold; }
    [[nodiscard]] State stateAfter(std::int64_t index) const { return m_entries[static_cast<std::size_t>(index)].state; }
    [[nodiscard]] std::optional<Standing> of(const HoldId &hold) const;
    [[nodiscard]] const std::map<HoldId, Standing> &holds() const { return m_holds; }

private:
    struct Kept final
    {
        QByteArray bytes;
        std::optional<HoldId> hold;
        State state = State::Measuring;
    };
    /// The hold that a document is about; what it does to it is written into `m_holds`.
    [[nodiscard]] std::optional<HoldId> apply(EntryKind kind, const QByteArray &payload);

    PublicKeyBytes m_requester;
    MerkleNodes m_tree;
    std::vector<Kept> m_entries;
    std::map<HoldId, Standing> m_holds;
};

} // namespace holdfast::tests
