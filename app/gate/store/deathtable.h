// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "core/ids.h"
#include "gate/store/sqlite.h"

namespace holdfast {

/// The deaths of measuring processes over one request.
struct Deaths final
{
    int count = 0;
    QString how; ///< the newest, in a sentence
};

/// How often measuring a request ended the process that measured it.
class DeathTable final
{
public:
    explicit DeathTable(Database &database) : m_database(database) {}

    [[nodiscard]] Deaths of(const HoldId &hold) const;
    /// One more; gives what there are now.
    Deaths count(const HoldId &hold, const QString &how);
    /// It was measured after all, because a person asked.
    void forget(const HoldId &hold);

private:
    Database &m_database;
};

} // namespace holdfast
