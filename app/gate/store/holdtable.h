// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "core/documents/event.h"
#include "core/documents/grant.h"
#include "gate/store/sqlite.h"

#include <vector>

namespace holdfast {

/// How a hold stands: what the ledger's entries have made of it, kept so that no screen has to replay them.
struct HoldRow final
{
    std::int64_t row = 0; ///< 0: not stored yet; grows with time
    HoldId id;
    QString actor, person, kind, target;
    State state = State::Measuring;
    std::int64_t sequence = 0; ///< 1 + ledger index of its last entry
    int revision = 0;
    Digest requestDocument; ///< id digest
    Digest requestDigest; ///< payload digest
    Digest action; ///< SHA-256 of the exact action bytes
    std::optional<Digest> holdDocument; ///< id digest of the current revision
    std::optional<Digest> holdDigest; ///< its payload digest
    std::optional<Digest> receiptDocument;
    Instant openedAt{}, changedAt{};
    std::optional<Instant> deadline; ///< when the engine must look at it again
    std::optional<Instant> executeBy; ///< from the approval on
    std::optional<Tier> tier;
    QString operation, environment, summary;
    QStringList resources;
    QStringList approvals; ///< persons, for the current revision
    std::optional<Outcome> outcome;
    std::optional<std::int64_t> decidedMs;
    QString reason;
    std::optional<QByteArray> counter; ///< JSON
};

struct StoredDecision final
{
    Digest document;
    bool approves = false;
    QString person;
    std::int64_t index = 0;
};

class HoldTable final
{
public:
    explicit HoldTable(Database &database) : m_database(database) {}

    [[nodiscard]] std::optional<HoldRow> find(const HoldId &id) const;
    /// The oldest open hold that this person asked for, of the same kind, target and exact action, but `itself`.
    [[nodiscard]] std::optional<HoldRow> openLike(const HoldRow &itself) const;
    /// True where this actor ever asked for the same as `other`: same kind, target and exact action.
    [[nodiscard]] bool hasAskedLike(const QString &actor, const HoldRow &other) const;
    /// Inserts (setting `row`) or overwrites.
    void save(HoldRow &hold);

    /// Open ones with a row number above `after`, oldest first.
    [[nodiscard]] std::vector<HoldRow> open(std::int64_t after, int limit) const;
    /// Ended ones whose last entry lies at or after ledger position `cursor`, in that order, above sequence `after`.
    [[nodiscard]] std::vector<HoldRow> endedSince(std::int64_t cursor, std::int64_t after, int limit) const;
    /// Opened at or after `since` and measured since, with a row number below `below`, newest first.
    [[nodiscard]] std::vector<HoldRow> measuredSince(Instant since, std::int64_t below, int limit) const;
    [[nodiscard]] std::vector<HoldRow> inState(State state) const;
    [[nodiscard]] std::vector<HoldRow> due(Instant now, int limit) const;
    [[nodiscard]] std::optional<Instant> nextDeadline() const;
    [[nodiscard]] std::int64_t countOpen() const;
    [[nodiscard]] std::int64_t countOpenOf(const QString &actor) const;
    [[nodiscard]] std::optional<Instant> oldestOpen() const;
    /// Bytes that the actor's requests opened after `since` came to, `least` each at least, with the blobs of his that nothing named before.
    [[nodiscard]] std::int64_t keptSince(const QString &actor, Instant since, std::int64_t least) const;

    void addDecision(const HoldId &hold, int revision, const StoredDecision &decision);
    [[nodiscard]] std::vector<StoredDecision> decisions(const HoldId &hold, int revision) const;
    [[nodiscard]] std::vector<StoredDecision> allDecisions(const HoldId &hold) const;

private:
    Database &m_database;
};

/// A row of `SELECT <HOLD_COLUMNS> FROM holds …` (holdcolumns.h).
[[nodiscard]] HoldRow holdRowOf(const Query &query);

} // namespace holdfast
