// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "wire/messages.h"

namespace holdfast {

// Protocol 3.4 on the ledger and the gate itself, and the blobs of 3.6.

/// Result of decision.submit and command.submit: acknowledged only when the caller has found its payload in `entry` and
/// the entry in `checkpoint`. A command that concerns no hold has neither state nor sequence.
struct SubmitResult final
{
    std::optional<State> state;
    std::optional<std::int64_t> sequence;
    std::int64_t index = 0;
    QByteArray entry; ///< exact bytes
    std::vector<Digest> proof; ///< inclusion of leaf `index` in the checkpoint's tree
    QString checkpoint; ///< signed note
    [[nodiscard]] Json toJson() const;
    [[nodiscard]] static Parsed<SubmitResult> fromJson(const Json &result);
};

/// {checkpoint}: result of ledger.checkpoint, params of ledger.cosign (with the console's cosignature).
struct CheckpointResult final
{
    QString checkpoint;
    [[nodiscard]] Json toJson() const;
    [[nodiscard]] static Parsed<CheckpointResult> fromJson(const Json &result);
};
struct CosignParams final
{
    QString checkpoint;
    [[nodiscard]] Json toJson() const;
    [[nodiscard]] static Parsed<CosignParams> fromJson(const Json &params);
};

/// {from, to}: two sizes for ledger.consistency; a half-open range of indices for ledger.entries.
struct RangeParams final
{
    std::int64_t from = 0, to = 0; ///< 0 ≤ from ≤ to
    [[nodiscard]] Json toJson() const;
    [[nodiscard]] static Parsed<RangeParams> fromJson(const Json &params);
};
struct InclusionParams final
{
    std::int64_t index = 0, size = 1; ///< 0 ≤ index < size
    [[nodiscard]] Json toJson() const;
    [[nodiscard]] static Parsed<InclusionParams> fromJson(const Json &params);
};
struct ProofResult final
{
    std::vector<Digest> proof;
    [[nodiscard]] Json toJson() const;
    [[nodiscard]] static Parsed<ProofResult> fromJson(const Json &result);
};
struct EntriesResult final
{
    std::vector<QByteArray> entries; ///< exact bytes, in order; may end before `to`
    [[nodiscard]] Json toJson() const;
    [[nodiscard]] static Parsed<EntriesResult> fromJson(const Json &result);
};

struct HealthResult final
{
    QString version, store;
    Instant time{};
    std::int64_t pending = 0, oldestSeconds = 0, queue = 0;
    [[nodiscard]] Json toJson() const;
    [[nodiscard]] static Parsed<HealthResult> fromJson(const Json &result);
};

struct BlobWriteParams final
{
    Digest digest;
    std::int64_t offset = 0;
    QByteArray data; ///< at most limit::BlobChunk
    std::int64_t size = 0; ///< of the whole
    [[nodiscard]] Json toJson() const;
    [[nodiscard]] static Parsed<BlobWriteParams> fromJson(const Json &params);
};
struct BlobWriteResult final
{
    std::int64_t have = 0; ///< bytes received so far, never telling whether the blob was there before
    [[nodiscard]] Json toJson() const;
    [[nodiscard]] static Parsed<BlobWriteResult> fromJson(const Json &result);
};
struct BlobReadParams final
{
    Digest digest;
    std::int64_t offset = 0, length = limit::BlobChunk; ///< 1 … limit::BlobChunk
    [[nodiscard]] Json toJson() const;
    [[nodiscard]] static Parsed<BlobReadParams> fromJson(const Json &params);
};
struct BlobReadResult final
{
    QByteArray data;
    std::int64_t size = 0; ///< of the whole
    [[nodiscard]] Json toJson() const;
    [[nodiscard]] static Parsed<BlobReadResult> fromJson(const Json &result);
};

} // namespace holdfast
