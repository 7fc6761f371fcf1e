// SPDX-License-Identifier: Apache-2.0
#include "gate/lifecycle/blobshelf.h"

namespace holdfast {

std::optional<QByteArray> BlobShelf::take(const QString &actor, const Digest &digest)
{
    putBack();
    const std::pair key(actor, digest);
    auto found = m_taken.find(key);
    if (found == m_taken.end()) {
        auto bytes = m_read(digest);
        if (!bytes)
            return std::nullopt;
        found = m_taken.emplace(key, std::move(*bytes)).first;
    }
    return found->second;
}

qint64 BlobShelf::held(const QString &actor)
{
    putBack();
    qint64 bytes = 0;
    for (const auto &[key, taken] : m_taken)
        bytes += key.first == actor ? taken.size() : 0;
    return bytes;
}

void BlobShelf::putBack()
{
    // Only the shelf itself still has a share.
    std::erase_if(m_taken, [](const auto &each) { return each.second.isDetached(); });
}

} // namespace holdfast
