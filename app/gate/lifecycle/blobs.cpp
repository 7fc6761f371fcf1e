// SPDX-License-Identifier: Apache-2.0
#include "gate/lifecycle/blobs.h"

#include <algorithm>
#include <chrono>

namespace holdfast {

namespace {

constexpr std::int64_t largestBlob = 32LL * 1024 * 1024;
constexpr std::int64_t quotaPerActor = 64LL * 1024 * 1024; ///< bytes that no document names yet
constexpr std::int64_t partsOfAll = 128LL * 1024 * 1024; ///< bytes that unfinished blobs may come to, of all actors together
constexpr std::chrono::minutes partLife{10};
constexpr std::chrono::hours idleLife{1};
constexpr std::chrono::minutes purgeEvery{10};

} // namespace

std::int64_t Blobs::Part::charged() const
{
    return std::max(size, BlobTable::leastCharged);
}

std::int64_t Blobs::inParts(const QString &actor) const
{
    std::int64_t bytes = 0;
    for (auto part = m_parts.lower_bound({actor, Digest()}); part != m_parts.end() && part->first.first == actor; ++part)
        bytes += part->second.charged();
    return bytes;
}

bool Blobs::makeRoom(const QString &actor, std::int64_t charged)
{
    const std::int64_t wanted = inParts(actor) + charged;
    for (;;) {
        std::map<QString, std::int64_t> byActor;
        std::int64_t all = charged;
        for (const auto &[key, part] : m_parts) {
            byActor[key.first] += part.charged();
            all += part.charged();
        }
        if (all <= partsOfAll)
            return true;
        const auto most = std::max_element(byActor.begin(), byActor.end(), [](const auto &a, const auto &b) { return a.second < b.second; });
        if (most->second <= wanted)
            return false;
        const auto oldest = std::min_element(m_parts.begin(), m_parts.end(), [&](const auto &a, const auto &b) {
            const bool ofHim = a.first.first == most->first, ofHimToo = b.first.first == most->first;
            return ofHim != ofHimToo ? ofHim : a.second.touched < b.second.touched;
        });
        m_parts.erase(oldest);
    }
}

Answer Blobs::write(const Caller &caller, const Json &params)
{
    const auto given = read<BlobWriteParams>(params);
    if (!given)
        return given.error();
    if (given->size > largestBlob)
        return Refused(ErrorCode::TooLarge, QStringLiteral("$.size: at most %1 bytes").arg(largestBlob));
    if (given->offset + given->data.size() > given->size)
        return Refused(RpcError::invalidParams(QStringLiteral("$.data goes beyond $.size")));
    const QString &actor = caller.actor->name;
    if (m_context.store.blobs.owns(given->digest, actor))
        return BlobWriteResult{given->size}.toJson();
    const std::pair key(actor, given->digest);
    auto part = m_parts.find(key);
    if (part == m_parts.end()) {
        const std::int64_t inHand = m_context.store.blobs.idleBytes(actor) + inParts(actor);
        if (inHand + std::max(given->size, BlobTable::leastCharged) > quotaPerActor)
            return Refused(ErrorCode::TooLarge, QStringLiteral("$.size: this actor has handed in %1 bytes that no document names, each blob counted as 64 KiB at least").arg(inHand));
        if (!makeRoom(actor, std::max(given->size, BlobTable::leastCharged))) {
            RpcError error = RpcError::of(ErrorCode::RateLimited, QStringLiteral("too many blobs are being handed in at once"));
            error.retryAfterMs = 1'000;
            return Refused(error);
        }
        // Room for all of it at once: growing would hold most of it twice.
        part = m_parts.emplace(key, Part{{}, {}, given->size, m_context.now}).first;
        part->second.bytes.reserve(given->size);
    }
    if (part->second.size != given->size)
        return Refused(ErrorCode::Conflict, QStringLiteral("$.size is not what the first part said"));
    part->second.touched = m_context.now;
    // A part that does not begin where the last one ended is not taken; the answer says where to go on.
    if (given->offset == part->second.bytes.size()) {
        part->second.bytes += given->data;
        part->second.hash->add(given->data); // and not of all at the end, while everybody waits
    }
    const std::int64_t have = part->second.bytes.size();
    part->second.scan.look(part->second.bytes, have == given->size);
    if (have < given->size)
        return BlobWriteResult{have}.toJson();
    const QByteArray whole = std::move(part->second.bytes);
    const bool holdsOne = part->second.scan.found();
    const Digest digest = part->second.hash->finish();
    m_parts.erase(part);
    if (digest != given->digest)
        return Refused(ErrorCode::InvalidDocument, QStringLiteral("$.digest is not that of the bytes"));
    m_context.secrets.put(given->digest, holdsOne);
    m_context.store.blobs.add(given->digest, whole);
    m_context.store.blobs.own(given->digest, actor, given->size, m_context.now);
    return BlobWriteResult{have}.toJson();
}

bool Blobs::mayRead(const Caller &caller, const Digest &digest) const
{
    if (!caller.isMachine())
        return m_context.store.blobs.isNamed(digest);
    if (m_context.store.blobs.isNamedFor(digest, caller.actor->name))
        return true;
    // The evidence is the requester's to see only where the target says so.
    for (const Target &target : m_context.active().policy->targets)
        if (target.reveal && m_context.store.blobs.isNamedInHold(digest, caller.actor->name, target.name))
            return true;
    return false;
}

Answer Blobs::readPart(const Caller &caller, const Json &params)
{
    const auto given = read<BlobReadParams>(params);
    if (!given)
        return given.error();
    const auto size = mayRead(caller, given->digest) ? m_context.store.blobs.size(given->digest) : std::nullopt;
    if (!size)
        return Refused(ErrorCode::NotFound, QStringLiteral("$.digest: no document that this actor may read names it, or it was erased"));
    if (given->offset > *size)
        return Refused(RpcError::invalidParams(QStringLiteral("$.offset lies beyond the blob")));
    // Only what was asked for: reading all of a large blob for each piece would take the square of it.
    const auto bytes = m_context.store.blobs.part(given->digest, given->offset, given->length);
    if (!bytes)
        return Refused(ErrorCode::Unavailable, QStringLiteral("$.digest: the store could not read it"));
    return BlobReadResult{*bytes, *size}.toJson();
}

void Blobs::expire()
{
    std::erase_if(m_parts, [this](const auto &part) { return part.second.touched + partLife <= m_context.now; });
    if (m_context.now - m_purgedAt < purgeEvery)
        return;
    m_purgedAt = m_context.now;
    m_context.store.blobs.purgeIdle(m_context.now - idleLife);
}

} // namespace holdfast
