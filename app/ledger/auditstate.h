// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "ledger/auditor.h"
#include "ledger/holdstory.h"
#include "ledger/standing.h"

#include <array>
#include <map>
#include <set>

namespace holdfast {

/// Nonces and the numbers of grants are all 16 bytes long.
using Once = std::array<char, 16>;

/// Everything that an auditor knows after `size` entries. Holds that have ended are kept as little as what may still be said of
/// them needs, so that a long ledger stays small in memory and on disk.
struct AuditState final
{
    std::int64_t size = 0;
    Instant last{}; ///< time of the newest entry
    std::optional<Digest> firstRegistry;
    std::optional<RegistryPlace> place; ///< the newest valid registry
    std::map<HoldId, HoldStory> holds; ///< those that have not ended
    std::map<HoldId, EndedHold> ended;
    std::map<Digest, Envelope> causes; ///< enrolments and revocations whose registry has not followed yet, by id digest
    StandingOrders standing;
    std::set<Once> nonces, grants;

    /// The hold as its entries have told it so far; one that has ended comes back with what is kept of it. nullptr: never requested.
    [[nodiscard]] HoldStory *story(const HoldId &hold);
    /// Keeps only what is needed of holds that have ended.
    void settle(const HoldId &hold);
    [[nodiscard]] std::optional<State> stateOf(const HoldId &hold) const;
    /// False: it was seen before, or is no nonce.
    [[nodiscard]] static bool isFirst(std::set<Once> &seen, const QByteArray &bytes);

    /// For this program's own files only: whoever keeps them signs them, and checks that before reading.
    [[nodiscard]] QByteArray toBytes() const;
    /// nullopt: not what toBytes() of this version wrote.
    [[nodiscard]] static std::optional<AuditState> fromBytes(const QByteArray &bytes, const PolicyParser &policy);

private:
    using Terms = std::shared_ptr<const HoldTerms>;
    struct SameTerms final
    {
        bool operator()(const Terms &a, const Terms &b) const { return *a < *b; }
    };
    [[nodiscard]] Terms shared(const HoldTerms &terms);

    std::set<Terms, SameTerms> m_terms;
    template<typename Archive>
    friend void transfer(Archive &archive, AuditState &state);
};

} // namespace holdfast
