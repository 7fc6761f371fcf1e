// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "daemonbench.h"
#include "ledger/checkpoint.h"
#include "ledgerreplica.h"
#include "wire/messagesconsole.h"
#include "wire/messagesledger.h"
#include "wire/messagesrequester.h"

#include <set>

namespace holdfast::tests {

/// Keeps everything that a gate has told anybody, and holds the gate to it over any number of its deaths. Every function that
/// checks gives what is wrong, in a sentence; nothing when all is well.
class Witness final
{
public:
    explicit Witness(const PublicKeyBytes &requester) : m_replica(requester) {}

    // The gate's word while it lives.

    void meet(const Challenge &challenge);
    [[nodiscard]] QString seen(const QString &checkpoint);
    [[nodiscard]] QString told(const HoldId &hold, const HoldStatus &status);
    void heard(const HoldChange &change);
    /// The answer to a signed document: entry, proof and checkpoint must fit it at once.
    [[nodiscard]] QString acknowledged(const SubmitResult &result, const Envelope &document);

    // The truth about it afterwards.

    /// The entries that a dead gate left in its store: all that it told must be among them.
    [[nodiscard]] QString readStore(const QString &file);
    /// The ledger of a living gate: begins with everything known of it, its head is signed and has the root of those very entries,
    /// and it proves all new checkpoints and acknowledgements against that head; with `everything`, the old ones again.
    [[nodiscard]] QString follow(Client &console, bool everything = false);
    /// The open holds, as the gate lists them to a console that has just come.
    [[nodiscard]] QString compareOpen(const SubscribeResult &open) const;

    [[nodiscard]] const LedgerReplica &ledger() const { return m_replica; }
    [[nodiscard]] std::size_t tellings() const { return m_tellings; }
    [[nodiscard]] std::size_t acknowledgements() const { return m_acknowledged.size(); }
    [[nodiscard]] std::size_t checkpoints() const { return m_checkpoints.size(); }

private:
    /// The hold was in `state` after the entry before `sequence`.
    struct Told final
    {
        HoldId hold;
        std::int64_t sequence = 0;
        State state = State::Measuring;
    };
    [[nodiscard]] QString whyNot(const Told &told) const;
    /// Takes off what the ledger bears out. Of a gate that goes on, more may have been heard than its ledger had when it was asked.
    [[nodiscard]] QString checkTold(bool goesOn);
    [[nodiscard]] QString fetch(Client &console, std::int64_t size);
    [[nodiscard]] QString prove(Client &console, const Checkpoint &from, const Checkpoint &to) const;
    [[nodiscard]] QString prove(Client &console, const SubmitResult &acknowledged, const Checkpoint &head) const;

    LedgerReplica m_replica;
    QString m_gate;
    VerifierKey m_ledgerKey;
    std::vector<Told> m_told; ///< not yet found in a ledger
    std::size_t m_tellings = 0;
    std::map<std::int64_t, Checkpoint> m_checkpoints; ///< by size
    std::set<std::int64_t> m_unproved; ///< sizes of those that no later head was proved to continue
    std::vector<SubmitResult> m_acknowledged;
    std::size_t m_proved = 0; ///< of m_acknowledged, the first ones
};

} // namespace holdfast::tests
