// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "gate/store/blobtable.h"
#include "gate/store/deathtable.h"
#include "gate/store/granttable.h"
#include "gate/store/historytable.h"
#include "gate/store/holdtable.h"
#include "gate/store/ledgertable.h"
#include "gate/store/registrytable.h"
#include "gate/store/standingtable.h"

namespace holdfast {

/// The gate's SQLite file, owned by the store thread. All work happens between begin() and commit(); a failure anywhere in
/// between sticks, and commit() then refuses: nothing was done.
class Store final
{
public:
    [[nodiscard]] static Result<std::unique_ptr<Store>, StoreError> open(const QString &file);
    ~Store();
    Store(const Store &) = delete;
    Store &operator=(const Store &) = delete;

    void begin();
    /// One call's work inside the transaction: kept by release(), undone by undo(). Not nested.
    void savepoint();
    void release();
    void undo();
    /// Durable when it returns Done.
    [[nodiscard]] Result<Done, StoreError> commit();
    void rollback();
    [[nodiscard]] bool failed() const { return m_database->failed(); }
    [[nodiscard]] std::int64_t pagesAskedFor() const { return m_database->pagesAskedFor(); }
    /// Called after a commit with the pages that the write-ahead log has.
    void onCommitted(std::function<void(int)> heard) { m_database->onCommitted(std::move(heard)); }

private:
    explicit Store(std::unique_ptr<Database> database);
    std::unique_ptr<Database> m_database;

public:
    LedgerTable ledger;
    HoldTable holds;
    StandingTable standing;
    GrantTable grants;
    RegistryTable registries;
    BlobTable blobs;
    HistoryTable history;
    DeathTable deaths;
};

} // namespace holdfast
