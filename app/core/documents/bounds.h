// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "core/documents/wholelists.h"

namespace holdfast {

/// A measurement made to fit a document (protocol 1.2: 256 KiB), whatever a requester wrote or a schema holds.
struct Bounded final
{
    Measurement shown; ///< what a hold carries
    Measurement whole; ///< what decides: `shown` with its lists unshortened, as wholeOf(shown, blobs) gives it again
    std::vector<WholeList> lists; ///< the blobs that `shown.whole` names
};

/// Whether a resource, or a dependent of that name, must stay in sight however much is left out; may be empty.
using KeepFirst = std::function<bool(const QString &name)>;

/// Long texts keep their two ends; what they leave out is counted, and named by its digest, so that different texts stay
/// different. A list of resources, dependents or reasons that does not fit is kept whole in a blob; beside it stand first what
/// `first` names and what is destroyed. What decides and fits nowhere is a fact `action.stop`; other lists that are cut are a
/// reason in `uninspectable`. The same measurement gives the same result: no drift comes of it.
[[nodiscard]] Bounded bound(const Measurement &measured, const KeepFirst &first = {});
/// Makes the effects of a receipt fit.
void bound(std::vector<Fact> &effects);

/// At most `most` UTF-16 units, `most` being at least 48; unchanged if it has no more.
[[nodiscard]] QString folded(const QString &text, qsizetype most);
/// Everything that bound() may make of a text, but for the text itself.
[[nodiscard]] QStringList foldsOf(const QString &text);

} // namespace holdfast
