// SPDX-License-Identifier: Apache-2.0
#include "gate/lifecycle/book.h"

#include <algorithm>

namespace holdfast {

Result<Done, StoreError> Book::load(QByteArrayView highestNote)
{
    const std::int64_t size = m_store.ledger.size();
    auto tree = MerkleTree::resume(size, m_store.ledger.nodes());
    const auto last = size > 0 ? entry(size - 1) : std::nullopt;
    if (!tree || (size > 0 && !last))
        return Failure{StoreError{StoreError::Kind::Corrupt, QStringLiteral("the ledger's tree or last entry cannot be read")}};
    m_tree = std::move(*tree);
    m_lastAt = last ? last->at : Instant{};
    if (!highestNote.isEmpty()) {
        const auto highest = openCheckpoint(highestNote, m_identity.ledgerKey->key(), m_identity.name);
        if (!highest)
            return Failure{StoreError{StoreError::Kind::Forked, highest.error().sentence()}};
        if (highest->size > size)
            return Failure{StoreError{StoreError::Kind::Behind, QStringLiteral("%1 entries, %2 were signed")
                .arg(QString::number(size), QString::number(highest->size))}};
        const auto root = highest->size == 0 ? emptyRoot() : rootAt(highest->size, m_store.ledger.nodes());
        if (!root || *root != highest->root)
            return Failure{StoreError{StoreError::Kind::Forked, QStringLiteral("another root at size %1").arg(highest->size)}};
    }
    signHead();
    return Done{};
}

Recorded Book::append(EntryKind kind, const Envelope &envelope, const std::optional<HoldId> &hold, const std::vector<BlobRef> &named, Instant now)
{
    const Recorded recorded{m_tree.size(), std::max(now, m_lastAt), envelope.idDigest(), envelope.payloadDigest()};
    const BuiltEntry built = buildEntry(recorded.at, envelope, recorded.index, kind);
    if (built.payloadBlob) {
        m_store.blobs.add(recorded.payload, *built.payloadBlob);
        m_store.blobs.refer(recorded.payload, recorded.index, kind, hold);
    }
    for (const BlobRef &blob : named)
        m_store.blobs.refer(blob.digest, recorded.index, kind, hold);
    m_store.ledger.append(recorded.index, built.bytes, m_tree.append(leafHash(built.bytes)));
    m_store.ledger.place({recorded.id, recorded.index, kind, hold});
    m_recent.put(recorded.id, envelope);
    m_lastAt = recorded.at;
    return recorded;
}

Recorded Book::state(EntryKind kind, QByteArray payload, const std::optional<HoldId> &hold, const std::vector<BlobRef> &named, Instant now)
{
    return append(kind, Envelope::sign(*m_identity.key, payloadTypeOf(kind), std::move(payload)), hold, named, now);
}

std::optional<Entry> Book::entry(std::int64_t index) const
{
    const auto bytes = m_store.ledger.entry(index);
    auto parsed = bytes ? Entry::parse(*bytes) : Result<Entry, EntryError>(Failure{EntryError{EntryError::Kind::Malformed, {}}});
    if (!parsed)
        return std::nullopt;
    if (parsed->payloadDigest) {
        auto whole = parsed->wholeEnvelope([this](const Digest &digest) { return m_store.blobs.read(digest); });
        if (!whole)
            return std::nullopt;
        parsed->envelope = std::move(*whole);
    }
    return std::move(*parsed);
}

std::optional<Envelope> Book::document(const Digest &id) const
{
    const auto place = m_store.ledger.document(id);
    if (!place)
        return std::nullopt;
    if (const Envelope *known = m_recent.find(id))
        return *known;
    auto found = entry(place->index);
    if (!found)
        return std::nullopt;
    m_recent.put(id, found->envelope);
    return std::move(found->envelope);
}

void Book::reset(Mark mark)
{
    m_tree = std::move(mark.tree);
    m_lastAt = mark.lastAt;
}

bool Book::signHead()
{
    if (m_tree.size() == m_signedSize)
        return false;
    m_note = signCheckpoint({m_identity.name, m_tree.size(), m_tree.root()}, *m_identity.ledgerKey);
    m_signedSize = m_tree.size();
    return true;
}

} // namespace holdfast
