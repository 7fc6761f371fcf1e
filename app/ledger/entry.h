// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "core/clock.h"
#include "core/documents/request.h"
#include "core/envelope.h"

#include <functional>
#include <optional>

namespace holdfast {

enum class EntryKind { Request, Registry, Enrol, Hold, Decision, Command, Event, Grant, Receipt };
[[nodiscard]] QString toString(EntryKind kind);
[[nodiscard]] std::optional<EntryKind> entryKindFrom(QStringView text);
/// The payloadType that an entry of this kind carries.
[[nodiscard]] const char *payloadTypeOf(EntryKind kind);
[[nodiscard]] std::optional<EntryKind> entryKindOf(QStringView payloadType);

inline constexpr qsizetype maximumEntrySize = 65535;

struct EntryError final
{
    enum class Kind { NotJson, Malformed, BadEnvelope, WrongPayloadType, TooLarge, MissingPayload, WrongPayload };
    Kind kind;
    QString detail;
    [[nodiscard]] QString sentence() const;
};

/// One leaf of the ledger: `{"at":…,"envelope":{…},"index":n,"kind":…}`, stored as bytes (protocol 2).
struct Entry final
{
    Instant at{};
    std::int64_t index = 0;
    EntryKind kind = EntryKind::Event;
    Envelope envelope; ///< payload empty while `payloadDigest` stands for it
    std::optional<Digest> payloadDigest; ///< the payload was too large: it is a blob

    [[nodiscard]] static Result<Entry, EntryError> parse(QByteArrayView bytes);
    /// The whole envelope, its payload fetched and compared where it is a blob.
    [[nodiscard]] Result<Envelope, EntryError> wholeEnvelope(const BlobSource &blobs) const;
};

struct BuiltEntry final
{
    QByteArray bytes; ///< what is stored and hashed
    std::optional<QByteArray> payloadBlob; ///< to be stored as a blob when the entry only names the payload
};
[[nodiscard]] BuiltEntry buildEntry(Instant at, const Envelope &envelope, std::int64_t index, EntryKind kind);

} // namespace holdfast
