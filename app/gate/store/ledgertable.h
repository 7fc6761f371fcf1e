// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "core/documents/request.h"
#include "gate/store/sqlite.h"
#include "ledger/entry.h"
#include "ledger/merkle.h"

#include <vector>

namespace holdfast {

/// Where a document lies in the ledger.
struct DocumentPlace final
{
    Digest id;
    std::int64_t index = 0;
    EntryKind kind = EntryKind::Event;
    std::optional<HoldId> hold;
};

/// The ledger as it is stored: exact entry bytes, nodes of the tree, and an index of the documents. Appends only.
class LedgerTable final
{
public:
    explicit LedgerTable(Database &database) : m_database(database) {}

    [[nodiscard]] std::int64_t size() const;
    [[nodiscard]] std::optional<QByteArray> entry(std::int64_t index) const;
    /// Exact bytes of [from, to), at most `count` and about `bytes`; always at least one where there is one.
    [[nodiscard]] std::vector<QByteArray> entries(std::int64_t from, std::int64_t to, int count, qsizetype bytes) const;
    /// Valid as long as this object.
    [[nodiscard]] NodeReader nodes() const;

    void append(std::int64_t index, const QByteArray &bytes, const std::vector<MerkleNode> &nodes);
    void place(const DocumentPlace &document);

    [[nodiscard]] std::optional<DocumentPlace> document(const Digest &id) const;
    [[nodiscard]] std::vector<DocumentPlace> documentsOf(const HoldId &hold) const;
    [[nodiscard]] std::vector<DocumentPlace> documentsSince(EntryKind kind, std::int64_t index) const;

    void addCosignature(std::int64_t size, const QString &name, const QString &line);

private:
    Database &m_database;
};

} // namespace holdfast
