// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "core/documents/request.h"
#include "link/gatelink.h"

namespace holdfast {

/// Blobs above this are not fetched: what they say does not fit a screen.
inline constexpr std::int64_t LargestBlob = 64LL * 1024 * 1024;
/// As BlobRef::size where only the digest is known: of a payload that was too large for its ledger entry.
inline constexpr std::int64_t AnySize = -1;
/// As BlobRef::size where a document names a blob by digest alone: the digest decides.
inline constexpr std::int64_t UnknownSize = -1;

/// Sends `bytes` in chunks (protocol 3.6). `handler` gets the digest that the gate now has.
void sendBlob(GateLink *link, const QByteArray &bytes, QObject *context, std::function<void(Called<Digest>)> handler);
/// Fetches a blob and compares size and digest: other bytes are never handed out, they are a BadSignature.
void fetchBlob(GateLink *link, const BlobRef &blob, QObject *context, std::function<void(Called<QByteArray>)> handler);

} // namespace holdfast
