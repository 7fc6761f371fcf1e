// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "gate/store/sqlite.h"

#include <vector>

namespace holdfast {

struct StoredRegistry final
{
    std::int64_t serial = 0;
    Digest payload; ///< payload digest
    Digest document; ///< id digest
    std::int64_t index = 0; ///< ledger index
};

/// The chain of registries, by serial.
class RegistryTable final
{
public:
    explicit RegistryTable(Database &database) : m_database(database) {}

    void add(const StoredRegistry &registry);
    [[nodiscard]] std::optional<StoredRegistry> newest() const;
    [[nodiscard]] std::optional<StoredRegistry> at(std::int64_t serial) const;

private:
    Database &m_database;
};

} // namespace holdfast
