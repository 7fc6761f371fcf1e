// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "kinds/posix/uniquefd.h"

#include <QByteArray>

#include <optional>

namespace holdfast {

/// Bytes in memory of their own that no process can change any more, handed to others by descriptor. Copies share them.
class SealedBytes final
{
public:
    /// nullopt, with errno: there is no memory for them.
    [[nodiscard]] static std::optional<SealedBytes> of(QByteArrayView bytes);
    /// As another process made them; nullopt: not sealed, or not `size` bytes.
    [[nodiscard]] static std::optional<SealedBytes> from(UniqueFd memory, qsizetype size);

    [[nodiscard]] int descriptor() const { return m_memory.get(); }
    [[nodiscard]] qsizetype size() const { return m_size; }
    /// A copy of them from `at` on, `most` at most; empty where they cannot be read.
    [[nodiscard]] QByteArray read(qsizetype at, qsizetype most) const;
    [[nodiscard]] QByteArray read() const { return read(0, m_size); }
    /// The bytes themselves, a NUL behind them, for as long as this process lives: for one that ends with its work. Null: no room.
    [[nodiscard]] QByteArray mapForGood() const;

private:
    SealedBytes(SharedFd memory, qsizetype size) : m_memory(std::move(memory)), m_size(size) {}

    SharedFd m_memory;
    qsizetype m_size;
};

} // namespace holdfast
