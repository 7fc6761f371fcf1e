// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "core/documents/request.h"
#include "gate/store/sqlite.h"
#include "ledger/entry.h"

namespace holdfast {

/// Content named by digest. Who may read it follows from the documents that name it.
class BlobTable final
{
public:
    explicit BlobTable(Database &database) : m_database(database) {}

    void add(const Digest &digest, const QByteArray &bytes);
    [[nodiscard]] std::optional<QByteArray> read(const Digest &digest) const;
    /// At most `length` bytes from `offset` on, which lies within the blob; nullopt when it is not stored.
    [[nodiscard]] std::optional<QByteArray> part(const Digest &digest, std::int64_t offset, std::int64_t length) const;
    [[nodiscard]] bool has(const Digest &digest) const;
    /// Bytes, without reading them.
    [[nodiscard]] std::optional<std::int64_t> size(const Digest &digest) const;

    /// `actor` handed these bytes in himself: only then may a request of his name them.
    void own(const Digest &digest, const QString &actor, std::int64_t size, Instant at);
    [[nodiscard]] bool owns(const Digest &digest, const QString &actor) const;
    /// The least that a blob counts for: a row, a part in memory and a look at each cost something, however small it is.
    static constexpr std::int64_t leastCharged = 64LL * 1024;
    /// Bytes that `actor` handed in and no document names yet; `leastCharged` each at least.
    [[nodiscard]] std::int64_t idleBytes(const QString &actor) const;
    /// Forgets what was handed in before `before` and never named.
    void purgeIdle(Instant before);
    /// Forgets bytes that a refused request carried, unless a document names them.
    void forget(const Digest &digest, const QString &actor);

    void refer(const Digest &digest, std::int64_t index, EntryKind kind, const std::optional<HoldId> &hold);
    [[nodiscard]] bool isNamed(const Digest &digest) const;
    /// True where a request or receipt of one of `actor`'s holds, or any registry, names it.
    [[nodiscard]] bool isNamedFor(const Digest &digest, const QString &actor) const;
    /// True where a revision of one of `actor`'s holds on `target` names it.
    [[nodiscard]] bool isNamedInHold(const Digest &digest, const QString &actor, const QString &target) const;

private:
    Database &m_database;
};

} // namespace holdfast
