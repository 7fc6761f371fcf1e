// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "gate/lifecycle/book.h"
#include "ledger/holdstory.h"
#include "ledger/standing.h"

namespace holdfast {

/// The performer's own check of a grant before it uses it. It believes no row of the store: it follows the chain of
/// registries from the first one that it pinned, replays the hold's documents from the ledger with their signatures, and looks
/// through what came after the request for a freeze, a denial, a stop, a withdrawal or a revocation.
class PerformerCheck final
{
public:
    /// `pinned`: payload digest of the first registry, kept outside the store; absent: the first one that is met is pinned.
    PerformerCheck(const Store &store, const Book &book, GateKeys keys, std::optional<Digest> pinned)
        : m_store(store), m_book(book), m_keys(std::move(keys)), m_pin(pinned)
    {
    }

    /// Empty when the hold may be performed now under grant `grant`, else why not, in one sentence.
    [[nodiscard]] QString whyNot(const HoldId &hold, const QByteArray &grant, Instant now);
    [[nodiscard]] const std::optional<Digest> &pin() const { return m_pin; }

private:
    /// A registry and where in the ledger it took effect.
    struct Link final
    {
        std::int64_t index = 0;
        RegistryPlace place;
    };
    [[nodiscard]] QString followChain();
    [[nodiscard]] QString link(std::int64_t serial);
    [[nodiscard]] QString whyNotCaused(const Registry &next, Instant at) const;
    [[nodiscard]] const RegistryPlace *placeAt(std::int64_t index) const;
    [[nodiscard]] QString replay(HoldStory &story, const HoldId &hold) const;
    [[nodiscard]] QString apply(HoldStory &story, const Entry &entry, const RegistryPlace &place) const;
    [[nodiscard]] QString applyRequest(HoldStory &story, const Entry &entry, const RegistryPlace &place, const HoldId &hold) const;
    [[nodiscard]] QString applyDecision(HoldStory &story, const Entry &entry, const RegistryPlace &place) const;
    [[nodiscard]] QString whyNotStill(const HoldStory &story, Instant now) const;
    [[nodiscard]] BlobSource blobs() const;
    [[nodiscard]] QString whyFrozen(const HoldStory &story);
    /// Applies the freezes and their ends among the commands at `from` and later, before `to`; why they do not hold, or empty.
    [[nodiscard]] QString follow(StandingOrders &standing, std::int64_t from, std::int64_t to) const;

    const Store &m_store;
    const Book &m_book;
    GateKeys m_keys;
    std::optional<Digest> m_pin;
    std::vector<Link> m_chain; ///< verified, by serial
    StandingOrders m_standing; ///< what the commands before m_followed came to
    std::int64_t m_followed = 0; ///< no further than the signed head: later entries may still be undone
};

} // namespace holdfast
