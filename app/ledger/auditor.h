// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "core/documents/command.h"
#include "core/documents/event.h"
#include "core/documents/grant.h"
#include "core/policy/policydocument.h"
#include "core/policy/registrychain.h"
#include "ledger/entry.h"

#include <map>
#include <set>

namespace holdfast {

struct HoldStory;
struct RegistryPlace;

/// Something in a ledger that must not be.
struct Finding final
{
    std::int64_t index = -1; ///< of the entry; -1: the ledger as a whole
    QString sentence; ///< our own words; never quotes foreign text
};

/// Reads the TOML that a registry names; nullopt when it is not a policy. (config/policyreader.h; this library does not read TOML.)
using PolicyParser = std::function<std::optional<PolicyDocument>(QByteArrayView toml)>;

struct AuditorOptions final
{
    std::optional<VerifierKey> pin; ///< gate_keys.key or ledger_key of the first registry
    BlobSource blobs; ///< the policies' TOML, payloads that were too large, and the lists that holds name as `whole`
    PolicyParser policy;
    std::optional<Digest> firstRegistry{}; ///< payload digest that was pinned of it
};

/// Follows a ledger entry by entry and says what is wrong: order, signatures under the keys active at that position, the registry
/// chain, the state machine, quorums recomputed, mode and tier recomputed. Believes no word of the gate that it can check.
/// For offline verification, for a console's alarm, for a performer before it acts.
class LedgerAuditor final
{
public:
    explicit LedgerAuditor(AuditorOptions options);
    ~LedgerAuditor();
    LedgerAuditor(LedgerAuditor &&) noexcept;
    LedgerAuditor &operator=(LedgerAuditor &&) noexcept;

    /// The next entry; what is wrong with it, empty when nothing is.
    [[nodiscard]] std::vector<Finding> add(QByteArrayView entry);
    [[nodiscard]] std::int64_t size() const;
    /// The newest valid registry, or nullptr before the first. Valid until the next add().
    [[nodiscard]] const RegistryPlace *place() const;
    /// The first registry that was given: what is pinned of it.
    [[nodiscard]] const std::optional<Digest> &firstRegistry() const;
    /// Where the entries so far have brought a hold.
    [[nodiscard]] std::optional<State> stateOf(const HoldId &hold) const;
    /// The holds that have not ended. Valid until the next add().
    [[nodiscard]] const std::map<HoldId, HoldStory> &openHolds() const;

    /// The knowledge of this auditor, so that another may go on from here: no findings are in it, so it is worth keeping only while there
    /// were none. Whoever keeps it must sign it, and check that before resume().
    [[nodiscard]] QByteArray save() const;
    /// nullopt: not what save() of this version gave, or of a gate with another key than the pin.
    [[nodiscard]] static std::optional<LedgerAuditor> resume(AuditorOptions options, const QByteArray &saved);

private:
    class Impl;
    explicit LedgerAuditor(std::unique_ptr<Impl> impl);
    std::unique_ptr<Impl> m_impl;
};

} // namespace holdfast
