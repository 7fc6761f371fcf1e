// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "core/ids.h"
#include "gate/store/sqlite.h"

namespace holdfast {

struct StoredGrant final
{
    QByteArray id; ///< 16 random bytes
    int revision = 0;
    Digest document; ///< id digest
    bool spent = false;
};

/// Grants: one per revision of a hold, each spent at most once.
class GrantTable final
{
public:
    explicit GrantTable(Database &database) : m_database(database) {}

    void issue(const HoldId &hold, const StoredGrant &grant);
    [[nodiscard]] std::optional<StoredGrant> find(const HoldId &hold, int revision) const;
    /// True for exactly one caller: the row goes from issued to spent in one statement.
    [[nodiscard]] bool spend(const QByteArray &id);
    /// A grant that will never be used: the hold was stopped, lapsed or drifted before.
    void cancel(const QByteArray &id);

private:
    Database &m_database;
};

} // namespace holdfast
