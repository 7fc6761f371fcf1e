// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "gate/lifecycle/heldblob.h"

#include <QByteArray>
#include <QString>

#include <functional>
#include <map>
#include <memory>
#include <optional>

namespace holdfast {

/// Bytes of blobs that jobs have in hand, once each however many jobs name them. Used on the store thread.
class BlobShelf final
{
public:
    using Reader = std::function<std::optional<QByteArray>(const Digest &)>;
    explicit BlobShelf(Reader read) : m_read(std::move(read)) {}

    /// Shares the bytes while anybody has them; null when they are not stored, or there is no memory for them.
    [[nodiscard]] std::shared_ptr<const HeldBlob> take(const QString &actor, const Digest &digest);
    /// Bytes that jobs of `actor` hold.
    [[nodiscard]] qint64 held(const QString &actor);
    [[nodiscard]] bool holds(const QString &actor, const Digest &digest) const { return m_taken.contains({actor, digest}); }

private:
    void putBack();

    const Reader m_read;
    std::map<std::pair<QString, Digest>, std::shared_ptr<const HeldBlob>> m_taken;
};

} // namespace holdfast
