// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "gate/lifecycle/holds.h"

#include <functional>

namespace holdfast {

/// What consoles look at (protocol 3.4): holds, documents, history, health.
class Consoles final
{
public:
    Consoles(Context &context, Holds &holds) : m_context(context), m_holds(holds) {}

    [[nodiscard]] Answer subscribe(const Caller &caller, const Json &params);
    [[nodiscard]] Answer get(const Caller &caller, const Json &params);
    [[nodiscard]] Answer document(const Caller &caller, const Json &params);
    [[nodiscard]] Answer search(const Caller &caller, const Json &params);
    [[nodiscard]] Answer registry(const Caller &caller, const Json &params);
    [[nodiscard]] Answer identify(const Caller &caller, const Json &params);
    [[nodiscard]] Answer health(const Caller &caller, const Json &params);

    /// Jobs that wait for a worker; set by whoever runs them.
    void queueLength(std::function<std::int64_t()> count) { m_queueLength = std::move(count); }

private:
    [[nodiscard]] HistoryItem item(const HoldRow &hold) const;

    Context &m_context;
    Holds &m_holds;
    std::function<std::int64_t()> m_queueLength;
};

/// `tier:critical env:production requester:x state:done outcome:committed kind:sql target:x before:2026-11-01 after:2026-10-01 words`.
/// A key that is not one of these is an ordinary word; an unreadable date makes the filter impossible: nullopt.
[[nodiscard]] std::optional<HistoryFilter> parseFilter(const QString &query);

} // namespace holdfast
