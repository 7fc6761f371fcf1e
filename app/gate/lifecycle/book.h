// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "gate/lifecycle/identity.h"
#include "gate/lifecycle/recent.h"
#include "gate/store/store.h"
#include "ledger/checkpoint.h"

namespace holdfast {

/// An entry that was just written.
struct Recorded final
{
    std::int64_t index = 0;
    Instant at{};
    Digest id; ///< id digest of the document
    Digest payload; ///< its payload digest
};

/// The gate's pen: appends entries to the ledger inside the running transaction, and signs the head after it.
class Book final
{
public:
    Book(Store &store, const GateIdentity &identity) : m_store(store), m_identity(identity) {}

    /// Reads where the ledger stands. Refuses a store that is behind `highestNote`, or does not lead to it.
    [[nodiscard]] Result<Done, StoreError> load(QByteArrayView highestNote);

    [[nodiscard]] Recorded append(EntryKind kind, const Envelope &envelope, const std::optional<HoldId> &hold,
                                  const std::vector<BlobRef> &named, Instant now);
    /// Signs with the gate's key first.
    [[nodiscard]] Recorded state(EntryKind kind, QByteArray payload, const std::optional<HoldId> &hold, const std::vector<BlobRef> &named, Instant now);

    [[nodiscard]] std::int64_t size() const { return m_tree.size(); }
    /// The clock stands before the last entry: nothing may be granted.
    [[nodiscard]] bool isClockBehind(Instant now) const { return now < m_lastAt; }
    [[nodiscard]] Instant lastAt() const { return m_lastAt; }

    [[nodiscard]] std::optional<Entry> entry(std::int64_t index) const;
    [[nodiscard]] std::optional<Envelope> document(const Digest &id) const;

    /// For undoing one call of a transaction, or all of it.
    struct Mark final
    {
        MerkleTree tree;
        Instant lastAt{};
    };
    [[nodiscard]] Mark mark() const { return {m_tree, m_lastAt}; }
    void reset(Mark mark);

    /// After a commit: signs the head when it moved. True when it did.
    bool signHead();
    /// The newest signed checkpoint; empty before the first entry.
    [[nodiscard]] const QByteArray &checkpoint() const { return m_note; }
    [[nodiscard]] std::int64_t checkpointSize() const { return m_signedSize; }

private:
    Store &m_store;
    const GateIdentity &m_identity;
    MerkleTree m_tree;
    Instant m_lastAt{};
    mutable Recent<Envelope, 32> m_recent; ///< a hold's documents are read again at each of its steps
    QByteArray m_note;
    std::int64_t m_signedSize = 0;
};

} // namespace holdfast
