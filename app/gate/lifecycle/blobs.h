// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "gate/lifecycle/context.h"

namespace holdfast {

/// blob.write and blob.read (protocol 3.6). Parts are kept in memory until they are whole, for ten minutes at most; what they
/// answer depends only on what this actor sent, never on what was there before.
class Blobs final
{
public:
    explicit Blobs(Context &context) : m_context(context) {}

    [[nodiscard]] Answer write(const Caller &caller, const Json &params);
    [[nodiscard]] Answer readPart(const Caller &caller, const Json &params);
    /// Forgets parts, and whole blobs that no document came to name.
    void expire();

private:
    struct Part final
    {
        QByteArray bytes;
        SecretScan scan;
        std::int64_t size = 0;
        Instant touched{};
        [[nodiscard]] std::int64_t charged() const;
        std::unique_ptr<Sha256> hash = std::make_unique<Sha256>(); ///< of `bytes`
    };
    /// Bytes that the actor's unfinished blobs are charged for.
    [[nodiscard]] std::int64_t inParts(const QString &actor) const;
    /// Room for one more unfinished blob. Whoever has more in hand than the actor would have gives up his oldest: it answers `have` 0 next.
    /// False: nobody has more.
    [[nodiscard]] bool makeRoom(const QString &actor, std::int64_t charged);
    [[nodiscard]] bool mayRead(const Caller &caller, const Digest &digest) const;

    Context &m_context;
    std::map<std::pair<QString, Digest>, Part> m_parts;
    Instant m_purgedAt{};
};

} // namespace holdfast
