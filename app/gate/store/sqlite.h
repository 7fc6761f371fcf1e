// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "core/clock.h"
#include "core/digest.h"
#include "core/result.h"
#include "gate/store/storeerror.h"

#include <QByteArray>
#include <QString>

#include <cstdint>
#include <functional>
#include <memory>
#include <optional>
#include <unordered_map>

struct sqlite3;
struct sqlite3_stmt;

namespace holdfast {

/// One SQLite connection, used by one thread. A failure sticks: every later query does nothing until rollback(), so that a
/// transaction in which anything failed can never be committed.
class Database final
{
public:
    [[nodiscard]] static Result<std::unique_ptr<Database>, StoreError> open(const QString &file);
    ~Database();
    Database(const Database &) = delete;
    Database &operator=(const Database &) = delete;

    /// Runs statements that yield no rows.
    bool execute(const char *sql);
    void rollback(); ///< also forgets the failure
    [[nodiscard]] bool failed() const { return m_error.has_value(); }
    [[nodiscard]] const std::optional<StoreError> &error() const { return m_error; }
    [[nodiscard]] std::int64_t changes() const;
    [[nodiscard]] std::int64_t lastRow() const;
    /// Pages that statements asked for since it was opened, from memory or not: what they cost, whatever the machine.
    [[nodiscard]] std::int64_t pagesAskedFor() const;
    /// `pages` of the write-ahead log after each commit, on the thread that commits.
    void onCommitted(std::function<void(int pages)> heard);

private:
    friend class Query;
    explicit Database(sqlite3 *handle) : m_handle(handle) {}
    [[nodiscard]] sqlite3_stmt *prepared(const char *sql);
    void fail(int code);

    sqlite3 *m_handle;
    std::unordered_map<std::string, sqlite3_stmt *> m_statements;
    std::optional<StoreError> m_error;
    std::function<void(int)> m_committed;
};

/// One use of a statement, prepared once per connection. Values are bound in order; the statement is reset at the end.
class Query final
{
public:
    Query(Database &database, const char *sql);
    ~Query();
    Query(const Query &) = delete;
    Query &operator=(const Query &) = delete;

    Query &bind(std::int64_t value);
    Query &bind(int value) { return bind(std::int64_t{value}); }
    Query &bind(bool value) { return bind(std::int64_t{value}); }
    Query &bind(const QString &value);
    Query &bind(const QByteArray &value);
    Query &bind(const Digest &value);
    Query &bind(Instant value) { return bind(std::int64_t{value.time_since_epoch().count()}); }
    Query &bindNull();
    template<typename T>
    Query &bind(const std::optional<T> &value)
    {
        return value ? bind(*value) : bindNull();
    }

    /// True while there is a row.
    [[nodiscard]] bool step();
    void run() { while (step()) { } }

    [[nodiscard]] bool isNull(int column) const;
    [[nodiscard]] std::int64_t integer(int column) const;
    [[nodiscard]] QString text(int column) const;
    [[nodiscard]] QByteArray bytes(int column) const;
    [[nodiscard]] Digest digest(int column) const;
    [[nodiscard]] Instant instant(int column) const { return Instant{std::chrono::milliseconds{integer(column)}}; }
    [[nodiscard]] std::optional<Digest> optionalDigest(int column) const;
    [[nodiscard]] std::optional<Instant> optionalInstant(int column) const;

private:
    Database &m_database;
    sqlite3_stmt *m_statement;
    int m_bound = 0;
};

} // namespace holdfast
