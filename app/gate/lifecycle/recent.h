// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "core/digest.h"

#include <array>
#include <cstddef>
#include <optional>
#include <utility>

namespace holdfast {

/// The last few values by the digest that names them. What a digest names never changes, so nothing kept here is ever out of date;
/// whether it stands in the ledger is asked of the ledger all the same.
template<typename T, std::size_t Size>
class Recent final
{
public:
    /// nullptr when it is not, or not any more, among them. Valid until the next put().
    [[nodiscard]] const T *find(const Digest &digest) const
    {
        for (const auto &kept : m_kept)
            if (kept && kept->first == digest)
                return &kept->second;
        return nullptr;
    }
    void put(const Digest &digest, T value)
    {
        m_kept[m_next] = std::pair(digest, std::move(value));
        m_next = (m_next + 1) % Size;
    }

private:
    std::array<std::optional<std::pair<Digest, T>>, Size> m_kept;
    std::size_t m_next = 0;
};

} // namespace holdfast
