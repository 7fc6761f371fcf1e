// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "core/clock.h"
#include "core/envelope.h"
#include "core/ids.h"
#include "ledger/archivecontainers.h"

// The protocol's own values in an archive. A value that is not one of its type when it is read fails the reader.
namespace holdfast {

template<typename Archive>
void transfer(Archive &archive, Digest &digest)
{
    archive & digest.bytes;
}

/// Types that are written as the text that they parse.
template<typename Archive, typename T>
    requires std::is_same_v<T, HoldId> || std::is_same_v<T, VerifierKey>
void transfer(Archive &archive, T &value)
{
    QString text;
    if constexpr (!Archive::Reading)
        text = value.toString();
    archive & text;
    if constexpr (Archive::Reading) {
        if (const auto parsed = T::parse(text))
            value = *parsed;
        else
            archive.fail();
    }
}

template<typename Archive>
void transfer(Archive &archive, Instant &instant)
{
    std::int64_t ms = instant.time_since_epoch().count();
    archive.number(ms);
    if constexpr (Archive::Reading)
        instant = Instant(std::chrono::milliseconds(ms));
}

template<typename Archive>
void transfer(Archive &archive, EnvelopeSignature &signature)
{
    archive & signature.keyHint & signature.signature;
}

template<typename Archive>
void transfer(Archive &archive, Envelope &envelope)
{
    archive & envelope.payload & envelope.payloadType & envelope.signatures;
}

/// A document whose exact bytes were transferred before: parsed again when reading.
template<typename T>
void parseAgain(ArchiveReader &archive, T &document, QByteArrayView payload)
{
    if (auto parsed = T::parse(payload))
        document = std::move(*parsed);
    else
        archive.fail();
}

/// A document of which only the meaning is kept.
template<typename Archive, typename T>
void transferDocument(Archive &archive, T &document)
{
    QByteArray payload;
    if constexpr (!Archive::Reading)
        payload = document.toPayload();
    archive & payload;
    if constexpr (Archive::Reading)
        parseAgain(archive, document, payload);
}

} // namespace holdfast
