// SPDX-License-Identifier: Apache-2.0
#include "gate/store/deathtable.h"

namespace holdfast {

Deaths DeathTable::of(const HoldId &hold) const
{
    Query query(m_database, "SELECT count, how FROM deaths WHERE hold = ?");
    query.bind(hold.toString());
    return query.step() ? Deaths{static_cast<int>(query.integer(0)), query.text(1)} : Deaths{};
}

Deaths DeathTable::count(const HoldId &hold, const QString &how)
{
    Query(m_database, "INSERT INTO deaths (hold, count, how) VALUES (?, 1, ?) "
                      "ON CONFLICT (hold) DO UPDATE SET count = count + 1, how = excluded.how")
        .bind(hold.toString()).bind(how).run();
    return of(hold);
}

void DeathTable::forget(const HoldId &hold)
{
    Query(m_database, "DELETE FROM deaths WHERE hold = ?").bind(hold.toString()).run();
}

} // namespace holdfast
