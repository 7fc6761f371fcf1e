// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "core/clock.h"
#include "core/result.h"

#include <QString>

#include <optional>

namespace holdfast {

/// Why a store is not to be had: another gate has it, or its lock file cannot be made.
struct StoreTaken final
{
    bool held = false; ///< by another process
    qint64 pid = 0; ///< of that process; 0: it has not said yet
    std::optional<Instant> since;
    QString detail; ///< of the system, where it is not held
};

/// One gate per store. Held by flock on `<store>.lock` for as long as this lives; the file says who holds it and since when, and
/// stays behind. Never a lock on the store's own file: closing a second descriptor of that drops SQLite's locks.
/// A process forked after this was taken, and not exec'ed, must close the descriptor: the lock lasts until its last copy is closed.
class StoreLock final
{
public:
    [[nodiscard]] static Result<StoreLock, StoreTaken> take(const QString &store, Instant now);
    [[nodiscard]] static QString pathOf(const QString &store) { return store + QStringLiteral(".lock"); }
    ~StoreLock();
    StoreLock(StoreLock &&other) noexcept : m_descriptor(std::exchange(other.m_descriptor, -1)) {}
    StoreLock &operator=(StoreLock &&) = delete;

private:
    explicit StoreLock(int descriptor) : m_descriptor(descriptor) {}
    int m_descriptor;
};

} // namespace holdfast
