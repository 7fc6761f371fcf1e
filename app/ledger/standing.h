// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "core/documents/command.h"
#include "ledger/holdstory.h"

#include <map>

namespace holdfast {

/// Freezes and denials, which outlast their hold until they are undone (protocol 1.4 command, 4).
class StandingOrders final
{
public:
    struct Denial final
    {
        DeniedTerms terms;
        std::int64_t index = 0; ///< of the entry: requests before it are not covered
    };

    /// Freeze, unfreeze, lift, revoke: why `by` may not give it, empty when he may.
    [[nodiscard]] QString apply(const Command &command, const Actor &by, const Registry &registry, const Digest &id, Instant at);
    void deny(const Digest &id, const Decision &decision, const HoldTerms &terms, const Digest &action, std::int64_t index);
    /// Why nothing may be done for this hold now, whatever its own entries say; empty when nothing stands against it.
    [[nodiscard]] QString whyBarred(const HoldStory &story) const;

private:
    [[nodiscard]] bool isFrozen(const HoldStory &story) const;
    /// A denial that was recorded before the request and still stands covers it.
    [[nodiscard]] bool isDenied(const HoldStory &story) const;
    template<typename Archive>
    friend void transfer(Archive &archive, StandingOrders &orders);
    [[nodiscard]] static bool covers(const Denial &denial, const HoldStory &story);
    [[nodiscard]] QString unfreeze(const Command &command, const Actor &by, const Registry &registry, Instant at);
    [[nodiscard]] QString lift(const Command &command, const Actor &by, const Registry &registry, Instant at);

    std::map<Digest, Command> m_freezes;
    std::map<Digest, Denial> m_denials;
};

} // namespace holdfast
