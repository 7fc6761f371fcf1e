// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "console/view/view.h"
#include "core/documents/event.h"
#include "core/documents/registry.h"
#include "core/envelope.h"

namespace holdfast {

/// One document of a hold as a line of its timeline, told only after its signature held under a key of the registry.
struct DocumentText final
{
    std::optional<Instant> at;
    std::optional<HoldId> hold; ///< that it is about, as it says itself; of a request only with a requester of the registry
    QString what, who, detail; ///< visible text
    bool verified = false;
    view::Tone tone = view::Tone::Plain;
};

/// `kind` as the ledger names it. Without a registry nothing counts as verified.
[[nodiscard]] DocumentText describe(const QString &kind, const Envelope &envelope, const Registry *registry);
/// A state as a word in the user's language.
[[nodiscard]] QString wordOf(State state);

} // namespace holdfast
