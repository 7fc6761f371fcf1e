// SPDX-License-Identifier: Apache-2.0
#include "gate/lifecycle/heldblob.h"

namespace holdfast {

namespace {

constexpr qsizetype atOnce = 256LL * 1024;

} // namespace

const SealedBytes *HeldBlob::genuine() const
{
    std::call_once(m_looked, [this] {
        Sha256 hash;
        for (qsizetype at = 0; at < m_bytes.size(); at += atOnce)
            hash.add(m_bytes.read(at, atOnce));
        m_genuine = hash.finish() == m_digest;
    });
    return m_genuine ? &m_bytes : nullptr;
}

} // namespace holdfast
