// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "core/documents/hold.h"

namespace holdfast {

/// Makes what was measured fit a document (protocol 1.2: 256 KiB), whatever a requester wrote or a schema holds. Long texts keep
/// their two ends; what they leave out is counted, and named by its digest, so that different texts stay different. Long lists
/// are cut, which is a reason in `uninspectable`. The same measurement gives the same result: no drift comes of it.
void bound(Measurement &measured);
/// The same for the effects of a receipt.
void bound(std::vector<Fact> &effects);

/// At most `most` UTF-16 units, `most` being at least 48; unchanged if it has no more.
[[nodiscard]] QString folded(const QString &text, qsizetype most);

} // namespace holdfast
