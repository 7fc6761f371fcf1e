// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "core/digest.h"
#include "kinds/posix/sealedbytes.h"

#include <mutex>

namespace holdfast {

/// A blob as the store gave it, in the hands of jobs. Threads may share one.
class HeldBlob final
{
public:
    HeldBlob(const Digest &digest, SealedBytes bytes) : m_digest(digest), m_bytes(std::move(bytes)) {}

    [[nodiscard]] qsizetype size() const { return m_bytes.size(); }
    /// The bytes, if they are those that the digest names; else null: the store is not believed. Hashed once, by the first who asks.
    [[nodiscard]] const SealedBytes *genuine() const;

private:
    const Digest m_digest;
    const SealedBytes m_bytes;
    mutable std::once_flag m_looked;
    mutable bool m_genuine = false;
};

} // namespace holdfast
