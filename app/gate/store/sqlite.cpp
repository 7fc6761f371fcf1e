// SPDX-License-Identifier: Apache-2.0
#include "gate/store/sqlite.h"

#include <sqlite3.h>

#include <algorithm>

namespace holdfast {

namespace {

StoreError::Kind kindOf(int code)
{
    switch (code & 0xff) {
    case SQLITE_BUSY:
    case SQLITE_LOCKED:
        return StoreError::Kind::Busy;
    case SQLITE_FULL:
        return StoreError::Kind::Full;
    case SQLITE_CORRUPT:
    case SQLITE_NOTADB:
        return StoreError::Kind::Corrupt;
    case SQLITE_CANTOPEN:
        return StoreError::Kind::CannotOpen;
    default:
        return StoreError::Kind::Io;
    }
}

} // namespace

QString StoreError::sentence() const
{
    switch (kind) {
    case Kind::CannotOpen: return QStringLiteral("the store cannot be opened: %1").arg(detail);
    case Kind::WrongVersion: return QStringLiteral("the store was written by another version: %1").arg(detail);
    case Kind::Behind: return QStringLiteral("the store is behind the highest checkpoint that this gate signed: %1").arg(detail);
    case Kind::Forked: return QStringLiteral("the store does not lead to the highest checkpoint that this gate signed: %1").arg(detail);
    case Kind::Busy: return QStringLiteral("the store is used by another process: %1").arg(detail);
    case Kind::Full: return QStringLiteral("the disk is full: %1").arg(detail);
    case Kind::Corrupt: return QStringLiteral("the store is damaged: %1").arg(detail);
    case Kind::Io: return QStringLiteral("the store cannot be read or written: %1").arg(detail);
    }
    return detail;
}

Result<std::unique_ptr<Database>, StoreError> Database::open(const QString &file)
{
    sqlite3 *handle = nullptr;
    const int code = sqlite3_open_v2(file.toUtf8().constData(), &handle,
                                     SQLITE_OPEN_READWRITE | SQLITE_OPEN_CREATE | SQLITE_OPEN_NOMUTEX | SQLITE_OPEN_NOFOLLOW, nullptr);
    if (code != SQLITE_OK) {
        const QString detail = QString::fromUtf8(handle ? sqlite3_errmsg(handle) : "out of memory");
        sqlite3_close_v2(handle);
        return Failure{StoreError{StoreError::Kind::CannotOpen, QStringLiteral("%1: %2").arg(file, detail)}};
    }
    sqlite3_extended_result_codes(handle, 1);
    sqlite3_busy_timeout(handle, 5000);
    return std::unique_ptr<Database>(new Database(handle));
}

Database::~Database()
{
    for (const auto &[sql, statement] : m_statements)
        sqlite3_finalize(statement);
    sqlite3_close_v2(m_handle);
}

bool Database::execute(const char *sql)
{
    if (failed())
        return false;
    const int code = sqlite3_exec(m_handle, sql, nullptr, nullptr, nullptr);
    if (code != SQLITE_OK)
        fail(code);
    return code == SQLITE_OK;
}

void Database::rollback()
{
    m_error.reset();
    // An I/O error may have ended the transaction already; then there is nothing to roll back.
    if (sqlite3_get_autocommit(m_handle) == 0)
        execute("ROLLBACK");
}

std::int64_t Database::changes() const
{
    return sqlite3_changes64(m_handle);
}

std::int64_t Database::lastRow() const
{
    return sqlite3_last_insert_rowid(m_handle);
}

void Database::onCommitted(std::function<void(int)> heard)
{
    m_committed = std::move(heard);
    sqlite3_wal_hook(
        m_handle,
        [](void *self, sqlite3 *, const char *, int pages) {
            static_cast<Database *>(self)->m_committed(pages);
            return SQLITE_OK;
        },
        this);
}

sqlite3_stmt *Database::prepared(const char *sql)
{
    if (const auto known = m_statements.find(sql); known != m_statements.end())
        return known->second;
    sqlite3_stmt *statement = nullptr;
    const int code = sqlite3_prepare_v3(m_handle, sql, -1, SQLITE_PREPARE_PERSISTENT, &statement, nullptr);
    if (code != SQLITE_OK) {
        fail(code);
        return nullptr;
    }
    m_statements.emplace(sql, statement);
    return statement;
}

std::int64_t Database::pagesAskedFor() const
{
    int hits = 0, misses = 0, ignored = 0;
    sqlite3_db_status(m_handle, SQLITE_DBSTATUS_CACHE_HIT, &hits, &ignored, 0);
    sqlite3_db_status(m_handle, SQLITE_DBSTATUS_CACHE_MISS, &misses, &ignored, 0);
    return std::int64_t{hits} + misses;
}

void Database::fail(int code)
{
    if (!m_error)
        m_error = StoreError{kindOf(code), QString::fromUtf8(sqlite3_errmsg(m_handle))};
}

Query::Query(Database &database, const char *sql)
    : m_database(database), m_statement(database.failed() ? nullptr : database.prepared(sql))
{
}

Query::~Query()
{
    if (m_statement) {
        sqlite3_reset(m_statement);
        sqlite3_clear_bindings(m_statement);
    }
}

Query &Query::bind(std::int64_t value)
{
    if (m_statement)
        sqlite3_bind_int64(m_statement, ++m_bound, value);
    return *this;
}

Query &Query::bind(const QString &value)
{
    const QByteArray utf8 = value.toUtf8();
    if (m_statement)
        sqlite3_bind_text(m_statement, ++m_bound, utf8.isNull() ? "" : utf8.constData(), static_cast<int>(utf8.size()), SQLITE_TRANSIENT);
    return *this;
}

Query &Query::bind(const QByteArray &value)
{
    if (m_statement)
        sqlite3_bind_blob64(m_statement, ++m_bound, value.isNull() ? "" : value.constData(), static_cast<sqlite3_uint64>(value.size()), SQLITE_TRANSIENT);
    return *this;
}

Query &Query::bind(const Digest &value)
{
    if (m_statement)
        sqlite3_bind_blob(m_statement, ++m_bound, value.bytes.data(), static_cast<int>(value.bytes.size()), SQLITE_TRANSIENT);
    return *this;
}

Query &Query::bindNull()
{
    if (m_statement)
        sqlite3_bind_null(m_statement, ++m_bound);
    return *this;
}

bool Query::step()
{
    if (!m_statement || m_database.failed())
        return false;
    const int code = sqlite3_step(m_statement);
    if (code == SQLITE_ROW)
        return true;
    if (code != SQLITE_DONE)
        m_database.fail(code);
    return false;
}

bool Query::isNull(int column) const
{
    return sqlite3_column_type(m_statement, column) == SQLITE_NULL;
}

std::int64_t Query::integer(int column) const
{
    return sqlite3_column_int64(m_statement, column);
}

QString Query::text(int column) const
{
    const auto *data = static_cast<const char *>(sqlite3_column_blob(m_statement, column));
    return QString::fromUtf8(data, sqlite3_column_bytes(m_statement, column));
}

QByteArray Query::bytes(int column) const
{
    const auto *data = static_cast<const char *>(sqlite3_column_blob(m_statement, column));
    return QByteArray(data, sqlite3_column_bytes(m_statement, column));
}

Digest Query::digest(int column) const
{
    return Digest::fromBytes(bytes(column)).value_or(Digest{});
}

std::optional<Digest> Query::optionalDigest(int column) const
{
    return isNull(column) ? std::nullopt : std::optional(digest(column));
}

std::optional<Instant> Query::optionalInstant(int column) const
{
    return isNull(column) ? std::nullopt : std::optional(instant(column));
}

} // namespace holdfast
