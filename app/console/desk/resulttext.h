// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "console/view/view.h"
#include "core/documents/event.h"
#include "core/documents/grant.h"

namespace holdfast {

/// The words for a hold after its quorum. Visible text.
struct ResultText final
{
    QString state; ///< "executing"; with a receipt its outcome
    QString result; ///< the effects of the receipt
    view::Tone tone = view::Tone::Plain; ///< of both
};

/// `receipt`: nullptr while it is not here.
[[nodiscard]] ResultText resultText(State state, const Receipt *receipt);

} // namespace holdfast
