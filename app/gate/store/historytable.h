// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "gate/store/holdtable.h"

namespace holdfast {

/// A search: every engaged member must fit.
struct HistoryFilter final
{
    QStringList words; ///< beginnings of words
    std::optional<QString> tier, environment, requester, state, outcome, kind, target;
    std::optional<Instant> before, after; ///< of the hold's opening: before ≤ exclusive, after inclusive
};

/// Full text of holds: rows are searched newest first by row number, never by rank.
class HistoryTable final
{
public:
    explicit HistoryTable(Database &database) : m_database(database) {}

    /// (Re)writes what is searched for a stored hold.
    void index(std::int64_t row, const QString &text);
    /// Newest first, rows below `below`.
    [[nodiscard]] std::vector<HoldRow> search(const HistoryFilter &filter, std::int64_t below, int limit) const;
    /// How many fit, counted no further than `limit`.
    [[nodiscard]] std::int64_t count(const HistoryFilter &filter, int limit) const;

private:
    Database &m_database;
};

} // namespace holdfast
