// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "core/clock.h"
#include "core/documenterror.h"
#include "core/ids.h"

#include <QStringList>

#include <functional>
#include <optional>
#include <variant>
#include <vector>

namespace holdfast {

struct Envelope;

/// Content that is too large for a document: named by digest, moved in chunks (protocol 1.2, 3.6).
struct BlobRef final
{
    Digest digest;
    std::int64_t size = 0; ///< bytes
    QString media; ///< MIME type
    [[nodiscard]] Json toJson() const;
    [[nodiscard]] static Parsed<BlobRef> fromJson(const Json &value, const QString &path);
    friend bool operator==(const BlobRef &, const BlobRef &) = default;
};

/// The bytes of a blob by its digest, or nullopt when they are not there. Whoever relies on them compares the digest.
using BlobSource = std::function<std::optional<QByteArray>(const Digest &)>;

/// What the requester says of its request; shown beside what was measured, never believed.
struct Claims final
{
    std::optional<QString> intent, environment, ticket;
    std::optional<bool> reversible;
};

/// Where the request comes from, as the requester tells it.
struct Origin final
{
    std::optional<QString> agent, session, host, cwd, repository, commit, pipeline, onBehalfOf;
};

/// The kinds of action that this version measures and performs.
namespace kind {
inline constexpr QStringView Sql = u"sql";
inline constexpr QStringView Filesystem = u"filesystem";
inline constexpr QStringView Command = u"command";
inline constexpr QStringView Policy = u"policy";
}

struct SqlAction final
{
    std::optional<QString> statements; ///< exactly one of the two
    std::optional<BlobRef> blob;
};
struct FilesystemAction final
{
    QStringList paths; ///< absolute; JSON member `delete`
    bool recursive = false;
};
struct CommandAction final
{
    QStringList argv; ///< argv[0] is the program; at least one
    QString cwd; ///< may be empty: the target's
    std::optional<BlobRef> input; ///< JSON member `stdin`
};
struct PolicyAction final
{
    BlobRef toml;
};
using Action = std::variant<SqlAction, FilesystemAction, CommandAction, PolicyAction>;

/// A requester's signed proposal of one action on one target (protocol 1.4, 1.5).
struct Request final
{
    QString gate;
    VerifierKey gateKey;
    QByteArray nonce; ///< 16 bytes
    QString kind;
    QString target;
    Action action;
    QByteArray actionBytes; ///< the `action` value in the exact bytes of toBytes() of its Json: what denials compare
    Claims claims;
    Origin origin;
    Instant createdAt{};
    std::optional<Instant> wantedBy;

    [[nodiscard]] QByteArray toPayload() const;
    /// Refuses unknown members, U+0000 anywhere in `action`, an unknown kind (InvalidValue at $.kind).
    [[nodiscard]] static Parsed<Request> parse(QByteArrayView payload);
    /// Every blob that the document names.
    [[nodiscard]] std::vector<BlobRef> blobs() const;
};

} // namespace holdfast
