// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "core/documents/hold.h"
#include "core/policy/policydocument.h"

#include <functional>

namespace holdfast {

/// Bytes of a blob by digest, which whoever answers has seen them to have, or nullopt when it is not stored.
using BlobReader = BlobSource;

/// A blob that a measurement made: a diff, a row sample. The gate stores it; the measurement names it by digest.
struct MadeBlob final
{
    Digest digest;
    QByteArray bytes;
    QString media;
};
[[nodiscard]] inline MadeBlob makeBlob(QByteArray bytes, QString media)
{
    return {sha256(bytes), std::move(bytes), std::move(media)};
}
[[nodiscard]] inline BlobRef refOf(const MadeBlob &blob) { return {blob.digest, blob.bytes.size(), blob.media}; }

/// Says that the gate would never perform the action, whoever approved: the ruling refuses it then, instead of asking anybody.
[[nodiscard]] inline Fact stopFact(const QStringList &reasons, Instant at)
{
    constexpr qsizetype longest = 500;
    return {fact::Stop.toString(), QStringLiteral("never performed because"), reasons.value(0).left(longest), reasons.size(), QStringLiteral("reasons"),
            Quality::Measured, reasons.join(QStringLiteral("; ")).left(4 * longest), at, Severity::Danger};
}

/// A credential, resolved by the gate from the target's `credential` (file:, command:, keychain:); never logged, never in a document.
struct Credential final
{
    QString name; ///< what the owner called it: `file:prod-db.cred`
    QByteArray secret; ///< for sql: a password or a libpq connection string fragment; empty when none is configured
    bool reachableByRequester = true; ///< by ownership and mode of the file and the uid of the gate
};

struct MeasureOutput final
{
    Measurement measurement; ///< with its lists whole: a kind shortens none
    std::vector<MadeBlob> blobs;
    std::optional<Measurement> shown{}; ///< what a hold carries of it; the gate makes it, no kind does
};

/// Measures a request that means the same in another kind, on the registered target that it names, as that kind would. Failure: why this
/// requester does not get it (target and kind must be among those that he may ask himself), in words for people. Used on the calling thread.
[[nodiscard]] inline QString notAskable(const QString &actor, const Request &asked)
{
    return QStringLiteral("%1 may not ask for the target %2 of kind %3 himself").arg(actor, asked.target, asked.kind);
}
using MeasureAs = std::function<Result<MeasureOutput, QString>(const Request &)>;

/// A hold of the past, as the rules see it.
struct PastHold final
{
    QString kind, target, requester, origin;
    Measurement measured; ///< whole
    Instant at{}; ///< when it was measured
};
/// Hands out the holds that were measured since an instant, newest first, until `take` returns false; false: they cannot be read.
using PastHolds = std::function<bool(Instant since, const std::function<bool(const PastHold &)> &take)>;

struct MeasureInput final
{
    const Request *request = nullptr;
    QString requesterPerson;
    const Target *target = nullptr;
    /// Every target of the policy: a live identity is matched against all registered ones.
    const std::vector<Target> *targets = nullptr;
    const Credential *credential = nullptr;
    BlobReader blobs;
    PastHolds past{}; ///< given to what is measured inside the gate itself; empty: nobody can be asked
    MeasureAs measureAs; ///< empty: there is no other kind to ask
    Instant at{};
};

/// Measures what a request would do. Never changes what it looks at, and never fails: what cannot be measured is a fact
/// of quality `unknown` with the reason in `how`, and, where it hides effects, a reason in `uninspectable`.
/// Called on a worker thread; one object per kind, no state between calls.
class Measurer
{
public:
    virtual ~Measurer() = default;
    [[nodiscard]] virtual MeasureOutput measure(const MeasureInput &input) const = 0;
};

} // namespace holdfast
