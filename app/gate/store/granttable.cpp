// SPDX-License-Identifier: Apache-2.0
#include "gate/store/granttable.h"

namespace holdfast {

void GrantTable::issue(const HoldId &hold, const StoredGrant &grant)
{
    Query(m_database, "INSERT INTO grants (id, hold, revision, document, state) VALUES (?, ?, ?, ?, 'issued')")
        .bind(grant.id).bind(hold.toString()).bind(grant.revision).bind(grant.document).run();
}

std::optional<StoredGrant> GrantTable::find(const HoldId &hold, int revision) const
{
    Query query(m_database, "SELECT id, revision, document, state FROM grants WHERE hold = ? AND revision = ?");
    query.bind(hold.toString()).bind(revision);
    if (!query.step())
        return std::nullopt;
    return StoredGrant{query.bytes(0), static_cast<int>(query.integer(1)), query.digest(2), query.text(3) != QStringLiteral("issued")};
}

bool GrantTable::spend(const QByteArray &id)
{
    Query(m_database, "UPDATE grants SET state = 'spent' WHERE id = ? AND state = 'issued'").bind(id).run();
    return !m_database.failed() && m_database.changes() == 1;
}

void GrantTable::cancel(const QByteArray &id)
{
    Query(m_database, "UPDATE grants SET state = 'cancelled' WHERE id = ? AND state = 'issued'").bind(id).run();
}

} // namespace holdfast
