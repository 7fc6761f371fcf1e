// SPDX-License-Identifier: Apache-2.0
#include "gate/lifecycle/blobshelf.h"

namespace holdfast {

std::shared_ptr<const HeldBlob> BlobShelf::take(const QString &actor, const Digest &digest)
{
    putBack();
    const std::pair key(actor, digest);
    auto found = m_taken.find(key);
    if (found == m_taken.end()) {
        const auto bytes = m_read(digest);
        auto sealed = bytes ? SealedBytes::of(*bytes) : std::nullopt;
        if (!sealed)
            return nullptr;
        found = m_taken.emplace(key, std::make_shared<const HeldBlob>(digest, std::move(*sealed))).first;
    }
    return found->second;
}

qint64 BlobShelf::held(const QString &actor)
{
    putBack();
    qint64 bytes = 0;
    for (const auto &[key, taken] : m_taken)
        bytes += key.first == actor ? taken->size() : 0;
    return bytes;
}

void BlobShelf::putBack()
{
    // Only the shelf itself still has a share.
    std::erase_if(m_taken, [](const auto &each) { return each.second.use_count() == 1; });
}

} // namespace holdfast
