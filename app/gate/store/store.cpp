// SPDX-License-Identifier: Apache-2.0
#include "gate/store/store.h"

#include "gate/store/schema.h"

#include <QFile>

namespace holdfast {

Store::Store(std::unique_ptr<Database> database)
    : m_database(std::move(database)), ledger(*m_database), holds(*m_database), standing(*m_database), grants(*m_database),
      registries(*m_database), blobs(*m_database), history(*m_database), deaths(*m_database)
{
}

Store::~Store() = default;

Result<std::unique_ptr<Store>, StoreError> Store::open(const QString &file)
{
    // Made with the right mode before SQLite sees it; the log and the shared memory beside it take the mode over.
    QFile made(file);
    if (!made.exists() && made.open(QIODevice::WriteOnly | QIODevice::NewOnly, QFileDevice::ReadOwner | QFileDevice::WriteOwner))
        made.close();
    auto database = Database::open(file);
    if (!database)
        return database.failure();
    if (auto prepared = prepareSchema(**database); !prepared)
        return prepared.failure();
    return std::unique_ptr<Store>(new Store(std::move(*database)));
}

void Store::begin()
{
    m_database->execute("BEGIN IMMEDIATE");
}

void Store::savepoint()
{
    m_database->execute("SAVEPOINT call");
}

void Store::release()
{
    m_database->execute("RELEASE call");
}

void Store::undo()
{
    m_database->execute("ROLLBACK TO call");
    m_database->execute("RELEASE call");
}

Result<Done, StoreError> Store::commit()
{
    if (!m_database->failed())
        m_database->execute("COMMIT");
    if (!m_database->failed())
        return Done{};
    const StoreError error = *m_database->error();
    m_database->rollback();
    return Failure{error};
}

void Store::rollback()
{
    m_database->rollback();
}

} // namespace holdfast
