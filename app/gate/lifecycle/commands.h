// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "core/documents/command.h"
#include "gate/lifecycle/holds.h"

#include <functional>

namespace holdfast {

/// command.submit: withdraw, stop, freeze, unfreeze, lift, revoke (protocol 1.4, command).
class Commands final
{
public:
    Commands(Context &context, Holds &holds) : m_context(context), m_holds(holds) {}

    [[nodiscard]] Answer submit(const Caller &caller, const Json &params);

private:
    /// One command on its way: what was signed, by whom.
    struct Order final
    {
        const Caller &caller;
        const Envelope &envelope;
        const Command &command;
    };
    [[nodiscard]] Answer carryOut(const Order &order);
    [[nodiscard]] Answer withdraw(const Order &order);
    [[nodiscard]] Answer stop(const Order &order);
    [[nodiscard]] Answer end(const Order &order, HoldRow hold, State state);
    [[nodiscard]] Answer freeze(const Order &order);
    [[nodiscard]] Answer unfreeze(const Order &order);
    [[nodiscard]] Answer lift(const Order &order);
    [[nodiscard]] Answer revoke(const Order &order);
    [[nodiscard]] Recorded append(const Order &order);
    /// Why the caller may not undo what stands against `sponsor`'s requests.
    [[nodiscard]] std::optional<Refused> whyNotUndo(const Order &order, const QString &sponsor) const;
    /// Stops whatever is approved and not begun and fits.
    void stopApproved(const std::function<bool(const HoldRow &)> &fits, const QString &because);

    Context &m_context;
    Holds &m_holds;
};

} // namespace holdfast
