// SPDX-License-Identifier: Apache-2.0
#include "gate/store/registrytable.h"

namespace holdfast {

namespace {

std::optional<StoredRegistry> first(Query &query)
{
    if (!query.step())
        return std::nullopt;
    return StoredRegistry{query.integer(0), query.digest(1), query.digest(2), query.integer(3)};
}

} // namespace

void RegistryTable::add(const StoredRegistry &registry)
{
    Query(m_database, "INSERT INTO registries (serial, payload, document, idx) VALUES (?, ?, ?, ?)")
        .bind(registry.serial).bind(registry.payload).bind(registry.document).bind(registry.index).run();
}

std::optional<StoredRegistry> RegistryTable::newest() const
{
    Query query(m_database, "SELECT serial, payload, document, idx FROM registries ORDER BY serial DESC LIMIT 1");
    return first(query);
}

std::optional<StoredRegistry> RegistryTable::at(std::int64_t serial) const
{
    Query query(m_database, "SELECT serial, payload, document, idx FROM registries WHERE serial = ?");
    query.bind(serial);
    return first(query);
}

} // namespace holdfast
