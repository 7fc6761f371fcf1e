// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "kinds/measuring.h"
#include "kinds/posix/sealedbytes.h"

#include <map>
#include <variant>

namespace holdfast {

/// One measurement, as the gate orders it from a process of its own: all that this process learns. Blobs travel beside the bytes of the
/// order, as descriptors.
struct MeasureOrder final
{
    Request request;
    QString actor, person; ///< of the requester
    QByteArray policyToml; ///< the exact text of the policy in force
    Credential credential;
    QStringList askable; ///< targets that the requester may ask himself, in their own kind
    std::map<QString, Result<Credential, QString>> others; ///< credentials of those that such a process wanted before, or why there is none
    std::map<QString, QByteArray> environment; ///< the variables that the target names, as far as they are set
    QString scratch; ///< a directory for what is thrown away, emptied by the gate; may be empty
    QStringList withheld; ///< absolute paths that it must not read or change: the gate's keys and store
    Instant at{};
    std::map<Digest, SealedBytes> blobs; ///< that the request names; whoever orders has seen that each has its digest

    [[nodiscard]] QByteArray toBytes() const;
    /// Of the blobs, in the order in which parse() takes them.
    [[nodiscard]] std::vector<int> descriptors() const;
    [[nodiscard]] static Parsed<MeasureOrder> parse(const QByteArray &bytes, std::vector<UniqueFd> descriptors);
};

/// How a measuring process ends, beside 0; the gate makes a sentence of it.
namespace measureexit {
inline constexpr int OutOfMemory = 70;
inline constexpr int NoOrder = 71; ///< what it was given is no order
inline constexpr int Unfenced = 72; ///< the kernel refused a limit, so nothing was measured
inline constexpr int NoMeasurer = 73;
inline constexpr int NotWritten = 74;
}

/// What it answers where the request means something in another kind: that target's credential is needed to say what. Nothing is given
/// before it is wanted.
struct WantsCredential final
{
    QString target;
};
using MeasureAnswer = std::variant<MeasureOutput, WantsCredential>;

/// What such a process answers. Digests are made anew from the bytes; a measurement that names a blob which did not come is refused.
[[nodiscard]] QByteArray toBytes(const MeasureOutput &output);
[[nodiscard]] QByteArray toBytes(const WantsCredential &wants);
[[nodiscard]] Parsed<MeasureAnswer> parseMeasureAnswer(const QByteArray &bytes);

} // namespace holdfast
